"""Our side of a session against the sensor's side, without a radio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu.decode import AwaitReply, ReadValue, SensorRefusedError, WriteBytes

if TYPE_CHECKING:
    from collections.abc import Generator

    from imu.decode import Action, SensorScript

__all__ = ["converse"]


def converse(phase: Generator[Action, bytes | None, None], sensor: SensorScript) -> list[Action]:
    """Carry a phase of a session out against a virtual sensor.

    Parameters
    ----------
    phase : generator of Action
        E.g. ``SessionScript(profile).start()``.
    sensor : SensorScript
        The sensor's side.

    Returns
    -------
    list of Action
        What was done.

    Raises
    ------
    SensorRefusedError
        A reply was refused, or did not come.
    """
    done: list[Action] = []
    waiting: list[tuple[str, bytes]] = []
    answer: bytes | None = None
    while True:
        try:
            action = phase.send(answer)
        except StopIteration:
            return done
        done.append(action)
        answer = None
        if isinstance(action, WriteBytes):
            waiting += sensor.receive(action.role, action.data)
        elif isinstance(action, ReadValue):
            answer = sensor.read(action.role)
        elif isinstance(action, AwaitReply):
            replies = [each for each in waiting if each[0] == action.role]
            if not replies:
                raise SensorRefusedError(f"the sensor sends no reply on {action.role!r} that is waited for")
            waiting.remove(replies[0])
            answer = replies[0][1]

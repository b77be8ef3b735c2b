"""The handshake of a profile without any I/O: what to write, what to await, and the sensor's side of it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from imu.errors import SoftstrikeError
from imu.profiles.steps import Capture, Expect, Read, Subscribe, Wait, Write
from imu.profiles.template import ByteTemplate, pack_number, unpack_number
from imu.profiles.values import resolve_params
from imu.profiles.wire import size_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from imu.profiles import Profile
    from imu.profiles.steps import Step

__all__ = [
    "Action",
    "AwaitReply",
    "Pause",
    "ReadValue",
    "SensorRefusedError",
    "SensorScript",
    "SessionScript",
    "SwitchOn",
    "WriteBytes",
]


class SensorRefusedError(SoftstrikeError, RuntimeError):
    """The sensor answered that it will not do what it was told."""


class SwitchOn(NamedTuple):
    """Switch on the notifications of a role."""

    role: str
    uuid: str


class WriteBytes(NamedTuple):
    """Write to a role, with or without response."""

    role: str
    uuid: str
    data: bytes
    response: bool


class AwaitReply(NamedTuple):
    """Send the next notification of a role back into the script; give up after the timeout, s."""

    role: str
    uuid: str
    timeout_s: float


class Pause(NamedTuple):
    """Let some time pass, s."""

    seconds: float


class ReadValue(NamedTuple):
    """Read a role and send its bytes back into the script."""

    role: str
    uuid: str


Action = SwitchOn | WriteBytes | AwaitReply | Pause | ReadValue
"""Anything that a script asks its driver to do."""


class SessionScript:
    """Our side of the handshake.

    Each phase is a generator of actions. The driver carries an action out and resumes with
    ``send(data)`` after :class:`AwaitReply` and :class:`ReadValue`, with ``send(None)`` after the others::

        phase = script.start()
        answer = None
        while (action := next_action(phase, answer)) is not None: ...

    A notification that is not the awaited reply is passed over: the same :class:`AwaitReply` comes again.

    Parameters
    ----------
    profile : Profile
        Firmware profile of the sensor.
    params : mapping of str to float, optional
        Parameters that differ from the profile's defaults.

    Attributes
    ----------
    params : dict of str to float
        Values in force; numbers captured from replies replace them, so read it after :meth:`start`.

    Raises
    ------
    UsageError
        A parameter that the profile does not have or allow.
    """

    def __init__(self, profile: Profile, params: Mapping[str, float] | None = None) -> None:
        self.profile = profile
        self.params = resolve_params(profile, params)

    @property
    def keepalive_s(self) -> float | None:
        """Time between keep-alives, s; None when the sensor needs none."""
        return self.profile.session.keepalive_s

    def start(self) -> Generator[Action, bytes | None, None]:
        """Actions that start the stream; raises SensorRefusedError when the sensor refuses."""
        return self._run(self.profile.session.start)

    def stop(self) -> Generator[Action, bytes | None, None]:
        """Actions that stop the stream; errors as :meth:`start`."""
        return self._run(self.profile.session.stop)

    def keepalive(self) -> Generator[Action, bytes | None, None]:
        """Actions of one keep-alive; errors as :meth:`start`."""
        return self._run(self.profile.session.keepalive)

    def _run(self, steps: Iterable[Step]) -> Generator[Action, bytes | None, None]:
        uuids = self.profile.gatt
        for step in steps:
            match step:
                case Subscribe(role=role):
                    yield SwitchOn(role, uuids[role])
                case Write(role=role):
                    data = ByteTemplate(step.bytes).render(self.params)
                    yield WriteBytes(role, uuids[role], data, step.response)
                case Wait():
                    yield Pause(step.ms / 1e3)
                case Read(role=role):
                    self._capture(step.capture, (yield ReadValue(role, uuids[role])) or b"")
                case Expect():
                    yield from self._await(step)

    def _await(self, step: Expect) -> Generator[Action, bytes | None, None]:
        prefix = ByteTemplate(step.prefix)
        reply = None
        while reply is None or prefix.match(reply) is None:
            reply = yield AwaitReply(step.role, self.profile.gatt[step.role], step.timeout_s)
        if step.ok_at is not None and (len(reply) <= step.ok_at or reply[step.ok_at] not in step.ok):
            raise SensorRefusedError(
                f"the sensor ({self.profile.title}) refused: it answered {reply.hex(' ')}; "
                "check the parameters, or switch it off and on"
            )
        self._capture(step.capture, reply)

    def _capture(self, captures: Iterable[Capture], reply: bytes) -> None:
        for capture in captures:
            data = reply[capture.at : capture.at + size_of(capture.type)]
            if len(data) < size_of(capture.type):
                text = f"gave no {capture.param!r}: it answered {reply.hex(' ')}"
                raise SensorRefusedError(f"the sensor ({self.profile.title}) {text}")
            self._take(capture, unpack_number(data, capture.type))

    def _take(self, capture: Capture, value: float) -> None:
        told = {**self.params, capture.param: value}
        try:
            resolve_params(self.profile, told)
        except ValueError as error:
            raise SensorRefusedError(f"the sensor ({self.profile.title}) answered: {error}") from error
        self.params = told


class SensorScript:
    """The sensor's side of the handshake, made from the same profile: for virtual sensors and tests.

    Parameters
    ----------
    profile : Profile
        Firmware profile that the virtual sensor plays.
    params : mapping of str to float, optional
        Parameters that differ from the profile's defaults until a write changes them.

    Attributes
    ----------
    params : dict of str to float
        Values in force.
    streaming : bool
        Whether the stream runs: from the last write of the start steps to the first of the stop steps.
    """

    def __init__(self, profile: Profile, params: Mapping[str, float] | None = None) -> None:
        self.profile = profile
        self.params = resolve_params(profile, params)
        session = profile.session
        self._phases = (session.start, session.stop, session.keepalive)
        self._last_start = max(
            (i for i, step in enumerate(session.start) if isinstance(step, Write)), default=-1
        )
        self.streaming = self._last_start < 0

    def receive(self, role: str, data: bytes) -> list[tuple[str, bytes]]:
        """Take one write; return the replies as (role, bytes), none to bytes unknown to the profile."""
        for phase, steps in enumerate(self._phases):
            for i, step in enumerate(steps):
                if isinstance(step, Write) and step.role == role:
                    values = _exact(ByteTemplate(step.bytes), data)
                    if values is not None:
                        self._accept(phase, i, values)
                        return self._replies(steps[i + 1 :])
        return []

    def read(self, role: str) -> bytes:
        """Value of a role that the profile's steps read, with the numbers in force."""
        for steps in self._phases:
            for step in steps:
                if isinstance(step, Read) and step.role == role:
                    return bytes(self._with_captures(bytearray(), step.capture))
        return b""

    def _accept(self, phase: int, index: int, values: dict[str, float]) -> None:
        derived = {name for name, param in self.profile.params.items() if param.of is not None}
        kept = {name: value for name, value in {**self.params, **values}.items() if name not in derived}
        self.params = resolve_params(self.profile, kept)
        if phase == 0 and index == self._last_start:
            self.streaming = True
        elif phase == 1:
            self.streaming = False

    def _replies(self, steps: tuple[Step, ...]) -> list[tuple[str, bytes]]:
        replies = []
        for step in steps:
            if isinstance(step, Write):
                break
            if isinstance(step, Expect):
                replies.append((step.role, self._reply(step)))
        return replies

    def _reply(self, step: Expect) -> bytes:
        reply = bytearray(ByteTemplate(step.prefix).render(self.params))
        if step.ok_at is not None:
            reply.extend(bytes(max(0, step.ok_at + 1 - len(reply))))
            reply[step.ok_at] = step.ok[0]
        return bytes(self._with_captures(reply, step.capture))

    def _with_captures(self, reply: bytearray, captures: Iterable[Capture]) -> bytearray:
        for capture in captures:
            number = pack_number(self.params[capture.param], capture.type)
            reply.extend(bytes(max(0, capture.at + len(number) - len(reply))))
            reply[capture.at : capture.at + len(number)] = number
        return reply


def _exact(template: ByteTemplate, data: bytes) -> dict[str, float] | None:
    """Values in `data` if it is this template and nothing more."""
    values = template.match(data)
    if values is None:
        return None
    try:
        return values if template.render(values) == data else None
    except (ValueError, OverflowError, struct.error):
        return None

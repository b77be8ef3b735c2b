"""What a sensor's replies say of its parameters: a scale that only the sensor knows, the rate in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu.decode.session import read_numbers
from imu.errors import UsageError
from imu.profiles.steps import Expect, Read
from imu.profiles.template import ByteTemplate
from imu.profiles.values import resolve_params

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imu.profiles import Profile

__all__ = ["Replies"]


class Replies:
    """Takes numbers out of replies as :class:`imu.decode.SessionScript` does, from recorded packets alone.

    Parameters
    ----------
    profile : Profile
        Firmware profile of the sensor.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._steps: dict[str, list[tuple[ByteTemplate | None, Expect | Read]]] = {}
        for step in profile.session.start:
            if isinstance(step, Expect | Read) and step.capture:
                prefix = ByteTemplate(step.prefix) if isinstance(step, Expect) else None
                self._steps.setdefault(step.role, []).append((prefix, step))

    def speaks(self, role: str) -> bool:
        """Whether packets of a role may tell of parameters."""
        return role in self._steps

    def learn(self, role: str, payload: bytes, params: Mapping[str, float]) -> dict[str, float] | None:
        """Return the parameters that a packet changes, together with the others; None when it changes none.

        A reply that says no, is cut, or tells a number that the profile does not allow changes nothing.
        """
        if role not in self._steps:
            return None
        told: dict[str, float] = {}
        for prefix, step in self._steps[role]:
            if (prefix is not None and prefix.match(payload) is None) or not _accepted(step, payload):
                continue
            for capture in step.capture:
                told.update((capture.param, number) for number in read_numbers(capture, payload)[:1])
        if all(params.get(name) == value for name, value in told.items()):
            return None
        try:
            return resolve_params(self._profile, {**params, **told})
        except UsageError:
            return None


def _accepted(step: Expect | Read, payload: bytes) -> bool:
    if isinstance(step, Read) or step.ok_at is None:
        return True
    return len(payload) > step.ok_at and payload[step.ok_at] in step.ok

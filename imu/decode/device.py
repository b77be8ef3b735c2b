"""The sensor's side of a profile's handshake: what follows from each write, for virtual sensors and tests."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from imu.decode.encoder import Encoder
from imu.profiles.steps import Capture, Expect, Offer, Read, Write
from imu.profiles.template import ByteTemplate, pack_number
from imu.profiles.values import played_params, possible_values, resolve_params

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from imu.profiles import Profile
    from imu.profiles.steps import Step

__all__ = ["SensorScript"]


class SensorScript:
    """The sensor's side of the handshake, made from the same profile: for virtual sensors and tests.

    Feed it every write that arrives and send the notifications that it returns; stream packets of an
    :class:`imu.decode.Encoder` with :attr:`params` while :attr:`streaming` is true. Which characteristics a
    virtual sensor must offer says :func:`imu.profiles.characteristics`.

    Parameters
    ----------
    profile : Profile
        Firmware profile that the virtual sensor plays.
    params : mapping of str to float, optional
        Parameters that differ from those of :func:`imu.profiles.played_params` until a write changes them.

    Attributes
    ----------
    params : dict of str to float
        Values in force.
    streaming : bool
        Whether the stream runs: from the last write of the start steps to the first of the stop steps.
    battery_percent : float or None
        Charge that it tells when it is asked, percent; None = unknown.
    """

    def __init__(self, profile: Profile, params: Mapping[str, float] | None = None) -> None:
        self.profile = profile
        self.battery_percent: float | None = None
        self.params = played_params(profile, params)
        session = profile.session
        self._phases = (session.start, session.stop, session.keepalive)
        writes = [i for i, step in enumerate(session.start) if isinstance(step, Write)]
        self._last_start = max(writes, default=-1)
        self.streaming = not writes

    def receive(self, role: str, data: bytes) -> list[tuple[str, bytes]]:
        """Take one write.

        Parameters
        ----------
        role : str
            The characteristic that was written.
        data : bytes
            What was written.

        Returns
        -------
        list of (str, bytes)
            The notifications that follow at once, each with its role; none to bytes unknown to the profile.
        """
        for phase, steps in enumerate(self._phases):
            for i, step in enumerate(steps):
                if isinstance(step, Write) and step.role == role:
                    values = _exact(ByteTemplate(step.bytes), data)
                    if values is not None:
                        self._accept(values, data, is_last=phase == 0 and i == self._last_start)
                        return self._replies(step, steps[i + 1 :])
        return []

    def read(self, role: str) -> bytes:
        """Value of a role that the profile's steps read, with the numbers in force."""
        for steps in self._phases:
            for step in steps:
                if isinstance(step, Read) and step.role == role:
                    return bytes(self._with_numbers(bytearray(), step.capture))
        return b""

    def drop_link(self) -> None:
        """Lose the link: a sensor then stops its stream and keeps its parameters."""
        self.streaming = self._last_start < 0

    def _accept(self, values: dict[str, float], data: bytes, *, is_last: bool) -> None:
        derived = {name for name, param in self.profile.params.items() if param.of is not None}
        kept = {name: value for name, value in {**self.params, **values}.items() if name not in derived}
        self.params = resolve_params(self.profile, kept)
        stops = (step for step in self.profile.session.stop if isinstance(step, Write))
        if is_last:
            self.streaming = True
        elif any(_exact(ByteTemplate(step.bytes), data) is not None for step in stops):
            self.streaming = False

    def _replies(self, write: Write, steps: tuple[Step, ...]) -> list[tuple[str, bytes]]:
        replies = []
        if write.answer is not None:
            encoder = Encoder(self.profile, self.params)
            replies += encoder.status(write.answer, battery_percent=self.battery_percent)
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
        return bytes(self._with_numbers(reply, (*step.offers, *step.capture)))

    def _with_numbers(self, reply: bytearray, specs: Iterable[Capture | Offer]) -> bytearray:
        for spec in specs:
            reply.extend(bytes(max(0, spec.at - len(reply))))
            if spec.tlv is None:
                number = pack_number(self.params[spec.param], spec.type)
                reply[spec.at : spec.at + len(number)] = number
                continue
            values = [self.params[spec.param]]
            if isinstance(spec, Offer):
                values = list(dict.fromkeys(possible_values(f"${spec.param}", self.profile)))
            reply += bytes([spec.tlv.id, len(values)])
            reply += b"".join(pack_number(value, spec.type) for value in values)
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

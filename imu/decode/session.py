"""The handshake of a profile without any I/O: what to write and what to await.

The sensor's side of it is :mod:`imu.decode.device`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imu.errors import SoftstrikeError
from imu.profiles.steps import Capture, Expect, Read, Subscribe, Wait, Write
from imu.profiles.template import ByteTemplate, unpack_number
from imu.profiles.values import resolve_params
from imu.profiles.wire import size_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from imu.profiles import Profile
    from imu.profiles.steps import Offer, Step, Tlv

__all__ = [
    "Action",
    "AwaitReply",
    "Pause",
    "ReadValue",
    "SensorRefusedError",
    "SessionScript",
    "SwitchOn",
    "WriteBytes",
    "read_numbers",
]


_TLV_HEAD = 2


class SensorRefusedError(SoftstrikeError, RuntimeError):
    """The sensor answered that it will not do what it was told."""


class SwitchOn(NamedTuple):
    """Switch on the notifications of a role."""

    role: str
    uuid: str


class WriteBytes(NamedTuple):
    """Write to a role, with or without response; where it cannot be written that way, the other will do."""

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
            raise SensorRefusedError(self._refusal(step, reply))
        for offer in step.offers:
            self._compare(offer, reply)
        self._capture(step.capture, reply)

    def _refusal(self, step: Expect, reply: bytes) -> str:
        status = reply[step.ok_at] if step.ok_at is not None and len(reply) > step.ok_at else None
        meaning = next((text for value, text in step.says if value == status), None)
        answered = f"it answered {reply.hex(' ')}"
        if meaning is not None:
            return f"the sensor ({self.profile.title}) refused: {meaning} ({answered})"
        return (
            f"the sensor ({self.profile.title}) refused: {answered}; "
            "check the parameters, or switch it off and on"
        )

    def _compare(self, offer: Offer, reply: bytes) -> None:
        offered = read_numbers(offer, reply)
        wanted = self.params[offer.param]
        if offered and wanted not in offered:
            able = ", ".join(f"{value:g}" for value in offered)
            text = f"cannot do {offer.param} = {wanted:g}; it can do: {able}"
            raise SensorRefusedError(f"the sensor ({self.profile.title}) {text}")

    def _capture(self, captures: Iterable[Capture], reply: bytes) -> None:
        for capture in captures:
            numbers = read_numbers(capture, reply)
            if numbers:
                self._take(capture, numbers[0])
            elif not capture.optional:
                text = f"gave no {capture.param!r}: it answered {reply.hex(' ')}"
                raise SensorRefusedError(f"the sensor ({self.profile.title}) {text}")

    def _take(self, capture: Capture, value: float) -> None:
        told = {**self.params, capture.param: value}
        try:
            resolve_params(self.profile, told)
        except ValueError as error:
            raise SensorRefusedError(f"the sensor ({self.profile.title}) answered: {error}") from error
        self.params = told


def read_numbers(spec: Capture | Offer, reply: bytes) -> list[float]:
    """Numbers that a reply holds in this place: one, all of a list's entry, or none.

    Parameters
    ----------
    spec : Capture or Offer
        The place.
    reply : bytes
        A reply, whole or cut.

    Returns
    -------
    list of float
        In their order.
    """
    size = size_of(spec.type)
    area = reply[spec.at : spec.at + size] if spec.tlv is None else _entry(spec.tlv, reply[spec.at :])
    return [unpack_number(area[i : i + size], spec.type) for i in range(0, len(area) - size + 1, size)]


def _entry(tlv: Tlv, data: bytes) -> bytes:
    while len(data) > 1:
        kind, count = data[0], data[1]
        if kind >= len(tlv.sizes):
            break
        stop = _TLV_HEAD + count * tlv.sizes[kind]
        if kind == tlv.id:
            return data[_TLV_HEAD:stop]
        data = data[stop:]
    return b""

"""The conformance kit: what a firmware profile must show before it is trusted with a runner's sensor."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imu.clock import Timeline, TimelineParams
from imu.conformance.fuzz import fuzz
from imu.conformance.link import converse
from imu.conformance.motion import Frames
from imu.decode import Decoder, Joiner, JoinerParams, SensorScript, SessionScript, check_vectors
from imu.decode.samples import gain_of
from imu.errors import ProfileError, SoftstrikeError
from imu.model import Fault, Packet, RawBatch, RawGyro, SampleBatch
from imu.profiles import builtin_profiles, characteristics, load_profile, nominal, resolve_params
from imu.profiles.wire import int_limits, is_float

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from imu.profiles import Profile
    from imu.profiles.packets import Block, PacketRule

__all__ = ["Check", "Outcome", "check_profile"]

FRAMES = 50
FUZZED = 2000
LEAST_VECTORS = 2
LOOK_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "-": None})


class Check(NamedTuple):
    """One thing that was tried.

    Attributes
    ----------
    name : str
        What was tried.
    passed : bool
        Whether it held.
    text : str
        What was found.
    """

    name: str
    passed: bool
    text: str


class Outcome(NamedTuple):
    """All checks of a profile; None for a profile that cannot be read."""

    profile: Profile | None
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether everything held."""
        return all(check.passed for check in self.checks)


def check_profile(path: Path | str) -> Outcome:
    """Try a firmware profile.

    Parameters
    ----------
    path : Path or str
        The TOML file.

    Returns
    -------
    Outcome
        One check after the other; a file that is no profile has the first only.
    """
    try:
        profile = load_profile(path)
        _own_name(profile, path)
    except ProfileError as error:
        return Outcome(None, (Check("schema", False, str(error)),))
    told = f"{len(profile.packet)} kinds of packet, {len(profile.gatt)} characteristics"
    checks = [Check("schema", True, told)]
    checks += [_tried(name, check, profile) for name, check in _CHECKS.items()]
    return Outcome(profile, tuple(checks))


def _own_name(profile: Profile, path: Path | str) -> None:
    for other in builtin_profiles().values():
        same = profile.id.translate(LOOK_ALIKE) == other.id.translate(LOOK_ALIKE)
        if same and profile.text != other.text:
            text = f"{profile.id!r} is or looks like {other.id!r} of softstrike; choose another"
            raise ProfileError(text, path=path, key="id")


def _tried(name: str, check: Callable[[Profile], str], profile: Profile) -> Check:
    try:
        return Check(name, True, check(profile))
    except SoftstrikeError as error:
        return Check(name, False, str(error))


def _vectors(profile: Profile) -> str:
    check_vectors(profile)
    if len(profile.vector) < LEAST_VECTORS:
        raise ProfileError(f"has {len(profile.vector)} vector, but needs {LEAST_VECTORS} or more")
    return f"{len(profile.vector)} decode to what they say"


def _radio(profile: Profile) -> str:
    found = characteristics(profile)
    for each in found:
        if not each.service:
            raise ProfileError(f"the service of role {each.role!r} is not stated: add it to [services]")
    heard = {rule.role for rule in profile.packet}
    subscribed = {getattr(s, "role", "") for s in profile.session.start if type(s).__name__ == "Subscribe"}
    if missing := sorted(heard - subscribed):
        raise ProfileError(f"nothing subscribes to role {missing[0]!r}, on which packets come")
    services = len({each.service for each in found})
    return f"{services} services, notifications of up to {profile.link.payload_bytes} bytes"


def _round_trip(profile: Profile) -> str:
    rules = [rule for rule in profile.packet if rule.samples is not None]
    for rule in rules:
        frames = Frames(profile, packets=[rule.name])
        decoder = Decoder(profile, "kit")
        found = [
            each
            for i, (t_ns, role, payload) in enumerate(frames.run(FRAMES))
            for each in decoder.push(Packet("kit", i, t_ns, role, payload))
        ]
        found += decoder.flush()
        if faults := [each for each in found if isinstance(each, Fault)]:
            raise ProfileError(f"packet {rule.name!r}: what was encoded is a fault: {faults[0].detail}")
        decoded = [each for each in found if isinstance(each, RawBatch | RawGyro)]
        _compare(profile, rule, Frames(profile, packets=[rule.name]), decoded)
    return f"{len(rules)} kinds of packet, {FRAMES} frames each, within half a count"


def _compare(profile: Profile, rule: PacketRule, frames: Frames, decoded: list[RawBatch | RawGyro]) -> None:
    sent = [frames.samples(number) for number in range(FRAMES)]
    for k, (quantity, name) in enumerate((("acc", "acc_g"), ("gyr", "gyr_dps"))):
        wanted = [rows for each in sent if (rows := each[k]) is not None]
        back = [rows for each in decoded if (rows := getattr(each, name, None)) is not None]
        if sum(map(len, wanted)) != sum(map(len, back)):
            raise ProfileError(f"packet {rule.name!r}: {sum(map(len, back))} samples of {name} come back")
        if not wanted:
            continue
        low, high, step = _scale(profile, rule, quantity)
        off = np.abs(np.concatenate(back) - np.clip(np.concatenate(wanted), low, high)).max()
        if off > 0.51 * step + 1e-6 * high:
            text = f"{name} comes back {off:.3g} off, but a count is {step:.3g}"
            raise ProfileError(f"packet {rule.name!r}: {text}")


def _scale(profile: Profile, rule: PacketRule, quantity: str) -> tuple[float, float, float]:
    """Least and greatest value of a quantity and the value of one count, in g or degrees per second."""
    ranges = nominal(profile)
    limit = ranges.acc_range_g if quantity == "acc" else ranges.gyr_range_dps or math.inf
    blocks: tuple[Block, ...] = rule.samples.blocks if rule.samples is not None else ()
    block = next(each for each in blocks if each.quantity == quantity)
    if is_float(block.type):
        return -limit, limit, 0.0
    step = gain_of(block, resolve_params(profile))
    least, greatest = int_limits(block.type)
    return max(-limit, least * step), min(limit, greatest * step), step


def _session(profile: Profile) -> str:
    script, sensor = SessionScript(profile), SensorScript(profile)
    actions = converse(script.start(), sensor)
    if not sensor.streaming:
        raise ProfileError("the start steps do not start the stream")
    samples, lost = _streamed(profile, script, sensor)
    converse(script.keepalive(), sensor)
    converse(script.stop(), sensor)
    if sensor.streaming and profile.session.stop:
        raise ProfileError("the stop steps do not stop the stream")
    return f"{len(actions)} steps, {samples} samples streamed, {lost}"


def _streamed(profile: Profile, script: SessionScript, sensor: SensorScript) -> tuple[int, str]:
    """Stream after the start, with the numbers that each side holds; all samples must arrive."""
    rate_hz = nominal(profile, script.params).rate_hz
    decoder = Decoder(profile, "kit", script.params)
    timeline = Timeline("kit", TimelineParams.from_profile(profile, rate_hz))
    apart = JoinerParams.from_profile(profile, rate_hz)
    joiner = None if apart is None else Joiner("kit", apart)
    frames = Frames(profile, sensor.params)
    arrived = 0
    for raw in _raw(decoder, joiner, frames.run(FRAMES)):
        if isinstance(raw, Fault):
            raise ProfileError(f"a packet of the virtual sensor is a fault: {raw.detail}")
        arrived += sum(len(each) for each in timeline.push(raw) if isinstance(each, SampleBatch))
    if arrived != FRAMES * frames.count:
        raise ProfileError(f"{arrived} of {FRAMES * frames.count} samples of the virtual sensor arrived")
    return arrived, "loss is observable" if timeline.params.observes_loss else "loss is not observable"


def _raw(
    decoder: Decoder, joiner: Joiner | None, sent: Iterator[tuple[int, str, bytes]]
) -> Iterator[RawBatch | Fault]:
    for i, (t_ns, role, payload) in enumerate(sent):
        for each in decoder.push(Packet("kit", i, t_ns, role, payload)):
            if isinstance(each, RawBatch | RawGyro) and joiner is not None:
                yield from joiner.push(each)
            elif isinstance(each, RawBatch | Fault):
                yield each


def _hostile(profile: Profile) -> str:
    report = fuzz(profile, FUZZED)
    if not report.adds_up:
        raise ProfileError(f"fuzzed packets do not add up: {report}")
    return f"{report.good} good + {report.bad} bad + {report.duplicate} twice = {report.frames} frames"


_CHECKS: dict[str, Callable[[Profile], str]] = {
    "vectors": _vectors,
    "radio": _radio,
    "round trip": _round_trip,
    "session": _session,
    "hostile bytes": _hostile,
}

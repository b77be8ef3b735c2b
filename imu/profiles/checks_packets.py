"""What one key of a packet rule cannot know of another: offsets, overlaps, units, counts."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from imu.profiles.base import MAX_FRAME
from imu.profiles.framings import Notification
from imu.profiles.packets import Field, PacketRule
from imu.profiles.references import positive, reference, role_known
from imu.profiles.wire import size_of

if TYPE_CHECKING:
    from imu.profiles.packets import Battery, Block, Flags, Samples
    from imu.profiles.references import Complaints
    from imu.profiles.schema import Profile, Service

__all__ = ["CHECK_SIZES", "least_length", "packet_complaints", "service_packet_complaints"]

UNITS = {"acc": ("g", "mg", "m/s2"), "gyr": ("dps", "mdps", "rad/s")}
CHECK_SIZES = {"crc32": 4, "crc16": 2, "sum8": 1, "xor8": 1}
DELTA_TYPES = ("i8", "i16", "i32", "f32")
GREATEST_SCALE = 1e6


class Span(NamedTuple):
    """Bytes ``[start, stop)`` of a frame that the key `key` takes."""

    start: int
    stop: int
    key: str


def least_length(rule: PacketRule) -> int:
    """Bytes that a frame of this rule has at least, without any sample."""
    if rule.samples is not None:
        return rule.samples.at + rule.samples.tail
    spans = [
        *_spans(rule, ""),
        *(Span(when.at, when.at + size_of(when.type), "") for when in rule.when),
        *(Span(each.at, each.at + size_of(each.type), "") for each in rule.readings),
    ]
    return max((span.stop if span.start >= 0 else -span.start for span in spans), default=0)


def packet_complaints(profile: Profile) -> Complaints:
    """Everything that is wrong with the packet rules of a profile."""
    yield from _common(profile)
    for i, rule in enumerate(profile.packet):
        key = f"packet[{i}]"
        yield from _clock_fields(profile, key, rule)
        if rule.samples is not None:
            yield from _samples(profile, f"{key}.samples", rule.samples)
        yield from _placing(profile, key, rule)
    yield from _quantities(profile)


def service_packet_complaints(service: Service) -> Complaints:
    """Everything that is wrong with the packet rules of a standard service."""
    yield from _common(service)
    for i, rule in enumerate(service.packet):
        for name in ("samples", "counter", "seq"):
            if getattr(rule, name) is not None:
                yield f"packet[{i}].{name}", "has no place in a standard service: it carries no samples"


def _common(profile: Profile | Service) -> Complaints:
    names: set[str] = set()
    for i, rule in enumerate(profile.packet):
        key = f"packet[{i}]"
        if rule.name in names:
            yield f"{key}.name", f"{rule.name!r} is already taken; packet names are unique"
        names.add(rule.name)
        yield from role_known(profile.gatt, f"{key}.role", rule.role)
        yield from _conditions(profile, key, rule)
        if rule.flags is not None:
            yield from _flags(f"{key}.flags", rule.flags)
        if rule.battery is not None:
            yield from _battery(f"{key}.battery", rule.battery)
        yield from _readings(key, rule)


def _conditions(profile: Profile | Service, key: str, rule: PacketRule) -> Complaints:
    for i, when in enumerate(rule.when):
        yield from reference(profile, f"{key}.when[{i}].eq", when.eq)
        if when.at + size_of(when.type) > least_length(rule):
            yield (
                f"{key}.when[{i}].at",
                f"{when.at} lies outside the frame's {least_length(rule)} fixed bytes",
            )


def _battery(key: str, battery: Battery) -> Complaints:
    for one, two in itertools.pairwise(battery.table):
        if two[0] <= one[0] or two[1] < one[1]:
            yield f"{key}.table", f"does not rise from {one[0]} to {two[0]}"


def _readings(key: str, rule: PacketRule) -> Complaints:
    names = [each.name for each in rule.readings]
    if len(names) != len(set(names)):
        yield f"{key}.readings", "names a value twice"
    others = (rule.counter, rule.seq, rule.battery, rule.flags, rule.samples)
    if rule.text is not None and (rule.readings or rule.when or any(each is not None for each in others)):
        yield f"{key}.text", "takes the whole frame, so the rule can hold nothing else"


def _clock_fields(profile: Profile, key: str, rule: PacketRule) -> Complaints:
    wanted = rule.samples is not None
    clocked = profile.time.source == "packet"
    for name, field, rule_exists, bits, where in (
        ("counter", rule.counter, clocked, profile.time.wrap_bits, "time.wrap_bits"),
        ("seq", rule.seq, profile.seq is not None, profile.seq.bits if profile.seq else 0, "seq.bits"),
    ):
        if field is None and rule_exists and wanted:
            yield f"{key}.{name}", f"is missing, but [{where.split('.')[0]}] needs it"
        elif field is not None and not rule_exists:
            yield f"{key}.{name}", f"is given, but [{where.split('.')[0]}] makes no use of it"
        elif field is not None and bits > 8 * size_of(field.type):
            yield where, f"{bits} bits are more than `{key}.{name}` of type {field.type} has"


def _flags(key: str, flags: Flags) -> Complaints:
    names = [name for name in flags.bits if name]
    if len(flags.bits) > 8 * size_of(flags.type):
        yield f"{key}.bits", f"has more names than {flags.type} has bits"
    if len(names) != len(set(names)):
        yield f"{key}.bits", "names a bit twice"
    for which, name in (("acc_clip", flags.acc_clip), ("gyr_clip", flags.gyr_clip)):
        if name is not None and name not in names:
            yield f"{key}.{which}", f"{name!r} is not among the names in `bits`"


def _samples(profile: Profile, key: str, samples: Samples) -> Complaints:
    quantities = [block.quantity for block in samples.blocks]
    if not {"acc", "gyr"} & set(quantities) or max(quantities.count("acc"), quantities.count("gyr")) > 1:
        yield f"{key}.blocks", "needs an `acc` or a `gyr` block, and neither twice"
    if "gyr" in quantities and profile.sensor.gyr_range_dps is None:
        yield "sensor.gyr_range_dps", f"is missing, but `{key}` has a `gyr` block"
    if isinstance(samples.count, Field) and not samples.count.type.startswith("u"):
        yield f"{key}.count.type", "must be an unsigned type"
    if samples.codec == "delta_blocks":
        yield from _delta(key, samples)
    for i, block in enumerate(samples.blocks):
        yield from _block(profile, f"{key}.blocks[{i}]", block)


def _delta(key: str, samples: Samples) -> Complaints:
    if len(samples.blocks) != 1:
        yield f"{key}.blocks", "must be one block with the codec delta_blocks"
    elif samples.blocks[0].type not in DELTA_TYPES:
        yield f"{key}.blocks[0].type", f"must be one of {', '.join(DELTA_TYPES)} with the codec delta_blocks"
    if samples.count is not None:
        yield f"{key}.count", "does not go with the codec delta_blocks: its blocks say how many"
    if samples.tail:
        yield f"{key}.tail", "does not go with the codec delta_blocks: it reads to the end of the frame"
    if samples.layout != "interleaved":
        yield f"{key}.layout", "does not go with the codec delta_blocks"


def _block(profile: Profile, key: str, block: Block) -> Complaints:
    units = UNITS.get(block.quantity)
    if units is None:
        return
    if block.unit not in units:
        yield f"{key}.unit", f"{block.unit!r} is no unit of `{block.quantity}`; use one of {', '.join(units)}"
    yield from positive(profile, f"{key}.scale", block.scale, GREATEST_SCALE)


def _quantities(profile: Profile) -> Complaints:
    held = [{block.quantity for block in rule.samples.blocks} for rule in profile.packet if rule.samples]
    if not held:
        yield "packet", "no packet carries samples"
    elif not any("acc" in quantities for quantities in held):
        yield "packet", "no packet carries acceleration"


def _placing(profile: Profile, key: str, rule: PacketRule) -> Complaints:
    spans = _spans(rule, key)
    check = profile.framing.get(rule.role, Notification()).check
    if check is not None:
        spans.append(Span(check.at, check.at + CHECK_SIZES[check.kind], f"framing.{rule.role}.check.at"))
    at, tail = (rule.samples.at, rule.samples.tail) if rule.samples is not None else (MAX_FRAME, MAX_FRAME)
    for span in spans:
        if span.start < 0 and not (-tail <= span.start and span.stop <= 0):
            yield span.key, f"lies outside the {tail} bytes after the samples"
        if span.start >= 0 and span.stop > at:
            yield span.key, f"lies outside the {at} bytes before the samples"
    for one, two in itertools.pairwise(sorted(spans)):
        if two.start < one.stop and (one.start < 0) == (two.start < 0):
            yield two.key, f"overlaps with `{one.key}`"


def _spans(rule: PacketRule, key: str) -> list[Span]:
    count = rule.samples.count if rule.samples is not None else None
    fields = {
        "counter": rule.counter,
        "seq": rule.seq,
        "battery": rule.battery,
        "flags": rule.flags,
        "samples.count": count if isinstance(count, Field) else None,
    }
    return [
        Span(field.at, field.at + size_of(field.type), f"{key}.{name}.at")
        for name, field in fields.items()
        if field is not None
    ]

"""What one key of a profile cannot know of another: references, offsets, overlaps, signs.

Each check yields ``(key, complaint)``; the loader refuses a profile at the first.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from imu.model import FaultKind
from imu.profiles.base import MAX_FRAME
from imu.profiles.schema import Continued, Field, Notification, PacketRule, Profile, Stream
from imu.profiles.steps import Expect, Write
from imu.profiles.template import ByteTemplate
from imu.profiles.values import possible_values, resolve_params
from imu.profiles.wire import size_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imu.profiles.base import Value
    from imu.profiles.schema import Block, Check, Flags, Samples, Vector
    from imu.profiles.steps import Step

    Complaints = Iterator[tuple[str, str]]

__all__ = ["CHECK_SIZES", "complaints", "least_length"]

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNITS = {"acc": ("g", "mg", "m/s2"), "gyr": ("dps", "mdps", "rad/s")}
CHECK_SIZES = {"crc32": 4, "crc16": 2, "sum8": 1, "xor8": 1}
GREATEST_SCALE = 1e6
GREATEST_RATE_HZ = 100_000.0
GREATEST_RANGE = 1e6


class Span(NamedTuple):
    """Bytes ``[start, stop)`` of a frame that the key `key` takes."""

    start: int
    stop: int
    key: str


def complaints(profile: Profile) -> Complaints:
    """Everything that is wrong with a profile, the most basic first.

    Parameters
    ----------
    profile : Profile
        A profile whose single keys are valid.

    Yields
    ------
    tuple of str
        Path of the key, and what is wrong with it.
    """
    yield from _identity(profile)
    yield from _params(profile)
    yield from _sensor(profile)
    yield from _framings(profile)
    yield from _packets(profile)
    yield from _session(profile)
    yield from _vectors(profile)


def least_length(rule: PacketRule) -> int:
    """Bytes that a frame of this rule has at least, without any sample."""
    if rule.samples is not None:
        return rule.samples.at + rule.samples.tail
    spans = [*_spans(rule, ""), *(Span(when.at, when.at + size_of(when.type), "") for when in rule.when)]
    return max((span.stop if span.start >= 0 else -span.start for span in spans), default=0)


# ---- identity and roles


def _identity(profile: Profile) -> Complaints:
    seen: dict[str, str] = {}
    for role, uuid in profile.gatt.items():
        yield from _uuid(f"gatt.{role}", uuid)
        if uuid in seen:
            yield f"gatt.{role}", f"has the same UUID as role {seen[uuid]!r}; give each role its own"
        seen[uuid] = role
    for i, uuid in enumerate(profile.match.service_uuids):
        yield from _uuid(f"match.service_uuids[{i}]", uuid)
    if not profile.match.name_prefixes and not profile.match.service_uuids:
        yield "match", "names neither a name prefix nor a service, so no sensor would ever be found"


def _uuid(key: str, uuid: str) -> Complaints:
    if not UUID.fullmatch(uuid):
        yield key, f"{uuid!r} is not a 128-bit UUID in lower case, e.g. 00001fff-0000-1000-8000-00805f9b34fb"


def _role(profile: Profile, key: str, role: str) -> Complaints:
    if role not in profile.gatt:
        yield key, f"role {role!r} is not one of the roles in [gatt]: {', '.join(profile.gatt)}"


# ---- parameters and values


def _params(profile: Profile) -> Complaints:
    for name, param in profile.params.items():
        key = f"params.{name}"
        if (param.default is None) == (param.of is None):
            yield key, "needs either `default`, or `of` with `table`"
        elif param.of is None:
            if param.allowed and param.default not in param.allowed:
                yield f"{key}.default", f"{param.default:g} is not among the allowed values"
        else:
            yield from _table(profile, key, param.of, {at for at, _ in param.table})


def _table(profile: Profile, key: str, source: str, covered: set[float]) -> Complaints:
    other = profile.params.get(source)
    if other is None or other.of is not None or not other.allowed:
        yield f"{key}.of", f"{source!r} is not a parameter with `default` and `allowed`"
    elif missing := set(other.allowed) - covered:
        yield f"{key}.table", f"has no row for {source} = {min(missing):g}"


def _reference(profile: Profile, key: str, value: Value) -> Complaints:
    if isinstance(value, str) and value[1:] not in profile.params:
        yield key, f"{value!r} names no parameter; [params] has: {', '.join(profile.params) or 'none'}"


def _positive(profile: Profile, key: str, value: Value, greatest: float) -> Complaints:
    broken = list(_reference(profile, key, value))
    yield from broken
    for each in () if broken else possible_values(value, profile):
        if not 0 < each <= greatest:
            yield key, f"{each:g} is not between 0 and {greatest:g}"


def _sensor(profile: Profile) -> Complaints:
    sensor = profile.sensor
    yield from _positive(profile, "sensor.rate_hz", sensor.rate_hz, GREATEST_RATE_HZ)
    yield from _positive(profile, "sensor.acc_range_g", sensor.acc_range_g, GREATEST_RANGE)
    if sensor.gyr_range_dps is not None:
        yield from _positive(profile, "sensor.gyr_range_dps", sensor.gyr_range_dps, GREATEST_RANGE)


# ---- framing


def _framings(profile: Profile) -> Complaints:
    for role, framing in profile.framing.items():
        key = f"framing.{role}"
        yield from _role(profile, key, role)
        if isinstance(framing, Stream):
            yield from _stream(key, framing)
        elif isinstance(framing, Continued):
            yield from _positive(profile, f"{key}.length", framing.length, MAX_FRAME)
            if framing.code_at >= framing.header:
                yield f"{key}.code_at", "lies behind the header of a further part"
            if framing.first == framing.next:
                yield f"{key}.next", "is the same as `first`, so parts cannot be told apart"
        if framing.check is not None:
            yield from _check_area(f"{key}.check", framing.check)


def _stream(key: str, framing: Stream) -> Complaints:
    if (framing.length is None) == (framing.length_at is None):
        yield key, "needs either `length` or `length_at`"
    elif framing.length is not None and framing.length < len(framing.sync) // 2:
        yield f"{key}.length", "is shorter than the sync bytes"
    elif framing.length_at is not None and framing.length_add <= framing.length_at:
        yield (
            f"{key}.length_add",
            "must be greater than `length_at`, so that a frame holds its own length byte",
        )
    limit = framing.length if framing.length is not None else framing.length_add
    for i, valid in enumerate(framing.valid):
        if valid.at >= limit:
            yield f"{key}.valid[{i}].at", f"{valid.at} lies outside the shortest frame of {limit} bytes"


def _check_area(key: str, check: Check) -> Complaints:
    size = CHECK_SIZES[check.kind]
    if check.at < 0:
        if check.at + size > 0:
            yield f"{key}.at", f"leaves no room for the {size} bytes of {check.kind}"
        elif check.end > check.at:
            yield f"{key}.end", f"covers the checksum itself; set it to {check.at} or less"
    elif check.at + size > check.begin:
        yield f"{key}.begin", f"covers the checksum itself; set it to {check.at + size} or more"


# ---- packets


def _packets(profile: Profile) -> Complaints:
    names: set[str] = set()
    for i, rule in enumerate(profile.packet):
        key = f"packet[{i}]"
        if rule.name in names:
            yield f"{key}.name", f"{rule.name!r} is already taken; packet names are unique"
        names.add(rule.name)
        yield from _role(profile, f"{key}.role", rule.role)
        yield from _conditions(profile, key, rule)
        yield from _clock_fields(profile, key, rule)
        if rule.flags is not None:
            yield from _flags(f"{key}.flags", rule.flags)
        if rule.samples is not None:
            yield from _samples(profile, f"{key}.samples", rule.samples)
        yield from _placing(profile, key, rule)
    if all(rule.samples is None for rule in profile.packet):
        yield "packet", "no packet carries samples"


def _conditions(profile: Profile, key: str, rule: PacketRule) -> Complaints:
    for i, when in enumerate(rule.when):
        yield from _reference(profile, f"{key}.when[{i}].eq", when.eq)
        if when.at + size_of(when.type) > least_length(rule):
            yield (
                f"{key}.when[{i}].at",
                f"{when.at} lies outside the frame's {least_length(rule)} fixed bytes",
            )


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
    if quantities.count("acc") != 1 or quantities.count("gyr") > 1:
        yield f"{key}.blocks", "needs exactly one `acc` block and at most one `gyr` block"
    if "gyr" in quantities and profile.sensor.gyr_range_dps is None:
        yield "sensor.gyr_range_dps", f"is missing, but `{key}` has a `gyr` block"
    if isinstance(samples.count, Field) and not samples.count.type.startswith("u"):
        yield f"{key}.count.type", "must be an unsigned type"
    for i, block in enumerate(samples.blocks):
        yield from _block(profile, f"{key}.blocks[{i}]", block)


def _block(profile: Profile, key: str, block: Block) -> Complaints:
    units = UNITS.get(block.quantity)
    if units is None:
        return
    if block.unit not in units:
        yield f"{key}.unit", f"{block.unit!r} is no unit of `{block.quantity}`; use one of {', '.join(units)}"
    yield from _positive(profile, f"{key}.scale", block.scale, GREATEST_SCALE)


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


# ---- session


def _session(profile: Profile) -> Complaints:
    session = profile.session
    if bool(session.keepalive) != (session.keepalive_s is not None):
        yield "session.keepalive_s", "`keepalive` and `keepalive_s` go together"
    for phase, steps in (("start", session.start), ("stop", session.stop), ("keepalive", session.keepalive)):
        for i, step in enumerate(steps):
            yield from _step(profile, f"session.{phase}[{i}]", step)


def _step(profile: Profile, key: str, step: Step) -> Complaints:
    role = getattr(step, "role", None)
    if role is not None:
        yield from _role(profile, f"{key}.role", role)
    if isinstance(step, Write):
        yield from _template(profile, f"{key}.bytes", step.bytes)
    elif isinstance(step, Expect):
        yield from _template(profile, f"{key}.prefix", step.prefix)
    for i, capture in enumerate(getattr(step, "capture", ())):
        if capture.param not in profile.params:
            yield f"{key}.capture[{i}].param", f"{capture.param!r} is not in [params]"


def _template(profile: Profile, key: str, text: str) -> Complaints:
    try:
        template = ByteTemplate(text)
    except ValueError as error:
        yield key, f"the template {error}"
        return
    for name in template.names:
        if name not in profile.params:
            yield key, f"{{{name}}} is not in [params]"
            return
    yield from _fits(profile, key, template)


def _fits(profile: Profile, key: str, template: ByteTemplate) -> Complaints:
    values = resolve_params(profile)
    for name in template.names:
        for value in possible_values(f"${name}", profile):
            try:
                template.render({**values, name: value})
            except ValueError as error:
                yield key, f"parameter {name!r}: {error}"
                return


# ---- vectors


def _vectors(profile: Profile) -> Complaints:
    rules = {rule.name: rule for rule in profile.packet}
    most: dict[str, int] = dict.fromkeys(rules, -1)
    for i, vector in enumerate(profile.vector):
        yield from _vector(profile, f"vector[{i}]", vector)
        if vector.packet not in rules:
            yield f"vector[{i}].packet", f"{vector.packet!r} is not the name of a packet"
        else:
            most[vector.packet] = max(most[vector.packet], min(vector.samples, len(vector.acc_g)))
    for i, rule in enumerate(profile.packet):
        if rule.samples is not None:
            least = 1 if rule.samples.count == 1 else 2
            if most[rule.name] < least:
                yield (
                    f"packet[{i}]",
                    f"no [[vector]] shows {least} or more samples of {rule.name!r} in `acc_g`",
                )


def _vector(profile: Profile, key: str, vector: Vector) -> Complaints:
    for i, text in enumerate(vector.hex):
        try:
            bytes.fromhex(text)
        except ValueError:
            yield f"{key}.hex[{i}]", "is not pairs of hex digits"
    for name, value in vector.params.items():
        param = profile.params.get(name)
        if param is None:
            yield f"{key}.params.{name}", "is not in [params]"
        elif param.allowed and value not in param.allowed:
            yield f"{key}.params.{name}", f"{value:g} is not among the allowed values"
    for i, kind in enumerate(vector.faults):
        if kind not in list(FaultKind):
            yield f"{key}.faults[{i}]", f"{kind!r} is not a kind of fault"

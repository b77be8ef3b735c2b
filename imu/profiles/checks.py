"""What one key of a profile cannot know of another: references, offsets, overlaps, signs.

Each check yields ``(key, complaint)``; the loader refuses a profile at the first. Packet rules are checked
by :mod:`imu.profiles.checks_packets`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imu.model import FaultKind
from imu.profiles.base import MAX_FRAME
from imu.profiles.checks_packets import CHECK_SIZES, packet_complaints, service_packet_complaints
from imu.profiles.framings import Continued, Stream
from imu.profiles.references import positive, role_known, uuid_valid
from imu.profiles.schema import Profile
from imu.profiles.steps import Capture, Expect, Read, Write
from imu.profiles.template import ByteTemplate, pack_number
from imu.profiles.values import possible_values, resolve_params
from imu.profiles.wire import size_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imu.profiles.framings import Check
    from imu.profiles.references import Complaints
    from imu.profiles.schema import Param, Service, Vector
    from imu.profiles.steps import Offer, Step

__all__ = ["complaints", "service_complaints"]

GREATEST_RATE_HZ = 100_000.0
GREATEST_RANGE = 1e6


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
    yield from _roles(profile.gatt)
    yield from _identity(profile)
    yield from _params(profile)
    yield from _sensor(profile)
    yield from _framings(profile)
    yield from packet_complaints(profile)
    yield from _session(profile)
    yield from _vectors(profile)


def service_complaints(service: Service) -> Complaints:
    """Everything that is wrong with a standard service; see :func:`complaints`."""
    yield from uuid_valid("uuid", service.uuid)
    yield from _roles(service.gatt)
    yield from service_packet_complaints(service)
    yield from _session(service)
    yield from _vectors(service)


# ---- identity and roles


def _roles(gatt: Mapping[str, str]) -> Complaints:
    seen: dict[str, str] = {}
    for role, uuid in gatt.items():
        yield from uuid_valid(f"gatt.{role}", uuid)
        if uuid in seen:
            yield f"gatt.{role}", f"has the same UUID as role {seen[uuid]!r}; give each role its own"
        seen[uuid] = role


def _identity(profile: Profile) -> Complaints:
    for i, uuid in enumerate(profile.match.service_uuids):
        yield from uuid_valid(f"match.service_uuids[{i}]", uuid)
    if not profile.match.name_prefixes and not profile.match.service_uuids:
        yield "match", "names neither a name prefix nor a service, so no sensor would ever be found"
    homes: dict[str, str] = {}
    for uuid, roles in profile.services.items():
        key = f"services.{uuid}"
        yield from uuid_valid(key, uuid)
        for role in roles:
            yield from role_known(profile.gatt, key, role)
            if role in homes:
                yield key, f"holds role {role!r}, which is already in service {homes[role]}"
            homes[role] = uuid
    if missing := [role for role in profile.gatt if homes and role not in homes]:
        yield "services", f"says nothing of role {missing[0]!r}"


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
        if param.played is not None and param.allowed and param.played not in param.allowed:
            yield f"{key}.played", f"{param.played:g} is not among the allowed values"


def _table(profile: Profile, key: str, source: str, covered: set[float]) -> Complaints:
    other = profile.params.get(source)
    if other is None or other.of is not None or not other.allowed:
        yield f"{key}.of", f"{source!r} is not a parameter with `default` and `allowed`"
    elif missing := set(other.allowed) - covered:
        yield f"{key}.table", f"has no row for {source} = {min(missing):g}"


def _sensor(profile: Profile) -> Complaints:
    sensor = profile.sensor
    yield from positive(profile, "sensor.rate_hz", sensor.rate_hz, GREATEST_RATE_HZ)
    yield from positive(profile, "sensor.acc_range_g", sensor.acc_range_g, GREATEST_RANGE)
    if sensor.gyr_range_dps is not None:
        yield from positive(profile, "sensor.gyr_range_dps", sensor.gyr_range_dps, GREATEST_RANGE)


# ---- framing


def _framings(profile: Profile) -> Complaints:
    for role, framing in profile.framing.items():
        key = f"framing.{role}"
        yield from role_known(profile.gatt, key, role)
        if isinstance(framing, Stream):
            yield from _stream(key, framing)
        elif isinstance(framing, Continued):
            yield from _continued(profile, key, framing)
            if framing.code_at >= framing.header:
                yield f"{key}.code_at", "lies behind the header of a further part"
            if framing.first == framing.next:
                yield f"{key}.next", "is the same as `first`, so parts cannot be told apart"
        if framing.check is not None:
            yield from _check_area(f"{key}.check", framing.check)


def _continued(profile: Profile, key: str, framing: Continued) -> Complaints:
    if (framing.length is None) == (framing.part_bytes is None):
        yield key, "needs either `length` or `part_bytes`"
    elif framing.length is not None:
        yield from positive(profile, f"{key}.length", framing.length, MAX_FRAME)
    elif framing.part_bytes is not None and framing.part_bytes <= framing.header:
        yield f"{key}.part_bytes", "leaves no room behind the header"


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


# ---- session


def _session(profile: Profile | Service) -> Complaints:
    session = profile.session
    if bool(session.keepalive) != (session.keepalive_s is not None):
        yield "session.keepalive_s", "`keepalive` and `keepalive_s` go together"
    for phase, steps in (("start", session.start), ("stop", session.stop), ("keepalive", session.keepalive)):
        for i, step in enumerate(steps):
            yield from _step(profile, f"session.{phase}[{i}]", step)


def _step(profile: Profile | Service, key: str, step: Step) -> Complaints:
    role = getattr(step, "role", None)
    if role is not None:
        yield from role_known(profile.gatt, f"{key}.role", role)
    if isinstance(step, Write):
        yield from _template(profile, f"{key}.bytes", step.bytes)
        quiet = [rule.name for rule in profile.packet if rule.samples is None]
        if step.answer is not None and step.answer not in quiet:
            yield f"{key}.answer", f"{step.answer!r} is not the name of a packet without samples"
    elif isinstance(step, Expect):
        yield from _template(profile, f"{key}.prefix", step.prefix)
        yield from _numbers(profile, f"{key}.offers", step.offers)
    if isinstance(step, Expect | Read):
        yield from _numbers(profile, f"{key}.capture", step.capture)


def _numbers(profile: Profile | Service, key: str, numbers: tuple[Capture | Offer, ...]) -> Complaints:
    for i, number in enumerate(numbers):
        if number.param not in _params_of(profile):
            yield f"{key}[{i}].param", f"{number.param!r} is not in [params]"
        elif isinstance(profile, Profile):
            yield from _holds(profile, f"{key}[{i}].type", number)
        if number.tlv is None:
            continue
        if number.tlv.id >= len(number.tlv.sizes):
            yield f"{key}[{i}].tlv.sizes", f"does not reach to id {number.tlv.id}"
        elif number.tlv.sizes[number.tlv.id] != size_of(number.type):
            yield f"{key}[{i}].tlv.sizes", f"gives id {number.tlv.id} another size than {number.type}"


def _holds(profile: Profile, key: str, number: Capture | Offer) -> Complaints:
    for value in possible_values(f"${number.param}", profile):
        try:
            pack_number(value, number.type)
        except ValueError as error:
            yield key, f"parameter {number.param!r}: {error}"
            return


def _params_of(profile: Profile | Service) -> Mapping[str, Param]:
    return profile.params if isinstance(profile, Profile) else {}


def _template(profile: Profile | Service, key: str, text: str) -> Complaints:
    try:
        template = ByteTemplate(text)
    except ValueError as error:
        yield key, f"the template {error}"
        return
    for name in template.names:
        if name not in _params_of(profile):
            yield key, f"{{{name}}} is not in [params]"
            return
    if isinstance(profile, Profile):
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


def _vectors(profile: Profile | Service) -> Complaints:
    rules = {rule.name: rule for rule in profile.packet}
    most: dict[str, int] = dict.fromkeys(rules, -1)
    for i, vector in enumerate(profile.vector):
        yield from _vector(profile, f"vector[{i}]", vector)
        if vector.packet not in rules:
            yield f"vector[{i}].packet", f"{vector.packet!r} is not the name of a packet"
        else:
            shown = max(len(vector.acc_g), len(vector.gyr_dps))
            most[vector.packet] = max(most[vector.packet], min(vector.samples, shown))
    for i, rule in enumerate(profile.packet):
        if rule.samples is not None:
            least = 1 if rule.samples.count == 1 else 2
            if most[rule.name] < least:
                yield (
                    f"packet[{i}]",
                    f"no [[vector]] shows {least} or more samples of {rule.name!r} in `acc_g` or `gyr_dps`",
                )


def _vector(profile: Profile | Service, key: str, vector: Vector) -> Complaints:
    for i, text in enumerate(vector.hex):
        try:
            bytes.fromhex(text)
        except ValueError:
            yield f"{key}.hex[{i}]", "is not pairs of hex digits"
    for name, value in vector.params.items():
        param = _params_of(profile).get(name)
        if param is None:
            yield f"{key}.params.{name}", "is not in [params]"
        elif param.allowed and value not in param.allowed:
            yield f"{key}.params.{name}", f"{value:g} is not among the allowed values"
    for i, kind in enumerate(vector.faults):
        if kind not in list(FaultKind):
            yield f"{key}.faults[{i}]", f"{kind!r} is not a kind of fault"

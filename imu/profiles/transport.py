"""What a radio needs to know of a profile: services, characteristics and what is done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from imu.profiles.schema import Profile
from imu.profiles.steps import Expect, Read, Subscribe, Write

if TYPE_CHECKING:
    from imu.profiles.schema import Service

__all__ = ["Characteristic", "characteristics", "min_mtu"]

ATT_HEADER_BYTES = 3


class Characteristic(NamedTuple):
    """One characteristic of a sensor.

    Attributes
    ----------
    role : str
        Its name in the profile; the ``channel`` of its packets.
    uuid, service : str
        128-bit UUIDs, of itself and of its service.
    notify, write, write_without_response, read : bool
        What the profile does with it, so what a virtual sensor must offer.
    """

    role: str
    uuid: str
    service: str
    notify: bool
    write: bool
    write_without_response: bool
    read: bool


def characteristics(profile: Profile | Service) -> tuple[Characteristic, ...]:
    """Characteristics of a profile or standard service, in the order of its roles.

    Parameters
    ----------
    profile : Profile or Service
        What is spoken.

    Returns
    -------
    tuple of Characteristic
        One for each role.
    """
    session = profile.session
    steps = (*session.start, *session.stop, *session.keepalive)
    heard = {rule.role for rule in profile.packet}
    found = []
    for role, uuid in profile.gatt.items():
        mine = [step for step in steps if getattr(step, "role", None) == role]
        writes = {step.response for step in mine if isinstance(step, Write)}
        reads = any(isinstance(step, Read) for step in mine)
        notifies = any(isinstance(step, Subscribe | Expect) for step in mine)
        found.append(
            Characteristic(
                role=role,
                uuid=uuid,
                service=_service_of(profile, role),
                notify=notifies or (role in heard and not reads),
                write=True in writes,
                write_without_response=False in writes,
                read=reads,
            )
        )
    return tuple(found)


def min_mtu(profile: Profile) -> int:
    """Least ATT MTU that carries the longest notification of the firmware.

    Parameters
    ----------
    profile : Profile
        The profile.

    Returns
    -------
    int
        Bytes, with the 3 bytes of the ATT header.
    """
    return profile.link.payload_bytes + ATT_HEADER_BYTES


def _service_of(profile: Profile | Service, role: str) -> str:
    if not isinstance(profile, Profile):
        return profile.uuid
    for uuid, roles in profile.services.items():
        if role in roles:
            return uuid
    return profile.match.service_uuids[0] if profile.match.service_uuids else ""

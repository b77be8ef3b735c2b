"""Firmware profiles: what a sensor's firmware says, as data.

A profile is one TOML file; :mod:`imu.profiles.schema` is its closed schema. Profiles that come with
softstrike lie in the package ``firmware_profiles``; :mod:`imu.decode` reads and writes packets by them.
"""

from imu.profiles.loader import (
    builtin_profiles,
    builtin_services,
    find_profile,
    load_profile,
    parse_profile,
    parse_service,
)
from imu.profiles.schema import Profile, SeqRule, Service, TimeRule
from imu.profiles.transport import Characteristic, characteristics, min_mtu
from imu.profiles.values import Nominal, highest, nominal, played_params, resolve_params

__all__ = [
    "Characteristic",
    "Nominal",
    "Profile",
    "SeqRule",
    "Service",
    "TimeRule",
    "builtin_profiles",
    "builtin_services",
    "characteristics",
    "find_profile",
    "highest",
    "load_profile",
    "min_mtu",
    "nominal",
    "parse_profile",
    "parse_service",
    "played_params",
    "resolve_params",
]

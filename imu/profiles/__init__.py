"""Firmware profiles: what a sensor's firmware says, as data.

A profile is one TOML file; :mod:`imu.profiles.schema` is its closed schema. Profiles that come with
softstrike lie in the package ``firmware_profiles``; :mod:`imu.decode` reads and writes packets by them.
"""

from imu.profiles.loader import builtin_profiles, find_profile, load_profile, parse_profile
from imu.profiles.schema import Profile, SeqRule, TimeRule
from imu.profiles.values import Nominal, nominal, resolve_params

__all__ = [
    "Nominal",
    "Profile",
    "SeqRule",
    "TimeRule",
    "builtin_profiles",
    "find_profile",
    "load_profile",
    "nominal",
    "parse_profile",
    "resolve_params",
]

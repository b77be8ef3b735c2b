"""Tries whether a firmware profile keeps its word: vectors, round trips, a session, hostile bytes."""

from imu.conformance.fuzz import FuzzReport, decode_only, fuzz, fuzz_packets
from imu.conformance.kit import Check, Outcome, check_profile
from imu.conformance.link import converse

__all__ = [
    "Check",
    "FuzzReport",
    "Outcome",
    "check_profile",
    "converse",
    "decode_only",
    "fuzz",
    "fuzz_packets",
]

"""The library: all sessions of a folder, without a server and without an account."""

from imu.library.catalogue import Library
from imu.library.entries import SessionEntry, Wanted

__all__ = ["Library", "SessionEntry", "Wanted"]

"""The library: all sessions of a folder, without a server and without an account."""

from imu.library.catalogue import Library
from imu.library.entries import SessionEntry, Wanted, length_text, printable
from imu.library.tables import TABLES, Tables

__all__ = ["TABLES", "Library", "SessionEntry", "Tables", "Wanted", "length_text", "printable"]

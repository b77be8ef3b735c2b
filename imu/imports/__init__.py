"""Recordings of other tools as session files.

A layout says which columns of a table are what; built-in layouts and a user's mapping file are the same kind
of TOML. Files are recognised by their column names and never run. Layer: beside :mod:`imu.exports`.
"""

from imu.imports.layouts import Layout, builtin_layouts, load_mapping
from imu.imports.packets import write_session
from imu.imports.tables import Facts, Imported, import_frame, import_tables

__all__ = [
    "Facts",
    "Imported",
    "Layout",
    "builtin_layouts",
    "import_frame",
    "import_tables",
    "load_mapping",
    "write_session",
]

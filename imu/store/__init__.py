"""Sessions and tables on disk."""

from imu.store.columns import ACC_COLUMNS, GYR_COLUMNS, TIME_COLUMN
from imu.store.edits import Edits, edited, edits_path, read_edits, write_edits
from imu.store.parts import JoinedReader, Reader, open_session
from imu.store.recovery import Missing, Recovered, recover
from imu.store.sealing import seal
from imu.store.session_reader import FORMAT_VERSION, SessionReader
from imu.store.session_writer import SessionWriter
from imu.store.steps_table import CONTRACT_VERSION, steps_frame, write_steps
from imu.store.tables import SampleTable, read_samples
from imu.store.topics import DERIVED_TYPES, INPUT_TYPES, Derived, Recordable

__all__ = [
    "ACC_COLUMNS",
    "CONTRACT_VERSION",
    "DERIVED_TYPES",
    "FORMAT_VERSION",
    "GYR_COLUMNS",
    "INPUT_TYPES",
    "TIME_COLUMN",
    "Derived",
    "Edits",
    "JoinedReader",
    "Missing",
    "Reader",
    "Recordable",
    "Recovered",
    "SampleTable",
    "SessionReader",
    "SessionWriter",
    "edited",
    "edits_path",
    "open_session",
    "read_edits",
    "read_samples",
    "recover",
    "seal",
    "steps_frame",
    "write_edits",
    "write_steps",
]

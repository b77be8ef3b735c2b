"""Sessions in the formats of other tools; each is read back by another library in the tests.

Layer: above :mod:`imu.batch`, beside :mod:`imu.report`.
"""

from imu.exports.bids import export_bids
from imu.exports.fit import export_fit
from imu.exports.lsl import stream_lsl
from imu.exports.places import Written, new_folder
from imu.exports.tables import export_csv, export_parquet

__all__ = [
    "Written",
    "export_bids",
    "export_csv",
    "export_fit",
    "export_parquet",
    "new_folder",
    "stream_lsl",
]

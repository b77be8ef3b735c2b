"""Vertical force from a force plate or an instrumented treadmill: contacts, peaks, loading rates, drift.

For analysts who have measured force. Nothing in softstrike derives a force from an accelerometer.
"""

from imu.forceplate.contacts import ForceContacts, find_contacts, flight_baseline, remove_drift
from imu.forceplate.params import ForceParams
from imu.forceplate.record import ForceRecord, ForceUnit, read_force
from imu.forceplate.strides import RateWindow, stride_table

__all__ = [
    "ForceContacts",
    "ForceParams",
    "ForceRecord",
    "ForceUnit",
    "RateWindow",
    "find_contacts",
    "flight_baseline",
    "read_force",
    "remove_drift",
    "stride_table",
]

"""What flows through softstrike: frozen, typed values without behaviour."""

from imu.model.flags import Basis, Flag, ImpactLimit, Rule
from imu.model.health import ClockEstimate, Ledger, SensorHealth
from imu.model.inputs import Command, Input, LinkChange, LinkState, Marker, Packet, Tick
from imu.model.samples import Fault, FaultKind, Gap, RawBatch, SampleBatch, SensorStatus
from imu.model.session import SensorInfo, SessionHeader
from imu.model.steps import STEP_COLUMNS, Activity, Placement, RejectReason, Side, Step, Strike

__all__ = [
    "STEP_COLUMNS",
    "Activity",
    "Basis",
    "ClockEstimate",
    "Command",
    "Fault",
    "FaultKind",
    "Flag",
    "Gap",
    "ImpactLimit",
    "Input",
    "Ledger",
    "LinkChange",
    "LinkState",
    "Marker",
    "Packet",
    "Placement",
    "RawBatch",
    "RejectReason",
    "Rule",
    "SampleBatch",
    "SensorHealth",
    "SensorInfo",
    "SensorStatus",
    "SessionHeader",
    "Side",
    "Step",
    "Strike",
    "Tick",
]

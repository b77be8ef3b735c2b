"""What flows through softstrike: frozen, typed values without behaviour."""

from imu.model.blocks import InputBlock, PacketBlock, RawBlock
from imu.model.contacts import Impact, Landing
from imu.model.cues import Cue, CueKind, CuePeriod, CuePeriodKind
from imu.model.flags import Basis, Flag, ImpactLimit, Rule
from imu.model.health import ClockEstimate, Ledger, SensorHealth
from imu.model.inputs import Command, Input, LinkChange, LinkState, Marker, Packet, Tick
from imu.model.mounting import MountingEstimate
from imu.model.runner import Phase, PhaseChange, RunnerMetrics
from imu.model.samples import Fault, FaultKind, Gap, RawBatch, RawGyro, SampleBatch, SensorStatus
from imu.model.session import SensorInfo, SessionHeader
from imu.model.steps import STEP_COLUMNS, Activity, Placement, RejectReason, Side, Step, Strike

__all__ = [
    "STEP_COLUMNS",
    "Activity",
    "Basis",
    "ClockEstimate",
    "Command",
    "Cue",
    "CueKind",
    "CuePeriod",
    "CuePeriodKind",
    "Fault",
    "FaultKind",
    "Flag",
    "Gap",
    "Impact",
    "ImpactLimit",
    "Input",
    "InputBlock",
    "Landing",
    "Ledger",
    "LinkChange",
    "LinkState",
    "Marker",
    "MountingEstimate",
    "Packet",
    "PacketBlock",
    "Phase",
    "PhaseChange",
    "Placement",
    "RawBatch",
    "RawBlock",
    "RawGyro",
    "RejectReason",
    "Rule",
    "RunnerMetrics",
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

"""Counter unwrapping, loss and reorder bookkeeping, and the fit of device clocks to the host's clock."""

from imu.clock.envelope import Envelope, EnvelopeParams
from imu.clock.params import TimelineParams
from imu.clock.timeline import ClockLook, Timeline, TimelineState

__all__ = ["ClockLook", "Envelope", "EnvelopeParams", "Timeline", "TimelineParams", "TimelineState"]

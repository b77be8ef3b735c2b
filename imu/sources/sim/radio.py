"""What the air does to packets: they wait for their turn, come late, twice, in a heap or not at all."""

from __future__ import annotations

import zlib

import msgspec
import numpy as np

from imu.errors import UsageError
from imu.units import NS_PER_MS, NS_PER_S, s_to_ns

__all__ = ["RadioLink", "RadioModel"]

RADIO_STREAM = 0x52414449
DRAWS = 7


class RadioModel(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of one radio link; all defaults are a good link.

    Attributes
    ----------
    loss : float
        Share of single packets lost.
    burst_per_min : float
        How often a burst of loss begins (the bad state of a Gilbert-Elliott channel).
    burst_ms : float
        Mean length of a burst, in which every packet is lost.
    interval_ms : float
        Connection interval: packets arrive at its multiples, several at once when they come faster.
    latency_ms : float
        Shortest time from the last sample of a packet to its arrival.
    jitter_ms : float
        Mean of the exponential delay on top, caused by the host.
    duplicate : float
        Share of packets that arrive twice.
    reorder : float
        Share of packets that arrive after their successor.
    stall_per_min, stall_ms : float
        How often nothing arrives for a while (mean length), after which all of it comes at once.
    dropouts_s : tuple of (float, float)
        Begin and end of times, s, in which the link is lost altogether.
    """

    loss: float = 0.0
    burst_per_min: float = 0.0
    burst_ms: float = 120.0
    interval_ms: float = 15.0
    latency_ms: float = 3.0
    jitter_ms: float = 1.5
    duplicate: float = 0.0
    reorder: float = 0.0
    stall_per_min: float = 0.0
    stall_ms: float = 250.0
    dropouts_s: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        for name in ("loss", "duplicate", "reorder"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise UsageError(f"radio: {name} is a share and must lie between 0 and 1.")
        if self.interval_ms <= 0 or min(self.latency_ms, self.jitter_ms, self.burst_ms, self.stall_ms) < 0:
            raise UsageError("radio: interval_ms must be greater than 0 and no other time below 0.")


class RadioLink:
    """One sensor's link; it says when each packet arrives.

    Parameters
    ----------
    model : RadioModel
        Its statistics.
    seed : int
        Seed of the session.
    sensor : str
        Identity of the sensor: every sensor has its own luck.
    """

    def __init__(self, model: RadioModel, seed: int, sensor: str) -> None:
        self._model = model
        self._rng = np.random.default_rng([seed, zlib.crc32(sensor.encode()), RADIO_STREAM])
        self._phase_ns = int(self._rng.integers(0, max(1, round(model.interval_ms * NS_PER_MS))))
        self._burst_until_ns = self._stalled_until_ns = self._latest_ns = self._previous_ns = -NS_PER_S

    def arrivals(self, ready_ns: int) -> list[int]:
        """When the next packet arrives.

        Parameters
        ----------
        ready_ns : int
            Time at which the packet is complete, ns; increases from call to call.

        Returns
        -------
        list of int
            Later than `ready_ns`; none for a lost packet, two for one that comes twice.
        """
        draw = self._rng.random(DRAWS)
        model = self._model
        period_ns = min(ready_ns - self._previous_ns, NS_PER_S)
        chance = period_ns / (60 * NS_PER_S)
        self._previous_ns = ready_ns
        wait = -np.log1p(-draw[:2])
        if draw[2] < model.burst_per_min * chance:
            self._burst_until_ns = ready_ns + round(wait[0] * model.burst_ms * NS_PER_MS)
        if draw[3] < model.stall_per_min * chance:
            self._stalled_until_ns = ready_ns + round(wait[0] * model.stall_ms * NS_PER_MS)
        if draw[4] < model.loss or ready_ns < self._burst_until_ns or self._dropped(ready_ns):
            return []
        interval_ns = round(model.interval_ms * NS_PER_MS)
        sent = max(ready_ns + round(model.latency_ms * NS_PER_MS), self._stalled_until_ns)
        event = sent + (self._phase_ns - sent) % interval_ns
        arrival = event + round(wait[1] * model.jitter_ms * NS_PER_MS)
        if draw[5] < model.reorder:
            return [arrival + 2 * (interval_ns + period_ns)]
        # A link delivers in order: what is late delays what follows.
        self._latest_ns = arrival = max(arrival, self._latest_ns + 1)
        return [arrival, arrival + 1] if draw[6] < model.duplicate else [arrival]

    def _dropped(self, ready_ns: int) -> bool:
        return any(s_to_ns(begin) <= ready_ns < s_to_ns(end) for begin, end in self._model.dropouts_s)

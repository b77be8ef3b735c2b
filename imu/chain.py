"""Builds the chains from a session's header: the only wiring.

``Packet -> Decoder -> Timeline -> StepDetector``, one chain per sensor, joined by the judge, the coach, the
runner's metrics and the phases. Where a firmware sends acceleration and angular rate apart, a ``Joiner``
stands behind the decoder. Nothing in here or below knows a clock, a file, a thread or a radio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from imu.block import Block
from imu.clock import Timeline, TimelineParams
from imu.coach import Coach
from imu.config import ChainConfig
from imu.decode import Decoder, Joiner, JoinerParams
from imu.errors import SessionFileError
from imu.flags import Judge
from imu.metrics import PhaseTracker, RunnerTracker
from imu.model import (
    Command,
    Cue,
    CuePeriod,
    Fault,
    Flag,
    Gap,
    Impact,
    ImpactLimit,
    Input,
    Landing,
    Ledger,
    LinkChange,
    LinkState,
    MountingEstimate,
    Packet,
    PhaseChange,
    RawBatch,
    RawGyro,
    RunnerMetrics,
    SampleBatch,
    SensorHealth,
    SensorInfo,
    SensorStatus,
    SessionHeader,
    Step,
    Tick,
)
from imu.profiles import find_profile, parse_profile
from imu.signal import SignalParams, StepDetector, StrikeModel
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imu.clock import ClockLook
    from imu.decode import Decoded
    from imu.profiles import Profile

__all__ = ["Chain", "Output", "SensorChain", "SensorOutput", "profile_of"]

SensorOutput = (
    SampleBatch | Gap | Fault | SensorStatus | Impact | Landing | Step | MountingEstimate | SensorHealth
)
"""Anything a sensor's chain yields."""

Output = SensorOutput | Flag | ImpactLimit | Cue | CuePeriod | RunnerMetrics | PhaseChange
"""Anything a chain yields."""


def profile_of(sensor: SensorInfo) -> Profile:
    """Firmware profile of a sensor: the text kept in the session, else the built-in one.

    Raises
    ------
    SessionFileError
        The session names no profile, or one that this version does not know.
    ProfileError
        The profile's text is not valid.
    """
    if sensor.profile_toml:
        return parse_profile(sensor.profile_toml)
    if not sensor.profile:
        raise SessionFileError(
            f"sensor {sensor.sensor!r} names no firmware profile, so its packets stay unread"
        )
    return find_profile(sensor.profile)


_RATE_TICKS = 10


class _SensorState(msgspec.Struct):
    link: LinkState = LinkState.SEARCHING
    last_arrival_ns: int | None = None
    battery_percent: float | None = None
    ticks: list[tuple[int, int]] = msgspec.field(default_factory=list)
    blocks: tuple[Any, ...] = ()


class SensorChain(Block[Packet | LinkChange | Tick, SensorOutput, _SensorState]):
    """Chain of one sensor; on the pelvis it yields samples, but no steps.

    Parameters
    ----------
    sensor : SensorInfo
        The sensor; its profile and parameters decide how packets are read.
    params : SignalParams, optional
        Parameters of the signal chain.
    strike_model : StrikeModel, optional
        The runner's own landing model.
    """

    def __init__(
        self,
        sensor: SensorInfo,
        params: SignalParams | None = None,
        strike_model: StrikeModel | None = None,
    ) -> None:
        profile = profile_of(sensor)
        self.sensor = sensor
        self.decoder = Decoder(profile, sensor.sensor, sensor.params or None)
        apart = JoinerParams.from_profile(profile, sensor.rate_hz) if sensor.has_gyro else None
        self.joiner = None if apart is None else Joiner(sensor.sensor, apart)
        self.timeline = Timeline(sensor.sensor, TimelineParams.from_profile(profile, sensor.rate_hz))
        self.detector = StepDetector(sensor, params, strike_model) if sensor.placement.on_leg else None
        self._state = _SensorState()

    def push(self, item: Packet | LinkChange | Tick) -> list[SensorOutput]:
        """Take one input of this sensor, or a tick."""
        if isinstance(item, Packet):
            self.hear(item.arrival_ns)
            return self._decode(item)
        if isinstance(item, LinkChange):
            return self.link(item)
        return [self.health(item, self.look())]

    def hear(self, arrival_ns: int) -> None:
        """Take note that a packet came."""
        self._state.last_arrival_ns = arrival_ns
        self._state.link = LinkState.CONNECTED

    def link(self, change: LinkChange) -> list[SensorOutput]:
        """Take note of the link, and tell of frames that broke off with it."""
        self._state.link = change.state
        return [] if change.state is LinkState.CONNECTED else self._drop_unfinished()

    def flush(self) -> list[SensorOutput]:
        """Finish the last steps."""
        return [*self._drop_unfinished(), *([] if self.detector is None else self.detector.flush())]

    def snapshot(self) -> _SensorState:
        """Copy of the whole state, of the blocks inside as well."""
        self._state.blocks = tuple(block.snapshot() for block in self._blocks())
        return super().snapshot()

    def restore(self, state: _SensorState) -> None:
        """Go on from a snapshot."""
        super().restore(state)
        for block, inner in zip(self._blocks(), self._state.blocks, strict=True):
            block.restore(inner)
        self._state.blocks = ()

    def _blocks(self) -> tuple[Block[Any, Any, Any], ...]:
        blocks = (self.decoder, self.joiner, self.timeline, self.detector)
        return tuple(block for block in blocks if block is not None)

    def _drop_unfinished(self) -> list[SensorOutput]:
        """Tell of frames that broke off: what comes over a new link does not go on with them."""
        joined = [] if self.joiner is None else self.joiner.flush()
        return [each for each in (*self.decoder.flush(), *joined) if isinstance(each, Fault)]

    def decode(self, packet: Packet) -> list[SampleBatch | Gap | Fault | SensorStatus]:
        """Turn a packet into samples on the session's clock, and whatever is amiss; finds no steps."""
        out: list[SampleBatch | Gap | Fault | SensorStatus] = []
        for decoded in self.decoder.push(packet):
            out += self.time(decoded)
        return out

    def time(self, decoded: Decoded) -> list[SampleBatch | Gap | Fault | SensorStatus]:
        """Put what a frame held on the session's clock."""
        if isinstance(decoded, SensorStatus) and decoded.battery_percent is not None:
            self.battery_percent = decoded.battery_percent
        out: list[SampleBatch | Gap | Fault | SensorStatus] = []
        for raw in self._joined(decoded):
            out += self.timeline.push(raw) if isinstance(raw, RawBatch) else [raw]
        return out

    def look(self) -> ClockLook:
        """Account of all packets and samples so far, and the clock."""
        return self._ledger(), self.timeline.clock()

    def _decode(self, packet: Packet) -> list[SensorOutput]:
        out: list[SensorOutput] = []
        for timed in self.decode(packet):
            out.append(timed)
            if isinstance(timed, SampleBatch | Gap) and self.detector is not None:
                out += self.detector.push(timed)
        return out

    def _joined(self, decoded: Decoded) -> Sequence[RawBatch | Fault | SensorStatus]:
        """Join what comes apart; the rest passes, but for angular rates that nobody asked for."""
        if isinstance(decoded, RawBatch | RawGyro) and self.joiner is not None:
            return self.joiner.push(decoded)
        return [] if isinstance(decoded, RawGyro) else [decoded]

    def _ledger(self) -> Ledger:
        ledger = self.timeline.ledger()
        if self.joiner is None:
            return ledger
        twice, late = self.joiner.twice_and_late
        return msgspec.structs.replace(
            ledger, duplicates=ledger.duplicates + twice, reordered=ledger.reordered + late
        )

    @property
    def battery_percent(self) -> float | None:
        """Charge as last told, percent."""
        return self._state.battery_percent

    @battery_percent.setter
    def battery_percent(self, percent: float | None) -> None:
        self._state.battery_percent = percent

    def health(self, tick: Tick, look: ClockLook) -> SensorHealth:
        """Tell the sensor's health at a tick, given what :meth:`look` said then."""
        state, (ledger, clock) = self._state, look
        since = state.last_arrival_ns
        if since is None:
            since = state.ticks[0][0] if state.ticks else tick.arrival_ns
        state.ticks = [*state.ticks[-_RATE_TICKS:], (tick.arrival_ns, ledger.samples)]
        return SensorHealth(
            sensor=self.sensor.sensor,
            t_ns=tick.arrival_ns,
            link=state.link,
            rate_hz=_rate_hz(state.ticks),
            ledger=ledger,
            clock=clock,
            battery_percent=state.battery_percent,
            silent_s=(tick.arrival_ns - since) / NS_PER_S,
        )


def _rate_hz(ticks: list[tuple[int, int]]) -> float | None:
    """Count samples per second over the latest ticks; one second alone would show packets come and go."""
    (first_ns, before), (last_ns, after) = ticks[0], ticks[-1]
    return (after - before) * NS_PER_S / (last_ns - first_ns) if last_ns > first_ns else None


class Chain:
    """Chains of all sensors of a session and the blocks that join them.

    Parameters
    ----------
    header : SessionHeader
        The session's sensors and settings.
    config : ChainConfig, optional
        Parameters; by default those of the header.
    """

    def __init__(self, header: SessionHeader, config: ChainConfig | None = None) -> None:
        config = config or ChainConfig.from_header(header)
        self.header = header
        self.sensors = {
            s.sensor: SensorChain(s, config.signal, config.strike_models.get(s.sensor))
            for s in header.sensors
        }
        self.judge = Judge(header.sensors, config)
        self.coach = Coach(header.sensors, config)
        self.runner = RunnerTracker(header.sensors, config.runner)
        self.phases = PhaseTracker(config.phases)

    def push(self, item: Input) -> list[Output]:
        """Take the next input and return everything that follows from it."""
        if isinstance(item, Packet | LinkChange):
            chain = self.sensors.get(item.sensor)
            return self.join(chain.push(item)) if chain is not None else []
        if isinstance(item, Tick):
            joined = self.join([out for chain in self.sensors.values() for out in chain.push(item)])
            return [*joined, *self.follow(item)]
        return self.follow(item)

    def follow(self, item: Input) -> list[Output]:
        """Tell what follows from an input that is no sensor's, once the sensors have told what follows."""
        if isinstance(item, Tick):
            return [*self.runner.push(item)]
        return [*self.judge.push(item), *self.coach.push(item)] if isinstance(item, Command) else []

    def flush(self) -> list[Output]:
        """Finish the last steps; the session has ended."""
        joined = self.join([out for chain in self.sensors.values() for out in chain.flush()])
        return [*joined, *self.phases.flush(), *self.runner.flush()]

    def snapshot(self) -> tuple[Any, ...]:
        """Copy of the whole state, of the blocks inside as well."""
        return tuple(block.snapshot() for block in self._blocks())

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go on from a snapshot of a chain with the same header and parameters."""
        for block, inner in zip(self._blocks(), state, strict=True):
            block.restore(inner)

    def _blocks(self) -> tuple[Block[Any, Any, Any], ...]:
        return (*self.sensors.values(), self.judge, self.coach, self.runner, self.phases)

    def join(self, outputs: Iterable[SensorOutput]) -> list[Output]:
        """Let everything that joins the sensors follow their outputs."""
        joined: list[Output] = []
        for out in outputs:
            if isinstance(out, Step):
                self.runner.push(out)
                joined += [*self.judge.push(out), *self.coach.push(out), *self.phases.push(out)]
                continue
            joined.append(out)
            if isinstance(out, SensorHealth):
                joined += [*self.judge.push(out), *self.phases.push(out)]
            elif isinstance(out, Gap):
                joined += self.phases.push(out)
        return joined

"""A made-up run as the engine would tell it: traces at 200 Hz, steps, flags, health of two shins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from imu.model import (
    Activity,
    Basis,
    ClockEstimate,
    Cue,
    CueKind,
    Flag,
    ImpactLimit,
    Ledger,
    LinkState,
    Phase,
    PhaseChange,
    Placement,
    RejectReason,
    Rule,
    RunnerMetrics,
    SampleBatch,
    SensorHealth,
    SensorInfo,
    SessionHeader,
    Side,
    Step,
    Strike,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

STRIDE_S = 0.70
CONTACT_S = 0.24


def header(
    rate_hz: float = 200.0, sides: tuple[Side, ...] = (Side.LEFT, Side.RIGHT), runner: str = "Ada"
) -> SessionHeader:
    sensors = tuple(SensorInfo(f"{side}-shank", Placement.SHANK, side, rate_hz) for side in sides)
    return SessionHeader(sensors=sensors, runner=runner, origin="simulated")


def acceleration_g(t_s: np.ndarray, contacts_s: np.ndarray, peaks_g: np.ndarray) -> np.ndarray:
    """Resultant of a shin: push-off and swing between impacts that ring at 18 Hz and fade."""
    place = np.clip(np.searchsorted(contacts_s, t_s, side="right") - 1, 0, None)
    since_s = t_s - contacts_s[place]
    phase = np.clip(since_s / STRIDE_S, 0.0, 1.0)
    swing = (
        1.0
        + 1.6 * np.exp(-0.5 * ((phase - 0.30) / 0.06) ** 2)
        + 2.4 * np.exp(-0.5 * ((phase - 0.62) / 0.08) ** 2)
    )
    rise = np.clip(since_s / 0.022, 0.0, 1.0)
    ring = np.exp(-np.clip(since_s - 0.022, 0.0, None) / 0.028) * np.cos(2 * np.pi * 18 * (since_s - 0.022))
    trace = swing + (peaks_g[place] - 1.0) * rise**2 * ring
    return np.where(since_s < 0, 1.0, np.abs(trace))


@dataclass
class Run:
    """A run of both legs; every value follows from the arguments and the seed."""

    duration_s: float = 20.0
    rate_hz: float = 200.0
    impact_g: dict[Side, float] = field(default_factory=lambda: {Side.LEFT: 6.8, Side.RIGHT: 6.4})
    heel_share: dict[Side, float] = field(default_factory=lambda: {Side.LEFT: 0.1, Side.RIGHT: 0.06})
    limit_g: float = 8.0
    activity: Activity = Activity.RUN
    basis: Basis = Basis.GENERAL
    baseline_g: float | None = None
    clipped: bool = False
    seed: int = 1
    origin_s: float = 100.0
    strike_angle_deg: float | None = None

    def header(self, **options: object) -> SessionHeader:
        made = header(self.rate_hz, tuple(self.impact_g), **options)
        usual = (
            {}
            if self.baseline_g is None
            else {f"baseline_g.{s.sensor}": self.baseline_g for s in made.sensors}
        )
        return SessionHeader(
            sensors=made.sensors, runner=made.runner, origin_ns=round(self.origin_s * 1e9), config=usual
        )

    def items(self) -> Iterator[object]:
        """Everything in the order of time, in packets of 20 samples."""
        parts = [item for number, side in enumerate(self.impact_g) for item in self._leg(side, number)]
        parts += self._runner()
        yield from (item for _, item in sorted(parts, key=lambda part: part[0]))

    def _runner(self) -> Iterator[tuple[int, object]]:
        """Yield what the chain tells of both legs together."""
        if self.duration_s > 2.0 and self.activity is Activity.RUN:
            yield self._ns(1.5), PhaseChange(self._ns(1.0), Phase.RUN, self._ns(1.5))
        left, right = (self.impact_g.get(side) for side in (Side.LEFT, Side.RIGHT))
        both = None if left is None or right is None else 200 * (left - right) / (left + right)
        for second in range(5, int(self.duration_s) + 1):
            count = {f"{side}-shank": int(second / STRIDE_S) for side in self.impact_g}
            sums_g = {
                f"{side}-shank": value * count[f"{side}-shank"] for side, value in self.impact_g.items()
            }
            yield (
                self._ns(second),
                RunnerMetrics(self._ns(second), 120 / STRIDE_S, both, 0.0, count, sums_g, {}),
            )

    def cue(self, side: Side, at_s: float) -> Cue:
        return Cue(
            self._ns(at_s), CueKind.SOFTER, f"{side}-shank", side, 20, 7.5, 6.0, "g", f"Softer on the {side}."
        )

    def _leg(self, side: Side, number: int) -> Iterator[tuple[int, object]]:
        rng = np.random.default_rng((self.seed, number))
        sensor = f"{side}-shank"
        count = int(self.duration_s / STRIDE_S) + 1
        contacts_s = 1.0 + 0.5 * STRIDE_S * number + np.cumsum(rng.normal(STRIDE_S, 0.008, count)) - STRIDE_S
        contacts_s = contacts_s[contacts_s < self.duration_s - 0.35]
        peaks_g = rng.normal(self.impact_g[side], 0.45, len(contacts_s))
        yield self._ns(0.5), ImpactLimit(sensor, self.limit_g, self.basis, axial=False)
        yield from self._samples(sensor, contacts_s, peaks_g)
        kinds = [Strike.HEEL, Strike.MIDFOOT, Strike.FOREFOOT, Strike.UNSURE]
        heel = self.heel_share[side]
        shares = np.array([heel, (1 - heel) * 0.80, (1 - heel) * 0.12, (1 - heel) * 0.08])
        strikes = rng.choice(len(kinds), len(contacts_s), p=shares)
        for step, (contact_s, peak_g, kind) in enumerate(zip(contacts_s, peaks_g, strikes, strict=True)):
            made = self._step(step, side, contact_s, peak_g, kinds[kind])
            yield made.known_ns, made
        yield from self._health(sensor, number)

    def _ns(self, time_s: float) -> int:
        return round((self.origin_s + time_s) * 1e9)

    def _samples(
        self, sensor: str, contacts_s: np.ndarray, peaks_g: np.ndarray
    ) -> Iterator[tuple[int, object]]:
        t_s = np.arange(int(self.duration_s * self.rate_hz)) / self.rate_hz
        norm_g = acceleration_g(t_s, contacts_s, peaks_g)
        acc_g = norm_g[:, None] * np.array([0.28, 0.94, np.sqrt(1 - 0.28**2 - 0.94**2)])
        t_ns = np.round((self.origin_s + t_s) * 1e9).astype(np.int64)
        clipped = norm_g > 15.9 if self.clipped else np.zeros(len(t_s), bool)
        for start in range(0, len(t_s), 20):
            part = slice(start, start + 20)
            batch = SampleBatch(sensor, start, t_ns[part], acc_g[part], None, clipped[part])
            yield int(batch.t_ns[-1]), batch

    def _step(self, step: int, side: Side, contact_s: float, peak_g: float, strike: Strike) -> Step:
        run = self.activity is Activity.RUN
        return Step(
            step=step,
            sensor=f"{side}-shank",
            side=side,
            placement=Placement.SHANK,
            activity=self.activity,
            initial_contact_ns=self._ns(contact_s),
            toe_off_ns=self._ns(contact_s + CONTACT_S),
            stride_time_ms=1e3 * STRIDE_S if step else None,
            peak_accel_g=float(peak_g) if self.rate_hz >= 100 else None,
            peak_axial_g=float(peak_g) * 0.94 if self.rate_hz >= 100 else None,
            time_to_peak_ms=24.0,
            strike=strike if run else Strike.UNMEASURABLE,
            strike_angle_deg=self.strike_angle_deg,
            accepted=True,
            reject_reason=RejectReason.NONE,
            clipped=self.clipped,
            lost_samples=0,
            known_ns=self._ns(contact_s + 0.34),
            heel_strike=strike is Strike.HEEL if run else None,
            excessive_impact=bool(peak_g > self.limit_g) if run and self.rate_hz >= 100 else None,
        )

    def _health(self, sensor: str, number: int) -> Iterator[tuple[int, object]]:
        for second in range(1, int(self.duration_s) + 1):
            samples = int(second * self.rate_hz)
            yield (
                self._ns(second),
                SensorHealth(
                    sensor=sensor,
                    t_ns=self._ns(second),
                    link=LinkState.CONNECTED,
                    rate_hz=self.rate_hz - 0.2 * number,
                    ledger=Ledger(packets=samples // 20, samples=samples, lost=second // 3),
                    clock=ClockEstimate(
                        offset_ns=0, drift_ppm=12.0, uncertainty_ns=900_000 + 300_000 * number
                    ),
                    battery_percent=86.0 - 15 * number,
                    silent_s=0.02,
                ),
            )

    def flag(self, rule: Rule, side: Side, at_s: float, *, raised: bool = True) -> Flag:
        texts = {
            Rule.EXCESSIVE_IMPACT: (
                "g",
                9.3,
                self.limit_g,
                "Mean of 5 steps 9.3 g is above the general limit of 8 g.",
            ),
            Rule.HEEL_STRIKE: ("share", 0.7, 0.5, "7 of the last 10 steps landed on the heel."),
            Rule.SENSOR_TROUBLE: ("s", 3.0, 2.0, "No samples for 3 s; check battery and distance."),
        }
        unit, value, limit, text = texts[rule]
        return Flag(
            sensor=f"{side}-shank",
            rule=rule,
            raised=raised,
            t_ns=self._ns(at_s),
            step=None,
            value=value,
            limit=limit,
            unit=unit,
            basis=Basis.GENERAL,
            text=text,
        )


class StillTransport:
    """A replay that goes where it is told and moves no further."""

    def __init__(self, position_s: float = 83.0, duration_s: float = 600.0) -> None:
        self.position_s = position_s
        self.duration_s = duration_s
        self.playing = True
        self.speed = 1.0

    def resume(self) -> None:
        self.playing = True

    def pause(self) -> None:
        self.playing = False

    def set_speed(self, speed: float) -> None:
        self.speed = speed

    def seek(self, position_s: float) -> None:
        self.position_s = position_s

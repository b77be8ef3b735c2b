"""Parameters of the signal chain, in one place, versioned and stored with each session."""

from __future__ import annotations

import enum

import msgspec

from imu.model import Activity, Placement
from imu.signal.lags import CONTACT_LAGS_MS, TOE_OFF_LAGS_MS

__all__ = ["ContactLag", "SignalParams", "ToeOffRule", "ToeOffSignal"]


class ContactLag(msgspec.Struct, frozen=True):
    """Lag of three marks of the jerk energy behind the force plate's contact, ms (``docs/accuracy``).

    Attributes
    ----------
    half_ms, most_ms : float
        Rise through 50 % and 70 % of the peak.
    centroid_ms : float
        Centroid of the energy around its peak.
    """

    half_ms: float
    most_ms: float
    centroid_ms: float


class ToeOffSignal(enum.StrEnum):
    """Signals in which toe-off is sought."""

    AXIAL = "axial"
    NORM = "norm"
    AXIAL_AND_NORM = "axial_and_norm"
    PITCH_RATE = "pitch_rate"


class ToeOffRule(msgspec.Struct, frozen=True):
    """Toe-off is the most prominent extremum of a smoothed signal in a part of the stride.

    Attributes
    ----------
    signal : ToeOffSignal
        Where to look.
    sign : int
        1 for a maximum, -1 for a minimum.
    first, last : float
        Part of the stride after contact, as shares of the stride time.
    lag_ms : float
        Lag of the extremum behind the force plate's toe-off, ms.
    usual, spread : float
        Where the extremum usually lies, as a share of the stride time, and its spread: others must stand out
        more to be taken.
    """

    signal: ToeOffSignal
    sign: int
    first: float
    last: float
    lag_ms: float
    usual: float
    spread: float


_SHANK, _SHOE, _RUN, _WALK = Placement.SHANK, Placement.SHOE, Activity.RUN, Activity.WALK
_AXIAL, _NORM, _RATE = ToeOffSignal.AXIAL, ToeOffSignal.NORM, ToeOffSignal.PITCH_RATE
_BOTH = ToeOffSignal.AXIAL_AND_NORM
_SOUGHT: dict[tuple[Placement, Activity, bool], tuple[ToeOffSignal, int, float, float, float, float]] = {
    (_SHANK, _RUN, False): (_BOTH, -1, 0.22, 0.52, 0.38, 0.08),
    (_SHANK, _RUN, True): (_RATE, 1, 0.20, 0.48, 0.32, 0.08),
    (_SHOE, _RUN, False): (_AXIAL, -1, 0.20, 0.55, 0.40, 0.08),
    (_SHOE, _RUN, True): (_AXIAL, -1, 0.20, 0.55, 0.40, 0.08),
    (_SHANK, _WALK, False): (_NORM, 1, 0.45, 0.75, 0.57, 0.08),
    (_SHANK, _WALK, True): (_RATE, -1, 0.45, 0.75, 0.60, 0.08),
    (_SHOE, _WALK, False): (_AXIAL, 1, 0.45, 0.75, 0.61, 0.08),
    (_SHOE, _WALK, True): (_RATE, -1, 0.45, 0.75, 0.59, 0.08),
}
_TOE_OFF = {
    key: ToeOffRule(signal, sign, first, last, TOE_OFF_LAGS_MS[key], usual, spread)
    for key, (signal, sign, first, last, usual, spread) in _SOUGHT.items()
}


class SignalParams(msgspec.Struct, frozen=True):
    """Parameters of :class:`imu.signal.StepDetector`; the defaults are those of ``docs/accuracy``.

    Attributes
    ----------
    bridge_s : float
        Holes up to this long are interpolated (and counted as lost), longer ones restart the detector.
    torn_s : float
        A hole longer than this in or near the impact makes a step unfit for averages.
    detect_rate_hz : float
        Faster sensors are averaged down to about this rate for finding events.
    energy_window_s : float
        Window of the jerk energy in which candidates are found.
    mark_sd_s : float
        Standard deviation of the Gaussian window of the jerk energy in which contacts are timed.
    candidate_radius_s : float
        A candidate is the greatest jerk energy within this distance on both sides.
    burst_s : float
        A contact that is taken early is not waited for longer than this: a burst may have several peaks.
    after_s : float
        A contact is taken early once nothing greater came for this long, and timed with what came till then.
    energy_floor_gps : float
        Least jerk energy of a candidate, g/s.
    gate : float
        Least jerk energy of a step as a share of the median of the last eight.
    period_min_s, period_max_s : float
        Range of stride times that are looked for.
    regularity : float
        Least autocorrelation at the stride time for which gait is recognised.
    chain : int
        Steps in a row that make gait.
    run_std_shank_g, run_std_shoe_g : float
        Movement intensity at which running and walking are equally likely.
    run_period_s : float
        Stride time at which running and walking are equally likely.
    run_load_g : float
        Median resultant in the 0.36 s after contact at which running and walking are equally likely.
    run_load_share : float
        The same less 1 g, as a share of the movement intensity.
    min_impact_rate_hz, low_rate_hz : float
        Below the first sampling rate impact is unknown, below the second it is marked as of a low rate.
    impact_window_s : float
        The impact is sought from initial contact for this long.
    impact_cutoff_hz : float
        Low-pass of the impact: causal Butterworth, 2nd order.
    torn_reach_s : float
        How long before and after contact a long hole still spoils its timing.
    contact_min_ms, contact_max_ms, walk_contact_max_ms : float
        Plausible contact times.
    flat_first_s, flat_last_s, flat_window_s : float
        Where foot-flat is sought after contact, and the length of its still window.
    flat_rate_dps : float
        Greatest mean pitch rate of a foot that is flat.
    rebound_first_s, rebound_last_s, rebound_dps : float
        Where a dropping heel is sought after contact and from which pitch rate on it counts as one.
    early_first_s, early_last_s, toes_drop_dps : float
        Where the foot's turn just after contact is looked at, and from which mean rate on the toes drop.
    landing_s : float
        Time in which the foot comes down; samples missing in it can hide a turn of the foot.
    heel_above_deg, forefoot_below_deg, unsure_deg : float
        Borders of landing types and half-width of the band in which a step is unsure.
    """

    bridge_s: float = 0.25
    torn_s: float = 0.025
    detect_rate_hz: float = 200.0
    energy_window_s: float = 0.04
    mark_sd_s: float = 0.0065
    candidate_radius_s: float = 0.15
    burst_s: float = 0.053
    after_s: float = 0.016
    energy_floor_gps: float = 30.0
    gate: float = 0.25
    period_min_s: float = 0.45
    period_max_s: float = 1.5
    regularity: float = 0.5
    chain: int = 3
    run_std_shank_g: float = 0.97
    run_std_shoe_g: float = 1.35
    run_period_s: float = 0.90
    run_load_g: float = 1.38
    run_load_share: float = 0.36
    min_impact_rate_hz: float = 100.0
    low_rate_hz: float = 200.0
    impact_window_s: float = 0.065
    impact_cutoff_hz: float = 60.0
    torn_reach_s: float = 0.12
    contact_min_ms: float = 90.0
    contact_max_ms: float = 450.0
    walk_contact_max_ms: float = 1100.0
    flat_first_s: float = 0.03
    flat_last_s: float = 0.115
    flat_window_s: float = 0.05
    flat_rate_dps: float = 100.0
    rebound_first_s: float = 0.015
    rebound_last_s: float = 0.06
    rebound_dps: float = 50.0
    early_first_s: float = 0.005
    early_last_s: float = 0.04
    toes_drop_dps: float = 100.0
    landing_s: float = 0.05
    heel_above_deg: float = 8.0
    forefoot_below_deg: float = -1.6
    unsure_deg: float = 2.0
    shank_lag: ContactLag = ContactLag(*CONTACT_LAGS_MS["shank"])
    shoe_lag: ContactLag = ContactLag(*CONTACT_LAGS_MS["shoe"])

    def lag(self, placement: Placement) -> ContactLag:
        """Lags of the contact marks for a placement."""
        return self.shank_lag if placement is Placement.SHANK else self.shoe_lag

    def run_std_g(self, placement: Placement) -> float:
        """Intensity border for a placement, g."""
        return self.run_std_shank_g if placement is Placement.SHANK else self.run_std_shoe_g

    @staticmethod
    def toe_off(placement: Placement, activity: Activity, has_gyro: bool) -> ToeOffRule:
        """Toe-off rule for a placement, an activity and a kind of sensor."""
        return _TOE_OFF[placement, activity, has_gyro]

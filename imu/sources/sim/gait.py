"""Sagittal movement of one leg from contact to contact.

Foot and shank pitch follow mean cycles of real runners and walkers; the ankle follows from them and from the
ground: it rolls over the heel, stands flat and begins to roll over the ball without slipping; then the toes
bend, and one smooth curve takes the ankle off the ground and to the next foothold. Position, velocity and
acceleration therefore belong together exactly, and a foot that is flat is still.

Axes: x forward, y up, z right. A positive pitch has the toes (or the shank's lower end) lifted forward.

The key points are rounded means of two published runs, Fukuchi et al. 2017 (doi 10.7717/peerj.3298, CC BY
4.0; a forefoot striker's markers and a rearfoot striker's mean cycle, both 3.5 m/s), and of the mean walk of
Dorschky et al. 2019 (doi 10.1016/j.jbiomech.2019.07.022, data of the BioMAC-Sim-Toolbox, Apache-2.0). Their
character is the one of Novacheck 1998 (doi 10.1016/S0966-6362(97)00038-6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from imu.sources.sim.path import Motion2, PiecewiseQuintic, quintic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from imu.sources.sim.scenario import Contacts

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

__all__ = ["SEGMENT_COLUMNS", "Ankle", "Leg"]

STANCE_KNOTS = 24
SWING_KNOTS = 26
FLAT_KNOT = 9
RELEASE_KNOT = 18
KNOTS = STANCE_KNOTS + SWING_KNOTS
GRID = 1000
SMOOTHING_SHARE = 0.02
LANDING_SMOOTHING_SHARE = 0.012
DEAD_SHARE = 0.003

Curve = tuple[tuple[float, float], ...]

RUN_STANCE_SHARE = 0.32
RUN_FOOT: Curve = (
    (0.0, 0), (0.145, 0), (0.17, -1), (0.20, -4), (0.24, -14), (0.28, -31), (0.32, -48), (0.36, -60),
    (0.40, -67), (0.44, -76), (0.48, -88), (0.52, -97), (0.56, -101), (0.60, -99), (0.64, -91), (0.68, -78),
    (0.72, -62), (0.76, -45), (0.80, -28), (0.84, -13), (0.88, -3), (0.92, 0), (1.0, 0),
)  # fmt: skip
RUN_SHANK: Curve = (
    (0.0, 9.5), (0.03, 1), (0.06, -9), (0.08, -15), (0.12, -24), (0.16, -29.5), (0.20, -32), (0.24, -32.5),
    (0.28, -31), (0.32, -30), (0.36, -34), (0.40, -44), (0.44, -56), (0.48, -69), (0.52, -79), (0.56, -87),
    (0.60, -90), (0.64, -86), (0.68, -77), (0.72, -63), (0.76, -48), (0.80, -32), (0.84, -15), (0.88, 0),
    (0.92, 9.5), (0.95, 12.5), (0.98, 12), (1.0, 9.5),
)  # fmt: skip
RUN_LANDING: Curve = (
    (0.0, 1), (0.02, 0.8), (0.045, 0.3), (0.07, 0), (0.80, 0), (0.84, 0.15), (0.88, 0.5), (0.92, 0.86),
    (0.96, 1.04), (0.98, 1.05), (1.0, 1),
)  # fmt: skip
WALK_STANCE_SHARE = 0.60
WALK_FOOT: Curve = (
    (0.0, 0), (0.32, 0), (0.36, -1.5), (0.40, -4), (0.44, -7), (0.48, -13), (0.52, -25), (0.56, -46),
    (0.60, -66), (0.64, -77), (0.68, -73), (0.72, -62), (0.76, -46), (0.80, -29), (0.84, -14), (0.88, -5),
    (0.92, -1), (0.96, 0), (1.0, 0),
)  # fmt: skip
WALK_SHANK: Curve = (
    (0.0, 20), (0.04, 14.5), (0.08, 7.5), (0.12, 1), (0.16, -3), (0.20, -6), (0.28, -10), (0.32, -12.5),
    (0.36, -15.5), (0.40, -19), (0.44, -23), (0.48, -28.5), (0.52, -35), (0.56, -43), (0.60, -51),
    (0.64, -55.5), (0.68, -56), (0.72, -51.5), (0.76, -43), (0.80, -31), (0.84, -16.5), (0.88, 0),
    (0.92, 14), (0.96, 21.5), (0.98, 22), (1.0, 20),
)  # fmt: skip
WALK_LANDING: Curve = (
    (0.0, 1), (0.02, 0.86), (0.05, 0.48), (0.08, 0.18), (0.11, 0.03), (0.13, 0), (0.80, 0), (0.84, 0.15),
    (0.88, 0.4), (0.92, 0.8), (0.96, 1.05), (0.98, 1.07), (1.0, 1),
)  # fmt: skip
FRONTAL: Curve = (
    (0.0, 5), (0.06, -1), (0.12, -5), (0.20, -5), (0.30, 2), (0.40, 8), (0.55, 4), (0.75, 3), (0.92, 6),
    (1.0, 5),
)  # fmt: skip
TRANSVERSE: Curve = (
    (0.0, -3), (0.08, 2), (0.16, 4), (0.25, 2), (0.35, -4), (0.50, -7), (0.65, -3), (0.80, 3), (0.92, 0),
    (1.0, -3),
)  # fmt: skip

SEGMENT_COLUMNS = ("foot_pitch", "shank_pitch", "frontal", "transverse")

HEEL_M = (-0.05, -0.08)
BALL_M = (0.13, -0.08)
"""Heel and ball of the sole from the ankle, m, foot flat (of a foot of 0.27 m, Winter 2009)."""

RUN_CLEARANCE_M_PER_MPS = 0.063
WALK_CLEARANCE_M = 0.10
CLEARANCE_SHAPE = (4, 4)
LAG_SHARE = 0.135
LAG_SHAPE = (6, 3)
EARLY_LAG_SHARE = 0.06
EARLY_LAG_SHAPE = (5, 8)
"""How the swinging ankle rises above and lags behind the smoothest way to its next foothold, fitted to the
accelerations of the recorded runs and walks."""

FULL_AMPLITUDE_MPS = 3.5
AMPLITUDE_FLOOR = 0.75
MIDSTANCE = (0.3, 0.6)


class Ankle(NamedTuple):
    """Movement of the ankle in the world, shape (n, 2): x forward, y above the flat foot's ankle."""

    position_m: FloatArray
    velocity_mps: FloatArray
    acceleration_mps2: FloatArray


def _smooth(curve: Curve, width: float) -> FloatArray:
    """Soften a closed curve through key points and put it on a grid of `GRID` + 1 points."""
    phase = np.arange(GRID) / GRID
    raw = np.interp(phase, *np.array(curve, dtype=np.float64).T)
    distance = np.minimum(phase, 1 - phase)
    kernel = np.exp(-0.5 * (distance / width) ** 2)
    soft = np.fft.irfft(np.fft.rfft(raw) * np.fft.rfft(kernel / kernel.sum()), GRID)
    return np.append(soft, soft[0])


def _at_knots(
    curve: Curve, stance_share: float, level: float | None, width: float = SMOOTHING_SHARE
) -> FloatArray:
    """Return radians at a stride's knots; with a `level`, that at contact and exactly 0 when flat."""
    phase = np.concatenate(
        [
            stance_share * np.arange(STANCE_KNOTS) / STANCE_KNOTS,
            stance_share + (1 - stance_share) * np.arange(SWING_KNOTS) / SWING_KNOTS,
        ]
    )
    values = np.interp(phase, np.arange(GRID + 1) / GRID, _smooth(curve, width))
    if level is not None:
        size, dead = np.abs(values), DEAD_SHARE * np.abs(values).max()
        values = np.sign(values) * np.maximum(size - dead, 0.0) ** 2 / np.maximum(size, dead)
        values += (level - values[0]) * np.clip(1 - np.minimum(phase, 1 - phase) / 0.1, 0, 1) ** 3
    radians: FloatArray = np.radians(values)
    return radians


def _templates(
    stance_share: float, foot: Curve, shank: Curve, landing: Curve
) -> tuple[FloatArray, FloatArray]:
    """Return base curves, shape (KNOTS, 4), and the strike angle's share in the pitch, shape (KNOTS,)."""
    soft = min(LANDING_SMOOTHING_SHARE * stance_share / RUN_STANCE_SHARE, SMOOTHING_SHARE)
    base = np.column_stack(
        [
            _at_knots(foot, stance_share, 0.0),
            _at_knots(shank, stance_share, None),
            _at_knots(FRONTAL, stance_share, None),
            _at_knots(TRANSVERSE, stance_share, None),
        ]
    )
    return base, _at_knots(landing, stance_share, 1.0, soft)


WALK_BASE, WALK_LAND = _templates(WALK_STANCE_SHARE, WALK_FOOT, WALK_SHANK, WALK_LANDING)
RUN_BASE, RUN_LAND = _templates(RUN_STANCE_SHARE, RUN_FOOT, RUN_SHANK, RUN_LANDING)


def _smoothstep(x: FloatArray) -> FloatArray:
    """From 0 to 1 with two vanishing derivatives at both ends."""
    u = np.clip(x, 0.0, 1.0)
    return u**3 * (10 - 15 * u + 6 * u**2)


def _rolling(pitch: Motion2, on_heel: BoolArray) -> Motion2:
    """Ankle of a foot that rolls over its heel or its ball, from where it stands flat; shape (n, 2)."""
    pivot = np.where(on_heel[:, None], HEEL_M, BALL_M)
    cos, sin = np.cos(pitch.value), np.sin(pitch.value)
    arm = -pivot
    turned = np.column_stack([cos * arm[:, 0] - sin * arm[:, 1], sin * arm[:, 0] + cos * arm[:, 1]])
    across = np.column_stack([-turned[:, 1], turned[:, 0]])
    rate, second = pitch.rate[:, None], pitch.second[:, None]
    return Motion2(turned - arm, rate * across, second * across - rate**2 * turned)


def _bump(w: FloatArray, span_s: FloatArray, rise: int, fall: int) -> Motion2:
    """Rise from 0 to 1 and fall back as ``w**rise * (1 - w)**fall``; smooth at its ends from 3 upwards."""
    top = rise / (rise + fall)
    scale = 1 / (top**rise * (1 - top) ** fall)
    rest = 1 - w
    # First and second derivative with the common factors taken out: no division by zero at the ends.
    slope = rise * rest - fall * w
    bend = slope**2 - rise * rest**2 - fall * w**2
    return Motion2(
        scale * w**rise * rest**fall,
        scale * w ** (rise - 1) * rest ** (fall - 1) * slope / span_s,
        scale * w ** (rise - 2) * rest ** (fall - 2) * bend / span_s**2,
    )


class Leg:
    """Movement of one leg between given contacts.

    Parameters
    ----------
    contacts : Contacts
        At least three contacts; times asked for must lie between the second and the last but one.
    """

    def __init__(self, contacts: Contacts) -> None:
        self.contacts = contacts
        self._lands_on_heel = contacts.angle_deg > 0
        self._segments = PiecewiseQuintic(*self._knots())
        self._flat_s = self._segments.knot_s[FLAT_KNOT::KNOTS]
        self._release_s = self._segments.knot_s[RELEASE_KNOT::KNOTS]
        self._landing, self._leaving = self._footholds()

    def segments(self, t_s: FloatArray) -> Motion2:
        """Angles of :data:`SEGMENT_COLUMNS` in rad with derivatives, each of shape (n, 4).

        Parameters
        ----------
        t_s : ndarray, shape (n,)
            Times, s.
        """
        return self._segments(t_s)

    def ankle(self, t_s: FloatArray, segments: Motion2) -> Ankle:
        """Movement of the ankle at `t_s`, given the angles there; x counts from the start of the session."""
        number = self.contact_before(t_s)
        pitch = Motion2(*(part[:, 0] for part in segments))
        down = _rolling(pitch, self._lands_on_heel[number] & (t_s < self._flat_s[number]))
        stance = (t_s < self._release_s[number])[:, None]
        air = self._swing(t_s, number)
        foothold = np.zeros_like(down.value)
        foothold[:, 0] = self.contacts.x_m[number]
        foothold[:, 1] = self.contacts.y_m[number]
        return Ankle(
            np.where(stance, down.value + foothold, air.value),
            np.where(stance, down.rate, air.rate),
            np.where(stance, down.second, air.second),
        )

    def contact_before(self, t_s: FloatArray) -> IntArray:
        """Index of the latest contact at or before each time, never the last contact."""
        found = np.searchsorted(self.contacts.initial_contact_s, t_s, side="right") - 1
        return np.clip(found, 0, len(self.contacts) - 2)

    def _knots(self) -> tuple[FloatArray, FloatArray]:
        """Return times, shape (n * KNOTS,), and angles, shape (n * KNOTS, 4), of all strides but the last."""
        c = self.contacts
        shape = self._shapes()
        stance, swing = np.arange(STANCE_KNOTS) / STANCE_KNOTS, np.arange(SWING_KNOTS) / SWING_KNOTS
        contact = np.minimum(c.contact_s, c.toe_off_s - c.initial_contact_s)[:-1, None]
        waiting = (c.toe_off_s - c.initial_contact_s)[:-1, None] - contact
        hold = _smoothstep((stance - MIDSTANCE[0]) / (MIDSTANCE[1] - MIDSTANCE[0]))
        down = c.initial_contact_s[:-1, None] + contact * stance + waiting * hold
        air = c.toe_off_s[:-1, None] + (c.initial_contact_s[1:] - c.toe_off_s[:-1])[:, None] * swing
        change = np.concatenate([np.zeros(STANCE_KNOTS), _smoothstep(swing)])[None, :, None]
        value = shape[:-1] + change * (shape[1:] - shape[:-1])
        return np.concatenate([down, air], axis=1).ravel(), value.reshape(-1, len(SEGMENT_COLUMNS))

    def _shapes(self) -> FloatArray:
        """Cycle that each contact would repeat for ever, shape (n, KNOTS, 4)."""
        c = self.contacts
        share = AMPLITUDE_FLOOR + (1 - AMPLITUDE_FLOOR) * c.speed_mps / FULL_AMPLITUDE_MPS
        amplitude = np.where(c.running, share, 1.0)[:, None, None]
        shape = amplitude * np.where(c.running[:, None, None], RUN_BASE, WALK_BASE)
        # The landing curve went through `radians` like the others: an angle in degrees times it is in rad.
        shape[:, :, 0] += c.angle_deg[:, None] * np.where(c.running[:, None], RUN_LAND, WALK_LAND)
        return shape

    def _footholds(self) -> tuple[Motion2, Motion2]:
        """Ankle at each contact and where it leaves its rolling path, shape (n - 1, 2)."""
        knots, c = self._segments.knots, self.contacts
        states = []
        for first, on_heel in (
            (0, self._lands_on_heel[:-1]),
            (RELEASE_KNOT, np.zeros(len(c) - 1, dtype=bool)),
        ):
            pitch = Motion2(*(part[first::KNOTS, 0] for part in knots))
            state = _rolling(pitch, on_heel)
            state.value[:, 0] += c.x_m[:-1]
            state.value[:, 1] += c.y_m[:-1]
            states.append(state)
        return states[0], states[1]

    def _swing(self, t_s: FloatArray, number: IntArray) -> Motion2:
        """Ankle from its release to the next contact, shape (n, 2)."""
        c = self.contacts
        number = np.minimum(number, len(c) - 3)
        off = self._release_s[number]
        span = c.initial_contact_s[number + 1] - off
        w = np.clip((t_s - off) / span, 0.0, 1.0)
        path = quintic(w[:, None], span[:, None], self._leaving.at(number), self._landing.at(number + 1))
        both_run = c.running[number] & c.running[number + 1]
        height = np.where(both_run, RUN_CLEARANCE_M_PER_MPS * c.speed_mps[number], WALK_CLEARANCE_M)
        stride_m = c.x_m[number + 1] - c.x_m[number]
        for column, size, shape in (
            (0, -LAG_SHARE * stride_m, LAG_SHAPE),
            (0, -EARLY_LAG_SHARE * stride_m, EARLY_LAG_SHAPE),
            (1, height, CLEARANCE_SHAPE),
        ):
            for part, bump in zip(path, _bump(w, span, *shape), strict=True):
                part[:, column] += size * bump
        return path

"""What the simulated runner does: bouts of standing, walking and running, and all contacts they make.

A scenario is data. :func:`plan` turns it into the two feet's contacts with all their parameters drawn from
the seed, so that the movement at any moment is a function of (scenario, seed) and can be computed in any
order.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from imu.errors import UsageError
from imu.model import Strike
from imu.units import MS_PER_S, S_PER_MIN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    BoolArray = NDArray[np.bool_]
    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = [
    "FOREFOOT_BELOW_DEG",
    "HEEL_ABOVE_DEG",
    "SCENARIOS",
    "Bout",
    "Contacts",
    "Motion",
    "Scenario",
    "demo",
    "plan",
    "strike_of",
    "two_shins",
    "two_shoes",
]

HEEL_ABOVE_DEG = 8.0
FOREFOOT_BELOW_DEG = -1.6
"""Borders of the landing types, degrees (Altman & Davis 2012, doi 10.1016/j.gaitpost.2011.09.104)."""

STEP_FROM_REST_S = 0.55
STRIKE_ANGLE_DEG = {Strike.HEEL: 15.0, Strike.MIDFOOT: 3.0, Strike.FOREFOOT: -7.0}
WALK_STRIKE_ANGLE_DEG = 22.0
CLOSING_STRIKE_ANGLE_DEG = 6.0
CLOSING_IMPACT_G = 1.4
WALK_DUTY = 0.62
CONTACT_AT_1_MPS_S = 0.437
CONTACT_SPEED_EXPONENT = -0.54
STEP_TIME_CV = 0.012
CONTACT_TIME_CV = 0.02
IMPACT_CV = 0.09
REST_FACTOR = 1.4
LONGEST_STANCE_SHARE = 0.64
REST_AFTER_END_S = 3.0


class Motion(enum.StrEnum):
    """What the runner does in a bout; ``walk`` and ``run`` are spelled as in :class:`imu.model.Activity`."""

    STAND = "stand"
    WALK = "walk"
    RUN = "run"


class Bout(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of one kind of movement.

    Attributes
    ----------
    motion : Motion
        Standing, walking or running.
    duration_s : float
        Length in s; rounded to whole steps unless standing.
    cadence_spm : float
        Steps of both feet per minute at the begin of the bout.
    speed_mps : float
        Speed, m/s.
    contact_ms : float or None
        Contact time; None derives it: 62 % of the stride when walking, ``437 * speed ** -0.54`` ms when
        running (through the two recordings with force plate, 275 ms at 2.36 m/s and 222 ms at 3.5 m/s).
    strike : Strike
        Intended landing type when running; walking always lands on the heel.
    strike_angle_deg : float or None
        Intended foot pitch at contact; None takes 15, 3 or -7 degrees for heel, midfoot, forefoot.
    impact_left_g, impact_right_g : float
        Intended resultant peak at the shank after contact, gravity included, g.
    contact_asymmetry : float
        Left contact time over right, less one.
    impact_drift, cadence_drift : float
        Relative change from begin to end of the bout (fatigue), e.g. 0.3 and -0.04.
    variability : float
        Factor on all step-to-step variation; 0 makes every step alike.
    strike_sd_deg : float
        Step-to-step standard deviation of the strike angle.
    rise_m : float
        Height from each foothold to the other foot's next: stairs up (about 0.17) or, below 0, down. The
        segments turn as on the level, so that the knee bends less than on real stairs.
    note : str
        Put into the session as a marker when the bout begins.
    """

    motion: Motion
    duration_s: float
    cadence_spm: float = 168.0
    speed_mps: float = 2.9
    contact_ms: float | None = None
    strike: Strike = Strike.HEEL
    strike_angle_deg: float | None = None
    impact_left_g: float = 7.0
    impact_right_g: float = 7.0
    contact_asymmetry: float = 0.0
    impact_drift: float = 0.0
    cadence_drift: float = 0.0
    variability: float = 1.0
    strike_sd_deg: float = 1.5
    rise_m: float = 0.0
    note: str = ""

    def __post_init__(self) -> None:
        if self.duration_s <= 0 or self.cadence_spm <= 0 or self.speed_mps <= 0:
            raise UsageError("bout: duration_s, cadence_spm and speed_mps must be greater than 0.")
        if self.strike not in STRIKE_ANGLE_DEG:
            raise UsageError(f"bout: strike must be heel, midfoot or forefoot, not {self.strike}.")

    @property
    def contact_s(self) -> float:
        """Intended contact time, s."""
        if self.contact_ms is not None:
            return self.contact_ms / MS_PER_S
        if self.motion is Motion.RUN:
            return CONTACT_AT_1_MPS_S * float(self.speed_mps**CONTACT_SPEED_EXPONENT)
        return WALK_DUTY * 2.0 * S_PER_MIN / self.cadence_spm

    @property
    def angle_deg(self) -> float:
        """Intended foot pitch at contact, degrees."""
        if self.strike_angle_deg is not None:
            return self.strike_angle_deg
        return STRIKE_ANGLE_DEG[self.strike] if self.motion is Motion.RUN else WALK_STRIKE_ANGLE_DEG


class Scenario(msgspec.Struct, frozen=True):
    """A named sequence of bouts.

    Attributes
    ----------
    name : str
        Shown in the session's note.
    bouts : tuple of Bout
        In order.
    """

    name: str
    bouts: tuple[Bout, ...]

    @property
    def duration_s(self) -> float:
        """Intended length, s; the steps drawn make it a little longer or shorter."""
        return float(sum(bout.duration_s for bout in self.bouts))

    def repeated(self, duration_s: float) -> Scenario:
        """Return the scenario said again and again until it lasts at least `duration_s`."""
        times = max(1, int(np.ceil(duration_s / self.duration_s)) + 1)
        return Scenario(self.name, self.bouts * times)


class Contacts(msgspec.Struct, frozen=True, eq=False):
    """The contacts of one leg, in order; all arrays have shape (n,).

    Attributes
    ----------
    initial_contact_s, toe_off_s : ndarray of float64
        Times, s since the begin of the session; the first and the last contacts lie outside of it.
    contact_s : ndarray of float64
        Undisturbed contact time: shorter than toe-off less initial contact where the runner rested.
    x_m, y_m : ndarray of float64
        Where the flat foot's ankle stands, m ahead of and above the start.
    angle_deg, impact_g, speed_mps : ndarray of float64
        Foot pitch at contact, intended resultant peak at the shank, speed.
    running : ndarray of bool
        Whether the contact is a running step.
    bout : ndarray of int64
        Number of the bout; -1 before the first and after the last.
    """

    initial_contact_s: FloatArray
    toe_off_s: FloatArray
    contact_s: FloatArray
    x_m: FloatArray
    y_m: FloatArray
    angle_deg: FloatArray
    impact_g: FloatArray
    speed_mps: FloatArray
    running: BoolArray
    bout: IntArray

    def __len__(self) -> int:
        return len(self.initial_contact_s)


def strike_of(angle_deg: float) -> Strike:
    """Landing type of a foot strike angle in degrees."""
    if angle_deg > HEEL_ABOVE_DEG:
        return Strike.HEEL
    return Strike.FOREFOOT if angle_deg < FOREFOOT_BELOW_DEG else Strike.MIDFOOT


def two_shoes() -> Scenario:
    """Return the shoe sensors' scenario: stand, walk, run on the heel, on the mid-foot, tire, walk, stand."""
    return _session("two shoes")


def two_shins() -> Scenario:
    """Return the same day for shin sensors, the right leg landing harder."""
    return _session("two shins", impact_right_g=6.8)


def demo() -> Scenario:
    """Return a short scenario that shows every colour of the dashboard within a minute."""
    return _session("demo", stand_s=3.0, walk_s=6.0, run_s=16.0)


def _session(
    name: str, *, stand_s: float = 5.0, walk_s: float = 15.0, run_s: float = 60.0, impact_right_g: float = 6.0
) -> Scenario:
    run = Bout(motion=Motion.RUN, duration_s=run_s, impact_left_g=6.0, impact_right_g=impact_right_g)
    walk = Bout(
        motion=Motion.WALK, duration_s=walk_s, cadence_spm=112.0, speed_mps=1.35, impact_left_g=2.4,
        impact_right_g=2.4, note="walk",
    )  # fmt: skip
    stand = Bout(motion=Motion.STAND, duration_s=stand_s, note="stand")
    change = msgspec.structs.replace
    bouts = (
        stand,
        walk,
        change(run, note="run, heel first"),
        change(run, strike=Strike.MIDFOOT, cadence_spm=176.0, note="run, mid-foot"),
        change(
            run, impact_left_g=1.4 * run.impact_left_g, impact_right_g=1.4 * run.impact_right_g,
            impact_drift=0.6, cadence_spm=164.0, cadence_drift=-0.04, strike_angle_deg=18.0, speed_mps=3.2,
            note="run, tired and hard",
        ),
        walk,
        stand,
    )  # fmt: skip
    return Scenario(name, bouts)


SCENARIOS = {"two_shoes": two_shoes, "two_shins": two_shins, "demo": demo}
"""Ready scenarios by name."""

COLUMNS = (
    "t",
    "step",
    "contact",
    "angle",
    "impact_left",
    "impact_right",
    "speed",
    "asymmetry",
    "running",
    "bout",
    "rise",
)


def plan(scenario: Scenario, seed: int) -> tuple[tuple[Contacts, Contacts], FloatArray]:
    """Draw all contacts of a scenario.

    Parameters
    ----------
    scenario : Scenario
        What the runner does.
    seed : int
        Same seed, same contacts.

    Returns
    -------
    tuple of Contacts, Contacts
        Left and right leg; each begins and ends with contacts outside the session, so that every moment in it
        lies between two contacts.
    ndarray of float64, shape (bouts + 1,)
        Begin of each bout and the end of the last, s.

    Raises
    ------
    UsageError
        When the scenario has no bouts.
    """
    if not scenario.bouts:
        raise UsageError(f"scenario {scenario.name!r}: it has no bouts; give it at least one.")
    rest = _rest_rows(-2 * STEP_FROM_REST_S, 2, -1)
    rows, edges = [rest], [0.0]
    for number, bout in enumerate(scenario.bouts):
        start = edges[-1]
        if bout.motion is Motion.STAND:
            rows.append(_rest_rows(start, 1, number) if number else np.empty((0, len(COLUMNS))))
            edges.append(start + bout.duration_s)
        else:
            drawn, end = _moving_rows(bout, start, number, np.random.default_rng([seed, number]))
            rows.append(drawn)
            edges.append(end)
    rows.append(_rest_rows(edges[-1] + REST_AFTER_END_S, 4, -1))
    table = dict(zip(COLUMNS, np.concatenate(rows).T, strict=True))
    return _legs(table), np.array(edges)


def _rest_rows(start_s: float, count: int, number: int) -> FloatArray:
    """Contacts of a runner at rest: feet side by side, landing softly and almost flat."""
    rows = np.zeros((count, len(COLUMNS)))
    rows[:, 0] = start_s + STEP_FROM_REST_S * np.arange(count)
    rows[:, 2] = 2 * WALK_DUTY * STEP_FROM_REST_S
    rows[:, 3] = CLOSING_STRIKE_ANGLE_DEG
    rows[:, 4:6] = CLOSING_IMPACT_G
    rows[:, 6] = 1.0
    rows[:, 9] = number
    return rows


def _moving_rows(
    bout: Bout, start_s: float, number: int, rng: np.random.Generator
) -> tuple[FloatArray, float]:
    """Contacts of a walking or running bout, and the time at which it ends, s."""
    count = max(2, round(bout.duration_s * bout.cadence_spm / S_PER_MIN))
    noise = np.clip(rng.standard_normal((5, count)), -3.0, 3.0) * bout.variability
    done = np.arange(count) / count
    step = S_PER_MIN / (bout.cadence_spm * (1 + bout.cadence_drift * done)) * (1 + STEP_TIME_CV * noise[0])
    impact = (1 + bout.impact_drift * done) * (1 + IMPACT_CV * noise[2])
    rows = np.column_stack(
        [
            start_s + np.concatenate([[0.0], np.cumsum(step[:-1])]),
            bout.speed_mps * step,
            bout.contact_s * (1 + CONTACT_TIME_CV * noise[1]),
            bout.angle_deg + bout.strike_sd_deg * noise[3],
            bout.impact_left_g * impact,
            bout.impact_right_g * impact,
            bout.speed_mps * (1 + 0.01 * noise[4]),
            np.full(count, bout.contact_asymmetry),
            np.full(count, float(bout.motion is Motion.RUN)),
            np.full(count, float(number)),
            np.full(count, bout.rise_m),
        ]
    )
    return rows, start_s + float(step.sum())


def _legs(table: dict[str, FloatArray]) -> tuple[Contacts, Contacts]:
    """Deal the contacts to the two feet in turn and give each its toe-off."""
    x_m = np.cumsum(np.concatenate([[0.0], table["step"][1:]]))
    y_m = np.cumsum(np.concatenate([[0.0], table["rise"][1:]]))
    legs = []
    for leg, (sign, impact) in enumerate(((0.5, "impact_left"), (-0.5, "impact_right"))):
        own = {name: column[leg::2] for name, column in table.items()}
        contact = own["contact"] * (1 + sign * own["asymmetry"])
        legs.append(
            Contacts(
                initial_contact_s=own["t"],
                toe_off_s=_toe_offs(own["t"], contact),
                contact_s=contact,
                x_m=x_m[leg::2],
                y_m=y_m[leg::2],
                angle_deg=own["angle"],
                impact_g=own[impact],
                speed_mps=own["speed"],
                running=own["running"] > 0,
                bout=own["bout"].astype(np.int64),
            )
        )
    return legs[0], legs[1]


def _toe_offs(contact_at: FloatArray, contact_s: FloatArray) -> FloatArray:
    """Toe-offs: the contact time after contact, except that a resting foot waits for its next swing."""
    stride = np.append(np.diff(contact_at), 2 * STEP_FROM_REST_S)
    swing = np.full_like(stride, 2 * (1 - WALK_DUTY) * STEP_FROM_REST_S)
    usual = np.where(contact_s < 0.45, 3.2 * contact_s, contact_s / WALK_DUTY)  # noqa: PLR2004 - run or walk
    rested = stride > REST_FACTOR * usual
    return contact_at + np.where(rested, stride - swing, np.minimum(contact_s, LONGEST_STANCE_SHARE * stride))

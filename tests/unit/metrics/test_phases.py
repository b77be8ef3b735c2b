"""Phases over simulated sessions: the plan of the simulated runner, with a sensor's noise on every step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from imu.metrics import PhaseParams, PhaseTracker, phase_spans
from imu.model import Activity, Gap, Phase, PhaseChange, SensorHealth, Side, Step
from imu.model.health import Ledger
from imu.model.inputs import LinkState
from imu.sources.sim import Bout, Motion, Scenario
from imu.sources.sim.scenario import plan
from tests.made import made_step

if TYPE_CHECKING:
    from collections.abc import Sequence

NS = 1_000_000_000
SESSIONS = 80


def stand(duration_s: float) -> Bout:
    return Bout(motion=Motion.STAND, duration_s=duration_s)


def walk(duration_s: float) -> Bout:
    return Bout(
        motion=Motion.WALK,
        duration_s=duration_s,
        cadence_spm=115.0,
        speed_mps=1.4,
        impact_left_g=2.5,
        impact_right_g=2.5,
    )


def run(duration_s: float, speed_mps: float = 3.0, **more: Any) -> Bout:
    """Run; impact goes with speed as in 85 runners (Sheerin 2020, doi 10.1080/14763141.2018.1546890)."""
    impact_g = 2.4 * speed_mps
    return Bout(
        motion=Motion.RUN,
        duration_s=duration_s,
        cadence_spm=150.0 + 6.0 * speed_mps,
        speed_mps=speed_mps,
        impact_left_g=impact_g,
        impact_right_g=impact_g,
        **more,
    )


def steps_of(bouts: Sequence[Bout], seed: int, sides: Sequence[Side] = tuple(Side)) -> list[Step]:
    """Make steps as a sensor on each shin would tell them, in the order in which they are known."""
    rng = np.random.default_rng(seed)
    legs, _ = plan(Scenario("session", tuple(bouts)), seed)
    found = []
    for side, leg in zip(Side, legs, strict=True):
        if side not in sides:
            continue
        before_s = None
        for k in np.flatnonzero((leg.bout >= 0) & (np.diff(leg.toe_off_s, append=np.inf) > 0)):
            bout = bouts[int(leg.bout[k])]
            if bout.motion is Motion.STAND or leg.initial_contact_s[k] < 0:
                continue
            contact_s = float(leg.initial_contact_s[k] + rng.normal(0.0, 0.004))
            stride_ms = None if before_s is None else (contact_s - before_s) * 1e3
            before_s = contact_s
            found.append(
                made_step(
                    step=len(found),
                    sensor=f"{side}-shank",
                    side=side,
                    activity=Activity(bout.motion.value),
                    initial_contact_ns=round(contact_s * NS),
                    toe_off_ns=round((contact_s + leg.contact_s[k] + rng.normal(0.0, 0.008)) * NS),
                    stride_time_ms=stride_ms if stride_ms is not None and stride_ms < 1500 else None,
                    peak_accel_g=float(leg.impact_g[k] * rng.normal(1.0, 0.05)),
                    known_ns=round((contact_s + 0.5) * NS),
                )
            )
    return sorted(found, key=lambda step: step.known_ns)


def health(t_s: float, sensor: str = "left-shank", silent_s: float = 0.1) -> SensorHealth:
    ledger = Ledger(samples=1 + round(200 * max(0.0, t_s)))
    return SensorHealth(
        sensor, round(t_s * NS), LinkState.CONNECTED, 200.0, ledger, None, None, silent_s=silent_s
    )


def changes_of(items: Sequence[Step | SensorHealth | Gap]) -> list[PhaseChange]:
    tracker = PhaseTracker()
    return [change for item in items for change in tracker.push(item)] + tracker.flush()


def phases_of(bouts: Sequence[Bout], seed: int = 1, *, ticks: bool = True) -> list[tuple[Phase, float]]:
    """Phases with their lengths in s, as understood at the end."""
    items: list[Step | SensorHealth | Gap] = list(steps_of(bouts, seed))
    end_s = sum(bout.duration_s for bout in bouts)
    if ticks:
        items += [health(float(second)) for second in range(round(end_s))]
        items.sort(key=lambda item: item.known_ns if isinstance(item, Step) else getattr(item, "t_ns", 0))
    spans = phase_spans(changes_of(items), round(end_s * NS))
    return [(span.phase, span.duration_s) for span in spans]


def names(bouts: Sequence[Bout], seed: int = 1, *, ticks: bool = True) -> list[Phase]:
    return [phase for phase, _ in phases_of(bouts, seed, ticks=ticks)]


def test_a_session_with_everything() -> None:
    found = phases_of([stand(20), walk(240), run(600), walk(240), stand(60)])
    assert [phase for phase, _ in found] == [
        Phase.STANDING,
        Phase.WARM_UP,
        Phase.RUN,
        Phase.COOL_DOWN,
        Phase.STANDING,
    ]
    assert [length for _, length in found] == pytest.approx([20, 240, 600, 240, 60], abs=3)


def test_without_ticks_standing_is_told_by_the_step_that_follows() -> None:
    assert names([walk(60), stand(40), run(300)], ticks=False) == [Phase.WALKING, Phase.STANDING, Phase.RUN]


def test_easy_running_before_and_after_counts() -> None:
    found = phases_of([run(300, 2.3), run(900, 3.1), run(300, 2.3)])
    assert [phase for phase, _ in found] == [Phase.WARM_UP, Phase.RUN, Phase.COOL_DOWN]
    assert [length for _, length in found] == pytest.approx([300, 900, 300], abs=25)


@pytest.mark.parametrize(
    "bouts",
    [
        [run(900)],
        [walk(90), run(900), walk(90)],
        [walk(300), stand(200), run(900), stand(200), walk(300)],  # the walk to the start is another thing
        [run(300), run(600, impact_drift=0.6, cadence_drift=-0.04)],  # tired, not faster
        [run(60), walk(400)],  # no run to speak of
        [walk(900)],
    ],
    ids=["at once", "too short", "long pause", "tired", "no run", "walk"],
)
def test_what_is_no_warm_up_and_no_cool_down(bouts: list[Bout]) -> None:
    assert not {Phase.WARM_UP, Phase.COOL_DOWN} & set(names(bouts))


def test_a_walking_break_is_taken_back_once_the_run_goes_on() -> None:
    steps = steps_of([run(600), walk(300), run(600)], 1)
    changes = changes_of(steps)
    assert Phase.COOL_DOWN in {change.phase for change in changes}
    end_ns = steps[-1].known_ns
    assert [span.phase for span in phase_spans(changes, end_ns)] == [Phase.RUN, Phase.WALKING, Phase.RUN]


def test_a_warm_up_is_told_as_soon_as_the_run_is_one() -> None:
    steps = steps_of([walk(300), run(600)], 1)
    told = next(change for change in changes_of(steps) if change.phase is Phase.WARM_UP)
    assert told.t_ns < 5 * NS
    assert told.known_ns == pytest.approx(421 * NS, abs=10 * NS)  # after two minutes of running


def test_what_a_silent_sensor_cannot_see_is_not_standing() -> None:
    steps = [s for s in steps_of([run(600)], 1, [Side.LEFT]) if not 200 < s.known_ns / NS < 260]
    lost = Gap("left-shank", 0, 200 * NS, 259 * NS, 11_800, "lost")
    before = [step for step in steps if step.known_ns < lost.end_ns]
    with_gap = [*before, lost, *steps[len(before) :]]
    assert [change.phase for change in changes_of(with_gap)] == [Phase.RUN]
    assert Phase.STANDING in {change.phase for change in changes_of(steps)}


def test_a_silent_sensor_stands_for_nothing() -> None:
    silent = [health(float(second), silent_s=float(second)) for second in range(60)]
    assert changes_of(silent) == []
    assert [c.phase for c in changes_of([health(float(second)) for second in range(60)])] == [Phase.STANDING]


def test_changes_are_known_in_order_and_never_before_they_begin() -> None:
    changes = changes_of(steps_of([walk(240), run(600, 2.4), run(600, 3.1), walk(240)], 3))
    known = [change.known_ns for change in changes]
    assert known == sorted(known)
    assert all(change.t_ns <= change.known_ns for change in changes)


def _session(rng: np.random.Generator) -> tuple[list[Bout], bool, bool]:
    """Draw a session, and tell whether it has a warm-up and a cool-down."""
    speed = rng.uniform(2.5, 3.8)
    kinds = {
        "steady": lambda: [run(1200, speed)],
        "tired": lambda: [run(600, speed), run(600, speed, impact_drift=0.5, cadence_drift=-0.04)],
        "lights": lambda: [part for _ in range(4) for part in (run(300, speed), stand(rng.uniform(5, 40)))],
        "walk breaks": lambda: [part for _ in range(5) for part in (run(240, speed), walk(60))][:-1],
        "intervals": lambda: [run(180, 1.2 * speed), run(120, 0.9 * speed)] * 4 + [run(180, 1.2 * speed)],
        "short": lambda: [run(300, speed)],
    }
    main = kinds[str(rng.choice(list(kinds)))]()
    (before, warm), (after, cool) = _easy_part(rng, speed), _easy_part(rng, speed)
    return [stand(rng.uniform(5, 60)), *before, *main, *after[::-1], stand(rng.uniform(5, 60))], warm, cool


def _easy_part(rng: np.random.Generator, speed: float) -> tuple[list[Bout], bool]:
    easy = speed * rng.uniform(0.72, 0.82)
    kinds: list[tuple[list[Bout], bool]] = [
        ([], False),
        ([walk(rng.uniform(10, 120))], False),
        ([walk(rng.uniform(240, 600))], True),
        ([walk(rng.uniform(120, 240)), run(rng.uniform(180, 300), easy)], True),
        ([run(rng.uniform(240, 480), easy)], True),
    ]
    return kinds[int(rng.integers(len(kinds)))]


@pytest.fixture(scope="module")
def simulated() -> list[tuple[bool, bool, set[Phase]]]:
    rng, found = np.random.default_rng(2024), []
    for seed in range(SESSIONS):
        bouts, warm, cool = _session(rng)
        found.append((warm, cool, set(names(bouts, seed))))
    return found


@pytest.mark.parametrize("phase", [Phase.WARM_UP, Phase.COOL_DOWN])
def test_found_in_nearly_all_simulated_sessions_with_few_false(
    simulated: list[tuple[bool, bool, set[Phase]]], phase: Phase
) -> None:
    at = 0 if phase is Phase.WARM_UP else 1
    with_it = [session for session in simulated if session[at]]
    without = [session for session in simulated if not session[at]]
    assert min(len(with_it), len(without)) > 25
    assert sum(phase in found for *_, found in with_it) >= 0.95 * len(with_it)
    assert sum(phase in found for *_, found in without) < 0.05 * len(without)


def test_parameters_are_in_order() -> None:
    params = PhaseParams()
    assert params.agreeing <= params.votes
    assert msgspec.structs.astuple(params) == msgspec.structs.astuple(PhaseTracker().params)

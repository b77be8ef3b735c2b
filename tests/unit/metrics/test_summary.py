from __future__ import annotations

from typing import Any

import pytest

from imu.metrics import summarise
from imu.model import Activity, Placement, RejectReason, Side, Step, Strike


def step(number: int, **changes: Any) -> Step:
    fields: dict[str, Any] = {
        "step": number,
        "sensor": "left",
        "side": Side.LEFT,
        "placement": Placement.SHOE,
        "activity": Activity.RUN,
        "initial_contact_ns": number * 700_000_000,
        "toe_off_ns": number * 700_000_000 + 240_000_000,
        "stride_time_ms": 700.0,
        "peak_accel_g": 10.0,
        "peak_axial_g": 9.0,
        "time_to_peak_ms": 20.0,
        "strike": Strike.HEEL,
        "strike_angle_deg": 12.0,
        "accepted": True,
        "reject_reason": RejectReason.NONE,
        "clipped": False,
        "lost_samples": 0,
        "known_ns": number * 700_000_000 + 600_000_000,
        "excessive_impact": False,
    }
    return Step(**{**fields, **changes})


def test_only_accepted_running_steps_make_the_averages() -> None:
    good = [step(k, peak_accel_g=10.0 + k) for k in range(3)]
    odd = [
        step(
            3, accepted=False, reject_reason=RejectReason.LOST_SAMPLES, peak_accel_g=99.0, stride_time_ms=1.0
        ),
        step(4, activity=Activity.WALK, peak_accel_g=1.0, stride_time_ms=1100.0),
    ]
    (summary,) = summarise(good + odd)
    assert (summary.run_steps, summary.walk_steps, summary.rejected_steps) == (4, 1, 1)
    assert summary.peak_accel_g == 11.0
    assert summary.contact_time_ms == pytest.approx(240.0)
    assert summary.cadence_spm == pytest.approx(120_000 / 700)


def test_undecided_landings_have_no_share() -> None:
    kinds = [Strike.HEEL, Strike.HEEL, Strike.MIDFOOT, Strike.FOREFOOT, Strike.UNSURE, Strike.UNMEASURABLE]
    (summary,) = summarise([step(k, strike=kind) for k, kind in enumerate(kinds)])
    assert summary.landings_decided == 4
    assert (summary.heel_share, summary.midfoot_share, summary.forefoot_share) == (0.5, 0.25, 0.25)


def test_shares_of_clipped_and_excessive_steps() -> None:
    excess = [True, False, None, None]
    (summary,) = summarise([step(k, excessive_impact=e, clipped=k == 0) for k, e in enumerate(excess)])
    assert (summary.excessive_share, summary.clipped_share) == (0.5, 0.25)


def test_unknown_stays_unknown() -> None:
    unknown = {"toe_off_ns": None, "stride_time_ms": None, "peak_accel_g": None, "peak_axial_g": None}
    (summary,) = summarise([step(0, **unknown, strike=Strike.UNMEASURABLE, excessive_impact=None)])
    assert summary.cadence_spm is summary.contact_time_ms is summary.peak_accel_g is None
    assert summary.heel_share is summary.excessive_share is None


def test_sensors_come_in_order_of_their_first_step() -> None:
    steps = [step(0, sensor="right", side=Side.RIGHT), step(0), step(1, sensor="right", side=Side.RIGHT)]
    assert [(s.sensor, s.run_steps) for s in summarise(steps)] == [("right", 2), ("left", 1)]
    assert summarise([]) == []

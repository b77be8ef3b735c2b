from __future__ import annotations

import numpy as np
import pytest

from imu.errors import UsageError
from imu.forceplate import ForceRecord, stride_table

RATE_HZ = 1000.0
STEP_S, CONTACT_S = 0.36, 0.25


def runner(*, transient_n: float, seconds: float = 8.0) -> ForceRecord:
    """Half sines of 1500 N, with a bump 30 ms after contact."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    after_s = (time_s - 0.1) % STEP_S
    inside = after_s < CONTACT_S
    active = 1500.0 * np.sin(np.pi * after_s / CONTACT_S)
    bump = transient_n * np.exp(-0.5 * ((after_s - 0.030) / 0.008) ** 2) * np.sin(np.pi * after_s / CONTACT_S)
    return ForceRecord(np.where(inside, active + bump, 0.0), RATE_HZ, mass_kg=70.0)


def test_a_heel_striker_has_a_transient_and_rates_up_to_it() -> None:
    table = stride_table(runner(transient_n=2500.0))
    assert table["impact_transient"].all()
    assert set(table["rate_window"]) == {"impact_peak"}
    assert table["impact_peak_time_ms"].median() == pytest.approx(30.0, abs=5.0)
    assert (table["impact_peak_n"] > 900.0).all()
    assert table["active_peak_n"].median() == pytest.approx(1500.0, rel=0.01)
    assert table["active_peak_time_ms"].median() == pytest.approx(124.0, abs=4.0)


def test_a_forefoot_striker_has_none_and_says_which_window_its_rates_are_from() -> None:
    table = stride_table(runner(transient_n=0.0))
    assert not table["impact_transient"].any()
    assert table["impact_peak_n"].isna().all()
    assert set(table["rate_window"]) == {"share_of_contact"}
    # Slope of a half sine near its begin: peak * pi / contact time.
    assert table["valr_n_per_s"].median() == pytest.approx(1500.0 * np.pi / CONTACT_S, rel=0.03)


def test_greatest_slope_is_never_below_the_mean_slope() -> None:
    for transient_n in (0.0, 2500.0):
        table = stride_table(runner(transient_n=transient_n))
        assert (table["vilr_n_per_s"] >= table["valr_n_per_s"]).all()


def test_the_same_in_body_weights() -> None:
    record = runner(transient_n=2500.0)
    newtons, weights = stride_table(record), stride_table(record.in_body_weights())
    body_weight_n = 70.0 * 9.80665
    for name in ("active_peak", "impact_peak"):
        ours = weights[f"{name}_bw"].to_numpy() * body_weight_n
        assert ours == pytest.approx(newtons[f"{name}_n"].to_numpy(), rel=1e-3)
    rates = weights["vilr_bw_per_s"].to_numpy() * body_weight_n
    assert rates == pytest.approx(newtons["vilr_n_per_s"].to_numpy(), rel=1e-3)


def test_impulse_of_a_half_sine() -> None:
    impulse = stride_table(runner(transient_n=0.0))["impulse_n_s"]
    assert impulse.median() == pytest.approx(1500.0 * 2.0 * CONTACT_S / np.pi, rel=0.01)


def test_times_until_the_next_contacts() -> None:
    table = stride_table(runner(transient_n=0.0))
    assert table["step_time_ms"].dropna().to_numpy() == pytest.approx(360.0, abs=0.1)
    assert table["stride_time_ms"].dropna().to_numpy() == pytest.approx(720.0, abs=0.1)
    total_ms = table["contact_time_ms"] + table["flight_time_ms"]
    assert total_ms.dropna().to_numpy() == pytest.approx(360.0, abs=0.1)
    assert table["step_time_ms"].isna().sum() == 1
    assert table["stride_time_ms"].isna().sum() == 2


def test_no_time_spans_a_missing_contact() -> None:
    record = runner(transient_n=0.0)
    force = record.force.copy()
    force[1150:1550] = 0.0
    table = stride_table(ForceRecord(force, RATE_HZ))
    assert table["step_time_ms"].max() < 370.0
    assert table["step_time_ms"].isna().sum() == 2


def test_sides_take_turns_and_are_unknown_unless_told() -> None:
    record = runner(transient_n=0.0)
    assert stride_table(record)["side"].isna().all()
    assert list(stride_table(record, first_side="right")["side"][:3]) == ["right", "left", "right"]
    with pytest.raises(UsageError, match="left or right"):
        stride_table(record, first_side="both")


def test_an_empty_plate_gives_a_table_without_rows() -> None:
    table = stride_table(ForceRecord(np.zeros(3000), RATE_HZ))
    assert len(table) == 0
    assert {"active_peak_n", "rate_window", "side"} <= set(table.columns)

"""Pictures show what the tables hold; unknown values are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib import pyplot as plt

import imu
from imu.cli.paths import shipped_recording
from imu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def shins() -> imu.SessionData:
    return imu.load(shipped_recording("two_shins_simulated.mcap"))


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def test_strides_begin_and_end_at_contacts(shins: imu.SessionData) -> None:
    curves = imu.plot.strides_frame(shins, "acc_x_g", points=51)
    assert curves.shape[1] == 51
    assert curves.columns[[0, -1]].tolist() == [0.0, 100.0]
    steps = shins.steps.set_index(["sensor", "side", "step"])
    samples = shins.samples
    for key, curve in list(curves.iterrows())[::40]:
        own = samples[samples["sensor"] == key[0]]
        at_end = np.interp(steps.loc[key, "initial_contact_s"], own["time_s"], own["acc_x_g"])
        assert curve.iloc[-1] == pytest.approx(at_end)
        inside = own["time_s"].between(
            steps.loc[key, "initial_contact_s"] - steps.loc[key, "stride_time_ms"] / 1e3,
            steps.loc[key, "initial_contact_s"],
        )
        assert own["time_s"][inside].diff().max() < 0.030
        assert steps.loc[key, "activity"] == "run"
    assert (imu.plot.strides_frame(shins).to_numpy() >= 0).all()


def test_a_stride_with_a_long_gap_is_left_out(shins: imu.SessionData) -> None:
    most = imu.plot.strides_frame(shins, max_gap_ms=1e6)
    some = imu.plot.strides_frame(shins)
    assert 0 < len(some) < len(most)
    assert len(imu.plot.strides_frame(shins, max_gap_ms=1.0)) == 0


def test_strides_of_nobody_are_an_empty_table(shins: imu.SessionData) -> None:
    assert imu.plot.strides_frame(shins, activity="swim").shape == (0, 101)
    ax = imu.plot.strides(shins, activity="swim")
    assert [text.get_text() for text in ax.texts] == ["nothing to draw"]


def test_each_picture_draws_both_sides_with_units(shins: imu.SessionData) -> None:
    for ax, words in (
        (imu.plot.strides(shins), ("stride (%)", "acc norm (g)")),
        (imu.plot.impact(shins.steps), ("time (min)", "peak accel (g)")),
        (imu.plot.landings(shins.steps), ("", "share of steps (%)")),
        (imu.plot.left_right(shins.steps, "contact_time_ms"), ("contact time (ms)", "steps")),
    ):
        assert words[0] in ax.get_xlabel()
        assert words[1] in ax.get_ylabel()
        labels = [text.get_text() for text in ax.get_legend().get_texts()]
        assert len(labels) == 2
        assert labels[0].startswith("left")
        assert labels[1].startswith("right")
        ax.figure.canvas.draw()


def test_impact_shows_every_known_accepted_running_step(shins: imu.SessionData) -> None:
    steps = shins.steps.copy()
    steps.loc[steps.index[::3], "peak_accel_g"] = None
    known = steps["accepted"] & (steps["activity"] == "run") & steps["peak_accel_g"].notna()
    dots = [points.get_offsets() for points in imu.plot.impact(steps).collections]
    assert sum(map(len, dots)) == known.sum()
    assert max(part[:, 1].max() for part in dots if len(part)) == steps.loc[known, "peak_accel_g"].max()


def test_the_right_side_of_the_simulated_run_lands_harder(shins: imu.SessionData) -> None:
    left, right = (line.get_xdata()[0] for line in imu.plot.left_right(shins.steps).lines)
    assert right > left


def test_landing_shares_are_a_hundred_percent() -> None:
    steps = imu.load(shipped_recording("run_shoe_real.mcap")).steps
    bars = imu.plot.landings(steps).patches
    assert sum(bar.get_height() for bar in bars) == pytest.approx(100.0)


def test_wrong_use_is_told(shins: imu.SessionData) -> None:
    with pytest.raises(UsageError, match="no channel 'acc'"):
        imu.plot.strides_frame(shins, "acc")
    for column in ("strike", "impact", "accepted"):
        with pytest.raises(UsageError, match="not a column of numbers"):
            imu.plot.left_right(shins.steps, column)

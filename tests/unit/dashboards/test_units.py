from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from synthetic_feed import Run

from dashboards.units import in_units, shown, ticks_g, unit, use_units
from dashboards.viewmodel import RunnerView
from imu.errors import UsageError
from imu.model import Rule, Side

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def metric() -> Iterator[None]:
    use_units("m/s2")
    yield
    use_units("g")


def test_in_g_nothing_changes() -> None:
    assert (shown(6.44, 1), shown(6.4), unit()) == ("6.4", "6.4", "g")
    assert in_units("9.3 g is above 8 g") == "9.3 g is above 8 g"
    assert ticks_g(12.0) == [(0.0, "0"), (3.0, "3"), (6.0, "6"), (9.0, "9"), (12.0, "12 g")]


@pytest.mark.usefixtures("metric")
def test_in_metres_per_second_squared() -> None:
    assert (shown(6.44, 1), unit()) == ("63", "m/s²")
    assert (
        in_units("Mean 9.3 g is above the limit of 8 g.") == "Mean 91.2 m/s² is above the limit of 78.5 m/s²."
    )
    assert in_units("7 of 10 steps; 3 gaps") == "7 of 10 steps; 3 gaps"
    ticks = ticks_g(12.0)
    assert [label for _, label in ticks] == ["0", "30", "60", "90 m/s²"]
    assert ticks[1][0] == pytest.approx(30 / 9.80665)


@pytest.mark.usefixtures("metric")
def test_the_window_speaks_one_unit() -> None:
    run = Run(baseline_g=6.0)
    view = RunnerView(run.header())
    view.feed([*run.items(), run.flag(Rule.EXCESSIVE_IMPACT, Side.LEFT, 8.0)])
    state = view.state()
    told = [state.banner.detail, state.run.dose.note, *(leg.impact.note for leg in state.legs)]
    assert {leg.impact.unit for leg in state.legs} == {"m/s²"}
    assert not any(" g " in f"{each} " for each in told), told


def test_an_unknown_unit_is_told() -> None:
    with pytest.raises(UsageError, match="no unit 'stone'"):
        use_units("stone")

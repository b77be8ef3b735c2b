"""Own baselines by cadence, and facts that are computed once and kept without names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

import imu
from imu.coach.baselines import baseline_settings, learn_baselines
from imu.config import SignalParams
from imu.folders import cache_folder, sessions_folder
from imu.library import Library
from imu.model import Activity, Placement, Side
from imu.report import Story, earlier_sessions, facts_of, session_facts, session_report, sessions_of
from imu.report.charts import usual_line
from imu.store import SessionReader, SessionWriter
from tests.made import made_step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imu.report import SessionFacts


@pytest.fixture
def record(project_root: Path, own_folders: Path) -> Callable[..., Path]:
    """Write a shipped run into the library with another header."""
    assert own_folders
    sessions_folder().mkdir(parents=True)

    def make(name: str, data: str = "run_shoe_real", **header: object) -> Path:
        reader = SessionReader(project_root / "data" / f"{data}.mcap")
        path = sessions_folder() / f"{name}.mcap"
        writer = SessionWriter(path, msgspec.structs.replace(reader.header, **header))
        for item in reader.inputs():
            writer.write(item)
        writer.close()
        return path

    return make


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Forbid to compute facts from now on."""
    return lambda: monkeypatch.setattr("imu.report.past.session_facts", lambda _: pytest.fail("again"))


def test_what_is_usual_follows_the_cadence(record: Callable[..., Path]) -> None:
    sensors = SessionReader(record("plain", "two_shoes_simulated")).header.sensors
    plain = session_facts(imu.load(sessions_folder() / "plain.mcap"))
    side = plain.sides[0]
    assert side.cadence_spm is not None
    least = int(side.cadence_spm // 10) * 10
    config = {"baseline_g.left-shoe": 5.0} | {
        f"baseline_band_g.{low}-{low + 10}.left-shoe": 0.1 * low for low in range(least - 20, least + 30, 10)
    }
    facts = session_facts(imu.load(record("bands", "two_shoes_simulated", config=config)))
    left, right = facts.sides
    assert left.sensor == sensors[0].sensor == "left-shoe"
    assert right.baseline is not None
    assert right.baseline.basis == "start"
    assert left.baseline is not None
    assert left.baseline.basis == "profile"
    assert left.baseline.impact_g == pytest.approx(0.1 * least)
    for part in left.stretches:
        if part.cadence_spm is not None:
            assert part.usual_g is not None
            assert abs(part.usual_g - 0.1 * part.cadence_spm) <= 1.3
    assert left.baseline.by_cadence == (len({part.usual_g for part in left.stretches}) > 1)
    levels = {usual_g for _, usual_g in usual_line(left)}
    assert levels <= {part.usual_g for part in left.stretches} | {left.baseline.impact_g}
    assert "your usual" in session_report(Story(facts))


def test_baselines_of_the_profile_are_those_of_the_report(record: Callable[..., Path]) -> None:
    path = record("run", "two_shoes_simulated")
    sensors = SessionReader(path).header.sensors
    params = SignalParams()
    measure = f"resultant lp{params.impact_cutoff_hz:g}Hz {params.impact_window_s * 1000:g}ms"
    dice = np.random.default_rng(1)
    steps = [
        made_step(
            step=n,
            sensor="left-shoe",
            side=Side.LEFT,
            placement=Placement.SHOE,
            activity=Activity.RUN,
            stride_time_ms=float(120_000.0 / cadence),
            peak_accel_g=float(cadence / 20 + dice.normal(0, 0.1)),
        )
        for n, cadence in enumerate(np.repeat(np.arange(140, 200, 10), 120) + 5)
    ]
    learnt = learn_baselines(steps, shoe="", measure=measure)
    config = baseline_settings(learnt.baselines, sensors, shoe="", measure=measure)
    assert len(config) == 7
    left = session_facts(imu.load(record("held", "two_shoes_simulated", config=config))).sides[0]
    assert left.baseline is not None
    assert left.cadence_spm is not None
    assert left.baseline.impact_g == pytest.approx(left.cadence_spm / 20, abs=0.35)


def test_facts_are_computed_once_and_kept_without_words(
    record: Callable[..., Path], never: Callable[[], None]
) -> None:
    path = record("sunday", runner="Zoë Müller", started_utc="2026-05-03T08:00:00Z", note="knee ok")
    library = Library()
    first = facts_of(library.find("sunday"))
    (kept,) = (cache_folder() / "facts").iterdir()
    assert not any(word in kept.read_text() for word in ("Zo", "knee", "2026-05", "sunday"))
    never()
    assert facts_of(library.find("sunday")) == first
    assert (first.runner, first.name, first.note) == ("Zoë Müller", "sunday", "knee ok")
    path.rename(path.with_name("renamed.mcap"))
    library.edit(library.find("renamed"), name="By the sea", runner="Zoë")
    again = facts_of(library.find("By the sea"))
    assert again == msgspec.structs.replace(first, name="By the sea", runner="Zoë")
    kept.write_bytes(b"{}")
    with pytest.raises(pytest.fail.Exception, match="again"):
        facts_of(library.find("renamed"))


def test_what_is_kept_goes_with_the_session(record: Callable[..., Path]) -> None:
    record("a")
    record("b", note="another")
    library = Library()
    for name in ("a", "b"):
        facts_of(library.find(name))
    assert len(list((cache_folder() / "facts").iterdir())) == 2
    library.delete(library.find("a"))
    (left,) = (cache_folder() / "facts").iterdir()
    facts_of(library.find("b"))
    assert list((cache_folder() / "facts").iterdir()) == [left]


def test_earlier_sessions_are_those_of_the_runner_before_it(record: Callable[..., Path]) -> None:
    for day, runner in ((1, "Zoë"), (3, "Zoë"), (2, "Ben"), (5, "Zoë")):
        record(f"{runner}{day}", runner=runner, started_utc=f"2026-05-0{day}T08:00:00Z")
    record("undated", runner="Zoë")
    (sessions_folder() / "broken.mcap").write_bytes(b"no session")
    library = Library()

    def names(found: list[SessionFacts]) -> list[str]:
        return [facts.name for facts in found]

    assert names(earlier_sessions(library.find("Zoë5"), library)) == ["Zoë1", "Zoë3"]
    assert names(earlier_sessions(library.find("Zoë1"), library)) == []
    assert names(earlier_sessions(library.find("undated"), library)) == []
    assert names(sessions_of("", library)) == ["Zoë1", "Ben2", "Zoë3", "Zoë5"]

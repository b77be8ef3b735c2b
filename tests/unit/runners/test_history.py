from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from imu.coach import RUNS, Coach, DiaryEntry, Where, params_of_run
from imu.config import ChainConfig
from imu.errors import InputError, UsageError
from imu.model import Phase, PhaseChange, SessionHeader
from imu.runners import Programme, coached_settings, journal_of, plan_view, read_history, set_step_rate
from imu.store import Edits, write_edits
from tests.unit.coach.runners import SHINS, USUAL_G, Runner, steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Record = Callable[..., Path]

BEGAN = dt.date(2026, 5, 4)
TODAY = dt.date(2026, 5, 20)


def settings(ada: str, **changes: Any) -> dict[str, float]:
    return coached_settings(ada, SHINS, **{"shoe": "", "today": TODAY, "coached": True, **changes})[0]


def coached(record: Record, number: int, day: str, seconds: float, response: float = 0.05) -> None:
    """Record a run of the programme, shortened to two minutes and a half of running."""
    params = params_of_run(RUNS[number - 1], programme=Programme(BEGAN).number)
    params = msgspec.structs.replace(params, run_s=150.0, retention_s=60.0)
    config = {**{f"baseline_g.{info.sensor}": USUAL_G for info in SHINS}, **params.settings()}
    ran, told = Runner(response).run(
        Coach(SHINS, ChainConfig.from_header(SessionHeader(SHINS, config=config))), seconds
    )
    record(f"run{number}-{day}", day, [*ran, *told], config=config)


def test_where_the_programme_stands_is_derived_from_recorded_sessions(ada: str, record: Record) -> None:
    journal_of(ada).begin(Programme(BEGAN))
    assert settings(ada)["coach.session"] == 1.0
    coached(record, 1, "2026-05-05", 220.0)
    coached(record, 2, "2026-05-07", 60.0)
    record("easy", "2026-05-08", steps(60.0, lambda *_: 7.0))
    stands = read_history(ada).progress(Programme(BEGAN).number)
    assert (stands.done, stands.next) == ((1,), RUNS[1])
    assert settings(ada)["coach.session"] == 2.0


def test_the_settings_of_a_run_give_the_chain_baseline_and_schedule(ada: str) -> None:
    journal_of(ada).begin(Programme(BEGAN, target_share=0.7, landing=2))
    config = ChainConfig.from_header(SessionHeader(SHINS, config=settings(ada)))
    assert config.baselines_g == {"left-shin": USUAL_G, "right-shin": USUAL_G}
    assert (config.coach.run_s, config.coach.target_share, config.coach.landing) == (900.0, 0.7, 2.0)
    assert settings(ada)["mass_kg"] == 61.0


def test_a_run_that_is_not_coached_has_its_baselines_only(ada: str) -> None:
    assert settings(ada, coached=False) == {
        "mass_kg": 61.0,
        "baseline_g.left-shin": USUAL_G,
        "baseline_g.right-shin": USUAL_G,
    }


def test_after_a_swap_of_shoes_there_is_no_baseline_and_no_coached_run(ada: str) -> None:
    journal_of(ada).begin(Programme(BEGAN))
    assert settings(ada, shoe="trail", coached=False) == {"mass_kg": 61.0}
    with pytest.raises(UsageError, match=r"no usual impact in trail.*runner learn"):
        settings(ada, shoe="trail")


def test_a_sore_runner_runs_without_cues(ada: str) -> None:
    journal = journal_of(ada)
    journal.begin(Programme(BEGAN))
    journal.add(DiaryEntry(TODAY, Where.CALF, during=5))
    found, verdict = coached_settings(ada, SHINS, shoe="", today=TODAY, coached=True)
    assert verdict is not None
    assert (verdict.cues_rest, verdict.see_pt) == (True, True)
    assert not any(key.startswith("coach.") for key in found)


def test_no_programme_or_a_complete_one_is_said(ada: str, record: Record) -> None:
    with pytest.raises(UsageError, match="plan start"):
        settings(ada)
    journal_of(ada).begin(Programme(BEGAN))
    for run in RUNS:
        coached(record, run.number, f"2026-05-{4 + run.number:02}", 160.0)
    with pytest.raises(UsageError, match="complete"):
        settings(ada)


def phases(*kinds: Phase) -> list[PhaseChange]:
    return [PhaseChange(number * 10**9, kind, number * 10**9 + 1) for number, kind in enumerate(kinds)]


def test_warm_up_and_cool_down_are_counted_and_missing_ones_named(ada: str, record: Record) -> None:
    made = list(steps(60.0, lambda *_: 7.0))
    record("both", "2026-05-05", [*made, *phases(Phase.WARM_UP, Phase.RUN, Phase.COOL_DOWN, Phase.STANDING)])
    record("one", "2026-05-06", [*made, *phases(Phase.WARM_UP, Phase.RUN)])
    record("walk", "2026-05-07", phases(Phase.WALKING))
    assert read_history(ada).habits() == (1, 2)
    told = " ".join(plan_view(ada, TODAY).notes)
    assert "both in 1 of 2 sessions" in told
    assert "no cool-down" in told
    assert "no warm-up" not in told
    assert "see your physical therapist" in told


def test_taped_sessions_are_compared_with_untaped(ada: str, record: Record) -> None:
    record("a", "2026-05-05", steps(60.0, lambda *_: 7.0), tags=("Taped",))
    record("b", "2026-05-06", steps(60.0, lambda *_: 8.0))
    assert read_history(ada).taped_against_untaped() == {True: (1, 7.0), False: (1, 8.0)}


def test_what_cannot_be_used_is_named_and_others_sessions_are_left_out(ada: str, record: Record) -> None:
    record("undated", "2026-05-05", started_utc="")
    record("bens", "2026-05-05", steps(60.0, lambda *_: 8.0), runner="Ben")
    record("hers", "2026-05-05", steps(60.0, lambda *_: 8.0))
    history = read_history(ada)
    assert [one.session for one in history.sessions] == ["hers"]
    assert history.problems == ("undated: it does not tell its day",)


def test_the_view_of_a_week(ada: str, record: Record) -> None:
    journal_of(ada).begin(Programme(BEGAN))
    coached(record, 1, "2026-05-19", 220.0)
    view = plan_view(ada, TODAY)
    assert view.monday == dt.date(2026, 5, 18)
    assert view.progress is not None
    assert view.progress.done == (1,)
    assert [week.runs for week in view.weeks] == [1]
    assert {item.done for item in view.items} == {0}


def test_a_step_rate_needs_a_programme_and_stays_in_it(ada: str) -> None:
    with pytest.raises(UsageError, match="plan start"):
        set_step_rate(ada, 176.0)
    journal_of(ada).begin(Programme(BEGAN))
    set_step_rate(ada, 176.0)
    assert settings(ada)["coach.step_rate_spm"] == 176.0


def test_a_damaged_journal_is_named_and_left_alone(ada: str) -> None:
    journal = journal_of(ada)
    journal.begin(Programme(BEGAN))
    journal.path.write_text('{"diary": [{"day": "2026-05-01", "during": 12}]}')
    with pytest.raises(InputError, match=r"ada\.json"):
        journal_of(ada)
    assert "12" in journal.path.read_text()


def test_what_was_found_out_is_remembered_until_a_session_changes(
    ada: str, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = record("a", "2026-05-05", steps(60.0, lambda *_: 7.0))
    first = read_history(ada)
    with monkeypatch.context() as patched:
        patched.setattr("imu.runners.history.session_facts", lambda *_: pytest.fail("read again"))
        assert read_history(ada) == first
    write_edits(path, Edits(tags=("taped",)))
    assert read_history(ada).sessions[0].tags == ("taped",)


def test_a_damaged_memory_is_made_anew(ada: str, record: Record, own_folders: Path) -> None:
    record("a", "2026-05-05", steps(60.0, lambda *_: 7.0))
    first = read_history(ada)
    memory = own_folders / "cache" / "runners" / "ada.json"
    memory.write_text("{]")
    assert read_history(ada) == first
    assert memory.read_text() != "{]"

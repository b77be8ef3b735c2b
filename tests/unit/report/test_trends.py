"""Trends: the weeks of one runner, compared only in the same place."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from imu.cli.app import run
from imu.errors import UsageError
from imu.report import trends_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imu.report import SessionFacts

TODAY = dt.date(2026, 6, 30)
FIRST = dt.datetime(2026, 5, 4, 18, 0, tzinfo=dt.UTC)


@pytest.fixture
def many(made_facts: Callable[..., SessionFacts]) -> list[SessionFacts]:
    """Make eight sessions in four weeks, the later four softer."""

    def one(number: int) -> SessionFacts:
        sides = tuple(
            msgspec.structs.replace(side, impact_g=10.0 if number < 4 else 8.0) for side in made_facts().sides
        )
        return made_facts(started=FIRST + dt.timedelta(days=3.5 * number), sides=sides)

    return [one(number) for number in range(8)]


def test_the_later_half_is_compared_with_the_earlier_one(many: list[SessionFacts]) -> None:
    page = trends_report(many, TODAY)
    assert "8 sessions in 4 weeks" in page
    assert "Impact left shoe: the later half was 20\u202f% lower than the earlier one." in page


def test_load_is_summed_by_week(many: list[SessionFacts]) -> None:
    page = trends_report(many, dt.date(2026, 5, 31))
    for monday in ("4 May", "11 May", "18 May", "25 May"):
        assert f'<th scope="row">{monday}</th><td class="n">2</td>' in page
    assert page.count('<td class="n">1\u202f600</td>') == 4


def test_shoes_and_shins_get_panels_of_their_own(many: list[SessionFacts]) -> None:
    shins = tuple(msgspec.structs.replace(side, placement="shank") for side in many[0].sides)
    page = trends_report([*many[:4], *(msgspec.structs.replace(one, sides=shins) for one in many[4:])], TODAY)
    assert "right shin: 4 sessions" in page
    assert "the later half" in page
    assert "20\u202f%" not in page.partition("Load by week")[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda many: many[:1], "found 1"),
        (lambda many: [*many, msgspec.structs.replace(many[0], runner="Ada")], "2 runners"),
        (lambda many: [msgspec.structs.replace(one, started=None) for one in many], "found 0"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    many: list[SessionFacts], change: Callable[[Any], list[SessionFacts]], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        trends_report(change(many), TODAY)


def test_the_command_says_when_there_is_nothing_to_compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOFTSTRIKE_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "sessions").mkdir()
    assert run(["trends", str(tmp_path / "sessions"), "--out", str(tmp_path / "t.html")]) == 2
    assert "found 0" in capsys.readouterr().err
    assert not (tmp_path / "t.html").exists()

"""The page: self-contained, escaped, and saying what the facts say."""

from __future__ import annotations

import re
import tomllib
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from imu.report import Section, Story, session_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from imu.report import SessionFacts
    from imu.report.facts import SideFacts

VOID = {"meta", "br", "hr", "img", "link", "input"}
HOSTILE = [
    "<script>document.title='owned'</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg onload=alert(1)>",
    "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "'; background: url(https://example.org/x); '",
    "</style><style>*{display:none}</style>",
    "javascript:alert(1)",
    "\u202eevil\u202c " + "z" * 10_000,
]


class Checker(HTMLParser):
    """Collects what a page holds and checks that its elements are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def test_a_page_is_whole_and_loads_nothing(two_shoes: SessionFacts) -> None:
    page = Checker(session_report(Story(two_shoes)))
    assert not {"script", "link", "iframe", "img", "object", "form"} & set(page.tags)
    for tag, name, value in page.attributes:
        assert not name.startswith("on")
        if name in {"href", "src", "xlink:href"}:
            assert value.startswith("#") or (tag == "a" and value.startswith("https://")), value
        assert "url(http" not in value
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_the_same_session_makes_the_same_page(two_shoes: SessionFacts) -> None:
    assert session_report(Story(two_shoes)) == session_report(Story(two_shoes))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_stay_words(made_facts: Callable[..., SessionFacts], text: str) -> None:
    usual = made_facts()
    sides = tuple(msgspec.structs.replace(side, sensor=text) for side in usual.sides)
    quality = tuple(msgspec.structs.replace(one, sensor=text, notes=text) for one in usual.quality)
    facts = made_facts(
        name=text, runner=text, shoe=text, surface=text, tags=(text,), note=text, origin=text,
        sides=sides, quality=quality,
    )  # fmt: skip
    calm, hostile = Checker(session_report(Story(usual))), Checker(session_report(Story(facts)))
    assert set(hostile.tags) - set(calm.tags) == set()
    assert {name for _, name, _ in hostile.attributes} == {name for _, name, _ in calm.attributes}


def test_the_summary_says_what_is_higher_than_usual(
    made_facts: Callable[..., SessionFacts], made_side: Callable[..., SideFacts]
) -> None:
    page = session_report(Story(made_facts(sides=(made_side(impact_g=12.87),))))
    assert "Impact against your usual: left 30\u202f% higher." in page
    assert "Impact against your usual: left and right about the same." in session_report(Story(made_facts()))
    assert "Heel first in 67\u202f% of the left landings." in page


def test_clipped_impacts_are_lower_bounds_and_never_ranked(
    made_facts: Callable[..., SessionFacts], made_side: Callable[..., SideFacts]
) -> None:
    page = session_report(Story(made_facts(sides=(made_side(clipped_share=0.4),))))
    assert "≥\u202f10.0\u202fg" in page
    assert 'id="minutes"' not in page
    assert 'id="minutes"' in session_report(Story(made_facts()))


def test_a_session_without_steps_says_so(
    made_facts: Callable[..., SessionFacts], made_side: Callable[..., SideFacts]
) -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("impact_g", "cadence_spm", "contact_time_ms", "excessive_share", "baseline")
    )
    empty = made_side(
        run_steps=0, running_s=0.0, impacts=0, impact_sum_g=0.0, bins=(), landings={}, stretches=(), **nothing
    )
    page = session_report(Story(made_facts(sides=(empty,))))
    assert "No running steps were found" in page
    assert "<svg" not in page


def test_what_changed_since_the_last_sessions(made_facts: Callable[..., SessionFacts]) -> None:
    before = made_facts(
        shoe="red pair", sides=tuple(msgspec.structs.replace(s, impact_g=8.0) for s in made_facts().sides)
    )
    page = session_report(Story(made_facts(), (before, before)))
    assert "Against the middle of the last 2 sessions. This session was with another shoe" in page
    assert "25\u202f% higher" in page
    assert 'id="changes"' not in session_report(Story(made_facts()))


def test_every_advice_is_followed_by_its_limits_and_the_therapist(
    made_facts: Callable[..., SessionFacts],
) -> None:
    page = session_report(Story(made_facts()))
    assert page.count('<article class="card">') == page.count("<b>Limits.</b>") > 0
    assert "see your physical therapist" in page


def test_a_section_of_another_module_comes_before_the_advice(made_facts: Callable[..., SessionFacts]) -> None:
    def diary(story: Story) -> Section:
        rows = [{"when": "today", "text": f"{story.facts.runner}: 1 <of> 10"}]
        return Section("diary", "Diary", "flags.html", {"rows": rows, "more": 0})

    page = session_report(Story(made_facts()), more=(diary,))
    assert "Zoë: 1 &lt;of&gt; 10" in page
    assert page.index('id="diary"') < page.index('id="advice"')


@pytest.mark.parametrize("kind", ["light", "dark"])
def test_colours_are_those_of_the_dashboard(project_root: Path, kind: str) -> None:
    style = (project_root / "imu" / "report" / "templates" / "style.css").read_text()
    found = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[0 if kind == "light" else 1]
    ours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", found))
    theirs = tomllib.loads((project_root / "dashboards" / "theme.toml").read_text())["colours"][kind]
    shared = {name: value for name, value in ours.items() if name.replace("-", "_") in theirs}
    assert len(shared) >= 12
    assert shared == {name: theirs[name.replace("-", "_")].lower() for name in shared}

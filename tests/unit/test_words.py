"""Words: wellness, not medicine; and every piece of advice says where it is from and whom to see."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from imu.cli.help_page import PAGE
from imu.coach import ADVICE, EXERCISES, SEE_PT, SOURCES, cue_text
from imu.model import CueKind, Side

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("imu", "dashboards", "docs", "examples", "firmware_profiles")
ENDINGS = ("*.py", "*.html", "*.rst", "*.toml", "*.md")
MADE = {"_build", "_generated"}
TEXTS = [
    *sorted(p for f in FOLDERS for e in ENDINGS for p in (ROOT / f).rglob(e) if not MADE & set(p.parts)),
    ROOT / "README.md",
    ROOT / "data" / "README.md",
]

BANNED = re.compile(
    r"diagnos\w*|prevent\w*\s+(an?\s+|your\s+)?(injur|pain|knee)|injur(y|ies|ed)\b|\brisks?\b|predict\w*"
    r"|\bcures?\b|\bheals?\b|\btreat(s|ed|ments?)?\b|safe to run|bone (load|stress)|\bpatients?\b"
    r"|\bunhealthy\b|\bdamag\w+ your",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(no|not|never|neither|nor|nothing|without)\b", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n\s*\n")
OTHER_SENSE = re.compile(r"treat(s|ed)? (\w+ )?as\b|risks? of (losing|a full disk)", re.IGNORECASE)


def said(path: Path) -> list[str]:
    """Sentences of a file: of Python every text in it, help and docstrings included."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return SENTENCE.split(text)
    strings = [
        n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]
    return [sentence for one in strings for sentence in SENTENCE.split(one)]


def claims(sentences: list[str]) -> list[str]:
    """Sentences that claim what softstrike must not; one that denies it may use the word."""
    return [
        " ".join(one.split())
        for one in sentences
        if BANNED.search(OTHER_SENSE.sub("", one)) and not DENIED.search(one)
    ]


@pytest.mark.parametrize(
    "claim",
    [
        "This prevents injury.",
        "Prevent knee pain with softer steps.",
        "Your injury risk is high.",
        "Our diagnosis: runner's knee.",
        "It predicts how your knee will be.",
        "You are safe to run.",
        "Lower bone load by 20 %.",
        "Stretching heals the calf.",
    ],
)
def test_the_ban_sees_a_claim(claim: str) -> None:
    assert claims([claim])


def test_the_ban_lets_plain_words_pass() -> None:
    assert not claims(
        ["Higher than your usual.", "This is no diagnosis.", "A gap is treated as lost samples."]
    )


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_that_users_read_claims_to_prevent_diagnose_or_treat(path: Path) -> None:
    assert claims(said(path)) == []


def test_the_help_page_is_among_what_is_read() -> None:
    assert ROOT / "imu" / "cli" / "help_page.py" in TEXTS
    assert "diary" in PAGE


@pytest.mark.parametrize("key", ADVICE)
def test_every_advice_has_its_source_and_the_line_about_the_therapist(key: str) -> None:
    one = ADVICE[key]
    assert one.sources
    assert all(SOURCES[source] in one.told() for source in one.sources)
    assert one.told().endswith(SEE_PT)
    assert "see your physical therapist" in SEE_PT
    assert one.measured
    assert one.sensor
    assert one.not_measured


def test_every_advice_has_its_row_in_the_docs() -> None:
    page = (ROOT / "docs" / "coaching.rst").read_text("utf-8")
    assert [one.title for one in ADVICE.values() if f"* - {one.title}" not in page] == []


def test_every_source_is_used_and_every_exercise_has_its_advice() -> None:
    assert {key for one in ADVICE.values() for key in one.sources} == set(SOURCES)
    assert {exercise.advice for exercise in EXERCISES} <= set(ADVICE)


def test_a_cue_says_what_to_do() -> None:
    texts = [cue_text(kind, Side.LEFT) for kind in CueKind]
    assert not claims(texts)
    assert all(text.startswith("Left: ") for text in texts)


def test_landing_cues_are_opt_in_with_the_stop_rule() -> None:
    told = ADVICE["landing"].told()
    assert "calf" in told
    assert "more than 3 of 10" in told
    assert "stiff the next morning" in told
    assert "ask your pt to teach you" in ADVICE["taping"].told().lower()
    assert "comfort" in ADVICE["ice"].told()

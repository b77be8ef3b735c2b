"""Reports in a real browser: layout at two widths, light and dark, on paper, and with hostile words."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import subprocess
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from playwright.sync_api import sync_playwright

import imu
from imu.report import Story, session_facts, session_report, trends_report
from imu.report.facts import FlagFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from imu.report import SessionFacts

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
PHONE, LAPTOP = 390, 1280
LEAST_CONTRAST = 4.5
IMAGE = '<img src=x onerror="document.title=1">'
LONG = f"<script>document.title='owned'</script>\"'>{IMAGE}\u202eslow\u202c " + "w" * 10_000


CONTRASTS = """() => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const light = text => { const [r, g, b] = numbers(text).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = element => { for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor; const parts = numbers(colour);
      if (parts.length < 4 || parts[3] === 1) return colour; } return 'rgb(255, 255, 255)'; };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest('.unseen, .skip, style')) continue;
    const style = getComputedStyle(element);
    const front = element.closest('svg') ? style.fill : style.color;
    const [a, b] = [light(front), light(behind(element))].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), walk.currentNode.data.trim().slice(0, 40)]); }
  return found; }"""

TEXT_SIZES = """() => [...document.querySelectorAll('svg text')].filter(e => e.checkVisibility())
  .map(e => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a)"""


@pytest.fixture(scope="module")
def browser(system_program: Callable[[str], str]) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=system_program("chromium"), args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def facts(project_root: Path) -> SessionFacts:
    return session_facts(imu.load(project_root / "data" / "two_shoes_simulated.mcap"))


@pytest.fixture(scope="module")
def pages(facts: SessionFacts, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write a report with sessions before it, one full of hostile words, and trends."""
    folder = tmp_path_factory.mktemp("pages")
    first = dt.datetime(2026, 3, 2, 18, 30, tzinfo=dt.UTC)
    dated = [msgspec.structs.replace(facts, started=first + dt.timedelta(days=3 * n)) for n in range(14)]
    hostile = msgspec.structs.replace(
        facts,
        name=LONG,
        runner=LONG,
        shoe=LONG,
        surface=LONG,
        tags=(LONG, LONG),
        note=LONG,
        flags=(FlagFacts(1.0, "heel_strike", LONG),),
        quality=tuple(msgspec.structs.replace(one, sensor=LONG, notes=LONG) for one in facts.quality),
    )
    texts = {
        "report": session_report(Story(dated[5], tuple(dated[:5]))),
        "hostile": session_report(Story(hostile)),
        "trends": trends_report(dated, dt.date(2026, 4, 12)),
    }
    written = {}
    for name, text in texts.items():
        written[name] = folder / f"{name}.html"
        written[name].write_text(text, encoding="utf-8")
    return written


class Opened:
    """A page and everything that it asked for or complained of."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.asked: list[str] = []
        self.said: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("dialog", lambda dialog: self.said.append(dialog.message))
        page.goto(path.as_uri())


@pytest.fixture
def opened(browser: Browser, pages: dict[str, Path]) -> Iterator[Callable[..., Opened]]:
    contexts = []

    def make(name: str, width: int = LAPTOP, scheme: Any = "light") -> Opened:
        contexts.append(browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme))
        return Opened(contexts[-1].new_page(), pages[name])

    yield make
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", ["report", "hostile", "trends"])
@pytest.mark.parametrize("width", [PHONE, LAPTOP])
def test_nothing_sticks_out_and_nothing_is_too_small(
    opened: Callable[..., Opened], name: str, width: int
) -> None:
    page = opened(name, width).page
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    stick_out = page.evaluate(
        "w => [...document.querySelectorAll('section > *, .tiles li, header *')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().right > w + 0.5)"
        ".map(e => e.outerHTML.slice(0, 80))",
        width,
    )
    assert stick_out == []
    sizes = page.evaluate(TEXT_SIZES)
    assert sizes
    assert min(sizes) >= 9
    cut = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).length"
    assert name == "hostile" or page.evaluate(cut) == 0
    assert page.locator(".narrow:visible" if width == PHONE else ".wide:visible").count() > 0


@pytest.mark.parametrize("name", ["report", "trends"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read(opened: Callable[..., Opened], name: str, scheme: str) -> None:
    page = opened(name, LAPTOP, scheme).page
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(237, 240, 243)", "dark": "rgb(13, 17, 23)"}[scheme]
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 50
    assert [pair for pair in contrasts if pair[0] < LEAST_CONTRAST] == []


def test_the_page_can_be_heard(opened: Callable[..., Opened]) -> None:
    page = opened("report").page
    assert page.locator("h1").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(e => +e.tagName[1])")
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert page.evaluate("document.documentElement.lang") == "en"
    for figure in page.locator("figure").all():
        assert re.search(r"\d", figure.get_attribute("aria-label") or "")
    assert page.locator("svg:not([aria-hidden=true])").count() == 0
    assert page.locator("table:not(:has(th[scope]))").count() == 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


@pytest.mark.parametrize("name", ["report", "hostile", "trends"])
def test_nothing_runs_and_nothing_is_loaded(
    opened: Callable[..., Opened], pages: dict[str, Path], name: str
) -> None:
    seen = opened(name)
    seen.page.wait_for_load_state("networkidle")
    assert seen.asked == [pages[name].as_uri()]
    assert seen.said == []
    assert "owned" not in seen.page.title().split("<")[0]
    assert seen.page.evaluate("document.scripts.length + document.images.length") == 0
    assert seen.page.evaluate("document.title").endswith("softstrike")


@pytest.mark.parametrize(("name", "most_pages"), [("report", 6), ("trends", 3)])
def test_it_prints_well(
    opened: Callable[..., Opened],
    tmp_path: Path,
    system_program: Callable[[str], str],
    name: str,
    most_pages: int,
) -> None:
    opened(name, scheme="dark").page.pdf(
        path=tmp_path / "page.pdf", prefer_css_page_size=True, print_background=True
    )
    done = subprocess.run(
        [system_program("pdftotext"), "-layout", tmp_path / "page.pdf", "-"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    sheets = done.stdout.rstrip("\f").split("\f")
    assert 1 <= len(sheets) <= most_pages
    assert all(len(sheet.split()) > 20 for sheet in sheets)
    text = " ".join(done.stdout.split())
    wanted = {
        "report": [
            "In short",
            "Impact over time",
            "heel first",
            "What to try",
            "see your physical therapist",
            "10.6",
        ],
        "trends": [
            "14 sessions",
            "Load by week",
            "Impact from session to session",
            "see your physical therapist",
        ],
    }[name]
    assert [words for words in wanted if words not in text] == []

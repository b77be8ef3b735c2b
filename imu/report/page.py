"""From sections to one HTML page: no script, nothing loaded from outside, every value escaped."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from imu import __version__
from imu.report import words
from imu.report.sections import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from imu.report.facts import SessionFacts
    from imu.report.sections import MakeSection, Section, Story

__all__ = ["page", "session_report"]

CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def session_report(story: Story, *, more: Sequence[MakeSection] = ()) -> str:
    """Write the report of a session.

    Parameters
    ----------
    story : Story
        The session, and the runner's sessions before it.
    more : sequence of callable
        Makers of further sections, shown before the advice.

    Returns
    -------
    str
        One HTML page.
    """
    *usual, advice, quality = SECTIONS
    made = [make(story) for make in (*usual, *more, advice, quality)]
    return page(
        words.session_title(story.facts),
        kind="Session report",
        about=_about(story.facts),
        note=words.clean(story.facts.note, words.NOTE_LENGTH, lines=True),
        sections=[section for section in made if section is not None],
    )


def page(
    title: str, *, kind: str, about: Sequence[tuple[str, str]], note: str, sections: Sequence[Section]
) -> str:
    """Put sections on a page.

    Parameters
    ----------
    title, kind : str
        Heading, and what kind of page this is.
    about : sequence of (str, str)
        What is said under the heading: a name and a value each.
    note : str
        The runner's note; may be empty.
    sections : sequence of Section
        In order.
    """
    template = _environment().get_template("page.html")
    said = {"title": title, "kind": kind, "about": about, "note": note, "sections": sections}
    return template.render(**said, version=__version__, policy=CONTENT_POLICY)


def _about(facts: SessionFacts) -> list[tuple[str, str]]:
    shown = {
        "Runner": words.clean(facts.runner),
        "Date": "" if facts.started is None else f"{words.day(facts.started)}, {facts.started:%H:%M}",
        "Length": words.length(facts.duration_s),
        "Shoe": words.clean(facts.shoe),
        "Surface": words.clean(facts.surface),
        "Tags": words.clean(", ".join(facts.tags), 2 * words.NAME_LENGTH),
        "Origin": "" if facts.origin == "live" else words.clean(facts.origin),
    }
    return [(name, value) for name, value in shown.items() if value]


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - slow to import
    from markupsafe import Markup  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("imu.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("imu.report").joinpath("templates", "style.css").read_text("utf-8")
    shared: dict[str, Any] = {"style": Markup(style), "drawing": Markup}  # noqa: S704 - our own style sheet and drawings
    environment.globals |= shared
    return environment

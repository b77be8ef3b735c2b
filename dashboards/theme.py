"""The theme: colours, font and spacing, read from ``theme.toml``; free of Qt."""

from __future__ import annotations

import functools
from importlib import resources

import msgspec

from imu.errors import UsageError

__all__ = [
    "Colours",
    "Fonts",
    "Spaces",
    "Theme",
    "load_theme",
    "next_theme",
    "theme_in_use",
    "theme_names",
    "use_theme",
]


class Colours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Colours as ``#RRGGBB``, named by what they mean."""

    window: str
    panel: str
    raised: str
    line: str
    text: str
    text_soft: str
    text_faint: str
    trace: str
    baseline: str
    target: str
    limit: str
    heel: str
    midfoot: str
    forefoot: str
    unsure: str
    good: str
    impact: str
    trouble: str
    accent: str


class Fonts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Font family and sizes in px; figures in tiles take their size from the tile."""

    family: str
    caption_px: int
    body_px: int
    title_px: int
    lead_px: int
    headline_px: int


class Spaces(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Distances in px: between panels, inside panels, and the radius of their corners."""

    gap_px: int
    pad_px: int
    radius_px: int


class Theme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that the look of a window rests on."""

    colour: Colours
    font: Fonts
    space: Spaces


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    colours: dict[str, Colours]
    font: Fonts
    space: Spaces


_in_use = ["dark"]


@functools.cache
def _themes() -> dict[str, Theme]:
    text = resources.files("dashboards").joinpath("theme.toml").read_bytes()
    file = msgspec.toml.decode(text, type=_File)
    return {name: Theme(colours, file.font, file.space) for name, colours in file.colours.items()}


def load_theme() -> Theme:
    """Return the theme in use.

    Returns
    -------
    Theme
        The same object at every call, until another theme is chosen.
    """
    return _themes()[_in_use[0]]


def theme_names() -> tuple[str, ...]:
    """Return the names of all themes, the usual one first."""
    return tuple(_themes())


def theme_in_use() -> str:
    """Return the name of the theme in use."""
    return _in_use[0]


def next_theme() -> str:
    """Return the name of the theme after the one in use."""
    names = theme_names()
    return names[(names.index(_in_use[0]) + 1) % len(names)]


def use_theme(name: str) -> None:
    """Choose the theme of all windows; those that are open have to be styled anew.

    Raises
    ------
    UsageError
        When there is no such theme.
    """
    if name not in _themes():
        raise UsageError(f"there is no theme {name!r}: choose {', '.join(theme_names())}")
    _in_use[0] = name

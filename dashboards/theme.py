"""The theme: colours, font and spacing, read from ``theme.toml``; free of Qt."""

from __future__ import annotations

import functools
from importlib import resources

import msgspec

__all__ = ["Colours", "Fonts", "Spaces", "Theme", "load_theme"]


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


@functools.cache
def load_theme() -> Theme:
    """Read the theme that ships with the package.

    Returns
    -------
    Theme
        The same object at every call.
    """
    text = resources.files("dashboards").joinpath("theme.toml").read_bytes()
    return msgspec.toml.decode(text, type=Theme)

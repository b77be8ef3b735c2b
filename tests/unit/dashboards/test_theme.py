from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import msgspec
import pytest

from dashboards.theme import load_theme, next_theme, theme_names, use_theme
from imu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True, params=theme_names())
def theme(request: pytest.FixtureRequest) -> Iterator[None]:
    use_theme(request.param)
    yield
    use_theme("dark")


def luminance(text: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(text[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_every_text_colour_can_be_read_on_every_background() -> None:
    colours = load_theme().colour
    for ink, ground in itertools.product(("text", "text_soft", "text_faint"), ("window", "panel")):
        assert contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5, (ink, ground)


def test_every_meaning_can_be_seen_on_the_panel() -> None:
    colours = load_theme().colour
    for name in (
        "heel",
        "midfoot",
        "forefoot",
        "unsure",
        "good",
        "impact",
        "trouble",
        "limit",
        "trace",
        "target",
    ):
        assert contrast(getattr(colours, name), colours.panel) >= 4.5, name


def test_the_text_of_a_raised_flag_can_be_read() -> None:
    colours = load_theme().colour
    for name in ("heel", "impact", "trouble"):
        assert contrast(getattr(colours, name), colours.window) >= 4.5, name


def test_colours_are_six_digits() -> None:
    for name, text in msgspec.structs.asdict(load_theme().colour).items():
        assert len(text) == 7, name
        int(text[1:], 16)


def test_text_of_the_high_contrast_theme_is_seven_to_one() -> None:
    use_theme("contrast")
    colours = load_theme().colour
    for ink in ("text", "text_soft", "text_faint", "heel", "midfoot", "impact", "trouble", "good"):
        assert contrast(getattr(colours, ink), colours.panel) >= 7.0, ink


def test_the_key_goes_round_all_themes() -> None:
    seen = []
    for _ in theme_names():
        use_theme(next_theme())
        seen.append(load_theme())
    assert len({id(theme) for theme in seen}) == len(theme_names()) == 3


def test_a_theme_that_does_not_exist_is_refused_with_the_choice() -> None:
    with pytest.raises(UsageError, match="dark, light, contrast"):
        use_theme("pink")

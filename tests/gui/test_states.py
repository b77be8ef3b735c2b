"""The states that real life has: each is painted in each theme, and says what it must."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from gallery import STATES, painted, said, themed
from PySide6.QtGui import QImage

from dashboards.app import ensure_application
from dashboards.theme import load_theme, theme_names
from imu.cli.app import run

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture(autouse=True)
def application(qapp: object, own_folders: Path) -> None:
    del qapp, own_folders
    ensure_application()


@pytest.mark.parametrize("theme", theme_names())
@pytest.mark.parametrize("name", STATES)
def test_a_state_is_painted_and_says_what_it_must(
    qtbot: QtBot, tmp_path: Path, name: str, theme: str
) -> None:
    with themed(theme):
        window = painted(name, tmp_path / "state.png")
        qtbot.addWidget(window)
        image = QImage(str(tmp_path / "state.png"))
        told = said(window)
        assert [words for words in STATES[name].says if words not in told] == []
        seen = {
            image.pixelColor(x, y).name()
            for x in range(0, image.width(), 4)
            for y in range(0, image.height(), 4)
        }
        assert load_theme().colour.window.lower() in seen
        assert load_theme().colour.text.lower() in seen
        assert len(seen) > 20


def test_without_a_display_a_session_is_not_begun_and_the_way_on_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    out = tmp_path / "run.mcap"
    assert run(["live", "--simulate", "--out", str(out)]) != 0
    told = capsys.readouterr().err
    assert "no display" in told
    assert "--headless" in told
    assert not out.exists()

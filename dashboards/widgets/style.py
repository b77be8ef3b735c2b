"""The style sheet of Qt's own widgets, from the theme in use."""

from __future__ import annotations

from dashboards.theme import load_theme
from dashboards.widgets.base import colour

__all__ = ["style_sheet"]

NAMES = ("window", "panel", "raised", "line", "text", "text_faint", "accent")


def style_sheet(*windows: str) -> str:
    """Return the style sheet.

    Parameters
    ----------
    *windows : str
        Names of the classes that get the window's background.
    """
    name = {key: colour(key).name() for key in NAMES}
    radius_px = load_theme().space.radius_px
    grounds = ", ".join(windows)
    return f"""
    {grounds} {{ background: {name["window"]}; }}
    QLabel, QCheckBox, QRadioButton {{ color: {name["text"]}; background: transparent; }}
    QLabel#told {{
        color: {name["text"]}; background: {name["raised"]}; border: 2px solid {name["accent"]};
        border-radius: {radius_px}px; padding: 0 12px;
    }}
    QProgressBar {{ background: {name["raised"]}; border: none; border-radius: 6px; }}
    QProgressBar::chunk {{ background: {name["accent"]}; border-radius: 6px; }}
    QPushButton, QComboBox, QLineEdit, QDoubleSpinBox, QSpinBox {{
        color: {name["text"]}; background: {name["raised"]}; border: 2px solid {name["line"]};
        border-radius: {radius_px - 2}px; padding: 0 12px;
    }}
    QPushButton:focus, QComboBox:focus, QLineEdit:focus, QDoubleSpinBox:focus, QSpinBox:focus,
    QListWidget:focus {{ border: 2px solid {name["accent"]}; }}
    QCheckBox:focus, QRadioButton:focus {{ color: {name["accent"]}; }}
    QPushButton:disabled {{ color: {name["text_faint"]}; background: {name["panel"]}; }}
    QComboBox::drop-down {{ border: none; width: 26px; }}
    QComboBox QAbstractItemView, QListWidget {{
        color: {name["text"]}; background: {name["raised"]}; border: 2px solid {name["line"]};
        selection-background-color: {name["accent"]}; selection-color: {name["window"]};
    }}
    QListWidget {{ border-radius: {radius_px - 2}px; padding: 4px; }}
    QListWidget::item {{ padding: 7px 8px; border-radius: 4px; }}
    QListWidget::item:selected {{ background: {name["accent"]}; color: {name["window"]}; }}
    QCheckBox::indicator {{
        width: 18px; height: 18px; background: {name["raised"]}; border: 2px solid {name["line"]};
        border-radius: 4px;
    }}
    QCheckBox::indicator:checked {{ background: {name["accent"]}; }}
    QCheckBox::indicator:focus {{ border: 2px solid {name["accent"]}; }}
    QSlider::groove:horizontal {{ background: {name["raised"]}; height: 6px; border-radius: 3px; }}
    QSlider::handle:horizontal {{
        background: {name["accent"]}; width: 18px; margin: -7px 0; border-radius: 9px;
    }}
    QSlider::handle:horizontal:focus {{ background: {name["text"]}; }}
    QToolTip {{ color: {name["text"]}; background: {name["raised"]}; border: 1px solid {name["line"]}; }}
    """

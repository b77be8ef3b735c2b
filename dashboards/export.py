"""Export of what is seen: a picture, a drawing, or the figures behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator

from imu.errors import EnvironmentProblem, UsageError
from imu.store import steps_frame, write_steps
from imu.store.files import new_file

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from imu.store.overview import Overview

__all__ = ["FORMATS", "export"]

FORMATS = {".png": "Picture of the window", ".svg": "Drawing of the window", ".csv": "Steps of the stretch"}
SCALE = 2.0


def export(path: Path, widget: QWidget, overview: Overview, begin_s: float, end_s: float) -> None:
    """Write what is seen; the suffix says in which form.

    Parameters
    ----------
    path : Path
        File to write, ``.png``, ``.svg`` or ``.csv``; an existing one is replaced, since a user was asked.
    widget : QWidget
        What is painted.
    overview : Overview
        The session.
    begin_s, end_s : float
        The stretch that is seen, s since the first input; a table holds the steps of it.

    Raises
    ------
    UsageError
        The suffix is none of these.
    EnvironmentProblem
        The file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise UsageError(f"{path.name}: choose a name that ends in {', '.join(FORMATS)}")
    if suffix == ".csv":
        _write_steps(path, overview, begin_s, end_s)
        return
    with new_file(path, overwrite=True) as temporary:
        written = _write_svg(temporary, widget) if suffix == ".svg" else _write_png(temporary, widget)
        if not written:
            raise EnvironmentProblem(f"{path}: cannot be written; choose a folder that you may write to")


def _write_steps(path: Path, overview: Overview, begin_s: float, end_s: float) -> None:
    seen = [
        step
        for step in overview.steps
        if begin_s <= (step.initial_contact_ns - overview.begin_ns) / 1e9 < end_s
    ]
    write_steps(steps_frame(seen, overview.header.origin_ns), path, overwrite=True)


def _write_png(path: Path, widget: QWidget) -> bool:
    picture = QPixmap(widget.size() * SCALE)
    picture.setDevicePixelRatio(SCALE)
    widget.render(picture)
    return bool(picture.save(str(path), "PNG"))


def _write_svg(path: Path, widget: QWidget) -> bool:
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(QSize(widget.width(), widget.height()))
    generator.setViewBox(widget.rect())
    generator.setTitle(widget.windowTitle() or "softstrike")
    painter = QPainter()
    if not painter.begin(generator):
        return False
    widget.render(painter, QPoint())
    return bool(painter.end())

"""The accuracy page: words written by hand, tables put in between marks by a command."""

from __future__ import annotations

import math
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imu.errors import InputError
from imu.store.files import new_file

if TYPE_CHECKING:
    import pandas as pd

    from imu.batch.evaluate import Evaluation

__all__ = ["page_text", "write_page"]

UNKNOWN = "-"
DECIMALS = {"ms": 1, "percent": 1, "s": 1, "spm": 1, "min": 1, "f1": 3, "change": 3}
UNITS = {"ms": "ms", "percent": "%", "s": "s", "spm": "steps/min"}
BEGIN, END = ".. begin table {name}", ".. end table {name}"
MARKED = re.compile(
    r"(?P<begin>^\.\. begin table (?P<name>\w+)$).*?(?P<end>^\.\. end table (?P=name)$)",
    re.MULTILINE | re.DOTALL,
)
EMPTY_PAGE = "Accuracy\n========\n\n"


def write_page(evaluation: Evaluation, path: Path | str) -> bool:
    """Put the tables of an evaluation into a page.

    Parameters
    ----------
    evaluation : Evaluation
        From :func:`imu.batch.evaluate.evaluate`.
    path : pathlib.Path or str
        A reStructuredText file; what stands between ``.. begin table NAME`` and ``.. end table NAME`` is
        replaced. A file that does not exist is made with all tables.

    Returns
    -------
    bool
        Whether the file changed.

    Raises
    ------
    InputError
        The page marks a table that does not exist.
    """
    path = Path(path)
    before = path.read_text("utf-8") if path.exists() else None
    names = [field.name for field in fields(evaluation)]
    bare = EMPTY_PAGE + "".join(f"{BEGIN.format(name=n)}\n{END.format(name=n)}\n\n" for n in names)
    try:
        after = page_text(evaluation, bare if before is None else before)
    except KeyError as error:
        raise InputError(f"marks a table {error} that does not exist; known are {names}", path=path) from None
    if after != before:
        with new_file(path, overwrite=True) as temporary:
            temporary.write_text(after, "utf-8")
    return after != before


def page_text(evaluation: Evaluation, text: str) -> str:
    """Return the text of a page with its tables replaced.

    Parameters
    ----------
    evaluation : Evaluation
        The figures.
    text : str
        The page with marks.

    Returns
    -------
    str
        The same for the same figures, to the last byte.

    Raises
    ------
    KeyError
        The page marks a table that does not exist.
    """
    tables = {field.name: getattr(evaluation, field.name) for field in fields(evaluation)}
    return MARKED.sub(lambda m: f"{m['begin']}\n\n{_csv_table(tables[m['name']])}\n{m['end']}", text)


def _csv_table(table: pd.DataFrame) -> str:
    lines = [".. csv-table::", "   :header-rows: 1", "", _row([_heading(name) for name in table.columns])]
    lines += [
        _row([_cell(name, value) for name, value in zip(table.columns, row, strict=True)])
        for row in table.itertuples(index=False)
    ]
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return "   " + ", ".join(f'"{cell}"' for cell in cells)


def _heading(column: str) -> str:
    words = column.split("_")
    unit = UNITS.get(words[-1])
    return f"{' '.join(words[:-1])} ({unit})" if unit and len(words) > 1 else " ".join(words)


def _cell(column: str, value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return UNKNOWN
    text = f"{value:.{DECIMALS.get(column.rpartition('_')[2], 0)}f}"
    return text.removeprefix("-") if float(text) == 0.0 else text

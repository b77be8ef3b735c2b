"""``softstrike query``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    import pandas as pd

    from imu.library import SessionEntry

__all__ = ["query"]


def query(
    sql: str,
    /,
    *,
    folder: Path | None = None,
    out: Path | None = None,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Ask a question about all sessions in SQL.

    For example "SELECT runner, count(*) FROM sessions GROUP BY runner". The tables are sessions, steps,
    flags, gaps, markers, sensors, summary and quality. Nothing can be changed.

    Parameters
    ----------
    sql : str
        One SELECT in DuckDB's dialect.
    folder : Path
        Folder with the sessions; by default the one that sessions are recorded into.
    out : Path
        Write the answer to this table, .csv or .parquet, instead of printing it.
    overwrite : bool
        Replace an existing table.
    """
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.paths import check_target
    from imu.library import Library, Tables

    if out is not None:
        check_target(out, (".csv", ".parquet"), overwrite=overwrite)
    tables = Tables(Library(folder).sessions(), on_session=_tell)
    for session, problem in tables.problems.items():
        print(f"{session}: left out: {problem}", file=sys.stderr)
    answer = tables.ask(sql)
    if out is None:
        print(answer.map(_shown).to_string(index=False) if len(answer) else "no rows")
    else:
        _write(answer, out, overwrite=overwrite)
        print(f"{len(answer)} rows written to {out}")
    return PARTLY_USABLE if tables.problems else OK


def _tell(entry: SessionEntry) -> None:
    print(f"analysing {entry.title}", file=sys.stderr)


def _shown(value: object) -> object:
    """Show lists, such as tags, as text."""
    from imu.store.cells import words_of

    listed = value.tolist() if type(value).__name__ == "ndarray" else value  # type: ignore[attr-defined]
    return words_of(listed) if isinstance(listed, list) else value


def _write(answer: pd.DataFrame, out: Path, *, overwrite: bool) -> None:
    from imu.store.cells import safe_text
    from imu.store.files import new_file

    with new_file(out, overwrite=overwrite) as temporary:
        if out.suffix.lower() == ".csv":
            safe = answer.map(_shown).map(lambda value: safe_text(value) if isinstance(value, str) else value)
            safe.rename(columns=safe_text).to_csv(temporary, index=False)
        else:
            answer.to_parquet(temporary, index=False)

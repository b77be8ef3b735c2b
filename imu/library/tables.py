"""Tables of all sessions as Parquet in the cache, and questions about them in SQL."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Any

import msgspec

from imu import __version__
from imu.errors import EnvironmentProblem, InputError, UsageError
from imu.folders import cache_folder
from imu.library.entries import Stamp, stamp_of
from imu.store.files import new_file
from imu.typed import ready

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import duckdb
    import pandas as pd
    import pyarrow as pa

    from imu.batch import SessionData
    from imu.library.entries import SessionEntry

__all__ = ["TABLES", "Tables", "table_folder"]

TABLES = ("sessions", "steps", "flags", "gaps", "markers", "sensors", "summary", "quality")
"""Tables over all sessions. Each but the first has the column ``session``, which is the key of the first."""

LAYOUT = 1
_SESSIONS = (
    ("session", "string"),
    ("name", "string"),
    ("runner", "string"),
    ("started_utc", "timestamp"),
    ("duration_s", "double"),
    ("shoe", "string"),
    ("surface", "string"),
    ("tags", "list<string>"),
    ("note", "string"),
    ("origin", "string"),
    ("complete", "bool"),
    ("lost_bytes", "int64"),
    ("path", "string"),
)


class _Made(msgspec.Struct):
    version: str
    layout: int
    stamp: Stamp
    session: str
    problem: str = ""


class Tables:
    """Tables over a choice of sessions.

    What was computed of a session is kept as Parquet in the cache folder until the session or the software
    changes; it may be deleted at any time.

    Parameters
    ----------
    entries : sequence of SessionEntry
        The sessions; those that cannot be read are left out.
    on_session : callable, optional
        Called with each session that has to be computed first, which takes some seconds per hour of running.

    Attributes
    ----------
    problems : dict of str to str
        Sessions that could not be analysed, and why.
    """

    def __init__(
        self, entries: Sequence[SessionEntry], *, on_session: Callable[[SessionEntry], None] | None = None
    ) -> None:
        self._entries = [entry for entry in entries if not entry.problem]
        self.problems = {entry.session: entry.problem for entry in entries if entry.problem}
        self._folders = [folder for entry in self._entries if (folder := self._made(entry, on_session))]

    def frame(self, name: str) -> pd.DataFrame:
        """One of :data:`TABLES` as a data frame.

        Raises
        ------
        UsageError
            There is no such table.
        """
        if name not in TABLES:
            raise UsageError(f"there is no table {name!r}; the tables are {', '.join(TABLES)}")
        return self.ask(f"FROM {name}")

    def ask(self, sql: str) -> pd.DataFrame:
        """Answer a question in SQL; nothing can be changed by it, and nothing outside the tables be read.

        Parameters
        ----------
        sql : str
            One ``SELECT`` over :data:`TABLES`, in DuckDB's dialect.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        UsageError
            It is not one question, or DuckDB cannot answer it.
        """
        import duckdb  # noqa: PLC0415 - slow to import

        with duckdb.connect(":memory:", config=dict(_LOCKED)) as connection:
            try:
                self._register(connection)
                connection.execute("SET lock_configuration = true")
                statements = connection.extract_statements(sql)
                if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                    raise UsageError("ask one SELECT: tables cannot be changed, nor files read or written")
                return connection.execute(statements[0]).df()
            except duckdb.Error as error:
                raise UsageError(f"the question cannot be answered: {error}") from error

    def _register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Hand the tables over as Arrow: DuckDB itself opens no file."""
        import pyarrow as pa  # noqa: PLC0415 - slow to import
        from pyarrow import dataset, parquet  # noqa: PLC0415

        connection.register("sessions", self._sessions())
        for name in TABLES[1:] if self._folders else ():
            parts = [folder / f"{name}.parquet" for folder in self._folders]
            # A column of which one session knows nothing has no type there.
            schema = pa.unify_schemas(map(parquet.read_schema, parts), promote_options="permissive")
            connection.register(name, dataset.dataset(list(map(str, parts)), schema=schema, format="parquet"))

    def _sessions(self) -> pa.Table:
        import pyarrow as pa  # noqa: PLC0415

        kinds = {
            "string": pa.string(),
            "timestamp": pa.timestamp("us", tz="UTC"),
            "double": pa.float64(),
            "list<string>": pa.list_(pa.string()),
            "bool": pa.bool_(),
            "int64": pa.int64(),
        }
        rows = [
            msgspec.structs.asdict(entry)
            | {
                "name": entry.title,
                "tags": list(entry.tags),
                "path": str(entry.path),
                "started_utc": _utc(entry),
            }
            for entry in self._entries
        ]
        columns = {name: pa.array([row[name] for row in rows], kinds[kind]) for name, kind in _SESSIONS}
        return pa.table(columns)

    def _made(self, entry: SessionEntry, on_session: Callable[[SessionEntry], None] | None) -> Path | None:
        """Folder with the tables of a session, computed when they are not there yet; None without any."""
        folder = table_folder(entry.path)
        wanted = _Made(__version__, LAYOUT, stamp_of(entry.path), entry.session)
        known = _known(folder)
        if known is None or msgspec.structs.replace(known, problem="") != wanted:
            if on_session is not None:
                on_session(entry)
            known = _make(folder, entry, wanted)
        if known.problem:
            self.problems[entry.session] = known.problem
            return None
        return folder


def table_folder(path: Path) -> Path:
    """Where the tables of a session are kept."""
    key = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]
    return cache_folder() / "tables" / key


def _utc(entry: SessionEntry) -> Any:
    import datetime as dt  # noqa: PLC0415

    started = entry.started
    if started is None:
        return None
    return started.replace(tzinfo=dt.UTC) if started.tzinfo is None else started.astimezone(dt.UTC)


def _known(folder: Path) -> _Made | None:
    """Read what is kept of a session; damaged or incomplete tables count as none."""
    try:
        made = msgspec.json.decode((folder / "made.json").read_bytes(), type=_Made)
    except (OSError, msgspec.DecodeError):
        return None
    whole = made.problem or all((folder / f"{name}.parquet").is_file() for name in TABLES[1:])
    return made if whole else None


def _make(folder: Path, entry: SessionEntry, wanted: _Made) -> _Made:
    from imu.batch import load  # noqa: PLC0415 - heavy

    try:
        frames = _frames(load(entry.path), entry.session)
    except InputError as error:
        frames = {}
        wanted = msgspec.structs.replace(wanted, problem=str(error).removeprefix(f"{entry.path}: "))
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        for name, frame in frames.items():
            frame.to_parquet(folder / f"{name}.parquet", index=False)
        with new_file(folder / "made.json", overwrite=True) as temporary:
            temporary.write_bytes(msgspec.json.encode(wanted))
    except OSError as error:
        raise EnvironmentProblem(f"{folder} cannot be written: {error.strerror or error}") from error
    return wanted


def _frames(session: SessionData, key: str) -> dict[str, pd.DataFrame]:
    """Tables of one session, with its key in front."""
    frames = {}
    for name in TABLES[1:]:
        frame = getattr(session, name).copy()
        frame.insert(0, "session", key)
        frames[name] = frame
    return frames


_LOCKED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
"""No files, no network, no extensions, no variables of the calling program."""


ready(_Made)

"""What people write about a session after it was recorded: a small file beside it, never in it.

``run.mcap`` has its edits in ``run.edits.json``. The recording itself is never rewritten, and the edits move
and are copied with it like any other file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imu.errors import InputError
from imu.store.files import PRIVATE, new_file, read_small
from imu.typed import ready

if TYPE_CHECKING:
    from pathlib import Path

    from imu.model import SessionHeader

__all__ = ["Edits", "edited", "edits_path", "read_edits", "write_edits"]

MAX_BYTES = 1 << 20


class Edits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Edits of a session; None leaves what the header says.

    Attributes
    ----------
    name : str
        What the session is called in lists; empty for the file's own name.
    runner, shoe, surface, note : str or None
        Replace those of the header.
    tags : tuple of str or None
        Replace the header's tags.
    """

    name: str = ""
    runner: str | None = None
    shoe: str | None = None
    surface: str | None = None
    note: str | None = None
    tags: tuple[str, ...] | None = None


def edits_path(session: Path) -> Path:
    """Where the edits of a session are."""
    return session.with_suffix(".edits.json")


def read_edits(session: Path) -> Edits:
    """Read the edits of a session; empty ones when there are none.

    Raises
    ------
    InputError
        The file beside the session is not one of edits.
    """
    path = edits_path(session)
    data = read_small(path, MAX_BYTES, "is too long to be the edits of a session: move it away")
    if data is None:
        return Edits()
    try:
        return msgspec.json.decode(data, type=Edits)
    except msgspec.DecodeError as error:
        raise InputError(
            f"does not hold the edits of a session ({error}): move it away", path=path
        ) from error


def write_edits(session: Path, edits: Edits) -> None:
    """Write the edits of a session, whole or not at all; empty ones leave no file.

    Raises
    ------
    EnvironmentProblem
        When the system refuses the file.
    """
    path = edits_path(session)
    if edits == Edits():
        path.unlink(missing_ok=True)
        return
    with new_file(path, overwrite=True, mode=PRIVATE) as temporary:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(edits)))


def edited(header: SessionHeader, edits: Edits) -> SessionHeader:
    """Header with the edits in force."""
    changes = {
        name: value
        for name in ("runner", "shoe", "surface", "note", "tags")
        if (value := getattr(edits, name)) is not None
    }
    return msgspec.structs.replace(header, **changes)


ready(Edits)

"""``softstrike recover``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imu.store.recovery import Recovered

__all__ = ["recover"]

_SHOWN = 20


def recover(file: Path, /, *, out: Path | None = None) -> int:
    """Write everything sound of a damaged session into a new file, and say what is missing.

    Leaves with 0 when nothing was lost, 3 when something was, 1 when there is nothing to recover. The damaged
    file is only read.

    Parameters
    ----------
    file : Path
        Session file (.mcap), however damaged.
    out : Path
        New file; by default NAME.recovered.mcap beside it. It must not exist.
    """
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.paths import check_session_target
    from imu.store import SessionReader
    from imu.store.recovery import recover as recover_session

    target = out if out is not None else file.with_name(f"{file.stem}.recovered.mcap")
    check_session_target(target)
    done = recover_session(file, target)
    origin_ns = SessionReader(target).header.origin_ns
    print("\n".join(_told(done, origin_ns)))
    return OK if done.clean else PARTLY_USABLE


def _told(done: Recovered, origin_ns: int) -> Iterable[str]:
    from imu.units import NS_PER_S

    yield f"{done.values} values written to {done.path}"
    if done.lost_bytes:
        yield f"lost: {done.lost_bytes} bytes that belong to no sound block"
    for gap in done.missing[:_SHOWN]:
        after_s, before_s = ((t_ns - origin_ns) / NS_PER_S for t_ns in (gap.after_ns, gap.before_ns))
        yield f"lost: {gap.values} values between {after_s:.2f} s and {before_s:.2f} s"
    if len(done.missing) > _SHOWN:
        yield f"lost: values at {len(done.missing) - _SHOWN} further places"
    if done.clean:
        yield "nothing was lost" if done.closed else _CUT
    elif not done.closed:
        yield _CUT


_CUT = "the recording was not closed in order: its last moments (up to 0.1 s) may be missing"

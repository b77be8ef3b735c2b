"""``softstrike ankle-test``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imu.coach import AnkleResult, LogEntry

__all__ = ["ankle_test"]


def ankle_test(file: Path, /, *, runner: str | None = None, log: bool = True) -> int:
    """Knee-to-wall test with a shin sensor: three tries a side, their spread, and the trend.

    Record it with the sensor on the shin: stand still for three seconds, then bend the knee forward over the
    foot as far as the heel stays down, hold for two seconds, stand up; three times.

    Parameters
    ----------
    file : Path
        Session file (.mcap) of the test.
    runner : str
        Who; the only runner without.
    log : bool
        Write the test into the runner's log.
    """
    from imu.cli.app import NOTHING_USABLE, OK, PARTLY_USABLE
    from imu.cli.who import runner_named, today
    from imu.coach import ANKLE_TEST, LogEntry, advice
    from imu.runners import ankle_test_of, journal_of

    results, refused = ankle_test_of(file)
    journal = journal_of(runner_named(runner)) if log else None
    for reason in refused:
        print(reason)
    for result in results:
        earlier = (
            [e for e in journal.log if e.what == ANKLE_TEST and e.side is result.side] if journal else []
        )
        print("\n".join(_lines(result, earlier)))
        if journal is not None and result.complete:
            entry = LogEntry(today(), ANKLE_TEST, 1, len(result.tries_deg), side=result.side)
            journal.add(_with(entry, result, file))
    print(advice("ankle").told())
    if not any(result.complete for result in results):
        return NOTHING_USABLE
    return PARTLY_USABLE if refused else OK


def _with(entry: LogEntry, result: AnkleResult, file: Path) -> LogEntry:
    import msgspec

    return msgspec.structs.replace(entry, angles_deg=result.tries_deg, counted_by="sensor", session=file.stem)


def _lines(result: AnkleResult, earlier: list[LogEntry]) -> list[str]:
    tries = ", ".join(f"{angle:.0f}" for angle in result.tries_deg)
    lines = [f"{result.side}: {tries} degrees, mean {result.mean_deg:.0f}, spread {result.spread_deg:.0f}"]
    if not result.complete:
        return [*lines, "  three tries are needed: this test is not kept"]
    if not result.repeatable:
        lines.append("  the tries lie far apart: repeat the test")
    if earlier:
        from statistics import fmean

        from imu.coach.holds import REAL_CHANGE_DEG

        change = result.mean_deg - fmean(earlier[-1].angles_deg)
        word = "a change" if abs(change) > REAL_CHANGE_DEG else "too little to be sure of a change"
        lines.append(f"  {change:+.0f} degrees since {earlier[-1].day}: {word}")
    return lines

"""``softstrike ankle-test``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from imu.cli.radio import Radio  # noqa: TC001 - cyclopts reads the annotations

if TYPE_CHECKING:
    from imu.coach import AnkleResult, LogEntry
    from imu.sources.base import Source

__all__ = ["ankle_test", "watch"]

_SHOWN_EVERY_S = 0.25


def ankle_test(
    file: Path | None = None,
    /,
    *,
    runner: str | None = None,
    log: bool = True,
    out: Path | None = None,
    radio: Radio = "system",
) -> int:
    """Knee-to-wall test with a shin sensor: three tries a side, their spread, and the trend.

    With the sensor on the shin: stand still for three seconds, then bend the knee forward over the foot as
    far as the heel stays down, hold for two seconds, stand up; three times. The angle is shown meanwhile.

    Parameters
    ----------
    file : Path
        Session file (.mcap) of a test that was recorded; without, the runner's sensors are used now.
    runner : str
        Who; the only runner without.
    log : bool
        Write the test into the runner's log.
    out : Path
        Session file (.mcap) to record to; by default a new one in your folder of sessions.
    radio : str
        system, or a transport of bumble.
    """
    from imu.cli.app import NOTHING_USABLE, OK, PARTLY_USABLE
    from imu.cli.who import runner_named, today
    from imu.coach import ANKLE_TEST, LogEntry, advice
    from imu.runners import ankle_test_of, journal_of

    if file is None:
        file = _measure(runner, out, radio)
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


def _measure(runner: str | None, out: Path | None, radio: str) -> Path:
    """Run the test with the runner's sensors and return what was recorded."""
    from imu.cli.coached import prepare
    from imu.cli.live import bound_session

    session = bound_session(runner, out, None, radio)
    return watch(prepare(session.source, None, None), session.out)


def watch(source: Source, out: Path) -> Path:
    """Record a test and show the angles until every shin has its tries, the source ends or Ctrl-C.

    Raises
    ------
    UsageError
        No sensor is worn on a shin.
    """
    import signal

    from imu.cli.run_live import begin_recording
    from imu.cli.sessions import chain_maker
    from imu.engine import Engine
    from imu.errors import UsageError
    from imu.model import Placement
    from imu.sinks.holds import HoldSink

    if not any(info.placement is Placement.SHANK for info in source.header.sensors):
        raise UsageError("the knee-to-wall test is not measurable with these sensors: wear one on the shin")
    recorder, sink = begin_recording(source, out), HoldSink(source.header)
    engine = Engine(source, chain_maker(source.header), [*([recorder] if recorder else []), sink])
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: engine.stop())
    engine.start()
    while not engine.join(_SHOWN_EVERY_S):
        print(f"\r{sink.line()}   ", end="", file=sys.stderr, flush=True)
        if sink.complete:
            engine.stop()
    print(file=sys.stderr)
    return out


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

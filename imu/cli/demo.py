"""``softstrike demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["demo"]

_REAL = "run_shoe_real.mcap"
_SIMULATED = "two_shoes_simulated.mcap"


def demo(
    *,
    out: Path = Path("demo-output"),
    headless: Annotated[bool, Parameter(negative=())] = False,
    speed: str = "1",
) -> int:
    """Play a real recorded run on the live dashboard.

    Without a display it plays the run as fast as possible, writes a picture of the dashboard, the steps and a
    short report, and says where.

    Parameters
    ----------
    out : Path
        Folder for the results without a display; what the demo wrote there before is replaced.
    headless : bool
        Work as without a display.
    speed : str
        Times the recorded pace in the window, or max.
    """
    from imu.cli.paths import shipped_recording
    from imu.cli.sessions import parse_speed

    pace, recording = parse_speed(speed), shipped_recording(_REAL)
    if headless or not _window_possible():
        return _without_display(recording, out)
    from imu.cli.replay import play_in_window

    play_in_window(recording, pace, title="softstrike demo: a real run with one shoe sensor")
    return 0


def _window_possible() -> bool:
    try:
        from dashboards.app import has_display
    except ImportError:
        return False
    return has_display()


def _without_display(recording: Path, out: Path) -> int:
    from imu.cli.app import OK, PARTLY_USABLE
    from imu.cli.paths import shipped_recording
    from imu.cli.sessions import play_quietly, report_lines
    from imu.store import steps_frame, write_steps

    out.mkdir(parents=True, exist_ok=True)
    header, collector = play_quietly(recording)
    write_steps(steps_frame(collector.steps, header.origin_ns), out / "steps.csv", overwrite=True)
    lines = [
        f"A real run, {recording.name}",
        "",
        *report_lines(header, collector),
        "",
        header.note,
        "",
        _HONEST,
    ]
    (out / "report.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))
    print(f"\nsteps:   {out / 'steps.csv'}\nreport:  {out / 'report.txt'}")
    pictures = {"dashboard.png": recording, "dashboard_two_shoes.png": shipped_recording(_SIMULATED)}
    try:
        _paint(out, pictures)
    except ImportError as error:
        print(f"no picture: {error}. Install the gui extra: pip install 'softstrike[gui]'")
        return PARTLY_USABLE
    print(f"picture: {out / 'dashboard.png'} (the real run)")
    print(f"picture: {out / 'dashboard_two_shoes.png'} (two shoes, simulated)")
    return OK


_HONEST = (
    "Impact is acceleration in g, not force. These numbers describe how you land; they are no diagnosis. "
    "If symptoms persist, see your physical therapist."
)


def _paint(out: Path, pictures: dict[str, Path]) -> None:
    from imu.cli.sessions import play_quietly, write_picture

    for name, recording in pictures.items():
        header, collector = play_quietly(recording)
        write_picture(header, collector, out / name, title=recording.stem)

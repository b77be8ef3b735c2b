"""``softstrike calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from imu.batch.calibrate import Calibration
    from imu.signal import CalibrationScore

__all__ = ["calibrate"]


def calibrate(
    heel: Path,
    other: Path,
    /,
    *,
    sensor: str,
    placement: Literal["shank", "shoe"] | None = None,
    side: Literal["left", "right"] | None = None,
    runner: str = "",
    kind: Literal["midfoot", "forefoot"] = "midfoot",
    range_g: float | None = None,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Teach a sensor without gyroscope, or on the shank, your own two ways of landing.

    Run twice for about 30 seconds: once on the heels, once on the mid- or forefoot. The model is kept only
    when it tells the two apart well enough on strides that it was not learnt from.

    Parameters
    ----------
    heel : Path
        The run on the heels: a session file, or a CSV file with time_s, acc_x_g, acc_y_g, acc_z_g.
    other : Path
        The run on the mid- or forefoot.
    sensor : str
        Name of the sensor, as in its sessions.
    placement : str
        Where the sensor was worn; needed for CSV files, session files say it.
    side : str
        Which leg; needed for CSV files.
    runner : str
        Whose landings; live and record use them for this runner.
    kind : str
        How you landed in the second run.
    range_g : float
        End of the accelerometer's range in g of CSV files; by default seen from the samples.
    overwrite : bool
        Replace a calibration that exists.
    """
    from imu.batch.calibrate import calibrate as learn
    from imu.batch.calibrate import calibration_file
    from imu.cli.paths import check_target
    from imu.model import Strike
    from imu.runners.profile import slug_of

    path = calibration_file(sensor, slug_of(runner) if runner else "")
    check_target(path, (".json",), overwrite=overwrite)
    found = learn(
        heel, other, placement=placement, side=side, kind=Strike(kind), range_g=range_g, sensor=sensor
    )
    print(_told(found.score, kind))
    return _keep(found, path, overwrite=overwrite)


def _keep(found: Calibration, path: Path, *, overwrite: bool) -> int:
    """Keep the model if it reached its bar, and say so."""
    from imu.batch.calibrate import LEAST_DECIDED_PERCENT, LEAST_RIGHT_PERCENT, save_calibration
    from imu.cli.app import NOTHING_USABLE, OK

    if found.model is None:
        print(
            f"Not kept: {LEAST_RIGHT_PERCENT:.0f} % right and {LEAST_DECIDED_PERCENT:.0f} % decided are "
            "needed. Landing type stays unmeasurable with this sensor: run the two ways more clearly and "
            "try again."
        )
        return NOTHING_USABLE
    print(f"kept in {save_calibration(found.model, path, overwrite=overwrite)}")
    return OK


def _told(score: CalibrationScore, kind: str) -> str:
    heel = (score.heel_right, score.heel_wrong, score.heel_unsure)
    other = (score.other_wrong, score.other_right, score.other_unsure)
    lines = ["On strides that the model was not learnt from:"]
    for run, counts in (("heel", heel), (kind, other)):
        called = ", ".join(f"{n} {name}" for n, name in zip(counts, ("heel", kind, "unsure"), strict=True))
        lines.append(f"  {run} run: {called}")
    lines.append(
        f"  right {score.right_percent:.1f} % of those decided, decided {score.decided_percent:.1f} %"
    )
    return "\n".join(lines)

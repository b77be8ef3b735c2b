from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pandas as pd
import pytest

from imu.batch.calibrate import calibration_file, calibration_settings, load_calibration, save_calibration
from imu.config import ChainConfig
from imu.errors import InputError, UsageError
from imu.model import Placement, SessionHeader, Side, Strike
from imu.signal import StrikeModel
from imu.signal.strike_model import FEATURES
from imu.sources.sim import Bout, Motion, Scenario, SimSensor, simulate
from imu.store import SessionWriter
from tests.laws import streams
from tests.unit.signal.simulated import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORN = ("--sensor", "left-shin", "--placement", "shank", "--side", "left", "--kind", "forefoot")


def record(path: Path, angle_deg: float, seed: int) -> Path:
    _, batch, _ = run(Placement.SHANK, angle_deg, seed=seed, seconds=32.0, has_gyro=False)
    table = pd.DataFrame(batch.acc_g, columns=["acc_x_g", "acc_y_g", "acc_z_g"])
    table.insert(0, "time_s", batch.t_ns / 1e9)
    table.to_csv(path, index=False)
    return path


@pytest.fixture
def settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOFTSTRIKE_CONFIG_DIR", str(folder / "config"))
    return folder / "config"


def test_a_calibrated_shin_tells_heel_from_forefoot_in_other_runs(
    softstrike: Callable[..., tuple[int, str, str]], folder: Path, settings: Path
) -> None:
    heel, fore = record(folder / "heel.csv", 14.0, 1), record(folder / "fore.csv", -5.0, 2)
    code, out, _ = softstrike("calibrate", heel, fore, *WORN)
    assert code == 0
    assert "of those decided" in out
    kept = settings / "calibrations" / "left-shin.json"
    assert load_calibration(kept).other is Strike.FOREFOOT
    for name, angle_deg, expected in (("a", 14.0, "heel"), ("b", -5.0, "forefoot")):
        new = record(folder / f"{name}.csv", angle_deg, 7)
        told = ("--placement", "shank", "--side", "left", "--calibration", kept, "--out", f"{name}.steps.csv")
        assert softstrike("analyze", new, *told)[0] == 0
        steps = pd.read_csv(folder / f"{name}.steps.csv")
        decided = steps[steps["strike"] != "unsure"]
        assert len(decided) >= 0.8 * len(steps)
        assert (decided["strike"] == expected).mean() >= 0.95
    assert softstrike("calibrate", heel, fore, *WORN)[0] == 2  # nothing is replaced unasked


def session(path: Path, angle_deg: float, seed: int) -> Path:
    """Record both shins of a run."""
    bouts = (
        Bout(motion=Motion.STAND, duration_s=3.0),
        Bout(motion=Motion.RUN, duration_s=40.0, strike_angle_deg=angle_deg, strike_sd_deg=2.5),
    )
    worn = [
        SimSensor(sensor=f"{side}-shin", placement=Placement.SHANK, side=side)
        for side in (Side.LEFT, Side.RIGHT)
    ]
    made = simulate(Scenario("run", bouts), worn, seed=seed)
    writer = SessionWriter(path, made.header)
    for item in made.inputs():
        writer.write(item)
    writer.close()
    return path


def test_session_files_teach_as_well(
    softstrike: Callable[..., tuple[int, str, str]], folder: Path, settings: Path
) -> None:
    heel, fore = session(folder / "heel.mcap", 14.0, 1), session(folder / "fore.mcap", -5.0, 2)
    assert softstrike("calibrate", heel, fore, "--sensor", "left-shin", "--kind", "forefoot")[0] == 0
    model = load_calibration(settings / "calibrations" / "left-shin.json")
    assert (model.placement, model.other) == (Placement.SHANK, Strike.FOREFOOT)
    code, _, err = softstrike("calibrate", heel, fore, "--sensor", "no-shin")
    assert code != 0
    assert "left-shin, right-shin" in err


def test_a_table_needs_its_placement(softstrike: Callable[..., tuple[int, str, str]], folder: Path) -> None:
    heel = record(folder / "heel.csv", 14.0, 1)
    code, _, err = softstrike("calibrate", heel, heel, "--sensor", "left-shin")
    assert code == 2
    assert "placement" in err


def test_runs_that_are_alike_are_not_kept(
    softstrike: Callable[..., tuple[int, str, str]], folder: Path, settings: Path
) -> None:
    one, same = record(folder / "one.csv", 10.0, 1), record(folder / "same.csv", 10.0, 2)
    code, out, _ = softstrike("calibrate", one, same, *WORN)
    assert code == 1
    assert "Not kept" in out
    assert not settings.exists()


def test_a_run_that_is_too_short_is_refused(
    softstrike: Callable[..., tuple[int, str, str]], still: Callable[[str], Path], settings: Path
) -> None:
    code, _, err = softstrike("calibrate", still("a.csv"), still("b.csv"), *WORN)
    assert code == 1
    assert "0 accepted running landings" in err
    assert not settings.exists()


def test_a_session_takes_the_calibrations_of_its_sensors_along(settings: Path) -> None:
    model = StrikeModel(Placement.SHANK, 200.0, Strike.MIDFOOT, (0.25,) * FEATURES, 0.5, 96.0, 91.0, 80)
    save_calibration(model, calibration_file("left"))
    left, right = (streams.worn(Placement.SHANK, has_gyro=False) for _ in range(2))
    sensors = (left, msgspec.structs.replace(right, sensor="right"))
    header = SessionHeader(sensors, config=calibration_settings(sensors))
    assert settings.exists()
    assert ChainConfig.from_header(header).strike_models == {"left": model}
    assert calibration_settings(sensors, "ben") == {}
    with pytest.raises(UsageError, match="calibrate again"):
        calibration_settings([streams.worn(Placement.SHOE, has_gyro=False)])


@pytest.mark.parametrize("name", ["", "a/b", "..", "c:d"])
def test_a_sensor_whose_name_is_no_files_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="letters"):
        calibration_file(name)


@pytest.mark.parametrize("content", [None, b"{", b'{"weights": []}'])
def test_a_file_that_holds_no_model_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"model\.json"):
        load_calibration(path)

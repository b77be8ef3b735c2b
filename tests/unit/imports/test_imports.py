"""Each layout is recognised, comes back sample by sample, and plays through the same chain."""

from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import imu
from imu.cli.app import run
from imu.errors import InputError, TableError, UsageError
from imu.imports import (
    Facts,
    builtin_layouts,
    import_frame,
    import_tables,
    load_mapping,
    write_session,
)
from imu.imports.packets import STEADY
from imu.model import Placement, Side
from imu.store import ACC_COLUMNS, GYR_COLUMNS, SessionReader
from imu.units import MPS2_PER_G

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.imports.conftest import Truth

LEFT_SHOE = Facts(Placement.SHOE, Side.LEFT)
F32 = 2.0**-23


def test_every_layout_without_a_clock_of_1970_begins_at_zero_and_none_is_lost(
    write: Callable[[str], list[Path]], truth: Truth, tmp_path: Path
) -> None:
    for kind in (
        "polar",
        "metabase",
        "sensor_logger",
        "movesense_csv",
        "movesense_json",
        "movesense_json_old",
        "ours",
    ):
        out = tmp_path / f"{kind}.mcap"
        header = write_session([import_tables(write(kind), LEFT_SHOE)], out)
        session = imu.load(out)
        assert header.origin == "imported"
        assert len(session.samples) == len(truth.t_ns), kind
        assert np.abs(session.samples["time_s"] - truth.t_ns / 1e9).max() <= STEADY * 0.005 + 1e-9, kind
        acc = session.samples[list(ACC_COLUMNS)].to_numpy()
        np.testing.assert_allclose(acc, truth.acc_g, rtol=F32, atol=1e-6)
        if kind != "movesense_csv":
            np.testing.assert_allclose(
                session.samples[list(GYR_COLUMNS)].to_numpy(), truth.gyr_dps, rtol=1e-6, atol=1e-4
            )
        assert int(session.quality["lost_samples"].iloc[0]) == 100, kind


def test_an_imported_table_gives_the_steps_of_the_table(
    write: Callable[[str], list[Path]], tmp_path: Path
) -> None:
    (table,) = write("ours")
    direct = imu.analyze(table, placement="shoe", side="left").steps
    write_session([import_tables([table], LEFT_SHOE)], tmp_path / "run.mcap")
    replayed = imu.analyze(tmp_path / "run.mcap").steps
    assert len(direct) == len(replayed) > 8
    np.testing.assert_allclose(direct["initial_contact_s"], replayed["initial_contact_s"], atol=1e-4)
    assert list(direct["strike"]) == list(replayed["strike"])
    same = direct["peak_accel_g"].notna()
    np.testing.assert_allclose(direct["peak_accel_g"][same], replayed["peak_accel_g"][same], rtol=1e-3)


def test_a_clock_of_1970_dates_the_session(write: Callable[[str], list[Path]], tmp_path: Path) -> None:
    header = write_session(
        [import_tables(write("sensor_logger"), LEFT_SHOE)], tmp_path / "run.mcap", runner="Zoë"
    )
    assert header.started_utc == "2023-11-14T22:13:20+00:00"
    assert header.runner == "Zoë"
    assert SessionReader(tmp_path / "run.mcap").complete


def test_two_legs_keep_their_distance_in_time(
    write: Callable[[str], list[Path]], truth: Truth, tmp_path: Path
) -> None:
    left = import_tables(write("sensor_logger"), LEFT_SHOE)
    later = [
        path.write_text(path.read_text().replace("17000000", "17000001")) and path
        for path in write("sensor_logger")
    ]
    right = import_tables(later, Facts(Placement.SHOE, Side.RIGHT))
    assert right.begin_ns is not None
    assert left.begin_ns is not None
    assert right.begin_ns - left.begin_ns == 100_000_000_000
    write_session([left, right], tmp_path / "both.mcap")
    samples = imu.load(tmp_path / "both.mcap").samples
    first = samples.groupby("sensor", observed=True)["time_s"].min()
    assert first["right-shoe"] - first["left-shoe"] == pytest.approx(100.0)
    assert len(samples) == 2 * len(truth.t_ns)


def test_legs_without_a_common_clock_say_so(write: Callable[[str], list[Path]], tmp_path: Path) -> None:
    legs = [import_tables(write("ours"), Facts(Placement.SHOE, side)) for side in Side]
    assert "share no clock" in write_session(legs, tmp_path / "both.mcap").note


@pytest.mark.parametrize("side", list(Side))
def test_gaitmap_body_frames_become_right_handed_again(truth: Truth, side: Side) -> None:
    signs = {Side.LEFT: ([1, 1, -1], [-1, -1, -1]), Side.RIGHT: ([1, -1, -1], [1, -1, 1])}[side]
    values = np.column_stack([truth.acc_g * MPS2_PER_G * signs[0], truth.gyr_dps * signs[1]])
    columns = [f"{kind}_{axis}" for kind in ("acc", "gyr") for axis in ("pa", "ml", "si")]
    found = import_frame(pd.DataFrame(values, columns=columns), Facts(Placement.SHOE, side, rate_hz=200.0))
    np.testing.assert_allclose(found.table.acc_g, truth.acc_g, atol=1e-9)
    assert found.table.gyr_dps is not None
    np.testing.assert_allclose(found.table.gyr_dps, truth.gyr_dps, atol=1e-9)


def test_gaitmap_csv_needs_a_rate(write: Callable[[str], list[Path]]) -> None:
    with pytest.raises(UsageError, match="--rate-hz"):
        import_tables(write("gaitmap"), LEFT_SHOE)
    assert len(import_tables(write("gaitmap"), Facts(Placement.SHOE, Side.LEFT, rate_hz=200.0)).table) == 2300


def test_zip_and_gz_are_read_without_unpacking(write: Callable[[str], list[Path]], tmp_path: Path) -> None:
    files = write("sensor_logger")
    with zipfile.ZipFile(tmp_path / "run.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, f"../../{file.name}")
        archive.writestr("Metadata.csv", "version,device\n3,phone\n")
        archive.writestr("Accelerometer.csv", "time,seconds_elapsed,z,y,x\n1,0,0,0,0\n")
    before = sorted(tmp_path.rglob("*"))
    assert len(import_tables([tmp_path / "run.zip"], LEFT_SHOE).table) == 2300
    assert sorted(tmp_path.rglob("*")) == before
    packed = tmp_path / "movesense.csv.gz"
    packed.write_bytes(gzip.compress(write("movesense_csv")[0].read_bytes()))
    assert len(import_tables([packed], LEFT_SHOE).table) == 2300


MAPPING = """
delimiter = ";"
decimal = ","
skip_lines = 2
placement = "shank"
side = "right"
range_g = 32
[time]
column = "t"
unit = "ms"
[acc]
columns = ["a", "b", "c"]
unit = "mg"
signs = [1, -1, 1]
"""


def test_a_mapping_file_reads_any_table(truth: Truth, tmp_path: Path) -> None:
    rows = [
        f"{t / 1e6};x;{a * 1e3:.4f};{-b * 1e3:.4f};{c * 1e3:.4f}".replace(".", ",")
        for t, (a, b, c) in zip(truth.t_ns, truth.acc_g, strict=True)
    ]
    (tmp_path / "odd.csv").write_text("\n".join(["made by", "a machine", "t;what;a;b;c", *rows]))
    (tmp_path / "odd.toml").write_text(MAPPING)
    table = import_tables([tmp_path / "odd.csv"], Facts(), load_mapping(tmp_path / "odd.toml")).table
    np.testing.assert_allclose(table.acc_g, truth.acc_g, atol=1e-6)
    assert (table.placement, table.side, table.range_g) == ("shank", "right", 32)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('unit = "mg"', 'unit = "stone"'), "stone"),
        (("[acc]", "[acceleration]"), "acceleration"),
        (('columns = ["a", "b", "c"]', 'columns = ["a"]'), "acc.columns"),
        (("[time]", "[time"), "not a mapping file"),
        (("skip_lines = 2", "skip_lines = 1e99"), "skip_lines"),
    ],
)
def test_a_bad_mapping_file_is_named(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(MAPPING.replace(*change))
    with pytest.raises(InputError, match=r"odd\.toml") as error:
        load_mapping(path)
    assert said in str(error.value)


def test_faults_name_file_line_and_column(write: Callable[[str], list[Path]]) -> None:
    (path,) = write("ours")
    whole = path.read_text().splitlines()
    cases: list[tuple[dict[int, str], str]] = [
        ({57: "0.3,1,2,spam,4,5,6"}, r"acc_z_g is 'spam' in line 58"),
        ({57: "0.3,1,2"}, r"line 58 has 3 cells instead of 7"),
        ({0: "time_s,acc_x_g,acc_y_g,other"}, "no known layout"),
        ({100: whole[90]}, "goes backwards"),
        ({100: "0.495,,1,1,1,1,1"}, "empty or not a number"),
    ]
    for changes, said in cases:
        path.write_text("\n".join(changes.get(number, line) for number, line in enumerate(whole)))
        with pytest.raises(TableError, match=said) as error:
            import_tables([path], LEFT_SHOE)
        assert str(path) in str(error.value)


def test_acceleration_without_gravity_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Accelerometer.csv").write_text("time,seconds_elapsed,z,y,x\n1,0,0,0,0\n")
    with pytest.raises(TableError, match="holds no gravity"):
        import_tables([tmp_path / "Accelerometer.csv"], LEFT_SHOE)


def test_files_of_two_recordings_are_not_joined(write: Callable[[str], list[Path]]) -> None:
    acc, gyr = write("polar")
    gyr.write_text(gyr.read_text().replace(";5996", ";6996"))
    with pytest.raises(TableError, match="same recording"):
        import_tables([acc, gyr], LEFT_SHOE)


def test_placement_must_be_said(write: Callable[[str], list[Path]]) -> None:
    with pytest.raises(UsageError, match="--placement"):
        import_tables(write("ours"), Facts())


def test_layouts_are_told_apart() -> None:
    titles = [layout.title for layout in builtin_layouts()]
    assert len(titles) == len(set(titles)) == 14
    assert all(layout.acc or layout.gyr for layout in builtin_layouts())


def test_the_command_writes_a_session_once(
    write: Callable[[str], list[Path]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run.mcap"
    words: list[Any] = [
        "import",
        *write("polar"),
        "--side",
        "left",
        "--placement",
        "shoe",
        "--runner",
        "Zoë",
        "--out",
        out,
    ]
    assert run(list(map(str, words))) == 0
    assert "left shoe: 2300 samples at 200.0 Hz, Polar Sensor Logger, acceleration" in capsys.readouterr().out
    assert run(list(map(str, words))) == 2
    assert imu.load(out).header.runner == "Zoë"
    both = [
        "import",
        "--left",
        *write("ours"),
        "--right",
        *write("ours"),
        "--placement",
        "shoe",
        "--out",
        tmp_path / "2.mcap",
    ]
    assert run(list(map(str, both))) == 0
    assert [info.side for info in imu.load(tmp_path / "2.mcap").header.sensors] == ["left", "right"]

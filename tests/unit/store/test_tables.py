"""Every table is either read exactly or refused with one sentence that says what to do."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from imu.errors import TableError, UsageError
from imu.store import SampleTable, read_samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[..., Path]

HEAD = "time_s,acc_x_g,acc_y_g,acc_z_g"
GYRO = HEAD + ",gyr_x_dps,gyr_y_dps,gyr_z_dps"
ROWS = [f"{n / 100:.2f},0.1,0.2,{0.9 + n / 100:.2f}" for n in range(20)]


def text(rows: list[str] = ROWS, head: str = HEAD) -> str:
    return "\n".join([head, *rows]) + "\n"


def changed(row: int, line: str) -> str:
    return text([*ROWS[: row - 1], line, *ROWS[row:]])


def scaled(factor: float) -> str:
    return text([f"{n / 100},0,{0.1 * factor},{factor}" for n in range(20)])


def read(source: Any, **options: Any) -> SampleTable:
    return read_samples(source, **{"placement": "shoe", "side": "left", **options})


@pytest.fixture
def csv(tmp_path: Path) -> Write:
    def write(content: str | bytes, name: str = "run.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_a_csv_is_read_exactly(csv: Write) -> None:
    table = read(csv(text()), range_g=16)
    assert (table.name, table.placement, table.side, table.range_g) == ("run", "shoe", "left", 16)
    assert table.t_ns.tolist() == [n * 10_000_000 for n in range(20)]
    assert table.acc_g[3].tolist() == [0.1, 0.2, 0.93]
    assert table.gyr_dps is None
    assert table.rate_hz == 100.0
    assert table.notes == ()
    assert len(table) == 20


def test_a_frame_gives_the_same_and_is_not_changed(csv: Write) -> None:
    path = csv(text([f"{row},1,2,3" for row in ROWS], GYRO))
    frame = pd.read_csv(path)
    before = frame.copy()
    from_file, from_frame = read(path), read(frame)
    np.testing.assert_array_equal(from_frame.t_ns, from_file.t_ns)
    np.testing.assert_array_equal(from_frame.acc_g, from_file.acc_g)
    np.testing.assert_array_equal(from_frame.gyr_dps, from_file.gyr_dps)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    "variant",
    [
        text().encode("utf-8-sig"),
        text().replace("\n", "\r\n").encode(),
        text().replace(",", ", ").encode(),
        text([f'{row},"a, b"' for row in ROWS], HEAD + ",note").encode(),
        text([f"0,{row}" for row in ROWS], "number," + HEAD).encode(),
        text([*ROWS[:5], "", *ROWS[5:]]).encode(),
        text().rstrip().encode(),
    ],
    ids=["bom", "crlf", "spaces", "text column", "other order", "blank line", "no last newline"],
)
def test_harmless_variants_are_read(csv: Write, variant: bytes) -> None:
    table = read(csv(variant))
    np.testing.assert_array_equal(table.acc_g, read(csv(text(), "plain.csv")).acc_g)


def test_gzip_is_read(csv: Write) -> None:
    path = csv(gzip.compress(text().encode()), "run.csv.gz")
    assert len(read(path)) == 20


def test_seconds_since_1970_keep_their_nanoseconds(csv: Write) -> None:
    rows = [f"17000000{n:02d}.123456789,0,0,1" for n in range(20)]
    assert read(csv(text(rows))).t_ns[0] == 1_700_000_000_123_456_789


def test_times_with_many_decimals_are_rounded_to_nanoseconds(csv: Write) -> None:
    rows = [f"{n / 100 + 1 / 3:.17f},0,0,1" for n in range(20)]
    assert read(csv(text(rows))).t_ns[0] == 333_333_333


def test_holes_in_time_do_not_change_the_nominal_rate(csv: Write) -> None:
    assert read(csv(text([*ROWS[:5], *ROWS[7:10], *ROWS[12:]]))).rate_hz == 100.0


def test_a_low_rate_is_a_note_and_no_error(csv: Write) -> None:
    rows = [f"{n / 50},0,0,1" for n in range(20)]
    assert read(csv(text(rows))).notes == ("impact is not shown below 100 Hz; this table has 50.0 Hz",)


def test_doubts_are_notes(csv: Write) -> None:
    assert "beyond the stated range of 2 g" in read(csv(scaled(3.0)), range_g=2).notes[0]
    rows = [f"{n / 100},0,0,{n % 4},0.1,0.2,5" for n in range(20)]
    assert "check that it is in degrees per second" in read(csv(text(rows, GYRO))).notes[0]


@pytest.mark.parametrize(
    ("content", "message", "column"),
    [
        ("", "the file is empty", None),
        ("\n" + text(), "misses the columns time_s, acc_x_g", "time_s"),
        ("\n", "column names but no rows", None),
        (HEAD + "\n\n\n", "column names but no rows", None),
        (HEAD, "column names but no rows", None),
        (HEAD + "\n", "column names but no rows", None),
        (text(ROWS[:3]), "only 3 rows, at least 10", None),
        (text(head="time_s,ax,acc_y_g,acc_z_g"), r"misses the column acc_x_g \(found: time_s, ax", "acc_x_g"),
        (text(head="t,x,y,z"), "misses the columns time_s, acc_x_g, acc_y_g, acc_z_g", "time_s"),
        (text([f"{row},1" for row in ROWS], HEAD + ",gyr_y_dps"), "all three gyroscope columns", "gyr_x_dps"),
        (text([f"{row},1" for row in ROWS], HEAD + ",acc_x_g"), "has the column acc_x_g twice", "acc_x_g"),
        (text().replace(",", ";"), "separated by semicolons", None),
        (text().replace(",", "\t"), "separated by tabs", None),
        (changed(4, "0.03,abc,0,1"), "acc_x_g is 'abc' in row 4, not a number", "acc_x_g"),
        (changed(4, "x,0,0,1"), "time_s is 'x' in row 4", "time_s"),
        (changed(4, ",0,0,1"), "time_s is empty or .* in row 4", "time_s"),
        (changed(7, "0.06,0,,1"), r"acc_y_g is empty or not a number \(NaN\) in row 7", "acc_y_g"),
        (changed(7, "0.06,0,nan,1"), r"acc_y_g is empty or not a number \(NaN\) in row 7", "acc_y_g"),
        (changed(7, "0.06,0,0,-inf"), "acc_z_g is infinite in row 7", "acc_z_g"),
        (changed(7, "nan,0,0,1"), "time_s is .*row 7", "time_s"),
        (changed(7, "0.06,0,0"), "row 7 has 3 cells instead of 4", None),
        (changed(7, "0.06,0,0,1,5"), "row 7 has 5 cells instead of 4", None),
        (text([f"1,0,0,{n}" for n in range(20)]), "time_s is the same in all rows", "time_s"),
        (changed(7, "0.02,0,0,1"), "goes backwards from row 6 to row 7", "time_s"),
        (changed(7, "0.05,0,0,1"), "repeats from row 6 to row 7", "time_s"),
        (
            text([f"{n * 10},0,0,1" for n in range(20)]),
            "goes up by 10 a row, which cannot be seconds",
            "time_s",
        ),
        (text([f"{n}e9,0,0,1" for n in range(20)]), "beyond 9223372036 s", "time_s"),
        (text([f"{n}e-7,0,0,1" for n in range(20)]), "cannot be seconds", "time_s"),
        (scaled(9.81), "look like m/s²", "acc_x_g"),
        (scaled(1000), "look like raw counts or milli-g", "acc_x_g"),
        (scaled(0.0), "gravity is missing", "acc_x_g"),
        (text([f"{row},9000,0,0" for row in ROWS], GYRO), "faster than any gyroscope", "gyr_x_dps"),
        (text().encode("utf-16"), "is not UTF-8", None),
        (b"time_s,\xe4\n0,1\n", "is not UTF-8", None),
        (text().encode().replace(b"0.1,", b"\xe4,", 1), "acc_x_g is '.' in row 1", "acc_x_g"),
        (bytes(300), "is not a CSV file", None),
        (b"a" * 200_000, "is not a CSV file", None),
    ],
)
def test_bad_files_are_refused_with_name_and_remedy(
    csv: Write, content: str | bytes, message: str, column: str | None
) -> None:
    with pytest.raises(TableError, match=f"run.csv: .*{message}") as caught:
        read(csv(content))
    assert caught.value.column == column
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("cut", [0, 5, 40])
def test_a_damaged_gzip_is_refused(csv: Write, cut: int) -> None:
    with pytest.raises(TableError, match=r"run\.csv\.gz"):
        read(csv(gzip.compress(text().encode())[:cut], "run.csv.gz"))


def test_missing_file_and_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="there is no such file"):
        read(tmp_path / "no.csv")
    with pytest.raises(TableError, match="is a folder"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("acc_x_g", ["1.0"] * 19 + ["x"], "acc_x_g is 'x' in row 20"),
        ("acc_x_g", [None] + [1.0] * 19, "acc_x_g is empty or not a number"),
        ("time_s", pd.date_range("2024-01-01", periods=20, freq="10ms"), "time_s is of type datetime64"),
    ],
)
def test_bad_frames_are_refused(csv: Write, column: str | None, values: Any, message: str) -> None:
    frame = pd.read_csv(csv(text())).assign(**{column: values})
    with pytest.raises(TableError, match=message):
        read(frame)


def test_numbers_as_text_in_a_frame_are_taken(csv: Write) -> None:
    frame = pd.read_csv(csv(text()))
    np.testing.assert_array_equal(read(frame.astype(str)).acc_g, read(frame).acc_g)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"placement": "hip"}, "placement must be shank or shoe or pelvis, not 'hip'"),
        ({"side": "both"}, "side must be left or right"),
        ({"range_g": 0}, "range_g must be"),
        ({"range_g": float("nan")}, "range_g must be"),
    ],
)
def test_wrong_arguments_are_refused(csv: Write, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read(csv(text()), **options)
    with pytest.raises(UsageError, match="not a list"):
        read([1, 2])


@pytest.mark.parametrize(
    ("name", "rows", "rate_hz", "last_ns"),
    [
        ("wmf/run_first44s.csv", 3913, 100.0, 43_990_000_000),
        ("marlow17/trial01_run.csv", 2212, 1000 / 7, 15_477_000_000),
        ("biomac/walk_foot_left.csv", 1200, 1e6 / 12135, 14_549_865_000),
        ("adept/outdoor_first480s.csv.gz", 48000, 100.0, 479_990_000_000),
    ],
)
def test_real_recordings_are_read(
    name: str, rows: int, rate_hz: float, last_ns: int, shared_data: Path
) -> None:
    table = read(shared_data / name, range_g=16)
    assert len(table) == rows
    assert table.rate_hz == pytest.approx(rate_hz, rel=1e-9)
    assert table.t_ns[-1] == last_ns
    assert bool(table.notes) == (rate_hz < 100)

"""Files made to hurt: refused with a sentence, in little time and memory, and nothing written."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from imu.imports.reading import Member

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = b"time_s,acc_x_g,acc_y_g,acc_z_g\n"
MEMBER = gzip.compress(HEADER + b"0,0,0,1\n" * 131_072, compresslevel=9)
CPU_S, RSS_MB = 5, 200

RUN = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({CPU_S}, {CPU_S}))
from imu.cli.app import run
code = run(["import", sys.argv[1], "--side", "left", "--placement", "shoe", "--out", "out.mcap"])
peak_kb = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(code, int(peak_kb) / 1024)
"""


def zip_bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("TotalAcceleration.csv", "w") as member,
    ):
        member.write(b"time,seconds_elapsed,z,y,x\n")
        block = b"1700000000000000000,0,0,0,9\n" * 40_000
        for _ in range(200):
            member.write(block)


def gzip_bomb(path: Path) -> None:
    path.write_bytes(MEMBER + gzip.compress(b"0,0,0,1\n" * 131_072, compresslevel=9) * 1000)


def many_files(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.csv", b"")


def lying_zip(path: Path) -> None:
    """Say that the member is short, and let it be long."""
    zip_bomb(path)
    data = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.rindex(signature) + at
        data[place : place + 4] = (64).to_bytes(4, "little")
    path.write_bytes(data)


def long_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(HEADER + b"0,0,0,1\n" * 3)
        file.truncate(1 << 30)


def long_first_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"time_s,")
        file.truncate(1 << 30)


def many_columns(path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(1_000_000))
    path.write_text(f"{names}\n{'0,' * 1_000_000}\n")


def many_cells(path: Path) -> None:
    path.write_bytes(HEADER + b"0,0,0,1\n" * 3 + b"0," * 1_000_000 + b"\n")


def npz_of_a_trillion(path: Path) -> None:
    head = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
    npy = b"\x93NUMPY\x01\x00" + (len(head) + 1).to_bytes(2, "little") + head + b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("acc.npy", npy)


def pickle_in_disguise(path: Path) -> None:
    path.write_bytes(b"cos\nsystem\n(S'touch hurt'\ntR." * 10)


def deep_json(path: Path) -> None:
    path.write_bytes(b'{"Samples":' + b"[" * 1_000_000)


def long_json(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'{"Samples": [')
        file.truncate(1 << 30)


BOMBS: list[tuple[str, Callable[[Path], None], str]] = [
    ("bomb.zip", zip_bomb, "more than 100 times its size"),
    ("bomb.csv.gz", gzip_bomb, "more than 100 times its size"),
    ("many.zip", many_files, "20000 files"),
    ("lying.zip", lying_zip, "lying.zip"),
    ("line.csv", long_line, "line"),
    ("first.csv", long_first_line, "no column names"),
    ("columns.csv", many_columns, "no column names"),
    ("cells.csv", many_cells, "cells"),
    ("acc.npz", npz_of_a_trillion, "is not a table"),
    ("frame.csv", pickle_in_disguise, "no known layout"),
    ("deep.json", deep_json, "not the JSON"),
    ("long.json", long_json, "longer than"),
]


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
@pytest.mark.parametrize(("name", "make", "said"), BOMBS, ids=[name for name, _, _ in BOMBS])
def test_a_bomb_is_refused(
    tmp_path: Path, project_root: Path, name: str, make: Callable[[Path], None], said: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "work").mkdir()
    bomb = tmp_path / "in" / name
    make(bomb)
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(bomb)],
        cwd=tmp_path / "work",
        env={"PYTHONPATH": str(project_root), "PATH": "", "HOME": str(tmp_path / "work")},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    code, peak_mb = done.stdout.split()
    assert code == "1", done.stderr
    assert said in done.stderr
    assert name in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert float(peak_mb) <= RSS_MB
    assert list((tmp_path / "work").iterdir()) == []
    assert list((tmp_path / "in").iterdir()) == [bomb]


def test_a_long_recording_is_no_bomb(tmp_path: Path) -> None:
    text = io.StringIO()
    text.write(HEADER.decode())
    for number in range(60_000):
        text.write(f"{number / 200},{number % 7},0.12345,1.0\n")
    path = tmp_path / "run.csv.gz"
    path.write_bytes(gzip.compress(text.getvalue().encode()))
    with Member(path).open() as file:
        assert file.read().decode() == text.getvalue()

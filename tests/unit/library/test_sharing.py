"""A shared copy names nobody, measures the same, and tells more only when asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pandas as pd
import pytest

import imu
from imu.cli.app import run
from imu.cli.paths import shipped_recording
from imu.errors import UsageError
from imu.model import Command, LinkChange, LinkState, Marker, Packet
from imu.store import Edits, SessionReader, SessionWriter, write_edits
from imu.store.sharing import Keep, share

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = {
    Keep.RUNNER: ("Zoë Quist",),
    Keep.DATE: ("2026-05-01",),
    Keep.SENSORS: ("SN-12345", "Quisty", "Zoës Schuh"),
    Keep.NOTES: ("Knie", "Waldrunde", "Umweg"),
    Keep.GEAR: ("Blaues Paar", "Schotter"),
    Keep.BODY: ("mass_kg",),
}
ALWAYS = ("AA:BB:CC:DD", "reconnected to")


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """Make a session full of what tells whose it is."""
    source = SessionReader(shipped_recording("two_shoes_simulated.mcap"))
    first, second = source.header.sensors
    header = msgspec.structs.replace(
        source.header,
        sensors=(
            msgspec.structs.replace(first, sensor="Zoës Schuh", name="Quisty", serial="SN-12345"),
            second,
        ),
        runner="Zoë Quist",
        started_utc="2026-05-01T08:00:00Z",
        note="Knie zwickt",
        tags=("Waldrunde",),
        shoe="Blaues Paar",
        surface="Schotter",
        config={"mass_kg": 61.5, "baseline_g.Zoës Schuh": 9.5},
    )
    writer = SessionWriter(tmp_path / "private.mcap", header)
    for item in source.inputs():
        if isinstance(item, Marker):
            continue
        renamed = isinstance(item, Packet | LinkChange) and item.sensor == first.sensor
        writer.write(msgspec.structs.replace(item, sensor="Zoës Schuh") if renamed else item)
    end_ns = item.arrival_ns
    writer.write(LinkChange("Zoës Schuh", end_ns, LinkState.LOST, "reconnected to AA:BB:CC:DD"))
    writer.write(Marker(end_ns, "lap", "Umweg"))
    writer.write(Command(end_ns, "impact_limit_g.Zoës Schuh", 9.0))
    writer.write(Packet("Zoës Schuh", 10**6, end_ns, "data", b"I am quisty"))
    writer.close()
    return writer.path


def spelled(path: Path) -> bytes:
    """Everything a session file holds, unpacked."""
    reader = SessionReader(path)
    others = b"".join(msgspec.json.encode(item) for item in reader.inputs() if not isinstance(item, Packet))
    payloads = b"".join(
        item.payload + item.sensor.encode() for item in reader.inputs() if isinstance(item, Packet)
    )
    return path.read_bytes() + b"".join(reader.bodies()) + others + payloads


def told(path: Path) -> set[str]:
    text = spelled(path).decode(errors="replace").casefold()
    every = [word for words in SECRETS.values() for word in words] + list(ALWAYS)
    return {word for word in every if word.casefold() in text}


def test_a_copy_names_nobody(private: Path, tmp_path: Path) -> None:
    assert told(private) == {word for words in SECRETS.values() for word in words} | set(ALWAYS)
    shared = share(private, tmp_path / "copy.mcap")
    assert told(shared.path) == set()
    assert shared.left_out_packets == 1
    header = SessionReader(shared.path).header
    assert [info.sensor for info in header.sensors] == ["left-shoe", "right-shoe"]
    assert header.origin_ns == 0
    assert header.config == {"baseline_g.left-shoe": 9.5}


@pytest.mark.parametrize("keep", list(Keep))
def test_only_what_is_ticked_is_told(private: Path, tmp_path: Path, keep: Keep) -> None:
    assert run(["share", str(private), "--out", str(tmp_path / "copy.mcap"), "--keep", keep]) == 0
    assert told(tmp_path / "copy.mcap") == set(SECRETS[keep])


def test_it_measures_the_same(private: Path, tmp_path: Path) -> None:
    share(private, tmp_path / "copy.mcap")
    ours, theirs = imu.load(private), imu.load(tmp_path / "copy.mcap")
    times = ["initial_contact_s", "toe_off_s"]
    same = [name for name in ours.steps.columns if name not in ("sensor", *times)]
    pd.testing.assert_frame_equal(ours.steps[same], theirs.steps[same])
    assert (ours.steps[times] - theirs.steps[times]).abs().max().max() < 1e-6
    signals = ["acc_x_g", "acc_y_g", "acc_z_g", "gyr_x_dps", "clipped"]
    pd.testing.assert_frame_equal(ours.samples[signals], theirs.samples[signals])


def test_edits_count_and_no_file_is_overwritten(private: Path, tmp_path: Path) -> None:
    write_edits(private, Edits(runner="Ben"))
    shared = share(private, tmp_path / "copy.mcap", keep=[Keep.RUNNER])
    assert SessionReader(shared.path).header.runner == "Ben"
    with pytest.raises(UsageError, match="exists already"):
        share(private, tmp_path / "copy.mcap")

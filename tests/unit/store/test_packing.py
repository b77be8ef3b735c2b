"""Packets put side by side come out as they went in, whatever they hold and whatever a profile claims."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import imu
from imu.cli.paths import shipped_recording
from imu.model import Packet, Tick
from imu.profiles import find_profile
from imu.store import FORMAT_VERSION, SessionReader, SessionWriter, packing, seal
from imu.store.packing import Shape, pack, shapes_of, unpack

OLD = Path(__file__).parent / "files" / "format_1.mcap"

int64 = st.integers(-(2**63), 2**63 - 1)
REFERENCE = Shape(10, 12, big=False)


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[Packet], list[int], Shape]:
    length, count = draw(st.integers(1, 40)), draw(st.integers(1, 12))
    payloads = draw(st.lists(st.binary(min_size=length, max_size=length), min_size=count, max_size=count))
    packets = [Packet("left", draw(int64), draw(int64), "data", payload) for payload in payloads]
    orders = sorted(draw(st.lists(st.integers(0, 2**32), min_size=count, max_size=count)))
    shape = Shape(draw(st.integers(0, 12)), 2 * draw(st.integers(0, 12)), draw(st.booleans()))
    return packets, orders, shape


@given(run=runs())
def test_any_packets_come_back(run: tuple[list[Packet], list[int], Shape]) -> None:
    packets, orders, shape = run
    data = msgspec.msgpack.encode(pack(packets, orders, [shape]))
    packed = msgspec.msgpack.decode(data, type=packing.PackedPackets)
    assert unpack(packed) == (orders, packets)


def motion(count: int) -> list[Packet]:
    """Ten samples of slow motion with a little noise in each packet."""
    rng = np.random.default_rng(1)
    wave = 3000 * np.sin(np.arange(10 * count)[:, None] / 20 + np.arange(6)) + rng.normal(
        0, 8, (10 * count, 6)
    )
    rows = wave.astype("<i2").reshape(count, -1)
    return [
        Packet("left", n, 48_000_000 * n, "data", bytes(10) + row.tobytes() + bytes(4))
        for n, row in enumerate(rows)
    ]


def test_samples_shrink_to_less_than_half() -> None:
    assert shapes_of(find_profile("softstrike-reference"))[0] == REFERENCE
    packets = motion(1000)
    packed = pack(packets, range(1000), [REFERENCE])
    assert len(msgspec.msgpack.encode(packed)) < 0.5 * 1000 * 134


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 0},
        {"count": -1},
        {"count": 2**40},
        {"length": 2**40},
        {"length": -1},
        {"length": 133},
        {"stride": 11},
        {"stride": -2},
        {"stride": 2**40},
        {"at": -1},
        {"at": 133},
        {"differences": 200},
        {"orders": b"garbage"},
        {"planes": ()},
        {"planes": (b"",) * 13},
    ],
)
def test_packed_packets_that_lie_are_refused(changes: dict[str, object]) -> None:
    packed = pack(motion(20), range(20), [REFERENCE])
    with pytest.raises(ValueError, match="packed packets"):
        unpack(msgspec.structs.replace(packed, **changes))


def test_a_claimed_size_takes_no_memory() -> None:
    packed = pack(motion(20), range(20), [REFERENCE])
    huge = packing._compress(bytes(64 << 20))
    with pytest.raises(ValueError, match="another size"):
        unpack(msgspec.structs.replace(packed, orders=huge))


def test_what_lies_inside_a_file_is_counted_and_the_rest_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    header = SessionReader(shipped_recording("two_shoes_simulated.mcap")).header
    packets = [msgspec.structs.replace(packet, sensor="left-shoe") for packet in motion(20)]
    packed = pack(packets, range(20), ())
    writer = SessionWriter(path, header)
    for item in (Tick(1), msgspec.structs.replace(packed, count=21), packed, Tick(2)):
        writer.write(item)  # type: ignore[arg-type] - only sealing writes these
    writer.close(seal=False)
    reader = SessionReader(path)
    items = list(reader.inputs())
    assert reader.unreadable == 1
    assert [item for item in items if isinstance(item, Packet)] == packets
    assert sum(isinstance(item, Tick) for item in items) == 2


def test_a_session_of_the_first_format_opens_and_seals_as_before(tmp_path: Path) -> None:
    path = tmp_path / "old.mcap"
    shutil.copy(OLD, path)  # written by the last software that wrote format 1
    reader = SessionReader(path)
    assert (reader.header.format_version, reader.complete) == (1, True)
    assert not any(topic.startswith("/packed") for topic in reader.topics.values())
    before = list(reader.inputs())
    newest = SessionReader(shipped_recording("run_shoe_real.mcap")).inputs()
    assert before == [item for item in newest if item.arrival_ns < 4_000_000_000]
    assert len(imu.load(path).samples) == sum(isinstance(item, Packet) for item in before) > 300
    seal(path)
    assert list(SessionReader(path).inputs()) == before


def test_a_session_that_is_written_anew_says_the_format_it_is_in(tmp_path: Path) -> None:
    old = SessionReader(OLD)
    writer = SessionWriter(tmp_path / "new.mcap", old.header)
    for item in old.inputs():
        writer.write(item)
    writer.close()
    new = SessionReader(tmp_path / "new.mcap")
    assert new.header == msgspec.structs.replace(old.header, format_version=2)
    assert any(topic.startswith("/packed") for topic in new.topics.values())
    assert list(new.inputs()) == list(old.inputs())


@pytest.mark.parametrize("name", ["run_shoe_real", "two_shoes_simulated", "two_shins_simulated"])
def test_what_ships_is_in_the_newest_format_and_as_its_page_says(name: str, project_root: Path) -> None:
    path = project_root / "data" / f"{name}.mcap"
    assert SessionReader(path).header.format_version == FORMAT_VERSION
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert f"{name}.mcap  {digest}" in (project_root / "data" / "README.md").read_text()

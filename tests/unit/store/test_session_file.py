"""What goes into a session file comes out of it, exactly and in order."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.writer import Writer

from imu.errors import SessionFileError, UsageError
from imu.model import (
    Basis,
    ClockEstimate,
    Command,
    Cue,
    CueKind,
    CuePeriod,
    CuePeriodKind,
    Fault,
    FaultKind,
    Flag,
    Gap,
    Impact,
    Landing,
    Ledger,
    LinkChange,
    LinkState,
    Marker,
    MountingEstimate,
    Packet,
    Phase,
    PhaseChange,
    Placement,
    Rule,
    RunnerMetrics,
    SensorHealth,
    SensorInfo,
    SensorStatus,
    SessionHeader,
    Side,
    Strike,
    Tick,
)
from imu.store import DERIVED_TYPES, INPUT_TYPES, Recordable, SessionReader, SessionWriter, seal
from tests.made import made_step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imu.model import Input

HEADER = SessionHeader(
    sensors=(
        SensorInfo("left-shoe", Placement.SHOE, Side.LEFT, 200.0, params={"range_g": 16.0}),
        SensorInfo("right/shank ü", Placement.SHANK, Side.RIGHT, 104.0),
    ),
    runner="Zoë",
    origin_ns=5_000_000_000,
    config={"limit_g": 8.0},
)
SENSORS = [info.sensor for info in HEADER.sensors]

inputs = st.lists(
    st.one_of(
        st.builds(Packet, st.sampled_from(SENSORS), st.integers(0, 2**40), st.integers(0, 2**62)),
        st.builds(
            Packet,
            st.sampled_from(SENSORS),
            st.integers(0, 9),
            st.integers(-(2**62), 2**62),
            st.text(max_size=5),
            st.binary(max_size=300),
        ),
        st.builds(LinkChange, st.text(max_size=5), st.integers(0, 2**62), st.sampled_from(LinkState)),
        st.builds(Tick, st.integers(0, 2**62)),
        st.builds(Marker, st.integers(0, 2**62), st.text(max_size=20), st.text(max_size=20)),
        st.builds(Command, st.integers(0, 2**62), st.text(max_size=9), st.floats(allow_nan=False)),
    ),
    max_size=40,
)
STEP = made_step(
    step=3,
    sensor="left-shoe",
    placement=Placement.SHOE,
    initial_contact_ns=6_000_000_001,
    toe_off_ns=None,
    stride_time_ms=700.5,
    peak_accel_g=9.25,
    peak_axial_g=None,
    time_to_peak_ms=21.0,
    strike_angle_deg=14.5,
    known_ns=6_300_000_000,
)
DERIVED = [
    STEP,
    Impact("left-shoe", Side.LEFT, 5, 9.25, None, False, 6),
    Landing("left-shoe", Side.LEFT, 5, Strike.HEEL, 14.5, 7),
    MountingEstimate("left-shoe", 7, (0.0, 0.6, 0.8), (0.0, 1.0, 0.0), None, (1.0, 0.0, 0.0), False, 12),
    Flag("left-shoe", Rule.HEEL_STRIKE, True, 6_400_000_000, 3, 0.7, 0.5, "share", Basis.GENERAL, "7 of 10"),
    Cue(7, CueKind.SOFTER, "left-shoe", Side.LEFT, 3, 8.1, 7.2, "g", "Left: softer."),
    CuePeriod(8, CuePeriodKind.CUED, 30.0),
    Gap("left-shoe", 40, 1, 2, 3, "lost"),
    Fault("left-shoe", 6_400_000_001, FaultKind.BAD_CHECKSUM, "CRC"),
    SensorHealth(
        "left-shoe", 7, LinkState.LOST, None, Ledger(lost=None), ClockEstimate(1, 2.5, 3), 80.0, 1.5
    ),
    SensorStatus("left-shoe", 8, 55.0, ("low_battery",)),
    PhaseChange(8, Phase.WARM_UP, 9),
    RunnerMetrics(9, 171.5, None, -2.5, {"left-shoe": 2}, {"left-shoe": 15.5}, {"left-shoe": (0, 0, 2)}),
]


def record(
    path: Path, items: Sequence[Recordable], header: SessionHeader = HEADER, *, seal: bool = True
) -> Path:
    writer = SessionWriter(path, header)
    for item in items:
        writer.write(item)
    writer.close(seal=seal)
    return path


@given(items=inputs)
def test_inputs_come_back_in_order_unsealed_and_sealed(
    items: list[Input], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = record(tmp_path_factory.mktemp("session") / "a.mcap", items, seal=False)
    unsealed = SessionReader(path)
    assert unsealed.complete
    assert list(unsealed.inputs()) == items
    seal(path)
    sealed = SessionReader(path)
    assert sealed.complete
    assert sealed.header == HEADER
    assert list(sealed.inputs()) == items


def test_derived_values_stand_apart_from_inputs(tmp_path: Path) -> None:
    mixed = [Tick(1), *DERIVED[:3], Tick(2), *DERIVED[3:]]
    reader = SessionReader(record(tmp_path / "a.mcap", mixed))
    assert list(reader.inputs()) == [Tick(1), Tick(2)]
    assert list(reader.derived()) == DERIVED
    assert {type(item) for item in DERIVED} == set(DERIVED_TYPES)
    assert reader.unreadable == 0


def test_every_kind_of_input_is_kept(tmp_path: Path) -> None:
    items = [
        Packet("left-shoe", 0, 1, "data", b"\x00\xff"),
        LinkChange("left-shoe", 2, LinkState.CONNECTED, "found"),
        Tick(3),
        Marker(4, "lap", "one"),
        Command(5, "limit_g", float("inf")),
    ]
    assert {type(item) for item in items} == set(INPUT_TYPES)
    assert list(SessionReader(record(tmp_path / "a.mcap", items)).inputs()) == items


def test_sealing_makes_it_smaller_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    items = [Packet("left-shoe", n, n * 5_000_000, "data", bytes(28)) for n in range(2000)]
    path = record(tmp_path / "a.mcap", items, seal=False)
    before = path.stat().st_size
    seal(path)
    assert path.stat().st_size < before / 3
    assert [file.name for file in tmp_path.iterdir()] == ["a.mcap"]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("sealed", [False, True])
def test_other_software_reads_it(tmp_path: Path, sealed: bool) -> None:
    path = record(tmp_path / "a.mcap", [Tick(9), STEP, Packet("left-shoe", 0, 10, "data", b"x")], seal=sealed)
    messages = list(make_reader(io.BytesIO(path.read_bytes()), validate_crcs=True).iter_messages())
    found = {channel.topic: (schema, message.data) for schema, channel, message in messages}
    schema, data = found["/steps/left-shoe"]
    properties = msgspec.json.decode(schema.data)["properties"]
    step = msgspec.json.decode(data)
    assert properties["peak_accel_g"] == {"type": "number"}
    assert properties["strike"] == {"type": "string"}
    assert (step["peak_accel_g"], step["strike"], step["toe_off_ns"]) == (9.25, "heel", None)
    assert msgspec.json.decode(found["/session"][1])["runner"] == "Zoë"
    assert found["/packets/left-shoe"][0] is None


def test_other_software_finds_numbers_to_plot_in_every_derived_topic(tmp_path: Path) -> None:
    path = record(tmp_path / "a.mcap", DERIVED)
    schemas = {}
    for schema, channel, message in make_reader(io.BytesIO(path.read_bytes())).iter_messages():
        assert msgspec.json.decode(message.data) is not None
        schemas[channel.topic] = msgspec.json.decode(schema.data)
    assert len(schemas) == len(DERIVED_TYPES) + 1
    assert schemas["/impacts/left-shoe"]["properties"]["peak_accel_g"] == {"type": "number"}
    assert schemas["/landings/left-shoe"]["properties"]["strike"] == {"type": "string"}
    runner = schemas["/runner"]["properties"]
    assert runner["cadence_spm"] == {"type": "number"}
    assert runner["impact_sum_g"] == {"type": "object", "additionalProperties": {"type": "number"}}


def test_a_sealed_file_tells_viewers_its_summary(tmp_path: Path) -> None:
    items = [Tick(7), *(Packet("left-shoe", n, n, "data", bytes(2000)) for n in range(1200)), Tick(9)]
    path = record(tmp_path / "a.mcap", items)
    with path.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        summary = reader.get_summary()
        (metadata,) = reader.iter_metadata()
        ticks = [message.log_time for _, _, message in reader.iter_messages(topics=["/ticks"])]
    packed = summary.statistics.chunk_count - 2  # one message per chunk
    assert packed > 1
    assert summary.statistics.message_count == 2 + 2 + packed
    assert len(summary.chunk_indexes) == packed + 2
    assert metadata.metadata["sensors"] == "left-shoe, right/shank ü"
    assert ticks == [7, 9]


def test_span_is_that_of_the_inputs(tmp_path: Path) -> None:
    reader = SessionReader(record(tmp_path / "a.mcap", [Tick(5), Tick(99), STEP]))
    assert reader.span_ns() == (5, 99)
    assert SessionReader(record(tmp_path / "b.mcap", [STEP])).span_ns() is None


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(b"precious")
    with pytest.raises(UsageError, match=r"a\.mcap exists already and is not overwritten"):
        SessionWriter(path, HEADER)
    assert path.read_bytes() == b"precious"


def test_wrong_use_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"folder .*nowhere does not exist"):
        SessionWriter(tmp_path / "nowhere" / "a.mcap", HEADER)
    writer = SessionWriter(tmp_path / "a.mcap", HEADER)
    with pytest.raises(UsageError, match="sensor 'other' is not in the session's header"):
        writer.write(Packet("other", 0, 0, "data", b""))
    with pytest.raises(UsageError, match="too long"):
        writer.write(Marker(0, "note", "x" * 3_000_000))
    writer.close()
    writer.close()
    with pytest.raises(SessionFileError, match="not open for writing"):
        writer.write(Tick(0))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"hello", "is not a softstrike session"),
        (b"time_s,acc_x_g\n0,1\n", "is not a softstrike session"),
        (b"\x89MCAP0\r\n", "was cut off before its header"),
        (b"\x89MC", "was cut off before its header"),
        (bytes(5000), "is not a softstrike session"),
    ],
)
def test_files_that_are_no_session_are_told_apart(tmp_path: Path, content: str | bytes, message: str) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(content)
    with pytest.raises(SessionFileError, match=f"a.mcap.*{message}"):
        SessionReader(path)


def test_missing_file_and_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(SessionFileError, match="there is no such file"):
        SessionReader(tmp_path / "a.mcap")
    with pytest.raises(SessionFileError, match="is a folder"):
        SessionReader(tmp_path)


def test_a_file_of_newer_software_says_so(tmp_path: Path) -> None:
    newer = msgspec.structs.replace(HEADER, format_version=3)
    with pytest.raises(SessionFileError, match="format 3, newer than 2: update softstrike"):
        SessionReader(record(tmp_path / "a.mcap", [], newer, seal=False))


def test_another_mcap_file_is_not_taken_for_a_session(tmp_path: Path) -> None:
    path = tmp_path / "robot.mcap"
    with path.open("wb") as file:
        writer = Writer(file)
        writer.start()
        channel = writer.register_channel("/odometry", "json", 0)
        writer.add_message(channel, 1, b"{}", 1)
        writer.finish()
    with pytest.raises(SessionFileError, match="MCAP file of another kind"):
        SessionReader(path)

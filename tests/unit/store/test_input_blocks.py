"""Inputs read side by side are those read one by one, in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imu.cli.paths import shipped_recording
from imu.model import (
    InputBlock,
    LinkChange,
    LinkState,
    Packet,
    Placement,
    SensorInfo,
    SessionHeader,
    Side,
    Tick,
)
from imu.store import SessionReader, SessionWriter, seal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HEADER = SessionHeader(
    tuple(SensorInfo(name, Placement.SHOE, Side.LEFT, 200.0, profile="wmf-shoe") for name in ("a", "b"))
)
PACKETS = st.builds(
    Packet,
    st.sampled_from(["a", "b"]),
    st.integers(0, 2**40),
    st.integers(0, 2**50),
    st.sampled_from(["data", "battery"]),
    st.sampled_from([b"", b"1234", b"abcd", b"12345678"]),
)
OTHERS = st.builds(Tick, st.integers(0, 2**50)) | st.builds(
    LinkChange, st.just("a"), st.integers(0, 2**50), st.sampled_from(LinkState)
)


def unrolled(blocks: Iterable[InputBlock]) -> list[Any]:
    found: list[tuple[int, Any]] = []
    for block in blocks:
        found += block.others
        of_sensor: dict[str, int] = {}
        for packets in block.packets:
            assert of_sensor.get(packets.sensor, -1) < packets.order[0]
            of_sensor[packets.sensor] = int(packets.order[-1])
            found += [(int(order), packets.packet(k)) for k, order in enumerate(packets.order)]
    assert sorted(order for order, _ in found) == list(range(len(found)))
    return [item for _, item in sorted(found, key=lambda one: one[0])]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(PACKETS | OTHERS, max_size=120), least=st.integers(1, 50), sealed=st.booleans())
def test_any_inputs(items: list[Any], least: int, sealed: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.unlink(missing_ok=True)
    writer = SessionWriter(path, HEADER)
    for k, item in enumerate(items):
        writer.write(item)
        if k % 17 == 0:
            writer.flush()
    writer.close(seal=False)
    if sealed:
        seal(path)
    reader = SessionReader(path)
    assert unrolled(reader.blocks(least)) == list(reader.inputs()) == items


@pytest.mark.parametrize("least", [1, 8192])
def test_shipped_recording(least: int) -> None:
    reader = SessionReader(shipped_recording("two_shoes_simulated.mcap"))
    assert unrolled(reader.blocks(least)) == list(reader.inputs())

"""What the encoder writes, the decoder reads: for any samples, clocks and numbers."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from imu.decode import Decoder, Encoder, samples_per_packet
from imu.errors import UsageError
from imu.model import Packet, RawBatch, SensorStatus
from imu.profiles import Profile, find_profile

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = find_profile("softstrike-reference")
WMF = find_profile("wmf-shoe")


def rows(count: int, limit: float) -> st.SearchStrategy[np.ndarray]:
    return hnp.arrays(float, (count, 3), elements=st.floats(-limit, limit, allow_subnormal=False))


def decode(profile: Profile, payloads: list[bytes], params: dict[str, float] | None = None) -> RawBatch:
    decoder = Decoder(profile, "s", params)
    out = [item for i, data in enumerate(payloads) for item in decoder.push(Packet("s", i, i, "data", data))]
    [batch] = [item for item in out if isinstance(item, RawBatch)]
    return batch


@given(
    data=st.data(),
    count=st.integers(1, 19),
    range_g=st.sampled_from([16, 32]),
    counter=st.integers(0, 2**40),
    seq=st.integers(0, 2**20),
    has_gyr=st.booleans(),
)
def test_reference_round_trip(
    *, data: st.DataObject, count: int, range_g: int, counter: int, seq: int, has_gyr: bool
) -> None:
    acc, gyr = data.draw(rows(count, 40)), data.draw(rows(count, 2500)) if has_gyr else None
    params = {"acc_range_g": float(range_g)}
    payloads = Encoder(REFERENCE, params).encode(counter, seq, acc, gyr)
    batch = decode(REFERENCE, payloads, params)
    scale = range_g * 0.0000305
    held = np.clip(acc, -32768 * scale, 32767 * scale)
    assert np.abs(batch.acc_g - held).max() <= 0.51 * scale
    assert (batch.counter, batch.seq) == (counter % 2**32, seq % 2**16)
    assert batch.clipped[np.abs(acc).max(axis=1) >= range_g].all()
    assert not batch.clipped[np.abs(acc).max(axis=1) < 0.97 * range_g].any()
    assert (batch.gyr_dps is None) == (gyr is None)
    if gyr is not None and batch.gyr_dps is not None:
        assert np.abs(batch.gyr_dps - np.clip(gyr, -2000, 2000)).max() <= 0.036
    assert all(len(payload) <= 244 for payload in payloads)


@given(acc=rows(1, 30), gyr=rows(1, 3000), counter=st.integers(0, 2**40))
def test_float_round_trip_is_exact_to_the_float(acc: np.ndarray, gyr: np.ndarray, counter: int) -> None:
    [payload] = Encoder(WMF).encode(counter, 0, acc, gyr)
    batch = decode(WMF, [payload])
    assert batch.acc_g.tolist() == np.clip(acc, -16, 16).astype("f4").tolist()
    assert batch.gyr_dps is not None
    assert batch.gyr_dps.tolist() == np.clip(gyr, -2000, 2000).astype("f4").tolist()
    assert batch.clipped.tolist() == [bool(np.abs(batch.acc_g).max() >= 0.98 * 16)]
    assert (batch.counter, batch.seq, len(payload)) == (counter % 2**32, None, 28)


def test_saturation_sets_the_flags_as_a_sensor_would() -> None:
    encoder = Encoder(REFERENCE)
    gentle, hard = [[1.0, 2.0, 3.0]], [[1.0, -60.0, 3.0]]
    flags = [
        encoder.encode(0, 0, acc, gyr)[0][1]
        for acc, gyr in ((gentle, gentle), (hard, gentle), (gentle, [[0, 0, 3000.0]]))
    ]
    assert flags == [0, 1, 2]


@given(percent=st.integers(0, 100), names=st.sets(st.sampled_from(["overrun", "battery_low", "charging"])))
def test_status_round_trip(percent: int, names: set[str]) -> None:
    [payload] = Encoder(REFERENCE).encode(0, 0, [[0, 0, 1]], battery_percent=percent, flags=tuple(names))
    _, status = Decoder(REFERENCE, "s").push(Packet("s", 0, 0, "data", payload))
    assert isinstance(status, SensorStatus)
    assert (status.battery_percent, set(status.flags)) == (percent, names)


def test_samples_per_packet_is_what_the_notification_holds() -> None:
    assert samples_per_packet(REFERENCE) == samples_per_packet(REFERENCE, gyr=True) == 19
    assert samples_per_packet(REFERENCE, gyr=False) == 38
    assert samples_per_packet(WMF) == 1
    with pytest.raises(UsageError, match="no packet without a gyroscope"):
        samples_per_packet(WMF, gyr=False)


@pytest.mark.parametrize(
    ("acc", "gyr", "flags", "says"),
    [
        (np.zeros((20, 3)), np.zeros((20, 3)), (), "holds 1 to 19 samples, not 20"),
        (np.zeros((0, 3)), None, (), "holds 1 to 38 samples, not 0"),
        (np.zeros((2, 3)), np.zeros((3, 3)), (), "acc_g has 2 samples but gyr_dps has 3"),
        (np.zeros(3), None, (), r"shape \(n, 3\)"),
        ([[np.nan, 0, 0]], None, (), "finite"),
        ([[0, 0, 1]], None, ("tired",), "no flag 'tired'; it has: overrun"),
    ],
)
def test_samples_that_cannot_be_sent_are_refused(
    acc: np.ndarray, gyr: np.ndarray | None, flags: tuple[str, ...], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        Encoder(REFERENCE).encode(0, 0, acc, gyr, flags=flags)


def test_the_published_run_survives_the_way_over_the_air(shared_data: Path) -> None:
    with (shared_data / "wmf" / "run_first44s.csv").open() as file:
        record = np.array([[float(cell) for cell in row] for row in list(csv.reader(file))[1:]])
    encoder, decoder = Encoder(WMF), Decoder(WMF, "s")
    found = []
    for i, row in enumerate(record):
        [payload] = encoder.encode(round(row[0] * 1e3), 0, row[None, 1:4], row[None, 4:])
        found += decoder.push(Packet("s", i, i, "data", payload))
    batches = [item for item in found if isinstance(item, RawBatch)]
    assert len(batches) == len(record)
    assert (
        np.abs(np.concatenate([batch.acc_g for batch in batches]) - np.clip(record[:, 1:4], -16, 16)).max()
        < 1e-5
    )
    assert [batch.counter for batch in batches] == np.rint(record[:, 0] * 1e3).astype(int).tolist()
    share = np.mean([batch.clipped[0] for batch in batches])
    assert 0.001 < share < 0.1  # the shoe's impacts clip at 16 g

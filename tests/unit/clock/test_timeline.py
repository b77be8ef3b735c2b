from __future__ import annotations

import csv
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from imu.clock import Timeline, TimelineParams
from imu.errors import UsageError
from imu.model import FaultKind, RawBatch

if TYPE_CHECKING:
    from pathlib import Path

S = 1_000_000_000
SHOE = {"n": 1, "rate_hz": 100.0, "unit_ns": 1_000_000, "seq_bits": None}


@pytest.mark.parametrize("marks", ["first", "last"])
def test_a_clean_stream_keeps_every_sample_at_its_time(sensor: Any, feed: Any, marks: str) -> None:
    sensor = sensor.but(marks=marks)
    timeline = sensor.timeline()
    out = feed(timeline, sensor.frames(range(100)))
    assert out.values == list(range(2000))
    assert not out.gaps
    assert not out.faults
    assert np.diff(out.t_ns) == pytest.approx(S / 400, rel=1e-3)
    assert out.t_ns[-1] - sensor.last_ns(99) == pytest.approx(4_000_000, abs=50_000)
    assert timeline.ledger().samples == 2000
    assert timeline.ledger().lost == 0


@pytest.mark.parametrize(
    ("drift_ppm", "interval_s", "changes"),
    [
        (100.0, 0.05, {}),
        (-100.0, 0.0075, {"n": 4, "rate_hz": 208.0, "unit_ns": 1_000_000}),
        (100.0, 0.03, SHOE),
        (40.0, 0.05, {"marks": "first"}),
    ],
)
def test_drift_jitter_and_stalls_stay_within_r10(
    sensor: Any, feed: Any, drift_ppm: float, interval_s: float, changes: dict[str, Any]
) -> None:
    sensor = sensor.but(drift_ppm=drift_ppm, **changes)
    timeline, errors, spans, drifts = sensor.timeline(), [], [], []
    frames = sensor.radio(400.0, 7, interval_s)
    for number, frame in enumerate(frames):
        out = feed(timeline, [frame])
        clock = timeline.clock()
        errors.append(out.t_ns[-1] - sensor.last_ns(number) - 4_000_000)
        spans.append(clock.uncertainty_ns)
        drifts.append(clock.drift_ppm)
    after = len(frames) * 60 // 400
    late = np.abs(errors[after:])
    assert np.percentile(late, 95) <= 5e6
    assert late.max() <= 10e6
    assert np.mean(late <= spans[after:]) >= 0.95
    assert np.median(spans[after:]) < 5e6
    assert np.array(drifts[len(frames) * 3 // 4 :]) == pytest.approx(drift_ppm, abs=5.0)


def test_no_correction_steps_by_more_than_a_fraction_of_a_sample(sensor: Any, feed: Any) -> None:
    frames = sensor.but(drift_ppm=100.0).radio(120.0, 3, 0.05)
    # The first frame comes 1.5 s late: the worst start, for all that follows comes earlier than thought.
    frames[0] = sensor.frame(0, frames[0].arrival_ns + 1.5e9)
    out = feed(sensor.timeline(), frames)
    steps = np.diff(out.t_ns) * 400 / S
    assert steps.min() > 0.75
    assert steps.max() < 1.25
    assert steps[-1000:] == pytest.approx(1.0, abs=0.003)
    assert out.t_ns[-1] - sensor.last_ns(len(frames) - 1) == pytest.approx(4e6, abs=5e6)


def test_loss_is_told_where_it_is_missing(sensor: Any, feed: Any) -> None:
    timeline = sensor.timeline()
    out = feed(timeline, sensor.frames([0, 1, 4, 5]))
    (gap,) = out.gaps
    assert (gap.index0, gap.lost, gap.reason) == (40, 40, "lost")
    assert gap.start_ns - out.batches[1].t_ns[-1] == pytest.approx(S / 400, rel=0.01)
    assert gap.end_ns == out.batches[2].t_ns[0]
    assert out.batches[2].index0 == 80
    assert timeline.ledger().gaps == 1


def test_a_loss_longer_than_the_sequence_number_is_counted(sensor: Any, feed: Any) -> None:
    sensor = sensor.but(seq_bits=8)
    out = feed(sensor.timeline(), sensor.frames([0, 1, 1002, 1003]))
    assert [g.lost for g in out.gaps] == [20_000]
    assert out.rises()


def test_loss_is_counted_by_device_time_without_sequence_numbers(sensor: Any, feed: Any) -> None:
    sensor = sensor.but(**SHOE)
    out = feed(sensor.timeline(), sensor.frames([0, 1, 2, 4, 5, 10]))
    assert [(g.index0, g.lost) for g in out.gaps] == [(3, 1), (6, 4)]


def test_a_duplicate_is_told_and_never_counts_twice(sensor: Any, feed: Any) -> None:
    timeline = sensor.timeline()
    out = feed(timeline, sensor.frames([0, 1, 1, 2, 0]))
    assert [f.kind for f in out.faults] == [FaultKind.DUPLICATE] * 2
    assert out.values == list(range(60))
    assert timeline.ledger().duplicates == 2


def test_a_late_packet_is_told_and_its_gap_stays(sensor: Any, feed: Any) -> None:
    timeline = sensor.timeline()
    out = feed(timeline, sensor.frames([0, 2, 1, 3]))
    assert [f.kind for f in out.faults] == [FaultKind.REORDERED]
    assert [g.lost for g in out.gaps] == [20]
    assert (timeline.ledger().reordered, timeline.ledger().lost) == (1, 20)
    assert out.rises()


@pytest.mark.parametrize("changes", [{}, SHOE, {"seq_bits": 8}, {"source": "count"}])
def test_a_restart_begins_a_new_epoch(sensor: Any, feed: Any, changes: dict[str, Any]) -> None:
    sensor = sensor.but(**changes)
    timeline = sensor.timeline()
    before = sensor.frames(range(300, 700))
    # Powered off for three seconds, then counters begin at zero.
    wait_ns = before[-1].arrival_ns + 3 * S - sensor.frame(0).arrival_ns
    after = [sensor.frame(i, sensor.frame(i).arrival_ns + wait_ns) for i in range(100)]
    out = feed(timeline, before + after)
    assert [(g.reason, g.lost) for g in out.gaps] == [("restart", -1)]
    assert timeline.ledger().restarts == 1
    assert out.rises()
    assert len(out.values) == 500 * sensor.n
    assert out.t_ns[-1] == pytest.approx(after[-1].arrival_ns, abs=1e6)


@pytest.mark.parametrize("back_ns", [20_000_000, 60 * S])
def test_a_clock_set_back_under_a_running_sequence_loses_nothing(
    sensor: Any, feed: Any, back_ns: int
) -> None:
    set_back = sensor.but(device0_ns=100 * S - back_ns - 30_000_000)
    sensor = sensor.but(device0_ns=100 * S)
    timeline = sensor.timeline()
    out = feed(timeline, sensor.frames(range(50)) + set_back.frames(range(50, 100)))
    assert [f.kind for f in out.faults] == [FaultKind.TIME_BACKWARDS]
    assert out.values == list(range(2000))
    assert np.diff(out.t_ns) == pytest.approx(S / 400, rel=0.01)
    assert timeline.ledger().faults == 1


def test_a_clock_set_back_without_sequence_numbers_is_a_restart(sensor: Any, feed: Any) -> None:
    sensor = sensor.but(**SHOE, device0_ns=100 * S)
    out = feed(
        sensor.timeline(), sensor.frames(range(50)) + sensor.but(device0_ns=90 * S).frames(range(50, 99))
    )
    assert [g.reason for g in out.gaps] == ["restart"]
    assert out.rises()


def test_a_small_step_back_without_sequence_numbers_is_known_by_its_lasting(sensor: Any, feed: Any) -> None:
    sensor = sensor.but(**SHOE, device0_ns=100 * S)
    timeline = sensor.timeline()
    back = sensor.but(device0_ns=100 * S - S // 2)
    out = feed(timeline, sensor.frames(range(100)) + back.frames(range(100, 200)))
    assert [g.reason for g in out.gaps] == ["restart"]
    assert timeline.ledger().reordered + timeline.ledger().duplicates == 16
    assert out.rises()


def test_a_restart_after_few_packets_is_not_taken_for_duplicates(sensor: Any, feed: Any) -> None:
    later = [sensor.frame(i, sensor.frame(i).arrival_ns + 6 * S) for i in range(10)]
    out = feed(sensor.timeline(), sensor.frames(range(4)) + later)
    assert [g.reason for g in out.gaps] == ["restart"]
    assert not out.faults
    assert len(out.batches) == 14


def test_a_restart_during_silence_is_known_by_the_time_that_is_missing(sensor: Any, feed: Any) -> None:
    sensor = sensor.but(**SHOE)
    later = [sensor.frame(i, sensor.frame(i).arrival_ns + 60 * S) for i in range(4000, 4050)]
    out = feed(sensor.timeline(), sensor.frames(range(50)) + later)
    assert [(g.reason, g.lost) for g in out.gaps] == [("restart", -1)]


def test_a_clock_that_jumps_ahead_is_a_restart(sensor: Any, feed: Any) -> None:
    sensor = sensor.but(**SHOE)
    out = feed(
        sensor.timeline(), sensor.frames(range(50)) + sensor.but(device0_ns=60 * S).frames(range(50, 99))
    )
    assert [g.reason for g in out.gaps] == ["restart"]
    assert out.t_ns[-1] == pytest.approx(sensor.last_ns(98), abs=20e6)


def test_equal_stamps_keep_their_samples(sensor: Any, feed: Any) -> None:
    sensor = sensor.but(**SHOE)
    frames = sensor.frames(range(60))
    bunched = [
        RawBatch("shoe", f.arrival_ns, None, frames[i - i % 3].counter, f.acc_g, None, f.clipped)
        for i, f in enumerate(frames)
    ]
    timeline = sensor.timeline()
    out = feed(timeline, bunched)
    assert out.values == list(range(60))
    assert {f.kind for f in out.faults} == {FaultKind.TIME_BACKWARDS}
    assert len(out.faults) == 40
    assert np.diff(out.t_ns) == pytest.approx(S / 100, rel=0.3)
    assert timeline.ledger().lost == 0


def test_the_same_stamp_and_data_twice_is_a_duplicate(sensor: Any, feed: Any) -> None:
    sensor = sensor.but(**SHOE)
    out = feed(sensor.timeline(), sensor.frames([0, 1, 1, 2]))
    assert [f.kind for f in out.faults] == [FaultKind.DUPLICATE]


def test_counted_samples_find_their_true_rate(sensor: Any, feed: Any) -> None:
    slow = sensor.but(source="count", seq_bits=None, rate_hz=390.0)
    timeline = Timeline("shoe", sensor.but(source="count", seq_bits=None).params)
    out = feed(timeline, slow.radio(120.0, 5, 0.03))
    assert np.median(np.diff(out.t_ns[-4000:])) == pytest.approx(S / 390, rel=2e-3)
    assert out.rises()
    assert timeline.ledger().lost is None


def test_a_pause_of_counted_samples_is_silence(sensor: Any, feed: Any) -> None:
    sensor = sensor.but(source="arrival", seq_bits=None)
    timeline = sensor.timeline()
    out = feed(timeline, sensor.frames(range(10)) + sensor.frames(range(100, 110)))
    assert [(g.reason, g.lost) for g in out.gaps] == [("silence", -1)]
    assert timeline.ledger().restarts == 0
    assert out.t_ns[-1] == pytest.approx(sensor.last_ns(109), abs=10e6)


def test_a_frame_without_samples_is_no_loss(sensor: Any, feed: Any) -> None:
    first, empty, then = sensor.frames([0, 1, 2])
    empty = RawBatch("shoe", empty.arrival_ns, empty.seq, None, empty.acc_g[:0], None, empty.clipped[:0])
    out = feed(sensor.timeline(), [first, empty, then])
    assert not out.gaps
    assert not out.faults


def test_before_the_first_packet_nothing_is_claimed(sensor: Any) -> None:
    timeline = sensor.timeline()
    assert timeline.clock() is None
    assert timeline.ledger().packets == 0
    assert timeline.rate_hz == 400.0


def test_inputs_are_not_changed_and_samples_are_not_copied(sensor: Any) -> None:
    frame = sensor.frame(0)
    kept = frame.acc_g.copy()
    (batch,) = sensor.timeline().push(frame)
    assert batch.acc_g is frame.acc_g
    assert np.array_equal(frame.acc_g, kept)


def test_parameters_come_from_a_profile() -> None:
    time = SimpleNamespace(source="packet", unit_ns=1000, wrap_bits=24, marks="first")
    seq = SimpleNamespace(bits=8, counts="samples")
    params = TimelineParams.from_profile(SimpleNamespace(time=time, seq=seq), 416.0)
    assert params == TimelineParams(416.0, 1000, 24, "first", "packet", 8, "samples")
    assert TimelineParams.from_profile(SimpleNamespace(time=time, seq=None), 416.0).seq_bits is None


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_rate_is_refused(rate_hz: float) -> None:
    with pytest.raises(UsageError, match="rate_hz"):
        TimelineParams(rate_hz)


def test_times_of_the_real_shoe_are_its_own(sensor: Any, feed: Any, shared_data: Path) -> None:
    with (shared_data / "wmf" / "run_first44s.csv").open(newline="") as file:
        ms = [round(float(row["time_s"]) * 1000) for row in csv.DictReader(file)]
    template = sensor.but(**SHOE)
    frames = [
        RawBatch(
            "shoe", (t + 5) * 1_000_000, None, t, template.frame(i).acc_g, None, template.frame(i).clipped
        )
        for i, t in enumerate(ms)
    ]
    timeline = template.timeline()
    out = feed(timeline, frames)
    assert not out.faults
    assert np.diff(out.t_ns) == pytest.approx(np.diff(ms) * 1e6, rel=2e-3)
    missing = np.maximum(np.rint(np.diff(ms) / 10) - 1, 0).sum()
    assert timeline.ledger().lost == pytest.approx(missing, rel=0.05)


@pytest.mark.parametrize("away", [5, 20, 100, 1500])
@pytest.mark.parametrize("numbered", [0, 1])
def test_a_pause_that_the_sensor_did_not_number_is_a_loss_of_known_length(
    sensor: Any, feed: Any, away: int, numbered: int
) -> None:
    before, after = sensor.frames(range(50)), sensor.frames(range(50 + away, 80 + away))
    seqs = [(frame.seq - away + numbered) % 65536 for frame in after]
    paused = [msgspec.structs.replace(f, seq=seq) for f, seq in zip(after, seqs, strict=True)]
    out = feed(sensor.timeline(), before + paused)
    assert [(gap.reason, gap.lost) for gap in out.gaps] == [("lost", away * sensor.n)]
    assert out.rises()


def test_a_short_jump_of_the_clock_that_the_host_did_not_see_is_no_loss(sensor: Any, feed: Any) -> None:
    jumped = sensor.but(device0_ns=300_000_000).frames(range(50, 99))
    assert [
        gap for gap in feed(sensor.timeline(), sensor.frames(range(50)) + jumped).gaps if gap.lost > 0
    ] == []

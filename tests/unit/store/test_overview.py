from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from imu import analyze
from imu.chain import Chain
from imu.errors import SessionFileError
from imu.model import SampleBatch, Step
from imu.store import SessionReader
from imu.store import overview as module
from imu.store.overview import FACTOR, SensorTrace, Track, build_overview, open_overview, overview_path

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOFTSTRIKE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def session(tmp_path: Path, project_root: Path) -> Path:
    path = tmp_path / "run.mcap"
    shutil.copy(project_root / "data" / "run_shoe_real.mcap", path)
    return path


def test_it_holds_what_the_chain_makes_of_the_session(session: Path) -> None:
    overview = build_overview(session)
    found = analyze(session)
    assert [step.step for step in overview.steps] == found.steps["step"].tolist()
    assert tuple(overview.flags) == found.flags
    assert all(np.diff(track.at_ns).min(initial=0) >= 0 for track in overview.tracks.values())
    at_ns = dict(zip(map(id, overview.steps), overview.tracks[Step].at_ns.tolist(), strict=True))
    assert all(at_ns[id(step)] >= step.initial_contact_ns for step in overview.steps)


def test_what_was_kept_is_read_and_equal(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = open_overview(session)
    monkeypatch.setattr(module, "build_overview", lambda *_, **__: pytest.fail("made twice"))
    read = open_overview(session)
    assert (read.header, read.begin_ns, read.end_ns, read.complete) == (
        made.header,
        made.begin_ns,
        made.end_ns,
        made.complete,
    )
    for kind, track in made.tracks.items():
        assert read.tracks[kind].items == track.items
        np.testing.assert_array_equal(read.tracks[kind].at_ns, track.at_ns)
    for sensor, trace in made.traces.items():
        for name in ("t_ns", "low_g", "high_g"):
            for one, other in zip(getattr(read.traces[sensor], name), getattr(trace, name), strict=True):
                np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(read.traces[sensor].clipped, trace.clipped)


def test_a_changed_session_has_another_overview(session: Path) -> None:
    before = overview_path(session)
    session.write_bytes(session.read_bytes()[:-100])
    assert overview_path(session) != before


def test_a_damaged_overview_is_made_anew(session: Path) -> None:
    path = overview_path(session)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PK\x03\x04 torn")
    assert open_overview(session).steps
    whole = path.read_bytes()
    for damage in (b"", b"nothing of the kind", whole[: len(whole) // 2]):
        path.write_bytes(damage)
        assert module._read(path) is None


def test_a_cache_that_cannot_be_written_keeps_nobody_from_looking(session: Path, cache: Path) -> None:
    cache.write_text("a file where a folder should be")
    assert open_overview(session).steps


def test_what_there_is_so_far_can_be_looked_at(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROGRESS_EVERY", 400)
    shares, counts = [], []

    def progress(share: float, so_far: object) -> bool:
        shares.append(share)
        counts.append(len(so_far().steps))  # type: ignore[operator]
        return True

    whole = build_overview(session, progress=progress)
    assert shares == sorted(shares)
    assert counts == sorted(counts)
    assert 0 < counts[-1] <= len(whole.steps)
    plain = build_overview(session)
    for sensor, trace in plain.traces.items():
        np.testing.assert_array_equal(trace.high_g[0], whole.traces[sensor].high_g[0])


def test_it_can_be_given_up(session: Path) -> None:
    with pytest.raises(SessionFileError, match="not finished"):
        open_overview(session, progress=lambda *_: False)
    assert not overview_path(session).exists()


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SessionFileError, match=r"gone\.mcap"):
        open_overview(tmp_path / "gone.mcap")


def test_each_level_holds_the_extremes_of_the_one_before(session: Path) -> None:
    (trace,) = build_overview(session).traces.values()
    for level in range(1, 3):
        part = slice(FACTOR, 2 * FACTOR)
        assert trace.low_g[level][1] == trace.low_g[level - 1][part].min()
        assert trace.high_g[level][1] == trace.high_g[level - 1][part].max()
    assert trace.high_g[-1].max() == trace.high_g[0].max()


def test_a_window_is_as_fine_as_it_may_be() -> None:
    t_ns = np.arange(4096, dtype=np.int64)
    norm_g = np.sin(t_ns).astype(np.float32)
    trace = module._trace([(t_ns, norm_g, np.zeros(4096, bool))])
    assert isinstance(trace, SensorTrace)
    assert trace.window(-1, 4095, most=5000)[0].tolist() == t_ns.tolist()
    coarse_ns, low_g, high_g = trace.window(-1, 4095, most=300)
    assert len(coarse_ns) == 4096 // FACTOR
    assert (low_g.min(), high_g.max()) == (norm_g.min(), norm_g.max())
    assert trace.window(99, 199)[0].tolist() == list(range(100, 200))


def test_a_track_gives_what_came_in_a_stretch() -> None:
    track = Track(np.array([1, 5, 5, 9]), ["a", "b", "c", "d"])
    assert track.between(1, 5) == ["b", "c"]
    assert track.between(-1, 100) == ["a", "b", "c", "d"]


def test_the_norm_is_that_of_the_samples(session: Path) -> None:
    reader = SessionReader(session)
    chain = Chain(reader.header)
    batches = [out for item in reader.inputs() for out in chain.push(item) if isinstance(out, SampleBatch)]
    norm_g = np.concatenate([np.linalg.norm(batch.acc_g, axis=1) for batch in batches])
    (trace,) = build_overview(session).traces.values()
    np.testing.assert_allclose(trace.high_g[0], norm_g, rtol=1e-6)
    assert msgspec.structs.fields(trace)

"""A replay gives the recorded inputs in the recorded order, whatever is done to its pace."""

from __future__ import annotations

import asyncio
import math
import threading
from typing import TYPE_CHECKING

import pytest

from imu.errors import SessionFileError, UsageError
from imu.model import (
    Command,
    Input,
    LinkChange,
    LinkState,
    Marker,
    Packet,
    Placement,
    SensorInfo,
    SessionHeader,
    Side,
    Tick,
)
from imu.sources.replay import LoopPacer, ReplaySource
from imu.store import SessionWriter
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = SessionHeader(sensors=(SensorInfo("left-shoe", Placement.SHOE, Side.LEFT, 200.0),))
START_NS = 77 * NS_PER_S
ITEMS: list[Input] = [
    LinkChange("left-shoe", START_NS, LinkState.CONNECTED),
    *(Packet("left-shoe", n, START_NS + n * 100_000_000, "data", bytes([n])) for n in range(1, 50)),
    Marker(START_NS + 5 * NS_PER_S, "lap"),
    Tick(START_NS + 5 * NS_PER_S),
    Command(START_NS + 9 * NS_PER_S, "limit_g", 7.0),
    Tick(START_NS + 10 * NS_PER_S),
]


class FakePacer:
    """Time that passes only by waiting; waiting without end does the next thing on a list."""

    def __init__(self, *when_idle: Callable[[], object]) -> None:
        self.now = 0
        self.when_idle = list(when_idle)

    def now_ns(self) -> int:
        return self.now

    async def wait(self, timeout_s: float | None) -> None:
        if timeout_s is None:
            self.when_idle.pop(0)()
        else:
            self.now += round(timeout_s * NS_PER_S)

    def wake(self) -> None:
        """Nobody waits in another thread here."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    writer = SessionWriter(tmp_path_factory.mktemp("replay") / "a.mcap", HEADER)
    for item in ITEMS:
        writer.write(item)
    writer.close()
    return writer.path


def play(
    source: ReplaySource, pacer: FakePacer, actions: dict[int, Callable[[], object]] | None = None
) -> tuple[list[Input], list[float]]:
    """Collect the inputs with the time of each in s; do something after the n-th one."""

    async def collect() -> tuple[list[Input], list[float]]:
        items, times = [], []
        async for item in source.inputs():
            items.append(item)
            times.append(pacer.now / NS_PER_S)
            (actions or {}).get(len(items), int)()
        return items, times

    return asyncio.run(collect())


@pytest.mark.parametrize("speed", [0.25, 1.0, 8.0, math.inf])
def test_the_same_inputs_at_any_speed_and_each_when_due(path: Path, speed: float) -> None:
    pacer = FakePacer()
    source = ReplaySource(path, speed, pacer=pacer)
    assert (source.header, source.duration_s, source.position_s) == (HEADER, 10.0, 0.0)
    items, times = play(source, pacer)
    assert items == ITEMS
    due = [(item.arrival_ns - START_NS) / NS_PER_S / speed for item in ITEMS]
    assert times == pytest.approx(due, abs=0.001)
    assert (source.position_s, source.epoch, source.playing) == (10.0, 0, False)


def test_a_pause_shifts_what_follows(path: Path) -> None:
    pacer = FakePacer()
    source = ReplaySource(path, pacer=pacer)
    pacer.when_idle = [lambda: setattr(pacer, "now", pacer.now + 60 * NS_PER_S), source.resume]
    items, times = play(source, pacer, {10: source.pause})
    assert items == ITEMS
    assert times[9] == pytest.approx(0.9, abs=0.001)
    assert times[10] - times[9] == pytest.approx(60.1, abs=0.001)
    assert times[-1] == pytest.approx(70.0, abs=0.001)


def test_the_speed_changes_from_here_on(path: Path) -> None:
    pacer = FakePacer()
    source = ReplaySource(path, pacer=pacer)
    _, times = play(source, pacer, {11: lambda: source.set_speed(2.0)})
    assert source.speed == 2.0
    assert times[-1] == pytest.approx(1.0 + 9.0 / 2, abs=0.001)


def test_seeking_forward_skips_nothing_but_the_waiting(path: Path) -> None:
    pacer = FakePacer()
    source = ReplaySource(path, pacer=pacer)
    items, times = play(source, pacer, {11: lambda: source.seek(4.5)})
    assert items == ITEMS
    assert source.epoch == 0
    assert times[45] - times[10] == pytest.approx(0.0, abs=0.001)
    assert times[-1] == pytest.approx(1.0 + 10.0 - 4.5, abs=0.001)


def test_seeking_back_begins_a_new_epoch_from_the_first_input(path: Path) -> None:
    pacer = FakePacer()
    source = ReplaySource(path, pacer=pacer)
    seen_at_rewind: list[tuple[int, float]] = []
    source.on_rewind = lambda epoch: seen_at_rewind.append((epoch, source.position_s))
    items, times = play(source, pacer, {31: lambda: source.seek(1.0)})
    assert items == [*ITEMS[:31], *ITEMS]
    assert seen_at_rewind == [(1, 0.0)]
    assert source.epoch == 1
    assert times[31 + 10] == pytest.approx(times[30], abs=0.001)
    assert times[-1] == pytest.approx(3.0 + 9.0, abs=0.001)


def test_seeking_while_paused_stays_paused_there(path: Path) -> None:
    pacer = FakePacer()
    source = ReplaySource(path, pacer=pacer)
    positions: list[float] = []
    pacer.when_idle = [
        lambda: source.seek(4.0),
        lambda: positions.append(source.position_s),
        source.resume,
    ]
    source.pause()
    assert not source.playing
    items, _ = play(source, pacer)
    assert items == ITEMS
    assert positions == [4.0]


def test_hold_waits_at_the_end_for_a_seek_or_a_stop(path: Path) -> None:
    pacer = FakePacer()
    source = ReplaySource(path, math.inf, hold=True, pacer=pacer)
    playing: list[bool] = []
    pacer.when_idle = [
        lambda: playing.append(source.playing),
        lambda: source.seek(0.0),
        source.stop,
    ]
    items, _ = play(source, pacer)
    assert items == ITEMS * 2
    assert playing == [False]


def test_stop_ends_it(path: Path) -> None:
    pacer = FakePacer()
    source = ReplaySource(path, pacer=pacer)
    items, _ = play(source, pacer, {5: source.stop})
    assert items == ITEMS[:5]
    assert not source.playing


def test_controls_work_from_another_thread(path: Path) -> None:
    source = ReplaySource(path, math.inf, pacer=LoopPacer())
    source.pause()

    async def collect() -> list[Input]:
        controls = threading.Thread(target=source.resume)
        controls.start()
        items = [item async for item in source.inputs()]
        controls.join()
        return items

    assert asyncio.run(collect()) == ITEMS


def test_a_wake_up_before_the_wait_is_not_lost() -> None:
    pacer = LoopPacer()
    pacer.wake()
    asyncio.run(asyncio.wait_for(pacer.wait(None), 30))
    asyncio.run(pacer.wait(0.0))


def test_wrong_use_is_told(path: Path, tmp_path: Path) -> None:
    for speed in (0.0, -1.0, math.nan):
        with pytest.raises(UsageError, match="speed must be greater than 0"):
            ReplaySource(path, speed)
    with pytest.raises(UsageError, match="speed must be greater than 0"):
        ReplaySource(path).set_speed(0)
    with pytest.raises(UsageError, match="must be a number of seconds"):
        ReplaySource(path).seek(math.nan)
    SessionWriter(tmp_path / "empty.mcap", HEADER).close()
    with pytest.raises(SessionFileError, match=r"empty\.mcap: nothing to replay"):
        ReplaySource(tmp_path / "empty.mcap")

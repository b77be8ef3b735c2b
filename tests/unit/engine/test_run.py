from __future__ import annotations

import asyncio
from typing import Any

import pytest

from imu.engine import run
from imu.model import Packet
from imu.sinks.base import EngineFault, Rewound


def chain_maker(fakes: Any, log: list[str], *fail_at: int) -> Any:
    return lambda: fakes.Chain(log, set(fail_at))


def test_every_input_is_recorded_before_it_is_computed(fakes: Any) -> None:
    log: list[str] = []
    sink = fakes.Sink(log)
    source = fakes.Source([fakes.packet(i) for i in range(2)])
    asyncio.run(run(source, chain_maker(fakes, log), [sink]))
    assert log == ["new chain", "sink 0", "chain 0", "sink 1", "chain 1"]
    assert sink.of(str) == ["out 0 of 1", "out 1 of 2", "flushed after 2"]
    assert sink.closed == 1


def test_an_error_in_the_chain_costs_no_raw_data_and_is_told(fakes: Any) -> None:
    sink, log = fakes.Sink(), []
    source = fakes.Source([fakes.packet(i) for i in range(5)])
    asyncio.run(run(source, chain_maker(fakes, log, 2), [sink]))
    assert [p.seq for p in sink.of(Packet)] == [0, 1, 2, 3, 4]
    (fault,) = sink.of(EngineFault)
    assert "made to fail" in fault.text
    assert not fault.final
    assert sink.of(str) == ["out 0 of 1", "out 1 of 2", "out 3 of 1", "out 4 of 2", "flushed after 2"]


def test_a_chain_that_keeps_failing_stays_off(fakes: Any) -> None:
    sink, log = fakes.Sink(), []
    source = fakes.Source([fakes.packet(i) for i in range(9)])
    asyncio.run(run(source, chain_maker(fakes, log, *range(9)), [sink]))
    assert len(sink.of(Packet)) == 9
    assert [f.final for f in sink.of(EngineFault)] == [False, False, True]
    assert log.count("new chain") == 3
    assert "chain 3" not in log
    assert sink.closed == 1


def test_a_failing_sink_is_told_once_and_harms_nobody(fakes: Any) -> None:
    good, bad = fakes.Sink(), fakes.Sink(fail_on=str)
    source = fakes.Source([fakes.packet(i) for i in range(3)])
    asyncio.run(run(source, chain_maker(fakes, []), [bad, good]))
    assert len(good.of(str)) == 4
    assert [f.where for f in good.of(EngineFault)] == ["ListSink"]
    assert len(bad.of(Packet)) == 3
    assert bad.closed == good.closed == 1


def test_an_error_of_the_source_surfaces_after_sinks_are_closed(fakes: Any) -> None:
    sink = fakes.Sink()
    source = fakes.Source([fakes.packet(0), OSError("adapter gone")])
    with pytest.raises(OSError, match="adapter gone"):
        asyncio.run(run(source, chain_maker(fakes, []), [sink]))
    assert sink.of(str) == ["out 0 of 1", "flushed after 1"]
    assert sink.closed == 1


def test_a_rewind_begins_with_a_fresh_chain(fakes: Any) -> None:
    sink = fakes.Sink()
    source = fakes.Source([])
    source.on_rewind = None
    source.items = [fakes.packet(0), lambda: source.on_rewind(1), fakes.packet(0)]
    asyncio.run(run(source, chain_maker(fakes, []), [sink]))
    assert sink.of(Rewound) == [Rewound(1)]
    assert sink.of(str) == ["out 0 of 1", "out 0 of 1", "flushed after 1"]


def test_a_source_that_never_waits_lets_others_have_a_turn(fakes: Any) -> None:
    sink = fakes.Sink()

    async def main() -> int:
        source = fakes.Source([fakes.packet(i) for i in range(2000)])
        task = asyncio.create_task(run(source, chain_maker(fakes, []), [sink]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        seen = len(sink.of(Packet))
        await task
        return seen

    assert 0 < asyncio.run(main()) < 2000
    assert len(sink.of(Packet)) == 2000

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from imu.engine import Engine
from imu.errors import UsageError
from imu.model import Command, Marker, Packet

PATIENCE_S = 20.0


def engine_of(fakes: Any, items: list[Any], *, endless: bool = True) -> Any:
    ready, got = threading.Event(), threading.Event()
    last = items[-1] if items else None

    def seen(item: Any) -> None:
        if item == last:
            ready.set()
        if isinstance(item, Marker | Command):
            got.set()

    source, sink = fakes.Source(items, endless=endless), fakes.Sink(on_put=seen)
    engine = Engine(source, lambda: fakes.Chain([], set()), [sink])
    return SimpleNamespace(engine=engine, source=source, sink=sink, ready=ready, got=got)


def test_stop_closes_source_chain_and_sinks(fakes: Any) -> None:
    it = engine_of(fakes, [fakes.packet(0), fakes.packet(1)])
    it.engine.start()
    assert it.ready.wait(PATIENCE_S)
    it.engine.stop()
    it.engine.stop()
    assert it.engine.join(PATIENCE_S)
    assert not it.engine.running
    assert it.source.closed
    assert it.sink.closed == 1
    assert it.sink.of(str)[-1] == "flushed after 2"


def test_the_end_of_the_source_is_the_end(fakes: Any) -> None:
    ended: list[Any] = []
    engine = Engine(fakes.Source([fakes.packet(0)]), lambda: fakes.Chain([], set()), [], on_end=ended.append)
    engine.start()
    assert engine.join(PATIENCE_S)
    assert ended == [None]


def test_an_error_surfaces_where_the_engine_is_joined(fakes: Any) -> None:
    it = engine_of(fakes, [fakes.packet(0), OSError("adapter gone")], endless=False)
    it.engine.start()
    with pytest.raises(OSError, match="adapter gone"):
        it.engine.join(PATIENCE_S)
    assert it.sink.closed == 1


@pytest.mark.parametrize("kind", ["mark", "command"])
def test_commands_become_inputs_at_session_time(fakes: Any, kind: str) -> None:
    it = engine_of(fakes, [fakes.packet(7)])
    it.engine.start()
    assert it.ready.wait(PATIENCE_S)
    if kind == "mark":
        it.engine.mark("lap", "hill")
    else:
        it.engine.command("limit_g", 9.0)
    assert it.got.wait(PATIENCE_S)
    it.engine.stop()
    it.engine.join(PATIENCE_S)
    expected = Marker(7000, "lap", "hill") if kind == "mark" else Command(7000, "limit_g", 9.0)
    assert it.sink.of(Marker | Command) == [expected]
    assert "out 7 of 2" in it.sink.items


def test_commands_outside_a_session_do_nothing(fakes: Any) -> None:
    it = engine_of(fakes, [fakes.packet(0)], endless=False)
    it.engine.mark("early")
    it.engine.stop()
    it.engine.start()
    it.engine.join(PATIENCE_S)
    it.engine.mark("late")
    it.engine.stop()
    assert it.sink.of(Marker) == []
    assert len(it.sink.of(Packet)) == 1


def test_an_engine_runs_once(fakes: Any) -> None:
    it = engine_of(fakes, [fakes.packet(0)], endless=False)
    it.engine.start()
    it.engine.join(PATIENCE_S)
    with pytest.raises(UsageError, match="new one"):
        it.engine.start()


def test_a_source_without_transport_offers_no_control(fakes: Any) -> None:
    assert engine_of(fakes, []).engine.control is None


def test_a_source_with_transport_offers_it(fakes: Any) -> None:
    source = SimpleNamespace(
        header=None, inputs=None, position_s=0.0, duration_s=1.0, speed=1.0, playing=True,
        pause=id, resume=id, set_speed=id, seek=id,
    )  # fmt: skip
    assert Engine(source, lambda: fakes.Chain([], set()), []).control is source

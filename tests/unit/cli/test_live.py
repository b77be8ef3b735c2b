"""What `live` and `record` are made of, without a radio."""

from __future__ import annotations

import io
import shutil
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from imu.chain import Chain
from imu.cli.live_table import live_table
from imu.cli.paths import new_session_path, shipped_recording
from imu.cli.run_live import prepare_replay
from imu.cli.sessions import Collector
from imu.model import Basis, Flag, LinkChange, LinkState, Packet, Rule, Tick
from imu.sinks.live import LinkTeller
from imu.sources.sim import SimulatorSource, ready_session
from imu.sources.timed import TimedSource
from imu.store.overview import overview_path
from tests.made import made_step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said

WHEN = datetime(2026, 5, 3, 18, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def sessions(own_folders: Path) -> Path:
    return own_folders / "data" / "sessions"


@pytest.mark.parametrize(
    ("runner", "name"),
    [
        ("Zoë O'Brien", "2026-05-03_1830_Zoe-O-Brien.mcap"),
        ("../../etc/passwd", "2026-05-03_1830_etc-passwd.mcap"),
        ("", "2026-05-03_1830.mcap"),
        ("🏃", "2026-05-03_1830.mcap"),
        ("x" * 300, f"2026-05-03_1830_{'x' * 40}.mcap"),
    ],
)
def test_a_session_file_is_named_readably_and_stays_in_its_folder(
    runner: str, name: str, sessions: Path
) -> None:
    path = new_session_path(runner, WHEN)
    assert (path.parent, path.name) == (sessions, name)


def test_a_second_session_in_the_same_minute_gets_a_name_of_its_own() -> None:
    first = new_session_path("anna", WHEN)
    first.touch()
    assert new_session_path("anna", WHEN).name == "2026-05-03_1830_anna_2.mcap"


def test_without_a_bound_sensor_nothing_is_begun(softstrike: Callable[..., Said], sessions: Path) -> None:
    for command in (("live", "--headless"), ("record",)):
        done = softstrike(*command)
        assert done.code == 2
        assert "sensors bind" in done.err
        assert "--simulate" in done.err
    assert not sessions.exists()


def test_a_simulated_recording_goes_to_the_folder_of_sessions(
    softstrike: Callable[..., Said], sessions: Path
) -> None:
    done = softstrike("record", "--simulate", "--scenario", "demo", "--duration", "1")
    assert done.code == 0
    (path,) = sessions.iterdir()
    assert path.name in done.out


async def test_a_timed_source_ends_when_its_time_is_over() -> None:
    source = TimedSource(SimulatorSource(ready_session("demo", duration_s=20.0), float("inf")), 3.0)
    items = [item async for item in source.inputs()]
    last_s = (items[-1].arrival_ns - source.header.origin_ns) / 1e9
    assert 2.8 < last_s < 3.0


def test_every_change_of_a_link_is_said() -> None:
    said: list[str] = []
    teller = LinkTeller(said.append)
    for item in (Tick(0), LinkChange("a", 1, LinkState.LOST, "a: lost"), LinkChange("a", 2, LinkState.LOST)):
        teller.put(item)
    teller.close()
    assert said == ["a: lost"]


def test_the_table_shows_each_sensor_its_last_step_and_the_last_flag() -> None:
    session = ready_session("demo", duration_s=3.0)
    chain, collector = Chain(session.header), Collector()
    for item in session.inputs():
        for out in chain.push(item) if isinstance(item, Packet | Tick) else ():
            collector.put(out)
    left = session.header.sensors[0].sensor
    collector.put(made_step(sensor=left, clipped=True, peak_accel_g=16.0))
    text = "[b]Left foot[/b]: heel first."
    collector.put(Flag(left, Rule.HEEL_STRIKE, True, 1, 0, 1.0, 0.7, "share", Basis.GENERAL, text))
    text = shown(live_table(session.header, collector, 75.0))
    for wanted in ("1:15", left, "200 Hz", "92 %", "0.0 %", "≥ 16.0 g", "heel", "[b]Left foot[/b]"):
        assert wanted in text, text


def test_a_flag_that_was_lowered_is_not_in_force() -> None:
    collector = Collector()
    for raised, t_ns in ((True, 1), (False, 2)):
        collector.put(Flag("a", Rule.HEEL_STRIKE, raised, t_ns, 0, 1.0, 0.7, "share", Basis.GENERAL, "heel"))
        assert bool(collector.in_force) is raised
    assert len(collector.raised) == 1


def shown(table: object) -> str:
    page = io.StringIO()
    Console(file=page, width=120).print(table)
    return page.getvalue()


@pytest.mark.parametrize(("patience_s", "prepared"), [(600.0, True), (-1.0, False)])
def test_a_recorded_session_is_prepared_for_its_first_replay(
    tmp_path: Path, patience_s: float, *, prepared: bool
) -> None:
    session = tmp_path / "run.mcap"
    shutil.copy(shipped_recording("run_shoe_real.mcap"), session)
    before = signal.getsignal(signal.SIGINT)
    assert prepare_replay([session], patience_s) is prepared
    assert overview_path(session).is_file() is prepared
    assert signal.getsignal(signal.SIGINT) is before

"""LSL streams, read back by pylsl on this machine alone."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import imu
from imu.errors import EnvironmentProblem
from imu.exports import stream_lsl
from imu.store import ACC_COLUMNS, GYR_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from imu.batch import SessionData

CONFIG = """[lab]
KnownPeers = {127.0.0.1}
[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
AddressesOverride = {127.0.0.1}
[log]
level = -2
"""


@pytest.fixture(scope="module")
def lsl(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Load pylsl so that it looks no further than this machine."""
    config = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    config.write_text(CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSLAPICFG", str(config))
        import pylsl  # noqa: PLC0415 - reads its settings when it is loaded

        pylsl.local_clock()
        yield pylsl


@pytest.fixture
def session(project_root: Path) -> SessionData:
    return imu.load(project_root / "data" / "run_shoe_real.mcap")


def test_every_sample_and_step_arrives_with_its_time(lsl: Any, session: SessionData) -> None:
    done: list[Any] = []
    sender = threading.Thread(
        target=lambda: done.append(stream_lsl(session, speed=math.inf, wait_s=20.0)), daemon=True
    )
    sender.start()
    inlets = []
    for name in ("shoe", "softstrike-steps"):
        (found,) = lsl.resolve_byprop("name", name, timeout=20.0)
        inlets.append(lsl.StreamInlet(found, max_buflen=3600))
    for inlet in inlets:
        inlet.open_stream(timeout=20.0)
    about = inlets[0].info(20.0)
    (rows, times_s), (labels, _) = (
        pull(inlet, count) for inlet, count in zip(inlets, (3913, 61), strict=True)
    )
    sender.join(timeout=30.0)
    assert done[0].samples == 3913
    ours = session.samples
    np.testing.assert_array_equal(rows, ours[[*ACC_COLUMNS, *GYR_COLUMNS]].to_numpy())
    spacing_s = np.array(times_s) - times_s[0]
    np.testing.assert_allclose(spacing_s, ours["time_s"] - ours["time_s"].iloc[0], atol=1e-6)
    assert [label for (label,) in labels] == [
        f"{s.activity} {s.side} {s.strike}" for s in session.steps.itertuples()
    ]
    assert about.nominal_srate() == 100.0
    assert about.desc().child("channels").child("channel").child_value("unit") == "g"


def pull(inlet: Any, count: int) -> tuple[list[Any], list[float]]:
    rows, times_s = [], []
    while len(rows) < count:
        row, time_s = inlet.pull_sample(timeout=20.0)
        assert row is not None, f"{len(rows)} of {count} arrived"
        rows.append(row)
        times_s.append(time_s)
    return rows, times_s


def test_without_a_listener_it_says_so(lsl: Any, session: SessionData) -> None:
    assert lsl.library_version() > 100
    with pytest.raises(EnvironmentProblem, match="nobody listened"):
        stream_lsl(session, wait_s=0.05)

"""Make the recordings in ``data/`` anew: ``python scripts/make_data.py [FOLDER_OF_OPEN_RECORDINGS]``.

The real run needs the published recording ``wmf/run_first44s.csv`` (Apache-2.0), by default looked for in
``../shared/data``; without it the one that is there stays. The simulated sessions need nothing. The same
bytes come out each time.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pandas as pd

from imu import __version__
from imu.decode import Encoder, load
from imu.model import LinkChange, LinkState, Packet, Placement, SensorInfo, SessionHeader, Side, Tick
from imu.sources.sim import Motion, RadioModel, Scenario, pair_of, simulate, two_shins, two_shoes
from imu.store import SessionWriter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imu.model import Input

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
RECORDINGS = ROOT.parent / "shared" / "data"
PROFILE = "wmf-shoe"
SENSOR = "shoe"
NOTE = (
    "Real run with one sensor on a shoe: fuzzylabs/wearable-my-foot (2020), Apache-2.0, first 44 s. Each row "
    "of the published table was put back into the 28-byte notification it came in; the radio's delay was not "
    "published and is made up (2 to 12 ms). Which foot wore the sensor was not published: 'left' is a "
    "placeholder."
)


def real_run(table: Path) -> tuple[SessionHeader, list[Input]]:
    """Put the rows of the published table back into packets, in order of arrival."""
    frame = pd.read_csv(table)
    profile = load(PROFILE)
    encoder, rng = Encoder(profile, {}), np.random.default_rng(2020)
    inputs: list[Input] = [LinkChange(SENSOR, 0, LinkState.CONNECTED, "imported")]
    arrival_ns = 0
    for number, row in enumerate(frame.itertuples(index=False)):
        values = np.array(row, dtype=np.float64)
        counter_ms = round(values[0] * 1000.0)
        delay_ns = int(rng.integers(2_000_000, 12_000_000))
        arrival_ns = max(arrival_ns + 1, counter_ms * 1_000_000 + delay_ns)
        payloads = encoder.encode(counter_ms, number, values[None, 1:4], values[None, 4:7])
        inputs += [Packet(SENSOR, number, arrival_ns, "data", payload) for payload in payloads]
    last_s = arrival_ns // 1_000_000_000 + 1
    inputs += [Tick(second * 1_000_000_000) for second in range(1, last_s + 1)]
    inputs.sort(key=lambda item: item.arrival_ns)
    sensor = SensorInfo(
        sensor=SENSOR,
        placement=Placement.SHOE,
        side=Side.LEFT,
        rate_hz=100.0,
        profile=PROFILE,
        accel_range_g=16.0,
        name="Arduino Nano 33 IoT",
    )
    header = SessionHeader((sensor,), origin="imported", software=f"softstrike {__version__}", note=NOTE)
    return header, inputs


RUN_S = 26.0
LENGTH_S = 96.0
SEED = 7
RADIO = RadioModel(loss=0.004, burst_per_min=1.0)
SIMULATED = {
    "two_shoes_simulated": (two_shoes, Placement.SHOE),
    "two_shins_simulated": (two_shins, Placement.SHANK),
}


def shortened(scenario: Scenario) -> Scenario:
    """Return a ready scenario with shorter runs, which ends in the middle of the hard phase."""
    last = max(number for number, bout in enumerate(scenario.bouts) if bout.motion is Motion.RUN)
    bouts = tuple(
        msgspec.structs.replace(bout, duration_s=RUN_S) if bout.motion is Motion.RUN else bout
        for bout in scenario.bouts[: last + 1]
    )
    return Scenario(scenario.name, bouts)


def simulated(scenario: Scenario, placement: Placement) -> tuple[SessionHeader, Iterable[Input]]:
    """Simulate a session with a pair of sensors over a link that loses a little."""
    session = simulate(shortened(scenario), pair_of(placement), seed=SEED, radio=RADIO, duration_s=LENGTH_S)
    header = msgspec.structs.replace(
        session.header,
        software=f"softstrike {__version__}",
        note=f"SIMULATED, no real person: {session.header.note}; heel, then mid-foot, then tired and hard.",
    )
    return header, session.inputs()


def write(name: str, header: SessionHeader, inputs: Iterable[Input]) -> None:
    """Record the inputs alone, which do not change with the analysis; an earlier file is replaced."""
    path = DATA / f"{name}.mcap"
    path.unlink(missing_ok=True)
    writer = SessionWriter(path, header)
    for item in inputs:
        writer.write(item)
    writer.close()
    path.chmod(0o644)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    print(f"{digest}  {path.name}  {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Make all recordings and print their checksums, which ``data/README.md`` repeats."""
    DATA.mkdir(exist_ok=True)
    table = Path(sys.argv[1] if len(sys.argv) > 1 else RECORDINGS) / "wmf" / "run_first44s.csv"
    if table.exists():
        write("run_shoe_real", *real_run(table))
    else:
        print(f"{table} is not there: run_shoe_real.mcap stays as it is")
    for name, (scenario, placement) in SIMULATED.items():
        write(name, *simulated(scenario(), placement))


if __name__ == "__main__":
    main()

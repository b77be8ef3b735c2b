"""Make the recordings in ``data/`` anew: ``python scripts/make_data.py FOLDER_OF_OPEN_RECORDINGS``.

The real run needs the published recording ``wmf/run_first44s.csv`` (Apache-2.0); the simulated sessions need
nothing. The same bytes come out each time.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from imu import __version__
from imu.decode import Encoder, load
from imu.model import LinkChange, LinkState, Packet, Placement, SensorInfo, SessionHeader, Side, Tick
from imu.store import SessionWriter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imu.model import Input

DATA = Path(__file__).resolve().parent.parent / "data"
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


def write(path: Path, header: SessionHeader, inputs: Iterable[Input]) -> None:
    """Write a session, replacing the one of an earlier call."""
    path.unlink(missing_ok=True)
    writer = SessionWriter(path, header)
    for item in inputs:
        writer.write(item)
    writer.close()
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    """Make all recordings."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the script and one argument
        sys.exit(__doc__)
    DATA.mkdir(exist_ok=True)
    write(DATA / "run_shoe_real.mcap", *real_run(Path(sys.argv[1]) / "wmf" / "run_first44s.csv"))


if __name__ == "__main__":
    main()

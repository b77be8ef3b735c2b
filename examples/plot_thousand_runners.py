"""
An archive of many runners
==========================

How hard do runners land, by landing type and speed? Simulated runners are recorded, analysed with
``softstrike batch`` and asked with DuckDB. The page is built with a few runners; the environment variable
``RUNNERS=1000`` takes a thousand, in three and a half minutes of one processor core.
"""

# %%
# Record them. Every runner has a speed, a cadence, a landing type and an impact of their own, drawn at
# random: in this made-up population impact grows with speed, and is smaller on the forefoot. What is true
# is thus known.

import os
import tempfile
from pathlib import Path

import duckdb
import matplotlib.pyplot as plt
import msgspec
import numpy as np

from imu.archive import find_sessions, run_archive
from imu.model import Placement, Strike
from imu.sources.sim import Bout, Motion, Scenario, pair_of, simulate
from imu.store import SessionWriter

RUNNERS = int(os.environ.get("RUNNERS", "12"))
folder = Path(tempfile.mkdtemp())
rng = np.random.default_rng(1)

for number in range(RUNNERS):
    speed_mps = rng.uniform(2.2, 4.2)
    strike = rng.choice([Strike.HEEL, Strike.MIDFOOT, Strike.FOREFOOT], p=[0.75, 0.15, 0.1])
    softer = {Strike.HEEL: 1.0, Strike.MIDFOOT: 0.9, Strike.FOREFOOT: 0.8}[Strike(strike)]
    impact_g = softer * (2.0 + 1.8 * speed_mps) * rng.lognormal(0.0, 0.15)
    run = Bout(
        motion=Motion.RUN,
        duration_s=18.0,
        cadence_spm=rng.normal(168.0, 6.0),
        speed_mps=speed_mps,
        strike=Strike(strike),
        impact_left_g=impact_g,
        impact_right_g=impact_g,
    )
    session = simulate(Scenario("one of many", (run,)), pair_of(Placement.SHOE), seed=number)
    tags = (f"{speed_mps:.2f} m/s",)
    header = msgspec.structs.replace(session.header, runner=f"R{number:04}", tags=tags)
    writer = SessionWriter(folder / f"{number}.mcap", header)
    for item in session.inputs():
        writer.write(item)
    writer.close()

# %%
# Analyse them all into one Parquet dataset, as ``softstrike batch analyze FOLDER --out RESULTS`` does;
# sessions that are done are skipped the next time.

results = folder / "results"
outcome = run_archive("analyze", find_sessions([str(folder)]), str(results), executor="threads")
outcome.done, outcome.failures

# %%
# Ask. Every runner counts once: the median step of each.

steps, sensors = (
    duckdb.read_parquet(f"{results}/{name}/**/*.parquet", hive_partitioning=True)
    for name in ("steps", "sensors")
)
running = steps.filter("activity = 'run' AND accepted AND strike IN ('heel', 'midfoot', 'forefoot')")
typical = running.aggregate("session, sensor, mode(strike) AS landing, median(peak_accel_g) AS impact_g")
facts = sensors.project("session, sensor, CAST(split_part(tags, ' ', 1) AS DOUBLE) AS speed_mps")
table = typical.join(facts, "session, sensor").df()
table.groupby("landing")[["impact_g", "speed_mps"]].describe()[[("impact_g", "count"), ("impact_g", "50%")]]

# %%
# See.

figure, ax = plt.subplots()
for landing, group in table.groupby("landing"):
    ax.plot(group["speed_mps"], group["impact_g"], "o", ms=4, label=f"{landing} ({len(group)} shoes)")
ax.set(
    xlabel="speed (m/s)",
    ylabel="impact: peak acceleration at the shoe (g)",
    title="Impact by landing type and speed",
)
ax.legend()

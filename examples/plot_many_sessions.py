"""
Many sessions at once
=====================

The steps of several sessions in one table, and the same question in SQL.
"""

# %%
# ``load_many`` puts the session's own columns in front of each step.

import imu
from imu.cli.paths import shipped_recording
from imu.library import Library, Tables

paths = [shipped_recording(f"{name}.mcap") for name in ("two_shoes_simulated", "run_shoe_real")]
steps = imu.load_many(paths)
steps.groupby(["session", "side", "activity"], observed=True).size().rename("steps").to_frame()

# %%
# How the feet landed, session by session.

from matplotlib import pyplot as plt

figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
for (name, part), ax in zip(steps.groupby("session"), axes, strict=True):
    imu.plot.landings(part, ax=ax)
    ax.set_title(name)
    ax.tick_params("x", rotation=30)

# %%
# A library answers questions over all sessions of a folder, and so does ``softstrike query`` from the shell.

library = Library(paths[0].parent)
tables = Tables([library.find(str(path)) for path in paths])
tables.ask(
    """
    SELECT session, side, count(*) AS steps, round(median(peak_accel_g), 1) AS impact_g,
           round(100 * avg((strike = 'heel')::INT)) AS heel_percent
    FROM steps WHERE accepted AND activity = 'run' GROUP BY ALL ORDER BY ALL
    """
)

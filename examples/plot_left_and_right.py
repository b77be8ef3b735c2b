"""
Left against right
==================

The simulated run on two shins, whose right leg lands harder: does the analysis find it?
"""

# %%
# Nobody ran this session: it is made by the simulator, so that the truth is known.

import imu
from imu.cli.paths import shipped_recording

session = imu.load(shipped_recording("two_shins_simulated.mcap"))
ax = imu.plot.impact(session.steps)
ax.set_title("Impact over time")

# %%
# The spread of each side. The legend tells the medians.

ax = imu.plot.left_right(session.steps, "peak_accel_g")
ax.set_title("Impact, left against right")

# %%
# Contact time in the same way.

imu.plot.left_right(session.steps, "contact_time_ms")

# %%
# As numbers: the median per side, and by how much the right is higher.

running = session.steps[session.steps["accepted"] & (session.steps["activity"] == "run")]
medians = running.groupby("side")[["peak_accel_g", "contact_time_ms", "cadence_spm"]].median()
medians.loc["right above left (%)"] = 100 * (medians.loc["right"] / medians.loc["left"] - 1)
medians.astype(float).round(1)

"""
One session in pandas
=====================

Open a recording, look at its tables and draw its strides. The recording is the real run that ships with
softstrike: one sensor on one shoe.
"""

# %%
# Opening decodes nothing yet; each table is made when it is first asked for.

import imu
from imu.cli.paths import shipped_recording

session = imu.load(shipped_recording("run_shoe_real.mcap"))
session.metadata.T

# %%
# One row per step. What is unknown is missing, and ``accepted`` says which steps count in averages.

session.steps[
    ["initial_contact_s", "contact_time_ms", "peak_accel_g", "clipped", "strike", "accepted"]
].head()

# %%
# How far can these numbers be trusted? This sensor lost every ninth sample, and the impact went beyond its
# range of 16 g in many steps: those peaks are lower bounds.

session.quality[["sensor", "rate_hz", "range_g", "samples", "lost_samples", "clipped_samples", "coverage"]]

# %%
# All strides brought to the same length, from contact to contact of the same foot.

ax = imu.plot.strides(session, "gyr_norm_dps")
ax.set_title("The foot's turning over a stride")

# %%
# The same as a table, one row per stride, for your own statistics.

imu.plot.strides_frame(session, "gyr_norm_dps").round(0).iloc[:3, ::20]

"""The script that an analyst would write in an afternoon: pandas, ``find_peaks`` and a loop over strides.

It is the reference for the goal "one hour to a step table" and is kept honest: vectorised where pandas makes
that easy, the usual filters, nothing slowed down on purpose.
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from scipy import signal

__all__ = ["naive_steps"]


def naive_steps(frame: pd.DataFrame, rate_hz: float) -> pd.DataFrame:
    """Find strides and their impacts.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``time_s, acc_x_g, ..., gyr_z_dps``.
    rate_hz : float
        Sampling rate.

    Returns
    -------
    pandas.DataFrame
        One row per stride.
    """
    table = frame.copy()
    table["norm_g"] = np.sqrt(table["acc_x_g"] ** 2 + table["acc_y_g"] ** 2 + table["acc_z_g"] ** 2)
    table["smooth_g"] = table["norm_g"].rolling(int(0.01 * rate_hz), center=True, min_periods=1).mean()
    table["rest_g"] = table["norm_g"].rolling(int(2.0 * rate_hz), center=True, min_periods=1).mean()
    table["activity_g"] = table["norm_g"].rolling(int(0.2 * rate_hz), center=True, min_periods=1).std()
    above = (table["smooth_g"] - table["rest_g"]).to_numpy()
    peaks, _ = signal.find_peaks(above, height=2.0, distance=int(0.5 * rate_hz))
    rows = []
    for here, following in itertools.pairwise(peaks):
        stride = table.iloc[here - int(0.06 * rate_hz) : following]
        landing = stride.iloc[: int(0.12 * rate_hz)]
        if len(landing) == 0:
            continue
        stride_s = (following - here) / rate_hz
        contact = landing["norm_g"].idxmin()
        rows.append(
            {
                "initial_contact_s": table["time_s"].iloc[contact],
                "stride_time_ms": stride_s * 1e3,
                "cadence_spm": 120.0 / stride_s,
                "peak_accel_g": landing["norm_g"].max(),
                "time_to_peak_ms": (landing["norm_g"].idxmax() - contact) / rate_hz * 1e3,
                "mean_activity_g": stride["activity_g"].mean(),
                "pitch_range_dps": stride["gyr_z_dps"].max() - stride["gyr_z_dps"].min(),
            }
        )
    return pd.DataFrame(rows)

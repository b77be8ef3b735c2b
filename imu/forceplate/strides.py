"""The table of strides as the force plate sees them."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from imu.errors import UsageError
from imu.forceplate.contacts import ForceContacts, find_contacts
from imu.forceplate.params import ForceParams
from imu.model import Side
from imu.units import MS_PER_S

if TYPE_CHECKING:
    import pandas as pd

    from imu.forceplate.record import ForceRecord
    from imu.model.samples import FloatArray

__all__ = ["RateWindow", "stride_table"]

STEPS_PER_STRIDE = 2
HIGHEST_CUTOFF = 0.45


class RateWindow(enum.StrEnum):
    """Which part of a contact its loading rates were taken from."""

    IMPACT_PEAK = "impact_peak"
    SHARE_OF_CONTACT = "share_of_contact"


def stride_table(
    record: ForceRecord, params: ForceParams | None = None, *, first_side: Side | str | None = None
) -> pd.DataFrame:
    """Measure every whole contact of a record of running.

    Parameters
    ----------
    record : ForceRecord
        Vertical force with its baseline at zero, of both feet in turn.
    params : ForceParams, optional
        Threshold and windows.
    first_side : str, optional
        ``"left"`` or ``"right"``: which foot made the first whole contact; otherwise sides are unknown.

    Returns
    -------
    pandas.DataFrame
        One row per contact. Times in s or ms; forces in the unit of the record, which ends their names
        (``_n`` or ``_bw``): ``active_peak``, ``impact_peak``, ``valr`` and ``vilr`` (per s), ``impulse``
        (times s).

        ``impact_transient``
            Whether there is a local maximum before the active peak: forefoot strikers have none.
        ``rate_window``
            With a transient the loading rates are those from 20 to 80 % of the time from contact to its peak
            (Milner et al. 2006, doi 10.1249/01.mss.0000183477.75808.92), without one those from 3 to 12 % of
            the contact. The two must not be compared with each other.
        ``valr``, ``vilr``
            Mean and greatest slope in that window.
        ``flight_time_ms``, ``step_time_ms``, ``stride_time_ms``
            From toe-off to the next contact, from contact to the next and to the next but one; empty at the
            end and where a contact between was left out.

    Raises
    ------
    UsageError
        The side is neither left nor right.
    """
    import pandas as pd  # noqa: PLC0415 - start-up time

    params = params or ForceParams()
    record = _smooth(record, params)
    contacts = find_contacts(record, params)
    rows = [_of_contact(record, contacts, k, params) | _until_next(contacts, k) for k in range(len(contacts))]
    table = pd.DataFrame(rows, columns=_columns(record.unit))
    table.insert(1, "side", _sides(len(table), first_side))
    return table


def _smooth(record: ForceRecord, params: ForceParams) -> ForceRecord:
    """Take out what is no force of the runner: the ringing of the plate."""
    from scipy.signal import butter, sosfiltfilt  # noqa: PLC0415 - start-up time

    if params.cutoff_hz > HIGHEST_CUTOFF * record.rate_hz:
        return record
    sos = butter(2, params.cutoff_hz, fs=record.rate_hz, output="sos")
    return msgspec.structs.replace(record, force=np.asarray(sosfiltfilt(sos, record.force)))


def _columns(unit: str) -> list[str]:
    timing = ["contact", "initial_contact_s", "toe_off_s", "contact_time_ms"]
    until_next = ["flight_time_ms", "step_time_ms", "stride_time_ms"]
    peaks = [f"active_peak_{unit}", "active_peak_time_ms", "impact_transient"]
    impact = [f"impact_peak_{unit}", "impact_peak_time_ms"]
    return [
        *timing, *until_next, *peaks, *impact, f"valr_{unit}_per_s", f"vilr_{unit}_per_s", "rate_window",
        f"impulse_{unit}_s",
    ]  # fmt: skip


def _sides(count: int, first_side: Side | str | None) -> list[str | None]:
    if first_side is None:
        return [None] * count
    try:
        first = Side(first_side)
    except ValueError:
        raise UsageError(f"first_side: must be left or right, not {first_side!r}") from None
    other = Side.RIGHT if first is Side.LEFT else Side.LEFT
    return [(first, other)[k % 2].value for k in range(count)]


def _until_next(contacts: ForceContacts, k: int) -> dict[str, float]:
    """Tell the times until the contacts that follow, ms; empty where they cannot be the very next ones."""
    begin, end = contacts.initial_contact_s, contacts.toe_off_s
    usual_s = float(np.median(np.diff(begin))) if len(begin) > 1 else np.nan
    told = dict.fromkeys(("flight_time_ms", "step_time_ms", "stride_time_ms"), np.nan)
    if k + 1 < len(begin) and begin[k + 1] - begin[k] < 1.5 * usual_s:
        told["flight_time_ms"] = float(begin[k + 1] - end[k]) * MS_PER_S
        told["step_time_ms"] = float(begin[k + 1] - begin[k]) * MS_PER_S
    if k + STEPS_PER_STRIDE < len(begin) and begin[k + STEPS_PER_STRIDE] - begin[k] < 2.5 * usual_s:
        told["stride_time_ms"] = float(begin[k + STEPS_PER_STRIDE] - begin[k]) * MS_PER_S
    return told


def _of_contact(record: ForceRecord, contacts: ForceContacts, k: int, params: ForceParams) -> dict[str, Any]:
    first, last = int(contacts.first[k]), int(contacts.last[k])
    force = record.force[first : last + 1]
    begin_s, end_s = float(contacts.initial_contact_s[k]), float(contacts.toe_off_s[k])
    # Time of each sample after contact; the contact itself lies up to one period before the first.
    after_s = record.start_s + np.arange(first, last + 1) / record.rate_hz - begin_s
    impact = _transient(force, params)
    active = _active_peak(force, impact)
    window = RateWindow.SHARE_OF_CONTACT if impact is None else RateWindow.IMPACT_PEAK
    length_s = end_s - begin_s
    span_s = (
        (params.plain_first * length_s, params.plain_last * length_s)
        if impact is None
        else (params.rate_first * float(after_s[impact]), params.rate_last * float(after_s[impact]))
    )
    valr, vilr = _loading_rates(record, begin_s, span_s)
    unit = record.unit
    return {
        "contact": k,
        "initial_contact_s": begin_s,
        "toe_off_s": end_s,
        "contact_time_ms": length_s * MS_PER_S,
        f"active_peak_{unit}": float(force[active]),
        "active_peak_time_ms": float(after_s[active]) * MS_PER_S,
        "impact_transient": impact is not None,
        f"impact_peak_{unit}": np.nan if impact is None else float(force[impact]),
        "impact_peak_time_ms": np.nan if impact is None else float(after_s[impact]) * MS_PER_S,
        f"valr_{unit}_per_s": valr,
        f"vilr_{unit}_per_s": vilr,
        "rate_window": window.value,
        f"impulse_{unit}_s": float(np.trapezoid(force)) / record.rate_hz,
    }


def _transient(force: FloatArray, params: ForceParams) -> int | None:
    """Sample of the impact transient after contact: the first maximum that stands out, early enough."""
    from scipy.signal import find_peaks  # noqa: PLC0415 - start-up time

    least = params.transient_least_share * float(force.max())
    peaks, _ = find_peaks(force[: int(params.transient_last * len(force)) + 1], prominence=least)
    return int(peaks[0]) if len(peaks) else None


def _active_peak(force: FloatArray, impact: int | None) -> int:
    """Sample of the greatest force after the impact transient and the dip behind it."""
    if impact is None:
        return int(force.argmax())
    middle = max(impact + 1, len(force) // 3)
    dip = impact + int(force[impact : middle + 1].argmin())
    return dip + int(force[dip:].argmax())


def _loading_rates(record: ForceRecord, begin_s: float, span_s: tuple[float, float]) -> tuple[float, float]:
    """Mean and greatest slope of force in a part of the contact, unit per s."""
    period_s = 1.0 / record.rate_hz
    times_s = begin_s + np.linspace(*span_s, max(2, round((span_s[1] - span_s[0]) / period_s) + 1))
    values = np.interp(times_s, record.time_s, record.force)
    slopes = np.diff(values) / np.diff(times_s)
    return float((values[-1] - values[0]) / (times_s[-1] - times_s[0])), float(slopes.max())

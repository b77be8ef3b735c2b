"""``softstrike forceplate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    import pandas as pd

    from imu.forceplate import ForceRecord

__all__ = ["forceplate"]

_WINDOWS = {"impact_peak": "up to the transient", "share_of_contact": "early contact, no transient"}


def forceplate(
    file: Path,
    /,
    *,
    out: Path | None = None,
    column: str | None = None,
    rate_hz: float | None = None,
    mass_kg: float | None = None,
    first_side: Literal["left", "right"] | None = None,
    drift: Annotated[bool, Parameter(negative="--no-drift")] = True,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Measure every contact in a record of vertical force (force plate or instrumented treadmill).

    Parameters
    ----------
    file : Path
        CSV file (.csv, .csv.gz) with the columns time_s and vertical_n (or fy_vertical_n, vgrf_n, vgrf_bw),
        or one column of newtons without a header.
    out : Path
        Table to write, .csv: one row per contact.
    column : str
        Column with the vertical force; a name that ends in _bw is in body weights.
    rate_hz : float
        Sampling rate, where there is no column time_s.
    mass_kg : float
        Mass of the runner: results are then in body weights.
    first_side : str
        Which foot made the first whole contact.
    drift : bool
        Take the drift of the plate off, as seen in the flights.
    overwrite : bool
        Replace a table that exists.
    """
    from imu.cli.app import NOTHING_USABLE, OK
    from imu.cli.paths import check_target
    from imu.forceplate import read_force, remove_drift, stride_table
    from imu.store.files import new_file

    if out is not None:
        check_target(out, (".csv",), overwrite=overwrite)
    record = read_force(file, column=column, rate_hz=rate_hz, mass_kg=mass_kg)
    record = remove_drift(record) if drift else record
    record = record.in_body_weights() if mass_kg is not None else record
    table = stride_table(record, first_side=first_side)
    print(_told(file, record, table))
    if out is not None:
        with new_file(out, overwrite=overwrite) as temporary:
            table.to_csv(temporary, index=False, float_format="%.6g")
        print(f"{len(table)} contacts written to {out}")
    return OK if len(table) else NOTHING_USABLE


def _told(file: Path, record: ForceRecord, table: pd.DataFrame) -> str:
    if not len(table):
        return f"{file}: no whole contact found; is this vertical force of running, in newtons?"
    unit, sign = record.unit.value, {"n": "N", "bw": "BW"}[record.unit.value]
    usual = table.select_dtypes("number").median()
    with_transient = int(table["impact_transient"].sum())
    lines = [
        f"{file}: {len(table)} contacts",
        f"  contact time      {usual['contact_time_ms']:.0f} ms",
        f"  active peak       {usual[f'active_peak_{unit}']:.2f} {sign}",
        f"  impact transient  in {with_transient} of {len(table)} contacts",
    ]
    for window, part in table.groupby("rate_window"):
        usual = part.select_dtypes("number").median()
        valr, vilr = usual[f"valr_{unit}_per_s"], usual[f"vilr_{unit}_per_s"]
        lines.append(
            f"  loading rate      {valr:.1f} (VALR) and {vilr:.1f} (VILR) {sign}/s, {_WINDOWS[str(window)]}"
        )
    return "\n".join(lines)

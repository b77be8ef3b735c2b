"""``softstrike evaluate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from imu.batch.evaluate import Evaluation

__all__ = ["evaluate"]

_RECORDINGS = Path("recordings")


def evaluate(
    folder: Path = _RECORDINGS,
    /,
    *,
    page: Path | None = None,
    figures: Path | None = None,
    check: Path | None = None,
    out: Path | None = None,
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Measure the accuracy of softstrike, and of the rules of the literature, on labelled recordings.

    Parameters
    ----------
    folder : Path
        One folder per data set, in it NAME.csv with NAME.json and NAME.truth.csv; see the page "Accuracy" of
        the documentation.
    page : Path
        Page (.rst) whose tables are put in anew, between its marks; made when there is none.
    figures : Path
        File (.json) in which all figures are kept, for --check; it is replaced.
    check : Path
        Figures kept before: tell what got worse, and leave with 1 when something did.
    out : Path
        Folder for all tables as .csv.
    overwrite : bool
        Replace tables that exist.
    """
    from imu.batch.evaluate import evaluate as evaluate_all
    from imu.batch.page import write_page
    from imu.batch.regress import read_figures, worse, write_figures
    from imu.cli.app import NOTHING_USABLE, OK

    before = read_figures(check) if check is not None else None
    told = evaluate_all(folder)
    print(_summary(told))
    if out is not None:
        _write_tables(told, out, overwrite=overwrite)
    if page is not None:
        print(f"{page}: {'written' if write_page(told, page) else 'is as it was'}")
    lost = worse(before, told) if before is not None else []
    if figures is not None:
        write_figures(told, figures)
        print(f"figures kept in {figures}")
    for text in lost:
        print(f"worse: {text}", file=sys.stderr)
    if before is not None and not lost:
        print("nothing got worse")
    return NOTHING_USABLE if lost else OK


def _summary(told: Evaluation) -> str:
    if not len(told.runners):
        return "no recording tells true contacts"
    lines = [
        f"{'runner':20} {'placement':9} {'activity':8} {'contacts':>8} {'F1':>7} {'bias':>9} {'spread':>8}"
    ]
    lines += [
        f"{row.runner:20} {row.placement:9} {row.activity:8} {row.true:8.0f} {row.f1:7.4f} "
        f"{row.ic_bias_ms:6.1f} ms {row.ic_sd_ms:5.1f} ms"
        for row in told.runners.itertuples()
    ]
    still = told.no_running
    if len(still):
        minutes = still["length_s"].sum() / 60.0
        lines.append(f"running steps where nobody runs: {still['running_steps'].sum()} in {minutes:.1f} min")
    return "\n".join(lines)


def _write_tables(told: Evaluation, folder: Path, *, overwrite: bool) -> None:
    from dataclasses import fields

    from imu.cli.paths import check_target
    from imu.store.files import new_file

    targets = {field.name: folder / f"{field.name}.csv" for field in fields(told)}
    for target in targets.values():
        check_target(target, (".csv",), overwrite=overwrite)
    folder.mkdir(parents=True, exist_ok=True)
    for name, target in targets.items():
        with new_file(target, overwrite=overwrite) as temporary:
            getattr(told, name).to_csv(temporary, index=False, float_format="%.6g")
    print(f"{len(targets)} tables written to {folder}")

"""Learn the constant lags of contact marks and toe-off rules; write ``imu/signal/lags.py``.

``python scripts/learn_lags.py FOLDER [--write]`` learns from labelled recordings. For each contact mark of a
placement (running) and each toe-off rule it prints the lag learnt and the lag in force: the mean of the
runners' medians, so that a runner with many steps weighs no more than one with few. For each runner it prints
the bias with the lags in force and with the lags learnt on the *other* runners. Each rule is taught by
recordings of its own kind of sensor, the rule for a sensor without gyroscope by others only where there is
none. Nothing is tuned per recording. With ``--write`` the lags learnt are put in force, but for those in
force that lie within one standard error of what was learnt, and for contact lags that one runner teaches.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import product
from pathlib import Path
from statistics import fmean, median, stdev
from typing import TYPE_CHECKING

from imu.batch.recordings import Recording, recordings
from imu.batch.scoring import match, pairs
from imu.config import ChainConfig
from imu.model import Activity, Placement
from imu.signal import ContactLag, SignalParams
from imu.store.columns import GYR_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

MARKS = ("half_ms", "most_ms", "centroid_ms")
FAR_MS = 1e6
"""Two marks this far to either side leave the third as the median."""
PLACES = [place for place in Placement if place.on_leg]
OUT = Path(__file__).parent.parent / "imu" / "signal" / "lags.py"
HEAD = '''"""Constant lags of contact marks and toe-off rules, ms; written by ``scripts/learn_lags.py``."""

from __future__ import annotations

__all__ = ["CONTACT_LAGS_MS", "TOE_OFF_LAGS_MS"]

'''


def config(placement: Placement, lag: ContactLag) -> ChainConfig:
    """Parameters with other lags for a placement."""
    name = "shank_lag" if placement is Placement.SHANK else "shoe_lag"
    return ChainConfig(signal=SignalParams(**{name: lag}))


def only(mark: str) -> ContactLag:
    """Lags that leave one mark in force, without any lag."""
    others = [name for name in MARKS if name != mark]
    return ContactLag(**{mark: 0.0, others[0]: FAR_MS, others[1]: -FAR_MS})


def bias_ms(one: Recording, lag: ContactLag) -> float:
    """Median of found less true contacts."""
    steps = one.steps(config=config(one.placement, lag))
    found = steps.loc[steps["activity"] == "run", "initial_contact_s"].to_numpy(dtype=float)
    true = one.truth["initial_contact_s"].to_numpy(dtype=float)
    true_at, found_at = match(true, found)
    return float(median((found[found_at] - true[true_at]) * 1e3))


def learn(lags: dict[str, dict[str, float]], runners: Iterable[str]) -> ContactLag:
    """Mean over runners."""
    chosen = [lags[runner] for runner in runners]
    return ContactLag(**{mark: round(fmean(one[mark] for one in chosen), 1) for mark in MARKS})


def contact_lags(placement: Placement, found: list[Recording]) -> ContactLag:
    """Learn and print what one placement teaches of contacts."""
    runners = sorted({one.runner for one in found})
    lags = {
        runner: {
            mark: fmean(bias_ms(one, only(mark)) for one in found if one.runner == runner) for mark in MARKS
        }
        for runner in runners
    }
    learnt, in_force = learn(lags, runners), SignalParams().lag(placement)
    for mark in MARKS:
        each = ", ".join(f"{runner} {lags[runner][mark]:.1f}" for runner in runners)
        learnt_ms, now_ms = getattr(learnt, mark), getattr(in_force, mark)
        print(f"{placement} contact {mark}: learnt {learnt_ms:.1f}, in force {now_ms:.1f} ({each})")
    for runner in runners:
        others = [other for other in runners if other != runner]
        mine = [one for one in found if one.runner == runner]
        now = fmean(bias_ms(one, in_force) for one in mine)
        if not others:
            print(f"{placement} contact {runner}: bias {now:.1f} ms in force; no other runner to learn from")
            continue
        left = fmean(bias_ms(one, learn(lags, others)) for one in mine)
        print(
            f"{placement} contact {runner}: bias {now:.1f} ms in force, {left:.1f} ms with the others' lags"
        )
    if all(
        settled(getattr(in_force, mark), [one[mark] for one in lags.values()]) or len(lags) == 1
        for mark in MARKS
    ):
        return in_force
    return learnt


def toe_off_lag(placement: Placement, activity: Activity, has_gyro: bool, found: list[Recording]) -> float:
    """Learn and print what a toe-off rule lags; the lag in force where nobody teaches it."""
    in_force = SignalParams().toe_off(placement, activity, has_gyro).lag_ms
    name = f"{placement} {activity} {'acc+gyr' if has_gyro else 'acc'} toe-off"
    errors: dict[str, list[float]] = {}
    mine = [one for one in found if one.placement is placement and one.activity == activity]
    own = [one for one in mine if one.sensor == ("acc+gyr" if has_gyro else "acc")]
    for one in own or ([] if has_gyro else mine):
        bare = replace(one, samples=one.samples.drop(columns=list(GYR_COLUMNS), errors="ignore"))
        bare = one if has_gyro else bare
        error_ms = pairs(bare, bare.steps())["to_error_ms"].dropna()
        if len(error_ms):
            errors.setdefault(one.runner, []).append(float(error_ms.median()))
    left = {runner: fmean(each) for runner, each in errors.items()}
    if not left:
        print(f"{name}: nobody to learn from, in force {in_force:.1f}")
        return in_force
    learnt = round(in_force + fmean(left.values()), 1)
    each = ", ".join(f"{runner} {bias:+.1f}" for runner, bias in left.items())
    print(f"{name}: learnt {learnt:.1f}, in force {in_force:.1f} (bias in force: {each})")
    for runner, bias in left.items():
        others = [other for who, other in left.items() if who != runner]
        if others:
            without = bias - fmean(others)
            print(f"{name} {runner}: bias {bias:.1f} ms in force, {without:.1f} ms with the others' lag")
    return in_force if settled(in_force, [in_force + bias for bias in left.values()]) else learnt


def settled(in_force: float, runners: list[float]) -> bool:
    """Tell whether a lag in force lies within one standard error of the mean of the runners' lags."""
    return len(runners) > 1 and abs(in_force - fmean(runners)) <= stdev(runners) / len(runners) ** 0.5


def text_of(contacts: dict[str, ContactLag], toe_offs: dict[tuple[str, str, bool], float]) -> str:
    """Return the module that holds the lags."""
    lines = ["CONTACT_LAGS_MS: dict[str, tuple[float, float, float]] = {"]
    for place, lag in contacts.items():
        lines.append(f'    "{place}": ({lag.half_ms}, {lag.most_ms}, {lag.centroid_ms}),')
    lines += ["}", '"""Rise through 50 % and 70 % of the peak of the jerk energy, and its centroid."""', ""]
    lines.append("TOE_OFF_LAGS_MS: dict[tuple[str, str, bool], float] = {")
    for (place, activity, has_gyro), lag_ms in toe_offs.items():
        lines.append(f'    ("{place}", "{activity}", {has_gyro}): {lag_ms},')
    lines += ["}", '"""By placement, activity and whether there is a gyroscope."""', ""]
    return HEAD + "\n".join(lines)


def main() -> None:
    """Learn from all recordings that have true contacts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    found = [one for one in recordings(told.folder) if len(one.truth)]
    running = [one for one in found if one.activity == "run"]
    contacts = {
        place.value: contact_lags(place, [one for one in running if one.placement is place])
        for place in PLACES
    }
    toe_offs = {
        (place.value, activity.value, has_gyro): toe_off_lag(place, activity, has_gyro, found)
        for place, activity, has_gyro in product(PLACES, (Activity.RUN, Activity.WALK), (False, True))
    }
    if told.write:
        OUT.write_text(text_of(contacts, toe_offs), "utf-8")


if __name__ == "__main__":
    main()

"""Learn the constant lags of the three contact marks per placement from labelled recordings of running.

``python scripts/learn_lags.py FOLDER`` prints, for each mark, the lag learnt (the mean of the runners'
medians, so that a runner with many steps weighs no more than one with few), the lag in force, and for
each runner the bias of the whole rule with the lags learnt on the *other* runners. Nothing is tuned per
recording.
"""

from __future__ import annotations

import argparse
from statistics import fmean, median
from typing import TYPE_CHECKING

from imu.batch.recordings import Recording, recordings
from imu.batch.scoring import match
from imu.config import ChainConfig
from imu.model import Placement
from imu.signal import ContactLag, SignalParams

if TYPE_CHECKING:
    from collections.abc import Iterable

MARKS = ("half_ms", "most_ms", "centroid_ms")
FAR_MS = 1e6
"""Two marks this far to either side leave the third as the median."""


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
    return ContactLag(**{mark: fmean(one[mark] for one in chosen) for mark in MARKS})


def report(placement: Placement, found: list[Recording]) -> None:
    """Print what one placement teaches."""
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
        print(f"{placement} {mark}: learnt {learnt_ms:.1f}, in force {now_ms:.1f} ({each})")
    for runner in runners:
        others = [other for other in runners if other != runner]
        if not others:
            print(f"{placement} {runner}: no other runner to learn from")
            continue
        lag = learn(lags, others)
        left = fmean(bias_ms(one, lag) for one in found if one.runner == runner)
        now = fmean(bias_ms(one, in_force) for one in found if one.runner == runner)
        print(f"{placement} {runner}: bias {now:.1f} ms in force, {left:.1f} ms with the lags of the others")


def main() -> None:
    """Learn from all recordings of running that have true contacts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    labelled = [
        one for one in recordings(parser.parse_args().folder) if len(one.truth) and one.activity == "run"
    ]
    for placement in (place for place in Placement if place.on_leg):
        report(placement, [one for one in labelled if one.placement is placement])


if __name__ == "__main__":
    main()

"""Parameters of the numbers over many steps, in one place."""

from __future__ import annotations

import msgspec

__all__ = ["PhaseParams", "RunnerParams"]


class RunnerParams(msgspec.Struct, frozen=True):
    """Parameters of :class:`imu.metrics.RunnerTracker`.

    Attributes
    ----------
    cadence_steps : int
        Latest accepted running steps of each foot whose median stride time gives the cadence.
    forget_s : float
        Without an accepted running step for this long there is no cadence.
    asymmetry_steps : int
        Asymmetry is unknown with fewer accepted running steps of each foot.
    asymmetry_window : int
        Latest accepted running steps of each foot that asymmetry is taken over.
    clipped_share : float
        With more clipped steps than this among them, asymmetry of impact is unknown.
    """

    cadence_steps: int = 8
    forget_s: float = 5.0
    asymmetry_steps: int = 50
    asymmetry_window: int = 50
    clipped_share: float = 0.02


class PhaseParams(msgspec.Struct, frozen=True):
    """Parameters of :class:`imu.metrics.PhaseTracker`.

    Attributes
    ----------
    votes, agreeing : int
        Walking or running begins when so many of the latest steps agree.
    still_s : float
        Without a step for this long the runner stands.
    blind_s : float
        While samples are missing for longer than this, a pause between steps says nothing.
    pause_s : float
        Standing for no longer than this does not end a warm-up or a cool-down.
    least_easy_s : float
        Shortest warm-up and cool-down: walking and easy running together.
    longest_easy_s : float
        More easy running than this is a run of its own, neither warm-up nor cool-down.
    least_bout_s : float
        A shorter bout of running neither ends a warm-up nor interrupts a cool-down.
    least_run_s : float
        Running for less than this is no run that could be warmed up for or cooled down from.
    epoch_s : float
        The pace of running is judged over stretches of this length.
    epoch_steps : int
        Least accepted running steps of such a stretch.
    clipped_share : float
        With more clipped steps than this the impact of a stretch is not used.
    easier : float
        Running is easy when, by contact time and by impact alike, it is slower than the main part by this
        much in log speed.
    easier_alone : float
        The same where only one of the two is known.
    contact_exponent, impact_exponent : float
        Contact time and impact go with these powers of speed.
    """

    votes: int = 8
    agreeing: int = 6
    still_s: float = 8.0
    blind_s: float = 2.0
    pause_s: float = 90.0
    least_easy_s: float = 180.0
    longest_easy_s: float = 1500.0
    least_bout_s: float = 20.0
    least_run_s: float = 120.0
    epoch_s: float = 20.0
    epoch_steps: int = 10
    clipped_share: float = 0.2
    easier: float = 0.10
    easier_alone: float = 0.25
    contact_exponent: float = -0.54
    impact_exponent: float = 1.0

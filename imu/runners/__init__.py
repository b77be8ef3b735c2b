"""A runner's own files: profile, baselines, programme, log and diary; and what recorded runs say of them."""

from imu.runners.history import RunnerHistory, read_history
from imu.runners.journal import Journal, Programme, journal_of
from imu.runners.profile import (
    RunnerProfile,
    Shoe,
    add_runner,
    add_shoe,
    baselines_file,
    find_runner,
    keep_baselines,
    list_runners,
    read_baselines,
    runner_file,
    set_values,
    slug_of,
)
from imu.runners.session import coached_settings

__all__ = [
    "Journal",
    "Programme",
    "RunnerHistory",
    "RunnerProfile",
    "Shoe",
    "add_runner",
    "add_shoe",
    "baselines_file",
    "coached_settings",
    "find_runner",
    "journal_of",
    "keep_baselines",
    "list_runners",
    "read_baselines",
    "read_history",
    "runner_file",
    "set_values",
    "slug_of",
]

"""A runner's own files: profile, baselines, programme, log and diary; and what recorded runs say of them."""

from imu.runners.ankle import ankle_test_of, holds_of
from imu.runners.history import RunnerHistory, SessionFacts, read_history, steps_of_session
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
from imu.runners.view import AnklePoint, PlanView, cadence_of, plan_view, set_step_rate

__all__ = [
    "AnklePoint",
    "Journal",
    "PlanView",
    "Programme",
    "RunnerHistory",
    "RunnerProfile",
    "SessionFacts",
    "Shoe",
    "add_runner",
    "add_shoe",
    "ankle_test_of",
    "baselines_file",
    "cadence_of",
    "coached_settings",
    "find_runner",
    "holds_of",
    "journal_of",
    "keep_baselines",
    "list_runners",
    "plan_view",
    "read_baselines",
    "read_history",
    "runner_file",
    "set_step_rate",
    "set_values",
    "slug_of",
    "steps_of_session",
]

"""Coaching without any file, clock or screen: cues, schedules, baselines, rules, and their words."""

from imu.coach.advice import ADVICE, SEE_PT, SOURCES, Advice, advice
from imu.coach.baselines import (
    LEAST_STEPS,
    Band,
    Baseline,
    Learnt,
    baseline_settings,
    find_baseline,
    learn_baselines,
    measure_id,
)
from imu.coach.cueing import PAUSE_COMMAND, Coach
from imu.coach.exercises import (
    ANKLE_TEST,
    EXERCISES,
    Exercise,
    LogEntry,
    WeekItem,
    exercise_named,
    week_of,
)
from imu.coach.holds import AnkleResult, Hold, HoldMeter, HoldParams, TiltReading, ankle_result
from imu.coach.load import SessionLoad, Week, monday_of, session_load, weekly
from imu.coach.pain import DiaryEntry, Sign, Verdict, Where, assess
from imu.coach.programme import (
    RUNS,
    CoachedRun,
    LegResult,
    PlannedRun,
    Progress,
    coached_run,
    params_of_run,
    progress_of,
)
from imu.coach.schedule import Stretch, stretches
from imu.coach.words import cue_text

__all__ = [
    "ADVICE",
    "ANKLE_TEST",
    "EXERCISES",
    "LEAST_STEPS",
    "PAUSE_COMMAND",
    "RUNS",
    "SEE_PT",
    "SOURCES",
    "Advice",
    "AnkleResult",
    "Band",
    "Baseline",
    "Coach",
    "CoachedRun",
    "DiaryEntry",
    "Exercise",
    "Hold",
    "HoldMeter",
    "HoldParams",
    "Learnt",
    "LegResult",
    "LogEntry",
    "PlannedRun",
    "Progress",
    "SessionLoad",
    "Sign",
    "Stretch",
    "TiltReading",
    "Verdict",
    "Week",
    "WeekItem",
    "Where",
    "advice",
    "ankle_result",
    "assess",
    "baseline_settings",
    "coached_run",
    "cue_text",
    "exercise_named",
    "find_baseline",
    "learn_baselines",
    "measure_id",
    "monday_of",
    "params_of_run",
    "progress_of",
    "session_load",
    "stretches",
    "week_of",
    "weekly",
]

"""Coaching without any file, clock or screen: cues, schedules, baselines, rules, and their words."""

from imu.coach.cueing import PAUSE_COMMAND, Coach
from imu.coach.schedule import Stretch, stretches
from imu.coach.words import cue_text

__all__ = ["PAUSE_COMMAND", "Coach", "Stretch", "cue_text", "stretches"]

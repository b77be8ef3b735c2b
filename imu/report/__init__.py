"""Reports that a runner can read: one self-contained HTML page."""

from imu.report.facts import SessionFacts, session_facts
from imu.report.page import page, session_report
from imu.report.past import earlier_sessions
from imu.report.sections import SECTIONS, MakeSection, Section, Story

__all__ = [
    "SECTIONS",
    "MakeSection",
    "Section",
    "SessionFacts",
    "Story",
    "earlier_sessions",
    "page",
    "session_facts",
    "session_report",
]

"""Reports that a runner can read: one self-contained HTML page."""

from imu.report.facts import SessionFacts, session_facts
from imu.report.page import page, session_report
from imu.report.past import earlier_sessions, facts_of, sessions_of
from imu.report.sections import SECTIONS, MakeSection, Section, Story
from imu.report.trends import trends_report
from imu.report.usual import against_earlier

__all__ = [
    "SECTIONS",
    "MakeSection",
    "Section",
    "SessionFacts",
    "Story",
    "against_earlier",
    "earlier_sessions",
    "facts_of",
    "page",
    "session_facts",
    "session_report",
    "sessions_of",
    "trends_report",
]

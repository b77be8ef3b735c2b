"""Archives: the same work over thousands of sessions, on one machine or on a cluster.

``softstrike batch`` is the command line of :func:`run_archive`.
"""

from imu.archive.executors import EXECUTORS
from imu.archive.jobs import JOBS, Result, State, Task, work
from imu.archive.places import find_sessions, local_copy
from imu.archive.run import Outcome, run_archive
from imu.archive.target import Target

__all__ = [
    "EXECUTORS",
    "JOBS",
    "Outcome",
    "Result",
    "State",
    "Target",
    "Task",
    "find_sessions",
    "local_copy",
    "run_archive",
    "work",
]

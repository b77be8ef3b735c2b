"""Sessions analyzed by several threads of a process that has analyzed none yet."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.unit.archive.conftest import write_session

if TYPE_CHECKING:
    from pathlib import Path

# In a process of its own: what is made ready on first use would be ready here long since, and the fault that
# this guards against ends the process. Threads change places often, so that they meet in every first use.
TOGETHER = """
import sys, threading
import imu
together = threading.Barrier(4)
counts = []
def analyze():
    together.wait(60)
    counts.append(len(imu.analyze(sys.argv[1]).steps))
sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=analyze) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(*counts)
"""


def test_the_first_sessions_of_a_process_may_be_analyzed_at_once(tmp_path: Path) -> None:
    session = tmp_path / "session.mcap"
    write_session(session, "Ada", seed=1)
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", TOGETHER, str(session)],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    counts = done.stdout.split()
    assert len(counts) == 4
    assert len(set(counts)) == 1
    assert int(counts[0]) > 10

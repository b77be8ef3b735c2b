"""Recompute the figures of docs/accuracy.rst and print what changed.

    python scripts/accuracy_page.py [FOLDER]

FOLDER holds the labelled recordings; by default ../shared/data beside the project. Exit code 1 means that the
page was changed.
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

from imu.batch.evaluate import evaluate
from imu.batch.page import write_page
from imu.errors import SoftstrikeError

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "accuracy.rst"


def main(folder: Path) -> int:
    """Write the page and print the difference."""
    before = PAGE.read_text("utf-8").splitlines() if PAGE.exists() else []
    try:
        changed = write_page(evaluate(folder), PAGE)
    except SoftstrikeError as error:
        print(error, file=sys.stderr)
        return 2
    after = PAGE.read_text("utf-8").splitlines()
    print("\n".join(difflib.unified_diff(before, after, "before", "after", lineterm="", n=0)))
    return int(changed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"))

"""The command ``softstrike``.

``softstrike --help`` prints a page made beforehand from the commands' docstrings (a test compares the two),
so that it starts in no time; everything else is imported when a command runs.
"""

from __future__ import annotations

import sys

__all__ = ["main"]

_HELP: tuple[list[str], ...] = ([], ["--help"], ["-h"])


def main() -> None:
    """Run the command line and leave with its exit code."""
    arguments = sys.argv[1:]
    if arguments in _HELP:
        from imu.cli.help_page import PAGE

        sys.stdout.write(PAGE)
        return
    from imu.cli.app import run

    sys.exit(run(arguments))

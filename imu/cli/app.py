"""Commands, errors as one plain sentence, and exit codes."""

from __future__ import annotations

import io
import keyword
import logging
import os
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING

from imu import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cyclopts import App

__all__ = ["NOTHING_USABLE", "OK", "PARTLY_USABLE", "WRONG_USE", "build_app", "help_page", "run", "sentence"]

OK, NOTHING_USABLE, WRONG_USE, PARTLY_USABLE = 0, 1, 2, 3

_COMMANDS = (
    "demo",
    "scan",
    "sensors",
    "settings",
    "live",
    "record",
    "replay",
    "simulate",
    "virtual-sensor",
    "analyze",
    "calibrate",
    "forceplate",
    "evaluate",
    "sessions",
    "query",
    "recover",
    "share",
    "forget",
    "runner",
    "plan",
    "diary",
    "ankle-test",
    "timer",
    "report",
    "trends",
    "import",
    "export",
    "profile",
    "doctor",
    "batch",
    "squad",
)
_MODULES = {"sessions": "library"}
"""Modules of :mod:`imu.cli` that are not called like their command."""
_ABOUT = """Live impact and landing feedback for runners from shoe and shin sensors.

Exit codes: 0 ok, 1 nothing usable, 2 wrong use, 3 partly usable.
Add --debug to see the whole trace of an error.
"""


def build_app(*, lazy: bool = True) -> App:
    """Make the command line; when lazy, the module of a command is imported when the command runs."""
    from cyclopts import App

    app = App(
        name="softstrike",
        help=_ABOUT,
        version=__version__,
        help_format="plaintext",
        suppress_keyboard_interrupt=False,
    )
    for name in _COMMANDS:
        called = name.replace("-", "_")
        called += "_" * keyword.iskeyword(called)  # the function of `import` is `import_`
        place = f"imu.cli.{_MODULES.get(name, called)}"
        app.command(f"{place}:{called}" if lazy else getattr(import_module(place), called), name=name)
    return app


def help_page() -> str:
    """Return the main help page as plain text; :mod:`imu.cli.help_page` holds a copy."""
    from rich.console import Console

    page = io.StringIO()
    build_app(lazy=False).help_print(
        [], console=Console(file=page, width=80, color_system=None, force_terminal=False)
    )
    return page.getvalue()


def run(arguments: Sequence[str]) -> int:
    """Run a command line.

    Parameters
    ----------
    arguments : sequence of str
        Words after ``softstrike``.

    Returns
    -------
    int
        Exit code.
    """
    from cyclopts import CycloptsError

    from imu.errors import SoftstrikeError, UsageError

    debug = "--debug" in arguments
    words = [word for word in arguments if word != "--debug"]
    # What the engine logs with a trace is told to the user in a sentence of its own.
    logging.basicConfig(level=logging.INFO if debug else logging.CRITICAL)
    try:
        code = build_app()(words, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except (CycloptsError, UsageError) as error:
        return _tell(error, sentence(error), WRONG_USE, debug=debug)
    except (SoftstrikeError, OSError) as error:
        if isinstance(error, BrokenPipeError) and _is_unread():
            return OK
        return _tell(error, sentence(error), NOTHING_USABLE, debug=debug)
    except KeyboardInterrupt as error:
        return _tell(error, "stopped", NOTHING_USABLE, debug=debug)
    except Exception as error:  # noqa: BLE001 - the last net: one sentence instead of a trace
        hint = "" if debug else "; run it again with --debug and report what it shows"
        text = f"unexpected {type(error).__name__}: {sentence(error)}{hint}"
        return _tell(error, text, NOTHING_USABLE, debug=debug)
    return int(code or 0)


def _is_unread() -> bool:
    """Whether whoever read the output has seen enough, as `head` does; what is left is then thrown away."""
    if sys.platform == "win32":
        return False
    import select

    poller = select.poll()
    poller.register(sys.stdout.fileno(), 0)
    if not any(event & select.POLLERR for _, event in poller.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True


def sentence(error: BaseException) -> str:
    """Say an error in one line; what the system says of a file comes without numbers and quotes."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())


def _tell(error: BaseException, text: str, code: int, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    print(f"softstrike: {text}", file=sys.stderr)
    return code

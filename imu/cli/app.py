"""Commands, errors as one plain sentence, and exit codes."""

from __future__ import annotations

import io
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING

from imu import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cyclopts import App

__all__ = ["NOTHING_USABLE", "OK", "PARTLY_USABLE", "WRONG_USE", "build_app", "help_page", "run"]

OK, NOTHING_USABLE, WRONG_USE, PARTLY_USABLE = 0, 1, 2, 3

_COMMANDS = ("demo", "live", "record", "replay", "simulate", "analyze", "profile", "doctor")
_ABOUT = """Live impact and landing feedback for runners from shoe and shin sensors.

Exit codes: 0 ok, 1 nothing usable, 2 wrong use, 3 partly usable. Add --debug to see the whole trace of
an error.
"""


def build_app(*, lazy: bool = True) -> App:
    """Make the command line; when lazy, the module of a command is imported when the command runs."""
    from cyclopts import App

    app = App(name="softstrike", help=_ABOUT, version=__version__, help_format="plaintext")
    for name in _COMMANDS:
        place = f"imu.cli.{name}"
        app.command(f"{place}:{name}" if lazy else getattr(import_module(place), name), name=name)
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
    try:
        code = build_app()(words, exit_on_error=False, print_error=False, result_action="return_value")
    except (CycloptsError, UsageError) as error:
        return _tell(error, WRONG_USE, debug=debug)
    except (SoftstrikeError, OSError) as error:
        return _tell(error, NOTHING_USABLE, debug=debug)
    except KeyboardInterrupt:
        print("softstrike: stopped", file=sys.stderr)
        return NOTHING_USABLE
    except Exception as error:  # noqa: BLE001 - the last net: one sentence instead of a trace
        hint = "" if debug else "; run it again with --debug and report what it shows"
        problem = f"unexpected {type(error).__name__}: {error}{hint}"
        return _tell(error, NOTHING_USABLE, debug=debug, text=problem)
    return int(code or 0)


def _tell(error: BaseException, code: int, *, debug: bool, text: str = "") -> int:
    if debug:
        traceback.print_exception(error)
    sentence = " ".join((text or str(error)).split())
    print(f"softstrike: {sentence}", file=sys.stderr)
    return code

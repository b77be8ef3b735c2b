"""Errors in *use*; faults in *data* are values (:class:`imu.model.Fault`).

Every error carries one plain sentence that names the file, column, key or sensor and says what to do.

::

    SoftstrikeError
    ├── UsageError (ValueError)        wrong arguments, wrong option                    exit code 2
    ├── InputError (ValueError)        a file that cannot be used                       exit code 1
    │   ├── TableError                 a CSV or table: names file and column
    │   ├── SessionFileError           a session file: names file
    │   └── ProfileError               a firmware profile: names file and key
    ├── imu.decode.SensorRefusedError  a sensor said no to a step of its handshake       exit code 1
    └── EnvironmentProblem (RuntimeError)  something of the machine is missing          exit code 1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "EnvironmentProblem",
    "InputError",
    "ProfileError",
    "SessionFileError",
    "SoftstrikeError",
    "TableError",
    "UsageError",
]


class SoftstrikeError(Exception):
    """Root of all errors raised on purpose; ``str(error)`` is one plain sentence."""


class UsageError(SoftstrikeError, ValueError):
    """An argument or option that cannot be used as given."""


class InputError(SoftstrikeError, ValueError):
    """A file that cannot be used.

    Attributes
    ----------
    path : pathlib.Path or str or None
        The file.
    """

    def __init__(self, message: str, *, path: Path | str | None = None) -> None:
        super().__init__(f"{path}: {message}" if path is not None else message)
        self.path = path


class TableError(InputError):
    """A CSV or data frame that cannot be used.

    Attributes
    ----------
    column : str or None
        The column at fault, if it is one.
    """

    def __init__(self, message: str, *, path: Path | str | None = None, column: str | None = None) -> None:
        super().__init__(message, path=path)
        self.column = column


class SessionFileError(InputError):
    """A session file that cannot be read."""


class ProfileError(InputError):
    """A firmware profile that is refused.

    Attributes
    ----------
    key : str or None
        Path of the key at fault inside the file, e.g. ``packet[0].samples.count``.
    """

    def __init__(self, message: str, *, path: Path | str | None = None, key: str | None = None) -> None:
        super().__init__(f"key `{key}`: {message}" if key else message, path=path)
        self.key = key


class EnvironmentProblem(SoftstrikeError, RuntimeError):  # noqa: N818 - a state of the machine, not a bug
    """Something of the machine is missing; the message says what to install or switch on."""

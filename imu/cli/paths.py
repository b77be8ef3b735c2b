"""Where the recordings that ship with the product are: beside the code, or inside an installed wheel."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from imu.errors import EnvironmentProblem

__all__ = ["shipped_recording"]


def shipped_recording(name: str) -> Path:
    """Return the path of a recording of the ``data`` folder.

    Raises
    ------
    EnvironmentProblem
        When the installation does not carry it.
    """
    package = Path(str(resources.files("imu")))
    for folder in (package / "_data", package.parent / "data"):
        if (folder / name).is_file():
            return folder / name
    raise EnvironmentProblem(f"{name}: this installation lacks its recordings; install softstrike again")

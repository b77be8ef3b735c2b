"""Firmware profiles that come with softstrike: data, no code."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["profile_files", "service_files"]


def profile_files() -> list[Traversable]:
    """All profiles in this folder, sorted by file name.

    Returns
    -------
    list of Traversable
        The TOML files, readable also from an installed wheel.
    """
    return _toml_files(files(__name__))


def service_files() -> list[Traversable]:
    """All standard services in the folder ``services``, sorted by file name; as :func:`profile_files`."""
    return _toml_files(files(__name__) / "services")


def _toml_files(folder: Traversable) -> list[Traversable]:
    found = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    return sorted(found, key=lambda file: file.name)

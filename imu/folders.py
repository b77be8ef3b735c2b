"""Where a user's own files live: one folder for settings, one for data, one for what can be made again.

Each can be moved by an environment variable, so that a test or a second user never touches the files of the
first.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

__all__ = [
    "cache_folder",
    "config_folder",
    "data_folder",
    "runners_folder",
    "sensors_file",
    "sessions_folder",
]

_APP = "softstrike"


def config_folder() -> Path:
    """Folder of the settings: ``SOFTSTRIKE_CONFIG_DIR``, else the system's place. It need not exist yet."""
    return _place("SOFTSTRIKE_CONFIG_DIR", platformdirs.user_config_path(_APP, appauthor=False))


def data_folder() -> Path:
    """Folder of the sessions and diaries: ``SOFTSTRIKE_DATA_DIR``, else the system's place."""
    return _place("SOFTSTRIKE_DATA_DIR", platformdirs.user_data_path(_APP, appauthor=False))


def cache_folder() -> Path:
    """Folder of indexes and overviews: ``SOFTSTRIKE_CACHE_DIR``, else the system's place; may be deleted."""
    return _place("SOFTSTRIKE_CACHE_DIR", platformdirs.user_cache_path(_APP, appauthor=False))


def sensors_file() -> Path:
    """File that says which sensor belongs to whom and where it is worn."""
    return config_folder() / "sensors.toml"


def runners_folder() -> Path:
    """Folder with one TOML file per runner."""
    return config_folder() / "runners"


def sessions_folder() -> Path:
    """Folder into which sessions are recorded unless another is named."""
    return data_folder() / "sessions"


def _place(variable: str, usual: Path) -> Path:
    named = os.environ.get(variable)
    return Path(named) if named else usual

"""Sphinx configuration."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import tomllib
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]
import imu

# Signatures name array types that the library itself imports for type checkers only, to start quickly.
for found in pkgutil.walk_packages(imu.__path__, "imu."):
    if not found.name.startswith("imu.cli"):
        loaded = importlib.import_module(found.name)
        for alias in ("FloatArray", "IntArray", "BoolArray", "Bytes"):
            vars(loaded).setdefault(alias, np.ndarray)
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

project = "softstrike"
author = "the softstrike founders"
copyright = "the softstrike founders, Apache-2.0"
version = release = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "parameters",
    "sphinx_gallery.gen_gallery",
]
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "capture_repr": ("_repr_html_", "__repr__"),
    "ignore_repr_types": r"matplotlib.*",
}
exclude_patterns = ["_build", "decisions/0000-template.rst"]
templates_path = ["_templates"]

autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# Names of other projects are not looked up: the build needs no network. Our own must resolve.
nitpick_ignore_regex = [
    (r"py:.*", r"(?!(imu|dashboards|firmware_profiles)\.).*"),
    # Constants exported from another module, and modules that are not public, have no entry of their own.
    (r"py:(data|mod)", r".*"),
    (r"py:class", r"imu\.profiles\.schema\..*"),  # told in words on the page of firmware profiles
]

html_theme = "pydata_sphinx_theme"
html_title = f"softstrike {version}"
html_static_path = ["_static"]
html_show_sourcelink = False
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}

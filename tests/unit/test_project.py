"""The project itself: what may not be written, what must be exported, and what an install rests on."""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("imu", "dashboards", "firmware_profiles")
SHIPPED = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
WRITTEN = [
    *SHIPPED,
    *sorted(p for folder in ("tests", "scripts", "docs", "examples") for p in (ROOT / folder).rglob("*.py")),
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

BANNED_CALLS = {"eval", "exec", "os.system"}
BANNED_METHODS = {"query"}  # DataFrame.query evaluates text
BANNED_MODULES = ("pickle", "cPickle", "dill", "marshal", "shelve", "yaml", "pyqtgraph.configfile")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_false(keyword: ast.keyword) -> bool:
    return isinstance(keyword.value, ast.Constant) and keyword.value.value is False


def banned(source: str) -> list[str]:
    """Name everything in a source text that could run what a file or a user wrote."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            names = []
        found += [n for n in names for module in BANNED_MODULES if n == module or n.startswith(f"{module}.")]
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        found += [called] if called in BANNED_CALLS or called.rpartition(".")[2] in BANNED_METHODS else []
        found += ["shell=True" for word in node.keywords if word.arg == "shell" and not is_false(word)]
    return found


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "exec(text)",
        "import pickle",
        "from pickle import loads",
        "import marshal as m",
        "import yaml",
        "from pyqtgraph import configfile",
        "import pyqtgraph.configfile",
        "subprocess.run(text, shell=True)",
        "subprocess.run(text, shell=flag)",
        "frame.query('a > 1')",
        "os.system('ls')",
    ],
)
def test_the_ban_list_sees_what_it_bans(source: str) -> None:
    assert banned(source)


def test_the_ban_list_lets_ordinary_code_pass() -> None:
    assert not banned("import json\nfrom pyqtgraph import mkPen\nrun(x, shell=False)\nmodel.eval_at(3)\n")


@pytest.mark.parametrize("path", WRITTEN, ids=relative)
def test_nothing_runs_text_as_code(path: Path) -> None:
    assert banned(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", SHIPPED, ids=relative)
def test_a_module_is_short_and_says_what_is_public(path: Path) -> None:
    source = path.read_text("utf-8")
    assert len(source.splitlines()) < 500
    body = [node for node in ast.parse(source).body if not isinstance(node, ast.Expr)]
    assigned = [ast.unparse(node.targets[0]) for node in body if isinstance(node, ast.Assign)]
    assert "__all__" in assigned or not body or path.name == "__main__.py"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_exists(package: str) -> None:
    for module in [package, *(m.name for m in pkgutil.walk_packages([str(ROOT / package)], f"{package}."))]:
        if not module.endswith("__main__"):
            loaded = importlib.import_module(module)
            assert [n for n in getattr(loaded, "__all__", ()) if not hasattr(loaded, n)] == [], module


def test_the_library_loads_neither_screen_nor_radio() -> None:
    program = (
        "import importlib, pkgutil, sys, imu\n"
        "radio = ('imu.sources.ble.link', 'imu.sources.ble.bumble_backend')\n"
        "names = [m.name for m in pkgutil.walk_packages(imu.__path__, 'imu.')]\n"
        "for name in names:\n"
        "    if not name.startswith('imu.cli') and name not in radio:\n"
        "        importlib.import_module(name)\n"
        "unwanted = ('PySide6', 'pyqtgraph', 'bleak', 'dashboards', 'matplotlib')\n"
        "print([name for name in unwanted if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("lock", LOCKS, ids=relative)
def test_a_lock_file_holds_names_versions_hashes_and_markers_only(lock: Path) -> None:
    requirement = re.compile(r"[a-z0-9][a-z0-9.-]*==[0-9][0-9A-Za-z.!+]*( ; [a-z_]+ [^\\/]+)? \\")
    checksum = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = lock.read_text("utf-8").splitlines()
    assert [x for x in lines if not requirement.fullmatch(x) and not checksum.fullmatch(x)] == []


def locked(name: str) -> set[str]:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    return set(re.findall(r"^[a-z0-9][^ ]*==[^ ]+", text, re.MULTILINE))


def test_the_development_lock_holds_the_very_versions_of_the_demo() -> None:
    assert locked("demo.txt") <= locked("dev.txt")


def test_every_dependency_is_locked() -> None:
    tables = [PROJECT["project"]["dependencies"], PROJECT["project"]["optional-dependencies"]["gui"]]
    tables += [PROJECT["dependency-groups"]["editable"]]
    wanted = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for table in tables for line in table}
    assert wanted <= {line.partition("==")[0] for line in locked("demo.txt")}


def test_one_version_everywhere() -> None:
    version = PROJECT["project"]["version"]
    assert importlib.import_module("imu").__version__ == version
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_to_files_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", (ROOT / name).read_text("utf-8"))
    assert [t for t in targets if "://" not in t and not (ROOT / t).exists()] == []


def test_scripts_can_be_run() -> None:
    for path in (ROOT / ".ci" / "run", *sorted((ROOT / "scripts").glob("*.sh"))):
        assert os.access(path, os.X_OK), path
        subprocess.run(["bash", "-n", path], check=True)

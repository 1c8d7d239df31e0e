"""The same chart and values through embedded Helm 4, Helm 3's and Helm 4's command lines."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path
from typing import Any

import yaml
from helm_python import Chart, HelmError

from tests.chart.objects import CHART
from tests.tools import helm3, helm4

__all__ = ["embedded", "helm3", "helm4", "parsed", "template"]


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

"""The frontend's ConfigMap as Helm renders it: file name to text."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml
from helm_python import Chart

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts/kubilitics"

# The one switch: False generates the chart anew into a temporary folder instead of reading the committed one.
FROM_COMMITTED_CHART = True


def frontend_config(values: dict[str, Any], scratch: Path, *, with_schema: bool = True) -> dict[str, str]:
    """The data of the ConfigMap `kubilitics-frontend` for `values`; `scratch` is a folder to work in.

    Without the schema is how `helm install --skip-schema-validation` renders.
    """
    folder = _chart(scratch, with_schema=with_schema)
    with Chart.load(str(folder)) as chart:
        rendered = chart.render(values, name="kubilitics", namespace="tools")
    for name, text in rendered.items():
        if not name.endswith(".yaml"):
            continue
        for document in yaml.load_all(text, Loader=yaml.CSafeLoader):
            if document and document["kind"] == "ConfigMap" and document["metadata"]["name"] == "kubilitics-frontend":
                return dict(document["data"])
    raise AssertionError("no ConfigMap kubilitics-frontend in the rendered chart")


def _chart(scratch: Path, *, with_schema: bool) -> Path:
    if FROM_COMMITTED_CHART and with_schema:
        return CHART
    folder = scratch / ("with-schema" if with_schema else "without-schema")
    if not folder.exists():
        if FROM_COMMITTED_CHART:
            shutil.copytree(CHART, folder)
        else:
            _generate(folder)
        if not with_schema:
            (folder / "values.schema.json").unlink()
    return folder


def _generate(folder: Path) -> None:
    from kubilitics_chartgen.targets.chart.build import CHART_DIR, build

    for name, text in build({}).items():
        if name.startswith(f"{CHART_DIR}/"):
            path = folder / Path(name).relative_to(CHART_DIR)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

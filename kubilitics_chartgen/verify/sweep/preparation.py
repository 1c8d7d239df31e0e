"""What a worker does before it knows what varies: load the chart, compile schemas. Reads the chart, renders nothing."""

from __future__ import annotations

import re
from pathlib import Path

from kubilitics_chartgen.kube.many_versions import compile_for
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.sweep.renderer import Renderer

__all__ = ["prepared"]

_KIND = re.compile(r"^apiVersion: ([a-z0-9./]+)\nkind: ([A-Za-z]+)$", re.MULTILINE)


def prepared(chart: Path) -> Renderer:
    """The chart, ready to render. Raises ChartgenError for what is no chart."""
    renderer = Renderer(chart)
    if renderer.batch.batchable:
        # As most charts allow.
        renderer.batch.remembers = True
        renderer.batch.prepare()
    for name in renderer.entries:
        for api_version, kind in _KIND.findall(renderer.batch.source(name)):
            compile_for(api_version, kind, tuple(supported()))
    return renderer

"""The one seam to Helm: engines that render charts, and values files read by Helm's own rules.

`render_chart` does all that the `render` command does. A sweep loads a chart once (`EmbeddedEngine().load`), compiles
its `Judge` once, and calls `chart.render` and `documents` for each set of values. Importing this package is cheap:
what it names is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kubilitics_chartgen.helm.command import CommandEngine, find_helm
    from kubilitics_chartgen.helm.embedded import EmbeddedChart, EmbeddedEngine
    from kubilitics_chartgen.helm.engine import Engine, LoadedChart, RefusedError, Release, RenderError
    from kubilitics_chartgen.helm.judge import Judge
    from kubilitics_chartgen.helm.manifests import HELM_3, HELM_4, Dialect, Document, documents, documents_text, notes
    from kubilitics_chartgen.helm.paths import ValuesPath, path_text
    from kubilitics_chartgen.helm.rendering import Rendered, RenderRequest, render_chart, select, values_seen
    from kubilitics_chartgen.helm.reuse import Before, Keep, UpgradeValues, upgrade_values
    from kubilitics_chartgen.helm.settings import read_chart_settings
    from kubilitics_chartgen.helm.values_file import Place, Values, parse_values, read_values, read_values_file

__all__ = [
    "HELM_3",
    "HELM_4",
    "Before",
    "CommandEngine",
    "Dialect",
    "Document",
    "EmbeddedChart",
    "EmbeddedEngine",
    "Engine",
    "Judge",
    "Keep",
    "LoadedChart",
    "Place",
    "RefusedError",
    "Release",
    "RenderError",
    "RenderRequest",
    "Rendered",
    "UpgradeValues",
    "Values",
    "ValuesPath",
    "documents",
    "documents_text",
    "find_helm",
    "notes",
    "parse_values",
    "path_text",
    "read_chart_settings",
    "read_values",
    "read_values_file",
    "render_chart",
    "select",
    "upgrade_values",
    "values_seen",
]

_HOMES = {
    "command": ("CommandEngine", "find_helm"),
    "embedded": ("EmbeddedChart", "EmbeddedEngine"),
    "engine": ("Engine", "LoadedChart", "RefusedError", "Release", "RenderError"),
    "judge": ("Judge",),
    "manifests": ("HELM_3", "HELM_4", "Dialect", "Document", "documents", "documents_text", "notes"),
    "paths": ("ValuesPath", "path_text"),
    "rendering": ("RenderRequest", "Rendered", "render_chart", "select", "values_seen"),
    "reuse": ("Before", "Keep", "UpgradeValues", "upgrade_values"),
    "settings": ("read_chart_settings",),
    "values_file": ("Place", "Values", "parse_values", "read_values", "read_values_file"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)

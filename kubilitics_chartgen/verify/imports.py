"""What `import-values` in Chart.yaml means: who reads an imported value reads it in the chart inside. Pure.

`import-values: [data]` brings what stands under `exports.data` of the chart inside to the top of the values around it,
`{child: a.b, parent: c}` brings `a.b` to `c`. Those of charts further inside are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kubilitics_chartgen.verify.analysis.compared import Compared
from kubilitics_chartgen.verify.analysis.values import ANY, Path
from kubilitics_chartgen.verify.dependencies import Dependencies, TemplateDependencies
from kubilitics_chartgen.verify.subcharts import Dependency

__all__ = ["with_imports"]


def with_imports(found: Dependencies, charts: Sequence[Dependency]) -> Dependencies:
    """The same, with the values inside from which imported ones come."""
    pairs = [pair for chart in charts for pair in _pairs(chart)]
    if not pairs:
        return found
    templates = {name: _reading(one, pairs) for name, one in found.templates.items()}
    compared: dict[Path, Sequence[Compared]] = dict(found.compared)
    for path, constants in found.compared.items():
        for source in _sources(path, pairs):
            compared[source] = tuple(dict.fromkeys((*compared.get(source, ()), *constants)))
    return replace(found, templates=templates, compared=compared)


def _pairs(chart: Dependency) -> Iterator[tuple[Path, Path]]:
    """Where values arrive, and where they come from."""
    for entry in chart.import_values:
        if isinstance(entry, dict):
            yield _path(entry.get("parent")), (chart.key, *_path(entry.get("child")))
        else:
            yield (), (chart.key, "exports", *_path(entry))


def _path(text: object) -> Path:
    return tuple(part for part in str(text or "").split(".") if part)


def _reading(one: TemplateDependencies, pairs: Sequence[tuple[Path, Path]]) -> TemplateDependencies:
    more = [replace(read, path=source) for read in one.reads for source in _sources(read.path, pairs)]
    controls = {source for path in one.controls for source in _sources(path, pairs)}
    return replace(one, reads=(*one.reads, *more), controls=one.controls | controls)


def _sources(path: Path, pairs: Sequence[tuple[Path, Path]]) -> Iterator[Path]:
    """The values inside that a read of `path` may see."""
    for arrival, source in pairs:
        shorter = min(len(path), len(arrival))
        if all(ours in (ANY, theirs) for ours, theirs in zip(path[:shorter], arrival[:shorter], strict=True)):
            yield source + path[len(arrival) :]

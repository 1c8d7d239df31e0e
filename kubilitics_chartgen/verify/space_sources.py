"""What a chart's templates, its Chart.yaml and examples tell of its values, for the space to be built from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.verify.analysis.compared import Beside, Compared, Fits, Key, Kind
from kubilitics_chartgen.verify.analysis.contexts import RELEASES
from kubilitics_chartgen.verify.analysis.reads import Use
from kubilitics_chartgen.verify.analysis.values import ANY
from kubilitics_chartgen.verify.chart_files import ChartFiles
from kubilitics_chartgen.verify.dependencies import Dependencies, TemplateDependencies
from kubilitics_chartgen.verify.space.compared import beside
from kubilitics_chartgen.verify.space.factors import MISSING, Path, value_at, with_value
from kubilitics_chartgen.verify.space.sources import Sources
from kubilitics_chartgen.verify.space.unnamed import Asked, asked_of_elements, is_unnamed, unnamed_values, without_ways

__all__ = ["told_sources"]

MAX_KEYS = 32
"""Keys of a map of which it is tried what templates ask of any."""


def told_sources(
    chart: ChartFiles,
    dependencies: Dependencies,
    defaults: Mapping[str, Any],
    examples: Sequence[Mapping[str, Any]],
    release: Release,
) -> Sources:
    """What is known without the schema. What is asked of any key of a map is asked of those that it has by default."""
    others = {inner.prefix[0] for inner in chart.subcharts}
    templates = dependencies.templates.values()
    compared: dict[Path, list[Compared]] = {}
    for path, constants in dependencies.compared.items():
        for each in _spelled_out(path, defaults):
            # What asks for the kind of any value, or holds it against a pattern, often goes through all values.
            told = (constant for constant in constants if each == path or not isinstance(constant, (Kind, Fits)))
            compared.setdefault(each, []).extend(told)
    inside = {
        each: asked for path, asked in asked_of_elements(templates).items() for each in _spelled_out(path, defaults)
    }
    unnamed = unnamed_values(templates, defaults, others=others) | _unnamed_inside(inside, defaults)
    without: dict[str, Any] = {}
    for path in (path for each in chart.dependencies for path in each.switches):
        if value_at(defaults, path) is MISSING:
            # Chart.yaml names it, and without a value the chart inside is there.
            unnamed.setdefault(path, MISSING)
            with_value(without, path, False)
    for path, constants in compared.items():
        there = value_at(defaults, path)
        if isinstance(there, Mapping) and there:
            keys = [constant.text for constant in constants if isinstance(constant, Key)]
            unnamed.update({(*path, key): "example" for key in keys if key not in there})
    seen = dict(defaults)
    with_value(seen, RELEASES["Name"], release.name)
    with_value(seen, RELEASES["Namespace"], release.namespace)
    return Sources(
        defaults,
        compared={
            path: [constant for constant in constants if not isinstance(constant, Beside)]
            for path, constants in compared.items()
        },
        beside=beside(compared, seen),
        examples=[*examples, without],
        unnamed=unnamed,
        tested=frozenset(each for path in _tested(templates) for each in _spelled_out(path, defaults)),
        inside=inside,
    )


def _unnamed_inside(inside: Mapping[Path, Asked], defaults: Mapping[str, Any]) -> dict[Path, Any]:
    """What is asked of the elements of maps and not named there, with a guess of what it may be."""
    named_by_key = ((path, asked) for path, asked in inside.items() if path and ANY not in path)
    return without_ways({path: asked.guess for path, asked in named_by_key if is_unnamed(path, defaults)})


def _tested(templates: Iterable[TemplateDependencies]) -> set[Path]:
    """Where templates ask whether something is set."""
    return {
        read.path
        for one in templates
        for read in one.reads
        if read.use is Use.TEST and read.guarded and read.path in one.controls
    }


def _spelled_out(path: Path, defaults: Mapping[str, Any]) -> list[Path]:
    """A path as it is, and with the keys that stand in maps by default in the place of `*`."""
    return list(dict.fromkeys([path, *islice(_spelled(path, defaults), MAX_KEYS)]))


def _spelled(path: Path, defaults: Mapping[str, Any]) -> Iterator[Path]:
    number = path.index(ANY) if ANY in path else len(path)
    there = value_at(defaults, path[:number])
    if number == len(path) or not isinstance(there, Mapping):
        yield path
        return
    for key in there:
        yield from _spelled((*path[:number], str(key), *path[number + 1 :]), defaults)

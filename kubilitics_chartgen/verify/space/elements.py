"""Levels of lists, and of maps with keys of the user's own, by what templates ask of each element in them. Pure.

An element is a space of its own: its fields are factors, and an array of all pairs of their levels gives the elements
that a list is tried with, one at a time; then two that differ in what names them. A field that no template asks for by
its name stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from kubilitics_chartgen.verify.analysis.compared import Key
from kubilitics_chartgen.verify.analysis.values import ANY
from kubilitics_chartgen.verify.space.compared import beside_levels, compared_levels
from kubilitics_chartgen.verify.space.covering import Covering
from kubilitics_chartgen.verify.space.examples import example, kubernetes_example, renamed
from kubilitics_chartgen.verify.space.factors import ABSENT, DOUBTFUL, MISSING, Factor, Level, Path, with_value
from kubilitics_chartgen.verify.space.schema_nodes import SchemaNodes
from kubilitics_chartgen.verify.space.settings import FactorSettings
from kubilitics_chartgen.verify.space.sources import Blames, Sources
from kubilitics_chartgen.verify.space.unnamed import Asked, is_unnamed, usual_value, without_ways

__all__ = ["FactorsOf", "element_levels"]

FactorsOf = Callable[[Sources, SchemaNodes, Blames], Sequence[Factor]]
"""Finds the factors of values of which the nodes speak."""

MAX_ELEMENTS = 12
"""Elements that one list is tried with."""
MAX_COMBINED = 8
"""Elements up to which all are tried that there can be."""
_KEY = "example"
_ORIGINS = ("unset", "made up", "perhaps", "usual", "template", "author")
"""What makes one level of an element mark the whole element, the most telling first."""


@dataclass(frozen=True)
class _Container:
    """A list, or a map, with one element."""

    element: Any
    key: str | None = None
    """Of a map."""
    origin: str = "default"
    """Where the element comes from, as of a level."""

    def holding(self, element: Any) -> Any:
        """The same with another element in its place."""
        return [element] if self.key is None else {self.key: element}


def element_levels(
    sources: Sources, path: Path, nodes: SchemaNodes, known: Sequence[Any], factors_of: FactorsOf, blames: Blames
) -> Iterator[Level]:
    """Levels for a list or map at `path`; `known` are its default and what the chart's author shows."""
    asked = _below(sources.inside, (*path, ANY))

    def refused(value: Any) -> bool:
        return sources.refused(path, value, blames)

    keys = _keys(sources, path)
    container = _container(path, nodes, known, asked, refused) if asked or keys else None
    if container is None:
        return
    if container.key is not None:
        origin = "template" if nodes.nodes else "made up"
        yield from (Level({key: container.element}, _worst([container.origin, origin])) for key in keys)
    said = nodes.items if container.key is None else nodes.below(container.key)
    if not isinstance(container.element, Mapping):
        levels = [
            Level(container.element, container.origin),
            *compared_levels(said, container.element, sources.compared.get((*path, ANY), ())),
            *beside_levels(said, container.element, sources.beside.get((*path, ANY), ())),
        ]
        for level in levels:
            yield Level(container.holding(level.value), _worst([container.origin, level.origin]))
        yield from _two(container, refused, sure=bool(said.nodes))
        return
    element = _element_sources(sources, path, container.element, known, asked)
    factors = [
        _removable(factor, said, asked)
        for factor in factors_of(element, said, lambda _path, values: refused(container.holding(values)))
        if any(_overlap(factor.path, each) for each in asked if each)
    ]
    known_whole = kubernetes_example(path[-1]) is not MISSING
    if known_whole:
        # What an API server takes there, but for what templates compare.
        factors = [_as_compared(factor) for factor in factors]
    yield from islice(_rows(container, factors, refused), MAX_ELEMENTS)
    if not known_whole:
        yield from _two(container, refused, sure=True)
        switched = _switched(container, factors)
        yield from _two(switched, refused, sure=True) if switched != container else ()


def _as_compared(factor: Factor) -> Factor:
    first, *others = factor.levels
    return replace(factor, levels=(first, *(level for level in others if level.origin == "template")))


def _container(
    path: Path,
    nodes: SchemaNodes,
    known: Sequence[Any],
    asked: Mapping[Path, Asked],
    refused: Callable[[Any], bool],
) -> _Container | None:
    """An element to start from: what stands there, what its name means, what a schema describes, or what is asked."""
    shown = [(value, "default") for value in known]
    shown += [(usual_value(path), "schema" if nodes.nodes else "usual"), (example(nodes), "schema")]
    for value, origin in shown:
        if not isinstance(value, (dict, list)) or not value or refused(value):
            continue
        if isinstance(value, list):
            return _Container(value[0], None, origin)
        key, element = next(iter(value.items()))
        return _Container(element, str(key), origin)
    if nodes.nodes or not all(value in (MISSING, ABSENT, None, [], {}) for value in known):
        return None
    return _Container(_made_up(asked), _KEY if {} in known else None, "made up")


def _made_up(asked: Mapping[Path, Asked]) -> Any:
    """An element that has what templates take without asking."""
    element: dict[str, Any] = {}
    for path, each in asked.items():
        if path and ANY not in path and each.needed:
            value = usual_value(path)
            with_value(element, path, value if isinstance(value, (str, int)) else _KEY)
    return element if any(asked) else _KEY


def _keys(sources: Sources, path: Path) -> list[str]:
    """Keys that templates ask a map for."""
    asked = [each[-1] for each in sources.unnamed if each[:-1] == path]
    compared = [each.text for each in sources.compared.get(path, ()) if isinstance(each, Key)]
    return list(dict.fromkeys([*asked, *compared]))


def _element_sources(
    sources: Sources, path: Path, element: Mapping[str, Any], known: Sequence[Any], asked: Mapping[Path, Asked]
) -> Sources:
    """What is known of the fields of an element."""
    inside = {name: each for name, each in asked.items() if name}
    plain = {name: each.guess for name, each in inside.items() if ANY not in name and is_unnamed(name, element)}
    others = [each for value in known if isinstance(value, list) for each in value]
    others += [each for value in known if isinstance(value, dict) for each in value.values()]
    return replace(
        sources,
        defaults=element,
        compared=_below(sources.compared, (*path, ANY)),
        beside=_below(sources.beside, (*path, ANY)),
        examples=[each for each in others if isinstance(each, Mapping)],
        settings=FactorSettings(),
        unnamed=without_ways(plain),
        tested=frozenset(_below(dict.fromkeys(sources.tested), (*path, ANY))),
        inside=inside,
    )


def _below(found: Mapping[Path, Any], path: Path) -> dict[Path, Any]:
    """What is known of `path` and of what lies below it, by the way from there."""
    length = len(path)
    return {each[length:]: value for each, value in found.items() if each[:length] == path}


def _overlap(path: Path, asked: Path) -> bool:
    shorter = min(len(path), len(asked))
    return path[:shorter] == asked[:shorter]


def _removable(factor: Factor, said: SchemaNodes, asked: Mapping[Path, Asked]) -> Factor:
    """In an element nothing stands in for a field that is not there: it may be left out, unless it is required."""
    above = said
    for segment in factor.path[:-1]:
        above = above.below(segment)
    if factor.levels[0].value is ABSENT or factor.path[-1] in above.required:
        return factor
    if not above.nodes and not (factor.path in asked and not asked[factor.path].needed):
        return factor
    return replace(factor, levels=(*factor.levels, Level(ABSENT, "schema" if above.nodes else "unset")))


def _rows(container: _Container, factors: Sequence[Factor], refused: Callable[[Any], bool]) -> Iterator[Level]:
    """Elements in which all pairs of levels occur; where there can be few, all of them.

    What nothing says to be valid comes one at a time, by itself and then in each of the others; unless the whole
    element is made up.
    """
    doubtful = () if container.origin in DOUBTFUL else DOUBTFUL
    sure = [[number for number, each in enumerate(one.levels) if each.origin not in doubtful] for one in factors]
    rows: dict[tuple[int, ...], None] = {(0,) * len(factors): None}
    yield Level(container.holding(container.element), container.origin)
    sizes = [len(levels) for levels in sure]
    varied = sum(size > 1 for size in sizes)
    covering = Covering(sizes, strength=max(2, varied) if math.prod(sizes) <= MAX_COMBINED else 2)
    covering.accept([0] * len(factors))
    while factors and (wanted := covering.next_missing()) is not None:
        row = covering.row({}, wanted)
        chosen = tuple(levels[place] for levels, place in zip(sure, row, strict=True))
        level = _row(container, factors, chosen)
        if not refused(level.value):
            covering.accept(row)
            rows[chosen] = None
            yield level
        covering.give_up(wanted)
    for known in list(rows):
        for place, factor in enumerate(factors):
            for number in sorted(set(range(len(factor.levels))) - set(sure[place])):
                changed = (*known[:place], number, *known[place + 1 :])
                if changed not in rows:
                    rows[changed] = None
                    yield _row(container, factors, changed)


def _two(container: _Container, refused: Callable[[Any], bool], *, sure: bool) -> Iterator[Level]:
    """Two elements, as far as it is known what names them; `sure` where nothing else need be known of the second."""
    for other in ("%sb", "b%s", "%s-b"):
        if container.key is not None:
            value: Any = {container.key: container.element, other % container.key: container.element}
        elif (second := renamed(container.element, other)) is None:
            return
        else:
            value = [container.element, second]
        if not refused(value):
            yield Level(value, _worst([container.origin, "template" if sure else "made up"]))
            return


def _switched(container: _Container, factors: Sequence[Factor]) -> _Container:
    """An element with every switch the other way: templates count those that are on."""
    element = container.element
    for factor in factors:
        if isinstance(factor.levels[0].value, bool):
            element = _with(element, factor.path, not factor.levels[0].value)
    return replace(container, element=element)


def _row(container: _Container, factors: Sequence[Factor], row: Sequence[int]) -> Level:
    element = container.element
    origins = [container.origin]
    for factor, number in zip(factors, row, strict=True):
        level = factor.levels[number]
        if number:
            origins.append(level.origin)
            element = _with(element, factor.path, level.value)
    return Level(container.holding(element), _worst(origins))


def _worst(origins: Sequence[str]) -> str:
    return next((each for each in _ORIGINS if each in origins), origins[-1])


def _with(element: Any, path: Path, value: Any) -> Any:
    """The same with another value at a path, or with none there."""
    below = dict(element) if isinstance(element, Mapping) else {}
    if len(path) > 1:
        below[path[0]] = _with(below.get(path[0]), path[1:], value)
    elif value is ABSENT:
        below.pop(path[0], None)
    else:
        below[path[0]] = value
    return below

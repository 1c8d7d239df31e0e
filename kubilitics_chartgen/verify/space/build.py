"""Finds the factors of a chart: from its schema, its defaults, what its templates compare, and its examples. Pure.

A level that the schema refuses whatever else is set is left out; one that goes with other values only is kept. Without
a schema, nothing says which values are valid: then a factor gets its default, the other boolean, emptiness, what
templates compare it with, and what Kubernetes means by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from kubilitics_chartgen.errors import InputError, Problem, did_you_mean
from kubilitics_chartgen.helm.settings import SETTINGS_FILE
from kubilitics_chartgen.verify.space.compared import beside_levels, compared_levels
from kubilitics_chartgen.verify.space.elements import element_levels
from kubilitics_chartgen.verify.space.examples import example, kubernetes_example, matches
from kubilitics_chartgen.verify.space.factors import (
    ABSENT,
    MISSING,
    Factor,
    Level,
    Path,
    Space,
    value_at,
)
from kubilitics_chartgen.verify.space.schema_nodes import SchemaNodes
from kubilitics_chartgen.verify.space.sources import Blames, Sources
from kubilitics_chartgen.verify.space.unnamed import often_meant, usual_value

__all__ = ["LIKE_A_NUMBER", "build_space", "check_patterns"]

MAX_LEVELS = 16
MAX_CHOICES = 64
"""The same, where a schema lists what may stand there."""
_WITH_UNIT = re.compile(r"([1-9][0-9]{0,8})([A-Za-z]{0,2})")
LIKE_A_NUMBER = "0123"
"""A text that YAML takes for a number where a template forgets the quotes."""
_SECTION_PROPERTIES = 40
"""An empty map with more named keys than this is one of Kubernetes' own: one example of it is enough."""


def build_space(sources: Sources, blames: Blames) -> Space:
    """The factors, ordered by path."""
    factors, removable, cut = _found(sources, SchemaNodes(sources.schema, [sources.schema]), blames)
    sections = {path[:length] for path in removable for length in range(1, len(path))}
    known = {factor.path for factor in factors}
    for path, values in sources.settings.added.items():
        if path not in known:
            levels = [Level(_default(sources, path), "default"), *(Level(value, "author") for value in values)]
            factors.append(Factor(path, tuple(_distinct(levels))))
    factors.sort(key=lambda factor: factor.path)
    taken = (path for path in {*removable, *sections} if not _fits_one(path, sources.settings.kept))
    return Space(tuple(factors), tuple(sorted(taken)), tuple(".".join(path) for path in cut))


def _found(sources: Sources, root: SchemaNodes, blames: Blames) -> tuple[list[Factor], list[Path], list[Path]]:
    """The factors, the paths that are named, and those that have more levels than are tried."""
    named = [(path, nodes) for path, nodes in _leaves(sources, root, ()) if not _is_excluded(path, sources)]
    unnamed = [(path, _nodes_at(root, path)) for path in _unnamed(sources, root) if not _is_excluded(path, sources)]
    found = [(path, *_levels(sources, path, nodes, blames)) for path, nodes in (*named, *unnamed)]
    # Of one level that is not the default every configuration must be told.
    factors = [
        Factor(path, tuple(levels), named=path not in sources.unnamed)
        for path, levels, _cut in found
        if len(levels) > 1 or levels[0].origin != "default"
    ]
    return factors, [path for path, _nodes in named], [path for path, _levels, cut in found if cut]


def _factors(sources: Sources, root: SchemaNodes, blames: Blames) -> list[Factor]:
    return _found(sources, root, blames)[0]


def check_patterns(sources: Sources) -> None:
    """Raises InputError where what the author fixes, excludes or keeps is the name of no value."""
    root = SchemaNodes(sources.schema, [sources.schema])
    leaves = [path for path, _nodes in _leaves(sources, root, ())]
    leaves += _unnamed(sources, root)
    sections = {path[:length] for path in leaves for length in range(1, len(path))}
    settings = sources.settings
    asked = (("fix", settings.fixed, leaves), ("exclude", settings.excluded, leaves))
    problems = [
        Problem("no value is called so.", f"verify.factors.{part}: {name}", SETTINGS_FILE, fix=_meant(name, leaves))
        for part, patterns, known in (*asked, ("keep", settings.kept, [*leaves, *sections]))
        for name in patterns
        if not any(_fits_one(path, [name]) for path in known)
    ]
    if problems:
        raise InputError(f"{SETTINGS_FILE} cannot be used.", problems)


def _meant(pattern: str, leaves: Sequence[Path]) -> str:
    near = did_you_mean(pattern, (".".join(path) for path in leaves))
    return f"Did you mean {near}?" if near else ""


def _is_excluded(path: Path, sources: Sources) -> bool:
    return _fits_one(path, sources.settings.excluded)


def _fits_one(path: Path, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(".".join(path), pattern) for pattern in patterns)


def _default(sources: Sources, path: Path) -> Any:
    value = value_at(sources.defaults, path)
    return ABSENT if value is MISSING else value


def _leaves(sources: Sources, nodes: SchemaNodes, path: Path) -> Iterator[tuple[Path, SchemaNodes]]:
    """Every path that is varied as a whole."""
    default = value_at(sources.defaults, path) if path else sources.defaults
    named = nodes.properties
    if isinstance(default, Mapping) and (default or 0 < len(named) <= _SECTION_PROPERTIES) and len(path) < 12:
        open_map = bool(path) and not named and (nodes.additional is not None)
        if not open_map:
            keys = dict.fromkeys([*default, *(named if not path or nodes.nodes else ())])
            for key in keys:
                yield from _leaves(sources, nodes.below(str(key)), (*path, str(key)))
            return
    if path:
        yield path, nodes


def _unnamed(sources: Sources, root: SchemaNodes) -> list[Path]:
    """What nothing names: of what a schema speaks, it says what it may be."""
    return [
        path
        for path in sources.unnamed
        if not any(_nodes_at(root, path[:length]).nodes for length in range(1, len(path) + 1))
    ]


def _nodes_at(root: SchemaNodes, path: Path) -> SchemaNodes:
    for segment in path:
        root = root.below(segment)
    return root


def _levels(sources: Sources, path: Path, nodes: SchemaNodes, blames: Blames) -> tuple[list[Level], bool]:
    """The levels at a path, and whether there would be more."""
    name = ".".join(path)
    default = Level(_default(sources, path), "default")
    fixed = next((values for pattern, values in sources.settings.fixed.items() if fnmatchcase(name, pattern)), None)
    if fixed is not None:
        return [default if value == default.value else Level(value, "author") for value in fixed] or [default], False
    shown = [default.value, *(value_at(values, path) for values in sources.examples)]
    elements = element_levels(sources, path, nodes, shown, _factors, blames)
    found = _distinct([*_suggested(sources, path, nodes, default), *elements])
    # One by one: a schema may list thousands.
    fitting = (level for level in found[1:] if _fits(sources, path, level, blames))
    most = MAX_CHOICES if nodes.choices else MAX_LEVELS
    levels = [found[0], *islice(fitting, most - 1)]
    return levels, next(fitting, None) is not None


def _suggested(sources: Sources, path: Path, nodes: SchemaNodes, default: Level) -> list[Level]:
    """Levels to try, the most telling first."""
    found: list[Level] = [default]
    found.extend(Level(value, "author") for value in sources.settings.added.get(path, ()))
    if len(nodes.choices) >= MAX_CHOICES:
        found.extend(compared_levels(nodes, default.value, sources.compared.get(path, ())))
    known = [value_at(values, path) for values in sources.examples]
    usual = kubernetes_example(path[-1])
    if usual is not MISSING and type(usual) in (list, dict) and nodes.nodes:
        # Before what the schema alone would suggest, unless the author shows one.
        known = [*known, usual]
    found.extend(_stated(nodes, default.value, [value for value in known if value is not MISSING]))
    found.extend(compared_levels(nodes, default.value, sources.compared.get(path, ())))
    found.extend(Level(value, "example") for value in known if value is not MISSING and value is not None)
    asked = path in sources.tested and not sources.compared.get(path)
    if asked and default.value and type(default.value) in (str, int):
        # A template that asks for nothing but whether it is set is written for one that is not, unless it compares it.
        found.append(Level(type(default.value)(), "template" if nodes.nodes else "unset"))
    if not nodes.nodes:
        found.extend(_guessed(path, default.value))
        if not any(level.value not in ("", default.value) for level in found):
            guess = sources.unnamed.get(path, MISSING)
            found.extend(() if guess is MISSING else [Level(guess, "made up")])
    found.extend(beside_levels(nodes, default.value, sources.beside.get(path, ())))
    return found


def _fits(sources: Sources, path: Path, level: Level, blames: Blames) -> bool:
    if sources.schema is None or level.origin == "author" or level.value is ABSENT or level.value is None:
        return True
    return not sources.refused(path, level.value, blames)


def _stated(nodes: SchemaNodes, default: Any, known: Sequence[Any]) -> Iterator[Level]:
    """What the schema says."""
    types = nodes.types
    if nodes.choices:
        yield from (Level(value) for value in nodes.choices)
        return
    if "null" in types and default is not ABSENT:
        yield Level(ABSENT)
    if "boolean" in types:
        yield from (Level(True), Level(False))
    if types & {"integer", "number"}:
        yield from _one_more(nodes, default) or _numbers(nodes, default, known)
    empty = default in (ABSENT, None, "", [], {})
    if "string" in types and not types & {"integer", "number"}:
        if matches(nodes, "") and default is not ABSENT:
            yield Level("")
        # What begins with a digit is a size or a version, of which nobody writes this one.
        if matches(nodes, LIKE_A_NUMBER) and not str(default)[:1].isdigit():
            yield Level(LIKE_A_NUMBER, "schema")
            yield from _example(nodes, known) if any(known) else ()
        else:
            yield from _example(nodes, known)
    if "array" in types:
        if default is not ABSENT:
            yield Level([])
        if empty:
            yield from _example(nodes, known)
        if len(nodes.items.choices) > 1:
            yield Level(nodes.items.choices[:MAX_LEVELS])
    if "object" in types and empty:
        yield from _example(nodes, known)


def _numbers(nodes: SchemaNodes, default: Any, known: Sequence[Any]) -> Iterator[Level]:
    """Bounds, and a number beside the default."""
    for keyword in ("minimum", "maximum"):
        yield from (Level(value) for value in nodes.every(keyword)[:1] if abs(value) < 2**31)
    if not isinstance(default, int) or isinstance(default, bool):
        yield from _example(nodes, known)
        return
    if not nodes.every("maximum"):
        # From a values file Go prints it as 1.048576e+07, unless a template asks for a whole number.
        yield Level(10 * 2**20)
    yield Level(default + 1)


def _one_more(nodes: SchemaNodes, default: Any) -> list[Level]:
    """For a number with its unit, such as 100m or 30s: the next one, which goes with what the default goes with."""
    found = _WITH_UNIT.fullmatch(default) if isinstance(default, str) else None
    more = f"{int(found[1]) + 1}{found[2]}" if found else ""
    return [Level(more)] if more and matches(nodes, more) else []


def _example(nodes: SchemaNodes, known: Sequence[Any]) -> Iterator[Level]:
    hints = [value for value in known if value not in (None, "", [], {})]
    value = hints[0] if hints else example(nodes)
    items = nodes.items
    if value == ["example"] and items.nodes and not items.choices and matches(items, LIKE_A_NUMBER):
        value = [LIKE_A_NUMBER]
    if value is not MISSING:
        yield Level(value, "example" if hints else "schema")


def _guessed(path: Path, default: Any) -> Iterator[Level]:
    """Without a schema: what is surely of the same kind, and what Kubernetes means by the name of an empty one."""
    if isinstance(default, bool):
        yield Level(not default, "default")
    elif isinstance(default, (list, dict)) and default:
        yield Level([] if isinstance(default, list) else {}, "made up")
    elif default in ([], {}) and isinstance(usual := usual_value(path), type(default)):
        # A mount needs a volume, which is another value.
        if "mount" not in path[-1].lower():
            yield Level(usual, "usual")
    elif default in ([], {}) and isinstance(often := often_meant(path[-1]), type(default)):
        yield Level(often, "perhaps")
    elif default == "":
        yield Level("example", "made up")


def _distinct(levels: Sequence[Level]) -> list[Level]:
    found: dict[str, Level] = {}
    for level in levels:
        found.setdefault(level.key, level)
    return list(found.values())

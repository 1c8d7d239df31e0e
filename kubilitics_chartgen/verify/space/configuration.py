"""Configurations: which level each factor has, and the values that stand for it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.verify.space.factors import ABSENT, MISSING, Level, Path, Space, value_at, with_value

__all__ = ["OTHER_LEVEL", "Configuration", "configuration_of", "is_doubtful", "overrides"]

OTHER_LEVEL = -1
"""Stands for a value that is none of the factor's levels; then it is among the further values."""


@dataclass(frozen=True)
class Configuration:
    """One whole configuration."""

    levels: tuple[int, ...]
    """The level of each factor of the space, 0 for the default."""
    further: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Values of a base that are no levels."""
    release: Release = field(default_factory=Release)
    removed: tuple[int, ...] = ()
    """Which of the space's removable paths are set to null."""

    def choose(self, choices: Mapping[int, int]) -> Configuration:
        """The same with other levels: factor to level."""
        levels = list(self.levels)
        for factor, level in choices.items():
            levels[factor] = level
        return replace(self, levels=tuple(levels))

    def differences(self, other: Configuration) -> tuple[tuple[int, int], ...]:
        """Factors whose level is another here than in `other`, with the level here."""
        pairs = enumerate(zip(self.levels, other.levels, strict=True))
        return tuple((factor, here) for factor, (here, there) in pairs if here != there)


def is_doubtful(space: Space, configuration: Configuration, base: Configuration | None = None) -> bool:
    """Whether it has a level that nothing says to be valid, other than those of a base that was given."""
    return any(
        (level := configuration.levels[place]) in levels and (base is None or level != base.levels[place])
        for place, levels in space.made_up
    )


def overrides(space: Space, configuration: Configuration) -> dict[str, Any]:
    """The values an operator would write for a configuration."""
    values: dict[str, Any] = dict(configuration.further)
    sections: dict[Path, dict[str, Any]] = {(): values}
    levels = configuration.levels
    chosen = [number for number, level in enumerate(levels) if level > 0]
    if space.written:
        chosen = sorted({*chosen, *(number for number in space.written if levels[number] == 0)})
    for number in chosen:
        factor = space.factors[number]
        value = factor.levels[levels[number]].value
        _section(sections, factor.path[:-1])[factor.path[-1]] = None if value is ABSENT else value
    for number in configuration.removed:
        with_value(values, space.removable[number], ABSENT)
    return values


def _section(sections: dict[Path, dict[str, Any]], path: Path) -> dict[str, Any]:
    """The map at `path`, which is nobody else's."""
    found = sections.get(path)
    if found is None:
        above = _section(sections, path[:-1])
        below = above.get(path[-1])
        found = sections[path] = above[path[-1]] = dict(below) if isinstance(below, dict) else {}
    return found


def configuration_of(space: Space, values: Mapping[str, Any], *, release: Release) -> Configuration:
    """The configuration that stands for `values`; what fits no level is kept as it is."""
    levels: list[int] = []
    further: dict[str, Any] = dict(values)
    for factor in space.factors:
        value = value_at(values, factor.path)
        if value is MISSING:
            levels.append(0)
            continue
        key = Level(ABSENT if value is None else value).key
        found = next((index for index, level in enumerate(factor.levels) if level.key == key), OTHER_LEVEL)
        levels.append(found)
        if found != OTHER_LEVEL:
            further = _without(further, factor.path)
    return Configuration(tuple(levels), further, release)


def _without(values: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """`values` without what stands at `path`, and without maps that hold nothing any more."""
    below = values.get(path[0])
    rest = {key: value for key, value in values.items() if key != path[0]}
    if len(path) > 1 and isinstance(below, dict):
        left = _without(below, path[1:])
        if left:
            return {**values, path[0]: left}
    return rest

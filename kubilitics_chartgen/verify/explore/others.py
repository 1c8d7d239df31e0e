"""Other releases than the one that configurations are looked at with, and what is to be there then. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.space.covering import Pick
from kubilitics_chartgen.verify.space.factors import Space

__all__ = ["as_others", "switched_on"]


def as_others(configuration: Configuration, asked: Iterable[Release]) -> list[Configuration]:
    """The same as each other release: an upgrade, names of all lengths, and what templates ask for."""
    release = configuration.release
    others = [
        replace(release, upgrade=not release.upgrade),
        replace(release, name="a" * 53),
        replace(release, name="b"),
        replace(release, namespace="another"),
        *asked,
    ]
    return [replace(configuration, release=other) for other in others]


def switched_on(space: Space) -> list[Pick]:
    """Every switch, on: some turn on an object in a template that prints others anyway."""
    return [
        (number, level)
        for number, factor in enumerate(space.factors)
        for level, one in enumerate(factor.levels)
        if one.value is True
    ]

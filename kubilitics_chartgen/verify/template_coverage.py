"""How far each template was looked at: counted afterwards, from the configurations that were accepted. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.explore.plan import MAX_WIDE
from kubilitics_chartgen.verify.result import Coverage
from kubilitics_chartgen.verify.space.covering import Covering
from kubilitics_chartgen.verify.subject import Subject

__all__ = ["coverage_of"]


def coverage_of(subject: Subject, ledger: Ledger, strength: int) -> tuple[Coverage, ...]:
    """One entry for each template, in order."""
    found: list[Coverage] = []
    for name, part in sorted(subject.slices.items()):
        ways: dict[tuple[int, ...], bool] = {}
        for configuration, filled in ledger.accepted.items():
            base = subject.base
            if configuration.removed or (configuration.further, configuration.release) != (base.further, base.release):
                continue
            levels = tuple(configuration.levels[factor] for factor in part.factors)
            ways[levels] = ways.get(levels, False) or name in filled
        sizes = [len(subject.space.factors[factor].levels) for factor in part.factors]
        total, covered, reached = _counted(sizes, list(ways), strength)
        dependencies = subject.dependencies.templates.get(name.split("/", 1)[1])
        found.append(
            Coverage(
                template=name,
                factors=tuple(subject.space.factors[factor].name for factor in part.factors),
                configurations=len(ways),
                printed=sum(ways.values()),
                combinations=total,
                covered=covered,
                strength=reached,
                widened=dependencies.widened if dependencies else "",
            )
        )
    return tuple(found)


def _counted(sizes: Sequence[int], ways: Sequence[tuple[int, ...]], strength: int) -> tuple[int, int, int]:
    """How many combinations there are, how many were there, and of which strength."""
    product = 1
    for size in sizes:
        product *= size
    if product <= len(ways) + 256:
        return product, len([way for way in ways if min(way, default=0) >= 0]), 0
    if len(sizes) > MAX_WIDE:
        strength = min(strength, 2)
    covering = Covering(sizes, strength=strength)
    for way in ways:
        covering.accept(way)
    return covering.total, covering.total - covering.missing, strength

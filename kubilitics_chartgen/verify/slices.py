"""Which factors of a space each template depends on. In: dependencies and a space. Out: slices for a sweep. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubilitics_chartgen.verify.analysis.reads import Read, Use
from kubilitics_chartgen.verify.analysis.values import ANY
from kubilitics_chartgen.verify.dependencies import TemplateDependencies, matters
from kubilitics_chartgen.verify.space.factors import Path, Space
from kubilitics_chartgen.verify.sweep.task import Slice

__all__ = ["joined", "slices_of"]


def slices_of(
    dependencies: Mapping[str, TemplateDependencies],
    space: Space,
    defaults: Mapping[str, Any],
    *,
    kube_value: Path | None = None,
) -> dict[str, Slice]:
    """A slice for each template."""
    factors = _Paths([factor.path for factor in space.factors], defaults)
    removable = _Paths(list(space.removable), defaults)
    found: dict[str, Slice] = {}
    for name, one in dependencies.items():
        versioned = one.versioned or (kube_value is not None and one.reads_value(kube_value, defaults))
        if one.widened:
            found[name] = Slice(tuple(range(len(space.factors))), None, versioned)
            continue
        reads = {(read.path, read.use): read for read in one.reads}.values()
        found[name] = Slice(
            tuple(sorted({number for read in reads for number in factors.touched(read)})),
            frozenset(number for read in reads for number in removable.touched(read)),
            versioned,
        )
    return found


def joined(slices: Mapping[str, Slice]) -> dict[str, Slice]:
    """The same where templates write to values that others read: what one depends on, all may."""
    parts = slices.values()
    removable = [part.removable for part in parts]
    whole = Slice(
        tuple(sorted({number for part in parts for number in part.factors})),
        None if None in removable else frozenset[int]().union(*(some for some in removable if some is not None)),
        any(part.versioned for part in parts),
    )
    return dict.fromkeys(slices, whole)


class _Paths:
    """Numbered paths, to find those that a read may touch."""

    def __init__(self, paths: Sequence[Path], defaults: Mapping[str, Any]) -> None:
        self.paths = paths
        self.defaults = defaults
        self.exact = {path: number for number, path in enumerate(paths)}
        self.below: dict[Path, list[int]] = {}
        self.known: dict[tuple[Path, Use], tuple[int, ...]] = {}
        for number, path in enumerate(paths):
            for length in range(len(path) + 1):
                self.below.setdefault(path[:length], []).append(number)

    def touched(self, read: Read) -> tuple[int, ...]:
        # Most templates read the same.
        key = (read.path, read.use)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = tuple(self._touched(read))
        return found

    def _touched(self, read: Read) -> Iterator[int]:
        known = read.path[: read.path.index(ANY)] if ANY in read.path else read.path
        for length in range(1, len(known)):
            if known[:length] in self.exact:
                yield self.exact[known[:length]]
        for number in self.below.get(known, ()):
            if matters(read, self.paths[number], self.defaults):
                yield number

"""Abstract values: everything a value in a template may be. Frozen data, no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["ANY", "NOTHING", "OTHER", "PART", "RELEASE", "Abstract", "Path", "Site", "join", "text"]

Path = tuple[str, ...]
"""A values path; the segment `*` stands for any key or index."""

Site = tuple[object, ...]
"""Names a dictionary or list: where it is built, or what it overlays."""

ANY = "*"
RELEASE = ".Release"
"""Begins the path of what belongs to the release, and is no value."""
PART = "part"
"""Begins what is no place, but tells that a text is made of the value at a path: `(PART, path, pattern)`."""
MAX_STRINGS = 64


@dataclass(frozen=True)
class Abstract:
    """The union of all that a value may be."""

    paths: frozenset[Path] = frozenset()
    """What stands at these paths of the values."""
    roots: frozenset[Path] = frozenset()
    """The root context of the chart whose values stand at these paths (the empty path: the chart itself)."""
    sites: frozenset[Site] = frozenset()
    """Dictionaries and lists that the templates build."""
    strings: frozenset[str] = frozenset()
    """Constant strings."""
    numbers: frozenset[int | float] = frozenset()
    """Constant numbers."""
    shapes: frozenset[str] = frozenset()
    """Texts of which parts are known; `*` stands for the others."""
    other: bool = False
    """Anything else; nothing of it leads back to the values without having been recorded before."""

    def holds(self, other: Abstract) -> bool:
        """Whether this may be all that `other` may be."""
        return (
            (self.other or not other.other)
            and self.paths >= other.paths
            and self.roots >= other.roots
            and self.sites >= other.sites
            and self.strings >= other.strings
            and self.numbers >= other.numbers
            and self.shapes >= other.shapes
        )

    @property
    def constant(self) -> bool:
        """Whether this is one of the known strings and nothing else."""
        return bool(self.strings) and self == Abstract(strings=self.strings)

    @property
    def shaped(self) -> bool:
        """Whether this is a text of which something is known, and nothing else."""
        known = self.strings or self.shapes
        same = Abstract(strings=self.strings, shapes=self.shapes, sites=self.sites)
        return bool(known) and self == same and all(site[0] == PART for site in self.sites)

    @property
    def sources(self) -> frozenset[Path]:
        """The paths of the values that this is, or is a text of."""
        made_of = (site[1] for site in self.sites if site[0] == PART and isinstance(site[1], tuple))
        return self.paths.union(path for path in made_of if path[:1] != (RELEASE,))


NOTHING = Abstract()
OTHER = Abstract(other=True)


def text(value: str) -> Abstract:
    """A constant string."""
    return Abstract(strings=frozenset({value}))


def join(values: Iterable[Abstract]) -> Abstract:
    """What may be any of `values`."""
    known: list[Abstract] = []
    for value in values:
        if value is not NOTHING and not any(value is other for other in known):
            known.append(value)
    if len(known) < 2:
        return known[0] if known else NOTHING
    for value in known[:2]:
        if all(other is value or value.holds(other) for other in known):
            return value
    strings = frozenset[str]().union(*(value.strings for value in known))
    numbers = frozenset[int | float]().union(*(value.numbers for value in known))
    other = any(value.other for value in known)
    shapes = frozenset[str]().union(*(value.shapes for value in known))
    if len(strings) + len(numbers) + len(shapes) > MAX_STRINGS:
        strings, numbers, shapes, other = frozenset(), frozenset(), frozenset(), True
    return Abstract(
        paths=frozenset[Path]().union(*(value.paths for value in known)),
        roots=frozenset[Path]().union(*(value.roots for value in known)),
        sites=frozenset[Site]().union(*(value.sites for value in known)),
        strings=strings,
        numbers=numbers,
        shapes=shapes,
        other=other,
    )

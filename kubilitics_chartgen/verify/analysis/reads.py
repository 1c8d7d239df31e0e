"""Records which values are read, where and how. State of one analysis, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kubilitics_chartgen.verify.analysis.values import Path

__all__ = ["Read", "Reads", "Unknown", "Use"]


class Use(Enum):
    """How much of a value is read."""

    TEST = "test"
    """Only whether it is there, is empty, or of which kind it is; or a way to something below it."""
    KEYS = "keys"
    """Which keys or how many elements it has."""
    VALUE = "value"
    """All of it, with everything below."""
    TEMPLATE = "template"
    """Perhaps: text that comes from values is run as a template, and may read anything below."""


@dataclass(frozen=True)
class Read:
    """One place that reads one path."""

    path: Path
    use: Use
    file: str
    line: int
    guarded: bool
    """Whether the template says what happens when the value is not there (`default`, `hasKey`, `if`, …)."""


@dataclass(frozen=True, order=True)
class Unknown:
    """One place that asks `.Chart` for what no chart has."""

    file: str
    line: int
    name: str


class Reads:
    """All reads; they only grow."""

    def __init__(self) -> None:
        self._guarded: dict[tuple[Path, Use, str, int], bool] = {}
        self.version = 0

    def add(self, path: Path, use: Use, file: str, line: int, *, guarded: bool) -> None:
        """Record a read; of two in the same place the one without a guard counts."""
        key = (path, use, file, line)
        before = self._guarded.get(key)
        if before is None or (before and not guarded):
            self._guarded[key] = guarded
            self.version += 1

    def add_all(self, other: Reads) -> None:
        """Record what was recorded elsewhere."""
        for key, guarded in other._guarded.items():
            self._guarded[key] = guarded and self._guarded.get(key, True)
        self.version += 1

    def all(self) -> tuple[Read, ...]:
        """Every read, ordered by file, line and path."""
        reads = [Read(path, use, file, line, guarded) for (path, use, file, line), guarded in self._guarded.items()]
        return tuple(sorted(reads, key=lambda read: (read.file, read.line, read.path, read.use.value)))

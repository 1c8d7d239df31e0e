"""What factors and levels are found in: frozen data. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kubilitics_chartgen.verify.space.factors import Path, with_value
from kubilitics_chartgen.verify.space.settings import FactorSettings
from kubilitics_chartgen.verify.space.unnamed import Asked

__all__ = ["Blames", "Sources"]

Blames = Callable[[Path, Mapping[str, Any]], bool]
"""Whether the schema refuses whole values for what stands at a path, whatever stands elsewhere."""


@dataclass(frozen=True)
class Sources:
    """Where factors and levels come from."""

    defaults: Mapping[str, Any]
    schema: Any = None
    compared: Mapping[Path, Sequence[Any]] = field(default_factory=dict)
    """What templates compare a path with."""
    beside: Mapping[Path, Sequence[Any]] = field(default_factory=dict)
    """What stands by default in the values that templates compare a path with."""
    examples: Sequence[Mapping[str, Any]] = ()
    """Values that are known to be good, as in `ci/*-values.yaml`."""
    settings: FactorSettings = field(default_factory=FactorSettings)
    unnamed: Mapping[Path, Any] = field(default_factory=dict)
    """What templates ask for and nothing names, with a guess of what it may be, MISSING for none."""
    tested: frozenset[Path] = frozenset()
    """Where templates ask whether something is set."""
    inside: Mapping[Path, Asked] = field(default_factory=dict)
    """What templates ask of elements; the segment `*` stands for each of them."""

    def refused(self, path: Path, value: Any, blames: Blames) -> bool:
        """Whether the schema refuses a value at a path, whatever else is set."""
        values = dict(self.defaults)
        with_value(values, path, value)
        return blames(path, values)

"""Which fields real API servers never let change, one file for each Kubernetes minor. Reads packaged data only.

`make probe-rules` writes the files: it changes every field of every kind and tries the update on a server.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

__all__ = ["FixedFields", "fixed_fields", "is_in", "probed_minors"]


@dataclass(frozen=True)
class FixedFields:
    """What the server answered for one kind."""

    fixed: tuple[str, ...]
    """Paths that no change was taken of, while objects with the changed values could be made."""
    free: tuple[str, ...]
    """Paths that every change was taken of."""
    depends: tuple[str, ...]
    """Paths of which some were taken: it depends on the state or on the value."""


def probed_minors() -> tuple[int, ...]:
    """The minors that were probed."""
    names = (item.name for item in resources.files(__package__).iterdir())
    return tuple(sorted(int(name.split(".")[1]) for name in names if name.endswith(".json")))


@lru_cache(maxsize=8)
def fixed_fields(minor: int) -> Mapping[tuple[str, str], FixedFields]:
    """By group and kind; empty for a minor that was not probed."""
    if minor not in probed_minors():
        return {}
    text = resources.files(__package__).joinpath(f"1.{minor}.json").read_text(encoding="utf-8")
    found = {}
    for name, paths in json.loads(text)["kinds"].items():
        group, _slash, kind = name.rpartition("/")
        found[group, kind] = FixedFields(*(tuple(paths[key]) for key in ("fixed", "free", "depends")))
    return found


def is_in(path: str, parent: str) -> bool:
    """Whether `path` is `parent`, or lies in it."""
    return path == parent or path.startswith((f"{parent}.", f"{parent}["))

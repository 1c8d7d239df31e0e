"""How paths, texts and values relate: what covers what, what fits a shape, what a copy is. Pure."""

from __future__ import annotations

from dataclasses import replace

from kubilitics_chartgen.verify.analysis.values import ANY, Abstract, Path

__all__ = ["copied", "fits", "index_key", "may_cover"]


def may_cover(pattern: Path, path: Path) -> bool:
    """Whether `path` may be the same as `pattern`, or lie below it."""
    if len(pattern) > len(path):
        return False
    return all(one == other or ANY in (one, other) for one, other in zip(pattern, path, strict=False))


def fits(name: str, shape: str) -> bool:
    """Whether a name may be a text of this shape."""
    first, *parts = shape.split("*")
    if not parts:
        return name == shape
    if not name.startswith(first) or not name.endswith(parts[-1]) or len(name) < len(first) + len(parts[-1]):
        return False
    at = len(first)
    for part in parts[:-1]:
        at = name.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return at <= len(name) - len(parts[-1])


def copied(value: Abstract) -> Abstract:
    """A deep copy: what is changed in it does not change the values it was copied from."""
    copies = frozenset(("copy", path) for path in value.paths)
    return replace(value, paths=frozenset(), sites=value.sites | copies)


def index_key(number: int) -> str:
    """The key under which the heap keeps an element of a list."""
    return f"[{number}]"

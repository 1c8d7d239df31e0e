"""One row of what stands in objects, and short ways to write many. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.model.components import CUT_NAME

__all__ = ["POD", "Arrival", "address", "comes", "copied", "entries", "env", "stands"]

POD = "spec template spec"


@dataclass(frozen=True)
class Arrival:
    """One row of `declared.fields`."""

    kind: str
    templates: str
    """A pattern of paths below `templates`."""
    way: str = ""
    """The keys on the way to it, with spaces between them; numbers are positions. Empty for the object itself."""
    value: str = ""
    """The values path that arrives there."""
    matches: str = ""
    """A pattern of what stands there instead."""
    when: str = ""
    """The condition with which it comes; empty where it is always so."""


def entries(rows: Iterable[Arrival]) -> list[dict[str, Any]]:
    """As `.chartgen.yaml` has them: what is about the same objects under the same condition stands together."""
    grouped: dict[tuple[str, str, str], dict[str, Any]] = {}
    alone: list[dict[str, Any]] = []
    for row in rows:
        objects = {"kind": row.kind, "templates": f"templates/{row.templates}"}
        when = {"when": row.when} if row.when else {}
        if not row.way:
            alone.append({**objects, **when})
            continue
        entry = grouped.setdefault((row.kind, row.templates, row.when), {**objects, **when})
        if row.value:
            entry.setdefault("copies", {})[row.way] = row.value
        elif row.matches:
            entry.setdefault("stands", {})[row.way] = row.matches
        else:
            entry.setdefault("has", []).append(row.way)
    return [*alone, *grouped.values()]


def copied(kind: str, templates: str, *pairs: tuple[str, str], when: str = "") -> Iterator[Arrival]:
    """Values that arrive unchanged: where, and which."""
    return (Arrival(kind, templates, way, value, when=when) for way, value in pairs)


def stands(kind: str, templates: str, *pairs: tuple[str, str], when: str = "") -> Iterator[Arrival]:
    """What stands somewhere: where, and a pattern of it."""
    return (Arrival(kind, templates, way, matches=matches, when=when) for way, matches in pairs)


def comes(kind: str, templates: str, *ways: str, when: str) -> Iterator[Arrival]:
    """What is there while a condition holds, and only then."""
    return (Arrival(kind, templates, way, when=when) for way in ways or ("",))


def env(container: str, name: str, rest: str = "value", *, pod: str = POD, part: str = "containers") -> str:
    """The way to a variable of a container."""
    return f"{pod} {part} {container} env {name} {rest}".strip()


def address(component: str, port: int, path: str = "") -> str:
    """A pattern of the address of a component's Service; or of one whose name is cut."""
    return "|".join(f"http://{name}:{port}{path}" for name in (f"*-{component}", CUT_NAME))

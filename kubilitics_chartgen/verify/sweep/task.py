"""What a sweep is given and what it gives back: plain data that travels between processes. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.verify.checks import Fault
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.space.factors import Space

__all__ = ["Found", "Outcome", "Request", "Slice", "Status", "SweepTask"]


@dataclass(frozen=True)
class Slice:
    """What one template depends on."""

    factors: tuple[int, ...]
    """The factors that it may read."""
    removable: frozenset[int] | None = None
    """Which of the space's removable paths it may read; None for all."""
    versioned: bool = True
    """Whether it may see which Kubernetes it is rendered for."""
    guard: Slice | None = None
    """What decides whether it prints nothing but blanks, where that is known to be less."""


@dataclass(frozen=True)
class SweepTask:
    """One chart, and how it is judged."""

    chart: Path
    space: Space
    kube_versions: tuple[KubeVersion, ...]
    checks: tuple[str, ...]
    slices: Mapping[str, Slice] = field(default_factory=dict)
    """By template, as Helm names it; a template that is not here depends on everything."""
    shared: bool = False
    """Whether templates write to values that others read: then all are rendered together."""
    kube_value: tuple[str, ...] | None = None
    """The values path that replaces the Kubernetes version."""
    remembers: bool = False
    """Whether a template prints the same each time it is asked within one configuration."""
    parts: Mapping[str, Slice] = field(default_factory=dict)
    """By named template, what it depends on where it is called with the root context."""


@dataclass(frozen=True)
class Request:
    """One configuration to be looked at."""

    index: int
    configuration: Configuration
    verdict_only: bool = False
    """Whether it is enough to know if the templates that may refuse accept it."""
    passed: bool = False
    """Whether it is known that these templates refuse and print nothing for it, so that they need not be rendered."""
    again: bool = False
    """Whether all faults are wanted, and each document's digest: what was reported before as well."""
    alone: bool = False
    """Whether the whole chart is to be rendered by Helm as it is, with nothing remembered."""
    exact: bool = False
    """Whether every object is judged for the configuration's own Kubernetes version alone; only with `alone`."""


class Status(Enum):
    """What became of a configuration."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """By the schema, or in the words of the chart's author."""
    BROKEN = "broken"
    """Helm stops with an error that no author wrote, or prints what is no YAML."""
    DIED = "died"
    """It took too long or too much memory, or ended the process that rendered it."""


@dataclass(frozen=True)
class Found:
    """A fault, and where it was found."""

    check: str
    severity: str
    template: str
    line: int
    fault: Fault


@dataclass(frozen=True)
class Outcome:
    """What became of one request."""

    index: int
    status: Status
    message: str = ""
    """Why it was not accepted."""
    template: str = ""
    """Which template did not accept it, where that is known."""
    found: tuple[Found, ...] = ()
    """Faults that this sweeper had not reported yet for a configuration that is better to show them, or earlier."""
    doubtful: bool = False
    """Whether it needs values that nothing says to be valid, which is not as good to show a fault."""
    filled: frozenset[str] = frozenset()
    """Templates that print an object."""
    rights: frozenset[str] = frozenset()
    """Declared rights that its roles grant, those left out that this sweeper had told before."""
    digest: int = 0
    """The same for the same objects, byte for byte."""
    objects: tuple[tuple[str, str, int], ...] = ()
    """Template, object and digest of each document, where that was asked for."""
    documents: int = 0
    """How many objects it has."""
    distinct: int = 0
    """How many of them were not seen before."""
    rendered: int = 0
    """How many templates were rendered for it; the others were known."""

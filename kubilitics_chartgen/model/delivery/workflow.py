"""A GitHub Actions workflow as typed data. No I/O.

Every workflow starts with no permission but to read the code; a job that needs more says so by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kubilitics_chartgen.model.delivery.pins import Action

__all__ = ["READ", "Call", "Job", "Step", "Workflow"]

READ: Mapping[str, str] = {"contents": "read"}


@dataclass(frozen=True)
class Step:
    """One step: an action or a script."""

    name: str
    uses: Action | None = None
    run: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Inputs of the action."""
    env: Mapping[str, str] = field(default_factory=dict)
    """What a script gets from outside; scripts never hold `${{ }}` themselves, which would let text become code."""
    id: str = ""
    shell: str = ""


@dataclass(frozen=True)
class Job:
    """One job on a runner."""

    id: str
    name: str
    steps: tuple[Step, ...]
    needs: tuple[str, ...] = ()
    """Jobs that must have succeeded; if one failed, this one is skipped."""
    runner: str = "ubuntu-24.04"
    permissions: Mapping[str, str] = field(default_factory=dict)
    """Beyond reading the code."""
    matrix: Mapping[str, Any] = field(default_factory=dict)
    """All of its jobs run to their end, also when one fails."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    environment: str = ""
    minutes: int = 30


@dataclass(frozen=True)
class Call:
    """A job that is another workflow."""

    id: str
    name: str
    workflow: str
    needs: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Workflow:
    """One workflow file."""

    file: str
    name: str
    about: str
    """What it is for, as the comment at its head."""
    on: Mapping[str, Any]
    jobs: tuple[Job | Call, ...]
    cancels: bool = False
    """Whether a newer run of the same branch ends an older one."""

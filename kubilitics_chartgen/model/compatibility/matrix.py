"""What a compatibility matrix is: releases, rules over ranges of them, and answers for what no rule can judge. Pure.

Exactly one rule speaks for each pair of releases that it lists; which of the rules comes first does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from kubilitics_chartgen.model.compatibility.versions import Number, Range, Version

__all__ = ["COMPONENTS", "SUBJECTS", "Answer", "Matrix", "Rule", "Status"]

COMPONENTS = ("frontend", "backend", "ai")
SUBJECTS = (*COMPONENTS, "chart", "kubernetes")


class Status(Enum):
    """How well things go together."""

    COMPATIBLE = "compatible"
    NOT_RECOMMENDED = "not-recommended"
    BLOCKED = "blocked"

    @property
    def severity(self) -> int:
        """0 for compatible, more for what is worse."""
        return _SEVERITY[self]

    @property
    def words(self) -> str:
        """As people write it."""
        return self.value.replace("-", " ")


_SEVERITY = {status: severity for severity, status in enumerate(Status)}


@dataclass(frozen=True)
class Rule:
    """What is known of some versions together, or of one by itself."""

    id: str
    when: Mapping[str, str]
    """Subject to range, all of which must hold."""
    status: Status
    reason: str
    missing: tuple[str, ...] = ()
    """Features that users do without."""

    def ranges(self) -> dict[str, Range]:
        """The ranges, read. Raises ValueError where one cannot be."""
        return {subject: Range.read(text) for subject, text in self.when.items()}


@dataclass(frozen=True)
class Answer:
    """What is said where no rule can judge."""

    status: Status
    reason: str


@dataclass(frozen=True)
class Matrix:
    """Releases, rules and answers."""

    releases: Mapping[str, tuple[str, ...]]
    """Subject to releases of it that the rules speak for, oldest first. What lies between two of them is judged too."""
    rules: tuple[Rule, ...]
    answers: Mapping[str, Answer]
    """`unreadable` (no version), `prerelease` (beside something else) and `newer` (than every release listed)."""
    blocked_update: str
    """What a user sees instead of an update that is blocked."""
    ends: Mapping[str, Number] = field(init=False)
    """Subject to the first version that is newer than everything listed: the minor version after the last."""

    def __post_init__(self) -> None:
        newest = {
            subject: max(version.number for version in map(Version.read, texts) if version)
            for subject, texts in self.releases.items()
            if texts
        }
        object.__setattr__(self, "ends", {subject: (n[0], n[1] + 1, 0) for subject, n in newest.items()})

    def lines(self, subject: str) -> list[Number]:
        """The minor versions of a subject, as their first release, newest first."""
        numbers = [version.number for text in self.releases[subject] if (version := Version.read(text))]
        return sorted({(number[0], number[1], 0) for number in numbers}, reverse=True)

    def newest_in(self, subject: str, line: Number) -> str:
        """The newest release listed of one minor version."""
        return [text for text in self.releases[subject] if text.rsplit(".", 1)[0] == f"{line[0]}.{line[1]}"][-1]

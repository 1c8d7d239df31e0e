"""What a check has to say about a chart. Frozen data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Finding", "Severity"]


class Severity(str, Enum):
    """How bad a finding is; `info` never fails a run."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def fails(self) -> bool:
        """Whether a run with such a finding fails."""
        return self is not Severity.INFO


@dataclass(frozen=True)
class Finding:
    """One thing that a check found: what, where, and what to do about it."""

    check: str
    """The name of the check, as exemptions write it."""
    severity: Severity
    message: str
    file: str = ""
    """The file, relative to the chart; empty where none applies."""
    line: int | None = None
    path: str = ""
    """The values path, such as `ai.llmProvider`; empty where none applies."""
    fix: str = ""
    """What to write instead; empty where the message says it all."""

    def where(self) -> str:
        """`file:line`, with whatever of these is known."""
        return f"{self.file}:{self.line}" if self.file and self.line else self.file

    def as_dict(self) -> dict[str, str | int | None]:
        """The finding as plain data, for JSON."""
        return {
            "check": self.check,
            "severity": self.severity.value,
            "message": self.message,
            "file": self.file,
            "line": self.line,
            "path": self.path,
            "fix": self.fix,
        }

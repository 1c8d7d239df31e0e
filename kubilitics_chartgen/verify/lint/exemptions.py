"""Findings that the chart's author accepts, written down with a reason in `.chartgen.yaml` beside Chart.yaml. No I/O.

lint:
  exempt:
    - check: unused-value
      path: legacy.*                 # a values path, or a file
      reason: read by the 1.x charts during an upgrade
verify:
  exempt:
    - check: pod-security
      path: DaemonSet/*-node         # an object, a path in it, or a template
      reason: it mounts the node's disks
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm.settings import SETTINGS_FILE as FILE
from kubilitics_chartgen.helm.settings import placed_settings
from kubilitics_chartgen.verify.finding import Finding, Severity

__all__ = ["FILE", "Exemption", "apply_exemptions", "read_exemptions"]


CHECK = "exemptions"
_KEYS = ("check", "path", "reason")


@dataclass(frozen=True)
class Exemption:
    """One accepted kind of finding."""

    check: str
    path: str
    """What it is about, as the report writes it: a values path, a file, an object; `*` stands for anything."""
    reason: str
    line: int | None = None

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is accepted."""
        return self.accepts(finding.check, finding.path, finding.file)

    def accepts(self, check: str, *subjects: str) -> bool:
        """Whether what this check says of one of these subjects is accepted."""
        # Paths hold `[0]`, which is no class of characters here.
        pattern = self.path.replace("[", "[[]")
        return check == self.check and any(fnmatchcase(subject, pattern) for subject in subjects if subject)


def read_exemptions(text: str, checks: Collection[str], *, section: str = "lint") -> tuple[Exemption, ...]:
    """The exemptions of a section of `.chartgen.yaml`. Raises InputError with every entry that is not one."""
    values = placed_settings(text)
    content = values.data.get(section) or {}
    entries = content.get("exempt") or [] if isinstance(content, dict) else None
    if not isinstance(entries, list):
        where = values.place([section, "exempt"])
        problem = Problem(
            message="a list of entries is expected", path=f"{section}.exempt", file=FILE, line=_line(where)
        )
        raise InputError("The exemptions cannot be used.", [problem])
    found: list[Exemption] = []
    problems: list[Problem] = []
    for number, entry in enumerate(entries):
        line = _line(values.place([section, "exempt", number]))
        message = _wrong(entry, checks)
        if message:
            problems.append(Problem(message=message, path=f"{section}.exempt[{number}]", file=FILE, line=line))
        else:
            found.append(Exemption(entry["check"], entry["path"], entry["reason"], line))
    if problems:
        raise InputError("The exemptions cannot be used.", problems)
    return tuple(found)


def _line(place: object) -> int | None:
    return getattr(place, "line", None)


def _wrong(entry: object, checks: Collection[str]) -> str:
    if not isinstance(entry, dict):
        return "an entry with the keys check, path and reason is expected"
    for key in _KEYS:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            return f"`{key}` is missing: an exemption states check, path and reason"
    unknown = sorted(set(entry) - set(_KEYS))
    if unknown:
        return f"`{unknown[0]}` is not known here: an exemption states check, path and reason"
    if entry["check"] not in checks:
        return f"there is no check {entry['check']!r}; the checks are {', '.join(sorted(checks))}"
    return ""


def apply_exemptions(
    findings: Sequence[Finding], exemptions: Sequence[Exemption]
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, str], ...]]:
    """Findings that remain, with one for each exemption that nothing needs; and the exempt ones with their reasons."""
    kept: list[Finding] = []
    exempt: list[tuple[Finding, str]] = []
    used: set[Exemption] = set()
    for finding in findings:
        matching = [exemption for exemption in exemptions if exemption.covers(finding)]
        used.update(matching)
        if matching:
            exempt.append((finding, matching[0].reason))
        else:
            kept.append(finding)
    kept.extend(
        Finding(
            check=CHECK,
            severity=Severity.WARNING,
            message=f"nothing needs this exemption from {exemption.check} any more",
            file=FILE,
            line=exemption.line,
            path=exemption.path,
            fix="Remove it.",
        )
        for exemption in exemptions
        if exemption not in used
    )
    return tuple(kept), tuple(exempt)

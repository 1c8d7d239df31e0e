"""Judges versions by a compatibility matrix. Pure.

The chart judges its own images with the same data in `templates/_compatibility.tpl`; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.model.compatibility.matrix import COMPONENTS, SUBJECTS, Matrix, Status
from kubilitics_chartgen.model.compatibility.versions import Version, kubernetes_version

__all__ = ["Finding", "Verdict", "decide"]


@dataclass(frozen=True)
class Finding:
    """What one rule or answer says."""

    id: str
    subjects: tuple[str, ...]
    """Whom it concerns, in the order of `SUBJECTS`."""
    status: Status
    reason: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The answer for one set of versions."""

    versions: Mapping[str, str]
    """As they were given; an empty one is a digest without a tag."""
    findings: tuple[Finding, ...]

    @property
    def status(self) -> Status:
        """The worst that was found."""
        return _worst(self.findings)

    @property
    def core_status(self) -> Status:
        """The same without AI, on which nothing of the core depends."""
        return _worst(tuple(finding for finding in self.findings if "ai" not in finding.subjects))

    @property
    def missing(self) -> tuple[str, ...]:
        """Features that users do without, each once."""
        return tuple(dict.fromkeys(feature for finding in self.findings for feature in finding.missing))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not simply compatible, worst first."""
        bad = [finding for finding in self.findings if finding.status is not Status.COMPATIBLE]
        return tuple(self.sentence(finding) for finding in sorted(bad, key=lambda found: -found.status.severity))

    def sentence(self, finding: Finding) -> str:
        """`frontend 1.3.0 with backend 1.2.0: …`."""
        named = [f"{subject} {self.versions[subject] or '(a digest without a tag)'}" for subject in finding.subjects]
        return f"{' with '.join(named)}: {finding.reason}"

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "versions": dict(self.versions),
            "status": self.status.value,
            "coreStatus": self.core_status.value,
            "missing": list(self.missing),
            "findings": [
                {
                    "id": finding.id,
                    "subjects": list(finding.subjects),
                    "status": finding.status.value,
                    "reason": finding.reason,
                    "missing": list(finding.missing),
                }
                for finding in self.findings
            ],
        }


def decide(versions: Mapping[str, str], matrix: Matrix) -> Verdict:
    """Judge versions by subject; a subject that is not there, such as AI where it is off, is not judged.

    Each version is a tag, a tag with a digest, or empty for a digest without a tag.
    """
    given = {subject: versions[subject] for subject in SUBJECTS if subject in versions}
    read = {
        subject: kubernetes_version(text) if subject == "kubernetes" else Version.read(text)
        for subject, text in given.items()
    }
    known = {subject: version for subject, version in read.items() if version}
    findings = [
        Finding(rule.id, tuple(sorted(rule.when, key=SUBJECTS.index)), rule.status, rule.reason, rule.missing)
        for rule in matrix.rules
        if rule.when.keys() <= known.keys()
        and all(area.holds(known[subject].number) for subject, area in rule.ranges().items())
    ]
    one_release = len({str(known[subject]) for subject in COMPONENTS if subject in known}) < 2
    for subject in given:
        version = known.get(subject)
        if version is None:
            findings.append(_answer(matrix, "unreadable", subject))
            continue
        if subject in COMPONENTS and version.prerelease and not one_release:
            findings.append(_answer(matrix, "prerelease", subject))
        if subject in matrix.ends and version.number >= matrix.ends[subject]:
            findings.append(_answer(matrix, "newer", subject))
    return Verdict(given, tuple(findings))


def _answer(matrix: Matrix, name: str, subject: str) -> Finding:
    answer = matrix.answers[name]
    return Finding(name, (subject,), answer.status, answer.reason)


def _worst(findings: tuple[Finding, ...]) -> Status:
    return max((finding.status for finding in findings), key=lambda status: status.severity, default=Status.COMPATIBLE)

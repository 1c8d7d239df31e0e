"""Findings out of sightings: each is shrunk, then confirmed by a whole render of Helm as it is. Asks a ledger."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kubilitics_chartgen.helm.settings import SETTINGS_FILE
from kubilitics_chartgen.verify.checks import CHECKS
from kubilitics_chartgen.verify.explore.ledger import Ledger, Sighting
from kubilitics_chartgen.verify.lint.exemptions import Exemption
from kubilitics_chartgen.verify.result import Proof
from kubilitics_chartgen.verify.shrink import (
    Shown,
    broken_key,
    helm_command,
    made_up,
    shows,
    shrink,
    values_text,
)
from kubilitics_chartgen.verify.space.configuration import Configuration, overrides
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.task import Outcome, Status

__all__ = ["Exempted", "find_proofs", "proof"]

SECONDS = 60.0
"""What making values small may take, all findings together."""
_INDEX = re.compile(r"\[[^\]]*\]")
_NAMED = re.compile(r"`[^`]*`")
_FIX = {check.name: check.fix for check in CHECKS}


class Exempted:
    """The findings that the chart's author accepts."""

    def __init__(self, exemptions: Iterable[Exemption]) -> None:
        self._exemptions = tuple(exemptions)
        self._used: set[Exemption] = set()
        self.count = 0

    def covers(self, finding: Proof) -> bool:
        """Whether a finding is accepted."""
        subjects = (finding.object, finding.path, f"{finding.object}: {finding.path}", finding.template)
        for exemption in self._exemptions:
            if exemption.accepts(finding.check, *subjects):
                self._used.add(exemption)
                self.count += 1
                return True
        return False

    def unused(self) -> list[Proof]:
        """A finding for each exemption that nothing needs."""
        return [
            Proof(
                "exemptions",
                "warning",
                f"Nothing needs this exemption from {exemption.check} any more.",
                path=exemption.path,
                template=SETTINGS_FILE,
                line=exemption.line or 0,
                fix="Remove it.",
            )
            for exemption in self._exemptions
            if exemption not in self._used
        ]


def find_proofs(
    subject: Subject, ledger: Ledger, exempted: Exempted, chart: str, *, seconds: float = SECONDS
) -> list[Proof]:
    """A finding for each fault that Helm confirms; the same fault in other objects is told with it."""
    deadline = time.monotonic() + seconds
    groups: dict[tuple[str, str], list[Sighting]] = {}
    for sighting in sorted(ledger.sightings.values(), key=lambda each: each.index):
        if not exempted.covers(_early(sighting)):
            said = _INDEX.sub("[]", sighting.found.fault.path.rpartition("].")[2])
            key = (sighting.found.check, f"{said} {broken_key(_NAMED.sub('', sighting.found.fault.message))}")
            groups.setdefault(key, []).append(sighting)
    found: list[Proof] = []
    broken: dict[Shown, Configuration] = {}
    for configuration, outcome in ledger.broken.items():
        died = outcome.status is Status.DIED
        broken.setdefault(("ends", "") if died else ("renders", broken_key(outcome.message)), configuration)
    for shown, configuration in broken.items():
        one = proof(subject, ledger, configuration, shown, chart, "", deadline)
        if one is not None:
            found.append(one)
    for group in sorted(groups.values(), key=lambda group: group[0].found.severity != "error"):
        first = group[0]
        shown = (first.found.check, first.found.fault.key)
        one = proof(subject, ledger, first.configuration, shown, chart, first.found.template, deadline)
        if one is not None:
            others = dict.fromkeys(f"{each.found.fault.object} in {each.found.template}" for each in group[1:])
            found.append(replace(one, also=tuple(others)))
    return found


def _early(sighting: Sighting) -> Proof:
    fault = sighting.found.fault
    return Proof(
        sighting.found.check,
        sighting.found.severity,
        fault.message,
        fault.object,
        fault.path,
        sighting.found.template,
    )


def proof(
    subject: Subject,
    ledger: Ledger,
    configuration: Configuration,
    shown: Shown,
    chart: str,
    template: str,
    deadline: float,
) -> Proof | None:
    """The finding, None where Helm does not confirm it; past the deadline the values stay as large as they were."""
    first: Sequence[int] = subject.slices[template].factors if template in subject.slices else ()
    late = time.monotonic() > deadline
    small = configuration if late else shrink(ledger, subject.base, configuration, shown, first)
    for candidate in dict.fromkeys((small, configuration)):
        outcome = ledger.again([candidate], alone=True)[0]
        if shows(outcome, shown):
            known = _in_some_version(subject, ledger, candidate, outcome, shown)
            return _proof(subject, candidate, outcome, shown, chart) if known else None
    return None


def _in_some_version(
    subject: Subject, ledger: Ledger, candidate: Configuration, outcome: Outcome, shown: Shown
) -> bool:
    """Whether the fault is there for a Kubernetes version with which the chart takes these values.

    A template that does not look at the version is judged for all of them, though another one may refuse some.
    """
    fault = next((each.fault for each in outcome.found if (each.check, each.fault.key) == shown), None)
    number = next((place for place, each in enumerate(subject.space.factors) if each.path == subject.kube_value), None)
    if number is None or fault is None:
        return True
    levels = range(len(subject.space.factors[number].levels))
    same = (shown[0], fault.object, fault.path)
    return any(
        (each.check, each.fault.object, each.fault.path) == same
        for one in ledger.again([candidate.choose({number: level}) for level in levels], exact=True)
        for each in one.found
    )


def _proof(subject: Subject, configuration: Configuration, outcome: Outcome, shown: Shown, chart: str) -> Proof:
    values = values_text(overrides(subject.space, configuration))
    invented = made_up(subject.space, configuration, subject.base)
    for found in outcome.found:
        if (found.check, found.fault.key) == shown:
            fault = found.fault
            return Proof(
                found.check,
                found.severity,
                fault.message,
                fault.object,
                fault.path,
                found.template,
                found.line,
                _FIX.get(found.check, ""),
                values,
                helm_command(chart, subject.space, configuration, found.template),
                made_up=invented,
            )
    return Proof(
        shown[0],
        "error",
        outcome.message,
        template=outcome.template,
        fix="Mend the template, or refuse these values in the schema or with a message of your own.",
        values=values,
        command=helm_command(chart, subject.space, configuration, ""),
        made_up=invented,
    )

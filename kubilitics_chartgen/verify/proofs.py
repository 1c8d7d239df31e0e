"""Findings out of sightings: each is shrunk, then confirmed by a whole render of Helm as it is. Asks a ledger."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import replace
from itertools import chain, islice

from kubilitics_chartgen.helm.settings import SETTINGS_FILE
from kubilitics_chartgen.verify.checks import CHECKS
from kubilitics_chartgen.verify.explore.ledger import Ledger, Runner, Sighting
from kubilitics_chartgen.verify.lint.exemptions import Exemption
from kubilitics_chartgen.verify.result import Proof
from kubilitics_chartgen.verify.shrink import (
    Question,
    Shown,
    broken_key,
    helm_command,
    shows,
    shrink,
    values_text,
)
from kubilitics_chartgen.verify.space.configuration import Configuration, is_doubtful, overrides
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.task import Outcome, Status, SweepTask
from kubilitics_chartgen.verify.sweep.work import sweep_pool

__all__ = ["Exempted", "confirmed", "find_proofs"]

SECONDS = 60.0
"""What making values small may take, all findings together."""
AT_ONCE = 32
"""Findings that are made small at once."""
ENDS = 600
"""Of an error that is very long, so much of its beginning and of its end is shown."""
_ALIKE = 4
"""Of the same fault in several objects, so many are made small where a value may be needed that nothing calls valid."""
_Proving = Generator[Question, Sequence[Outcome], "Proof | None"]
_INDEX = re.compile(r"\[[^\]]*\]")
_NAMED = re.compile(r"`[^`]*`")
_FIX = {check.name: check.fix for check in CHECKS}


class Exempted:
    """The findings that the chart's author accepts."""

    def __init__(self, exemptions: Iterable[Exemption]) -> None:
        self._exemptions = tuple(exemptions)
        self._used: set[Exemption] = set()
        self._covered: set[Proof] = set()

    @property
    def count(self) -> int:
        """How many findings it has accepted."""
        return len(self._covered)

    def covers(self, finding: Proof) -> bool:
        """Whether a finding is accepted."""
        both = (f"{finding.object}: {finding.path}", f"{finding.object} {finding.path}")
        subjects = (finding.object, finding.path, *both, finding.template, finding.template.partition("/")[2])
        for exemption in self._exemptions:
            if exemption.accepts(finding.check, *subjects):
                self._used.add(exemption)
                self._covered.add(finding)
                return True
        return False

    def unused(self) -> list[Proof]:
        """A finding for each exemption that nothing of what was tried needs."""
        return [
            Proof(
                "exemptions",
                "warning",
                f"None of the values that were tried needs this exemption from {exemption.check}.",
                path=exemption.path,
                template=SETTINGS_FILE,
                line=exemption.line or 0,
                fix="Remove it, or see first whether more values need it: --random 5000.",
            )
            for exemption in self._exemptions
            if exemption not in self._used
        ]


def confirmed(
    find: Callable[[float], list[Proof]], hand_over: Callable[[Runner], None], task: SweepTask, *, interrupted: bool
) -> tuple[list[Proof], bool]:
    """What `find` confirms within its seconds, and whether the user ended it, now or before.

    Then it is confirmed without being made small, by new workers that are handed over: the ones that were interrupted
    may still answer what was asked before. Nothing, where the user ends that as well.
    """
    if not interrupted:
        try:
            return find(SECONDS), False
        except KeyboardInterrupt:
            pass
    try:
        with sweep_pool(task) as fresh:
            hand_over(fresh)
            return find(0.0), True
    except KeyboardInterrupt:
        return [], True


def find_proofs(
    subject: Subject, ledger: Ledger, exempted: Exempted, chart: str, *, seconds: float = SECONDS
) -> list[Proof]:
    """A finding for each fault that Helm confirms; the same fault in other objects is told with it."""
    deadline = time.monotonic() + seconds
    groups: dict[tuple[str, str], list[Sighting]] = {}
    for sighting in sorted(ledger.sightings.values(), key=lambda each: each.rank):
        if not exempted.covers(_early(sighting)):
            said = _INDEX.sub("[]", sighting.found.fault.path.rpartition("].")[2])
            key = (sighting.found.check, f"{said} {broken_key(_NAMED.sub('', sighting.found.fault.message))}")
            groups.setdefault(key, []).append(sighting)
    broken: dict[Shown, Configuration] = {}
    for configuration, outcome in sorted(ledger.broken.items(), key=lambda item: is_doubtful(subject.space, item[0])):
        died = outcome.status is Status.DIED
        broken.setdefault(("ends", "") if died else ("renders", broken_key(outcome.message)), configuration)
    ordered = sorted(groups.values(), key=lambda group: group[0].found.severity != "error")
    late = lambda: time.monotonic() >= deadline  # noqa: E731
    proving = [_prove(subject, configuration, shown, chart, "", late) for shown, configuration in broken.items()]
    tried = [group[: _ALIKE if is_doubtful(subject.space, group[0].configuration) else 1] for group in ordered]
    for each in chain.from_iterable(tried):
        shown = (each.found.check, each.found.fault.key)
        proving.append(_prove(subject, each.configuration, shown, chart, each.found.template, late))
    proved = iter(_proved(ledger, proving))
    found = [one for one in islice(proved, len(broken)) if one is not None]
    for group, some in zip(ordered, tried, strict=True):
        proofs = [(proof, sighting) for sighting, proof in zip(some, proved, strict=False) if proof is not None]
        if proofs:
            # The first for which no value is needed that nothing says to be valid, if there is one.
            one, shown_by = min(proofs, key=lambda each: each[0].made_up)
            others = [each for each in group if each is not shown_by]
            also = dict.fromkeys(f"{each.found.fault.object} in {each.found.template}" for each in others)
            found.append(replace(one, also=tuple(also)))
    return found


def _proved(ledger: Ledger, proving: Sequence[_Proving]) -> list[Proof | None]:
    """All of these, many at once: what several of them ask is rendered once, and all workers have something to do."""
    found: list[Proof | None] = [None] * len(proving)
    todo = deque(range(len(proving)))
    waiting: dict[int, Question] = {}

    def advance(number: int, answer: Sequence[Outcome] | None) -> None:
        try:
            waiting[number] = next(proving[number]) if answer is None else proving[number].send(answer)
        except StopIteration as end:
            found[number] = end.value

    while todo or waiting:
        while todo and len(waiting) < AT_ONCE:
            advance(todo.popleft(), None)
        questions, waiting = waiting, {}
        answers: dict[tuple[bool, bool], dict[Configuration, Outcome]] = {}
        for alone, exact in dict.fromkeys((one.alone, one.exact) for one in questions.values()):
            same = [one for one in questions.values() if (one.alone, one.exact) == (alone, exact)]
            asked = list(dict.fromkeys(each for one in same for each in one.configurations))
            answers[alone, exact] = dict(zip(asked, ledger.again(asked, alone=alone, exact=exact), strict=True))
        for number, one in questions.items():
            advance(number, [answers[one.alone, one.exact][each] for each in one.configurations])
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


def _prove(
    subject: Subject,
    configuration: Configuration,
    shown: Shown,
    chart: str,
    template: str,
    late: Callable[[], bool],
) -> _Proving:
    """The finding, None where Helm does not confirm it; when it is late the values stay larger than they could be.

    What Helm itself cannot render is a finding of its own, for then nothing is known of the objects.
    """
    first: Sequence[int] = subject.slices[template].factors if template in subject.slices else ()
    small = configuration
    if not late():
        small = yield from shrink(subject.base, configuration, shown, first, late=late)
    for candidate in dict.fromkeys((small, configuration)):
        (outcome,) = yield Question([candidate], alone=True)
        if shows(outcome, shown):
            known = yield from _in_some_version(subject, candidate, outcome, shown)
            return _proof(subject, candidate, outcome, shown, chart) if known else None
    if outcome.status is Status.BROKEN:
        return _proof(subject, configuration, outcome, ("renders", broken_key(outcome.message)), chart)
    return None


def _in_some_version(
    subject: Subject, candidate: Configuration, outcome: Outcome, shown: Shown
) -> Generator[Question, Sequence[Outcome], bool]:
    """Whether the fault is there for a Kubernetes version with which the chart takes these values.

    A template that does not look at the version is judged for all of them, though another one may refuse some.
    """
    fault = next((each.fault for each in outcome.found if (each.check, each.fault.key) == shown), None)
    number = next((place for place, each in enumerate(subject.space.factors) if each.path == subject.kube_value), None)
    if number is None or fault is None:
        return True
    levels = range(len(subject.space.factors[number].levels))
    same = (shown[0], fault.object, fault.path)
    answers = yield Question([candidate.choose({number: level}) for level in levels], alone=True, exact=True)
    return any((each.check, each.fault.object, each.fault.path) == same for one in answers for each in one.found)


def _proof(subject: Subject, configuration: Configuration, outcome: Outcome, shown: Shown, chart: str) -> Proof:
    values = values_text(overrides(subject.space, configuration))
    invented = is_doubtful(subject.space, configuration, subject.base)
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
        _short(outcome.message),
        template=outcome.template,
        fix="Mend the template, or refuse these values in the schema or with a message of your own.",
        values=values,
        command=helm_command(chart, subject.space, configuration, ""),
        made_up=invented,
    )


def _short(message: str) -> str:
    """Beginning and end: in between, templates that call themselves are named a thousand times."""
    return message if len(message) <= 2 * ENDS else f"{message[:ENDS]} … {message[-ENDS:]}"

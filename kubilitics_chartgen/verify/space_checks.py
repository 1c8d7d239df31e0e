"""Checks that look at a chart's space rather than at its objects. Asks a ledger.

renders        what the schema accepts renders, or is refused in the author's words
ends           rendering ends, in bounded time and memory
determinism    the same values give the same bytes, twice
isolation      an optional part leaves everything else byte-identical (only for parts that are named)
every-value    each value changes some object in some configuration
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from types import MappingProxyType

from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.result import Proof
from kubilitics_chartgen.verify.shrink import helm_command, values_text
from kubilitics_chartgen.verify.space.configuration import Configuration, overrides
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.task import Status

__all__ = ["SPACE_CHECKS", "check_space"]

SPACE_CHECKS = MappingProxyType(
    {
        "renders": "What the schema accepts renders to YAML, or is refused in the author's own words.",
        "ends": "Rendering ends, in bounded time and memory.",
        "determinism": "The same values give the same bytes, twice.",
        "isolation": "An optional part leaves everything else byte-identical, on or off.",
        "every-value": "Each value changes some object in some configuration.",
        "exemptions": "Each exemption is needed.",
    }
)
MAX_ISOLATED = 200
"""Configurations in which an optional part is switched."""


def check_space(
    subject: Subject,
    ledger: Ledger,
    bases: Sequence[Configuration],
    chosen: Collection[str],
    isolated: Sequence[int],
) -> list[Proof]:
    """What these checks find."""
    found: list[Proof] = []
    if "determinism" in chosen:
        ledger.phase = "the same values twice"
        found.extend(_determinism(subject, ledger, bases))
    if "isolation" in chosen:
        ledger.phase = "optional parts on and off"
        for factor in isolated:
            found.extend(_isolation(subject, ledger, factor))
    if "every-value" in chosen:
        ledger.phase = "whether every value matters"
        found.extend(_every_value(subject, ledger, bases))
    return found


def _determinism(subject: Subject, ledger: Ledger, bases: Sequence[Configuration]) -> Iterator[Proof]:
    told: set[str] = set()
    twice = [ledger.again(bases, alone=True) for _ in range(2)]
    for base, first, second in zip(bases, *twice, strict=True):
        changed = set(first.objects) ^ set(second.objects)
        for template, name, _digest in sorted(changed):
            if name not in told:
                told.add(name)
                yield Proof(
                    "determinism",
                    "error",
                    "It is another one each time the same values are rendered, so every upgrade and every look of a "
                    "GitOps tool changes it.",
                    name,
                    template=template,
                    fix="Take out what is random, or the time of day; have the operator make secrets.",
                    values=values_text(overrides(subject.space, base)),
                    command=helm_command(str(subject.files.folder), subject.space, base, template),
                )


def _isolation(subject: Subject, ledger: Ledger, factor: int) -> Iterator[Proof]:
    levels = subject.space.factors[factor].levels
    off = next((number for number, level in enumerate(levels) if level.value is False), 0)
    on = next((number for number, level in enumerate(levels) if level.value is True), len(levels) - 1)
    with_it = [each for each in ledger.accepted if each.levels[factor] == on][-MAX_ISOLATED:]
    without = [each.choose({factor: off}) for each in with_it]
    told: set[str] = set()
    for here, there, configuration in zip(ledger.again(with_it), ledger.again(without), with_it, strict=True):
        if there.status is not Status.ACCEPTED:
            continue
        present = {(template, name): digest for template, name, digest in here.objects}
        for template, name, digest in there.objects:
            now = present.get((template, name))
            if now == digest or name in told:
                continue
            told.add(name)
            what = "is not there any more" if now is None else "changes"
            yield Proof(
                "isolation",
                "error",
                f"It {what} when {subject.space.factors[factor].name} is switched on.",
                name,
                template=template,
                fix=f"Keep what depends on {subject.space.factors[factor].name} in objects of its own.",
                values=values_text(overrides(subject.space, configuration)),
                command=helm_command(str(subject.files.folder), subject.space, configuration, template),
            )


def _every_value(subject: Subject, ledger: Ledger, bases: Sequence[Configuration]) -> Iterator[Proof]:
    waiting = set(range(len(subject.space.factors)))
    starts = [each for each in dict.fromkeys([subject.base, *bases, *subject.known]) if each in ledger.digests]
    for start in starts:
        changes = {
            start.choose({factor: level}): factor
            for factor in sorted(waiting)
            for level in range(len(subject.space.factors[factor].levels))
            if start.levels[factor] != level and start.choose({factor: level}) not in ledger.broken
        }
        said = ledger.verdicts(list(changes))
        ledger.look([change for change, why in zip(changes, said, strict=True) if why is None])
        for change, factor in changes.items():
            if change in ledger.digests and ledger.digests[change] != ledger.digests[start]:
                waiting.discard(factor)
    read = {factor for part in subject.slices.values() for factor in part.factors}
    for factor in sorted(waiting):
        name = subject.space.factors[factor].name
        why = f"in {len(starts)} configurations" if factor in read else "anywhere: no template reads it"
        yield Proof(
            "every-value",
            "warning",
            f"Changing it changes no object {why}.",
            path=name,
            fix="Use it, or remove it; or exempt it with the reason.",
        )

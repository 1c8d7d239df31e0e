"""Checks that look at a chart's space rather than at its objects. Asks a ledger.

renders        what the schema accepts renders, or is refused in the author's words
ends           rendering ends, in bounded time and memory
determinism    the same values give the same bytes, twice
isolation      an optional part leaves everything else byte-identical (only for parts that are named)
every-value    each value changes some object, or what is refused, in some configuration
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from types import MappingProxyType

from kubilitics_chartgen.verify.chart_files import ChartFiles
from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.result import Proof
from kubilitics_chartgen.verify.shrink import helm_command, values_text
from kubilitics_chartgen.verify.space.configuration import Configuration, overrides
from kubilitics_chartgen.verify.space.factors import Path
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.task import Status
from kubilitics_chartgen.words import counted

__all__ = ["SPACE_CHECKS", "changing_nothing", "check_space", "matters", "nothing_accepted", "spread"]

SPACE_CHECKS = MappingProxyType(
    {
        "renders": "What the schema accepts renders to YAML, or is refused in the author's own words.",
        "ends": "Rendering ends, in bounded time and memory.",
        "determinism": "The same values give the same bytes, twice.",
        "isolation": "An optional part leaves everything else byte-identical, on or off.",
        "every-value": "Each value changes some object, or what is refused, in some configuration.",
        "exemptions": "Each exemption is needed.",
    }
)
MAX_ISOLATED = 200
"""Configurations in which an optional part is switched."""
MAX_ELSEWHERE = 64
"""Further configurations in which a value is changed that seemed to change nothing: so many with its default, and so
many without."""


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


def nothing_accepted(subject: Subject, ledger: Ledger, chart: str) -> Iterator[Proof]:
    """A finding where no configuration is accepted: then there was nothing to check."""
    why = ledger.refused.get(subject.base) or ledger.broken.get(subject.base)
    if ledger.accepted or why is None:
        return
    count = len(ledger.refused) + len(ledger.broken)
    yield Proof(
        "renders",
        "error",
        f"None of {counted(count, 'configuration')} is accepted, so there is nothing to check. The first is refused: "
        f"{why.message}",
        template=why.template,
        fix="Start from values that the chart takes, by --values, or keep some in ci/*-values.yaml.",
        values=values_text(overrides(subject.space, subject.base)),
        command=helm_command(chart, subject.space, subject.base, ""),
    )


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
                    "It is another one each time the same values are rendered, so every look of a GitOps tool changes "
                    "it, and every upgrade that does not look up what is there.",
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
    release = subject.base.release
    with_it = [each for each in ledger.accepted if each.levels[factor] == on and each.release == release][
        -MAX_ISOLATED:
    ]
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
    nobodys = _nobodys(subject.files)
    waiting = {
        number
        for number, factor in enumerate(subject.space.factors)
        if factor.named and not factor.guessed and not any(factor.path[: len(path)] == path for path in nobodys)
    }
    starts = [each for each in dict.fromkeys([subject.base, *bases, *subject.known]) if each in ledger.digests]
    if not starts:
        return
    for factor, count in changing_nothing(subject, ledger, starts, waiting).items():
        where = (
            f"in {counted(count, 'configuration')}" if _readers(subject, factor) else "anywhere: no template reads it"
        )
        yield Proof(
            "every-value",
            "warning",
            f"Changing it changes no object {where}.",
            path=subject.space.factors[factor].name,
            fix="Use it, or remove it; or exempt it with the reason.",
        )


def changing_nothing(
    subject: Subject, ledger: Ledger, starts: Sequence[Configuration], factors: Collection[int]
) -> dict[int, int]:
    """Those of the factors that seem to matter nowhere, and in how many configurations each of them was changed.

    They are changed in `starts`, which are accepted, and in others of the ledger in which what reads them prints.
    """
    waiting = set(factors)
    for start in starts:
        waiting -= matters(subject, ledger, [(start, factor) for factor in sorted(waiting)])
    tried = set(starts)
    elsewhere = {
        factor: [each for each in _where_read(subject, ledger, factor) if each not in tried] for factor in waiting
    }
    longest = max(map(len, elsewhere.values()), default=0)
    # Most are found in the first few; what is left is asked for in ever more at once, as that takes less time.
    number, count = 0, 1
    while waiting and number < longest:
        part = slice(number, number + count)
        asked = [(each, factor) for factor in sorted(waiting) for each in elsewhere[factor][part]]
        waiting -= matters(subject, ledger, asked)
        number, count = number + count, 2 * count
    # Where every other level makes Helm stop, nothing is known: what to write there is not.
    changed = {factor: [*starts, *elsewhere[factor]] for factor in sorted(waiting)}
    return {factor: len(each) for factor, each in changed.items() if _is_compared(subject, ledger, factor, each)}


def _is_compared(subject: Subject, ledger: Ledger, factor: int, starts: Sequence[Configuration]) -> bool:
    """Whether another level was accepted anywhere."""
    levels = range(len(subject.space.factors[factor].levels))
    return any(
        start.choose({factor: level}) in ledger.digests
        for start in starts
        for level in levels
        if level != start.levels[factor]
    )


def matters(subject: Subject, ledger: Ledger, asked: Sequence[tuple[Configuration, int]]) -> set[int]:
    """The factors of which another level prints something else, or is refused, each in its configuration."""
    changes = {
        start.choose({factor: level}): (start, factor)
        for start, factor in asked
        for level in range(len(subject.space.factors[factor].levels))
        if start.levels[factor] != level and start.choose({factor: level}) not in ledger.broken
    }
    said = ledger.verdicts(list(changes))
    ledger.look([change for change, why in zip(changes, said, strict=True) if why is None])
    return {
        factor
        for change, (start, factor) in changes.items()
        if change not in ledger.broken and ledger.digests.get(change) != ledger.digests[start]
    }


def _nobodys(chart: ChartFiles) -> set[Path]:
    """What no chart's author gave as values, and Helm shows among the defaults.

    It copies `global` into the values of each chart inside, over what is said there, and has the defaults of a chart
    that is there under other names only under its own as well.
    """
    keys = {dependency.key for dependency in chart.dependencies}
    own = {dependency.name for dependency in chart.dependencies} - keys - set(chart.values.data)
    return {(*inner.prefix, "global") for inner in chart.subcharts} | {(name,) for name in own}


def _readers(subject: Subject, factor: int) -> frozenset[str]:
    """The templates that read a factor."""
    return frozenset(name for name, part in subject.slices.items() if factor in part.factors)


def _where_read(subject: Subject, ledger: Ledger, factor: int) -> list[Configuration]:
    """Accepted configurations in which templates that read it print something, and those the author shows.

    Any, where these templates never print: what they do is to refuse.
    """
    usual, names = subject.base.levels[factor], _readers(subject, factor)
    seldom = [each for each in ledger.accepted if not each.removed]
    printed = [each for each in seldom if ledger.accepted[each] & names] or (seldom if names else [])
    shown = [each for each in subject.tried if each in ledger.accepted]
    return [
        *spread([each for each in printed if each.levels[factor] != usual]),
        *spread([each for each in printed if each.levels[factor] == usual]),
        *shown,
    ]


def spread(configurations: Sequence[Configuration]) -> Sequence[Configuration]:
    """Some of all phases of the exploration."""
    return configurations[:: max(1, -(-len(configurations) // MAX_ELSEWHERE))]

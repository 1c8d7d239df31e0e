"""Finds what is wrong with a compatibility matrix: gaps, contradictions, rules without effect, circular updates. Pure.

Mistakes in the text of a matrix (typos, impossible ranges) are found earlier, where it is read (`exchange`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from kubilitics_chartgen.errors import Problem
from kubilitics_chartgen.model.compatibility.decision import decide
from kubilitics_chartgen.model.compatibility.matrix import COMPONENTS, SUBJECTS, Matrix, Rule, Status
from kubilitics_chartgen.model.compatibility.updates import deadlock, route
from kubilitics_chartgen.model.compatibility.versions import Number, Range, Version, number_text

__all__ = ["lint"]

Cell = dict[str, Number]
"""One version for each subject: the first of an area in which every rule answers the same."""


def lint(matrix: Matrix) -> list[Problem]:
    """Everything that is wrong; empty for a matrix that can be trusted."""
    ranges = {rule.id: rule.ranges() for rule in matrix.rules}
    together: dict[frozenset[str], list[Rule]] = {}
    for rule in matrix.rules:
        together.setdefault(frozenset(rule.when), []).append(rule)
    problems: list[Problem] = []
    for subjects, rules in together.items():
        problems += _overlaps(rules, ranges)
        if len(subjects) > 1:
            problems += _gaps(matrix, subjects, ranges)
        problems += _without_effect(matrix, subjects, rules, ranges)
    problems += _own_releases(matrix)
    return problems or _waits(matrix)


def _overlaps(rules: list[Rule], ranges: Mapping[str, Mapping[str, Range]]) -> Iterable[Problem]:
    for one, other in itertools.combinations(rules, 2):
        shared = {who: _common(ranges[one.id][who], ranges[other.id][who]) for who in one.when}
        places = [f"{who} {area}" for who, area in shared.items() if area]
        if len(places) < len(shared):
            continue
        where = " with ".join(places)
        if one.status is not other.status:
            said = f'"{one.id}" says {one.status.words} and "{other.id}" says {other.status.words} of {where}'
            yield Problem(
                f"two rules contradict each other: {said}.", path=f"rules.{one.id}", fix="Narrow one of them."
            )
        else:
            yield Problem(
                f'this rule and "{other.id}" overlap: both speak for {where}.',
                path=f"rules.{one.id}",
                fix="Narrow one of them, so that one rule gives the reason.",
            )


def _common(one: Range, other: Range) -> str:
    start = max(one.start or (0, 0, 0), other.start or (0, 0, 0))
    ends = [end for end in (one.end, other.end) if end is not None]
    if ends and start >= min(ends):
        return ""
    return f">={number_text(start)}" + (f", <{number_text(min(ends))}" if ends else "")


def _cells(subjects: Iterable[str], ranges: Mapping[str, Mapping[str, Range]], matrix: Matrix) -> Iterable[Cell]:
    """One version of each area that the bounds of all rules cut the versions into."""
    names = sorted(subjects, key=SUBJECTS.index)
    starts = []
    for name in names:
        bounds: set[Number] = {(0, 0, 0), *([matrix.ends[name]] if name in matrix.ends else [])}
        for areas in ranges.values():
            if name in areas:
                bounds |= {bound for bound in (areas[name].start, areas[name].end) if bound is not None}
        bounds |= {version.number for text in matrix.releases.get(name, ()) if (version := Version.read(text))}
        starts.append(sorted(bounds))
    return (dict(zip(names, cell, strict=True)) for cell in itertools.product(*starts))


def _speaks(areas: Mapping[str, Range], cell: Cell) -> bool:
    return areas.keys() <= cell.keys() and all(area.holds(cell[who]) for who, area in areas.items())


def _gaps(matrix: Matrix, subjects: frozenset[str], ranges: Mapping[str, Mapping[str, Range]]) -> Iterable[Problem]:
    """Pairs of releases that the matrix lists, and that no rule judges though rules judge others of the kind."""
    if not subjects <= matrix.releases.keys() or not _judges_releases(matrix, subjects, ranges):
        return
    for cell in _cells(subjects, ranges, matrix):
        listed = all(_listed(matrix, who, number) for who, number in cell.items())
        if listed and not any(_speaks(areas, cell) for areas in ranges.values()):
            where = " with ".join(f"{who} {number_text(number)}" for who, number in cell.items())
            yield Problem(f"no rule says how {where} go together.", path="rules", fix="Add a rule, or widen one.")


def _judges_releases(matrix: Matrix, subjects: frozenset[str], ranges: Mapping[str, Mapping[str, Range]]) -> bool:
    """Whether the rules of these subjects are meant for listed releases, and not only for major versions to come."""
    return any(
        areas.keys() == subjects
        and all(any(_in(area, text) for text in matrix.releases[who]) for who, area in areas.items())
        for areas in ranges.values()
    )


def _in(area: Range, text: str) -> bool:
    version = Version.read(text)
    return version is not None and area.holds(version.number)


def _listed(matrix: Matrix, who: str, number: Number) -> bool:
    first = Version.read(matrix.releases[who][0])
    return first is not None and first.number <= number < matrix.ends[who]


def _without_effect(
    matrix: Matrix, subjects: frozenset[str], rules: list[Rule], ranges: Mapping[str, Mapping[str, Range]]
) -> Iterable[Problem]:
    """Rules that never change an answer, because wherever they speak another one is at least as strict."""
    by_id = {rule.id: rule for rule in matrix.rules}
    for rule in rules:
        cells = [cell for cell in _cells(subjects, ranges, matrix) if _speaks(ranges[rule.id], cell)]
        others = {
            next(
                (
                    other
                    for other, areas in ranges.items()
                    if other != rule.id
                    and by_id[other].status.severity >= rule.status.severity
                    and _speaks(areas, cell)
                ),
                "",
            )
            for cell in cells
        }
        if "" not in others:
            named = " and ".join(f'"{other}"' for other in sorted(others))
            yield Problem(
                f"the rule never changes an answer: wherever it speaks, {named} is at least as strict.",
                path=f"rules.{rule.id}",
                fix="Remove it, or widen it.",
            )


def _own_releases(matrix: Matrix) -> Iterable[Problem]:
    """The chart takes its own release's images as compatible without looking: that must be so."""
    for text in matrix.releases.get("chart", ()):
        verdict = decide({**dict.fromkeys(COMPONENTS, text), "chart": text}, matrix)
        if verdict.status is not Status.COMPATIBLE:
            yield Problem(
                f"the images of chart {text} itself are {verdict.status.words}: {verdict.reasons[0]}.",
                path="releases.chart",
                fix="List the release for each component, and let a rule call it compatible.",
            )


def _waits(matrix: Matrix) -> list[Problem]:
    """Updates between listed releases of the same number that no order of single steps can reach."""
    shared = [text for text in matrix.releases["backend"] if all(text in matrix.releases[who] for who in ("frontend",))]
    problems = []
    for old, new in itertools.pairwise(shared):
        names = [who for who in COMPONENTS if {old, new} <= set(matrix.releases[who])]
        start, goal = dict.fromkeys(names, old), dict.fromkeys(names, new)
        if route(start, goal, matrix, worst=Status.NOT_RECOMMENDED) is None:
            problems.append(
                Problem(
                    f"no component can go from {old} to {new} first: {deadlock(start, goal, matrix)}.",
                    path="rules",
                    fix="Let one of the steps through.",
                )
            )
    return problems

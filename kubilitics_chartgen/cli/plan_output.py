"""How `plan` prints: a table for people, Markdown for a pull request, JSON for programs, a line for each cluster."""

from __future__ import annotations

import sys
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kubilitics_chartgen.transition.fleet import ClusterAnswer
    from kubilitics_chartgen.upgrade.planning import Planned

__all__ = ["PlanFormat", "print_fleet", "print_plan"]

_COLORS = {"refused": "red", "data at risk": "red", "depends": "yellow", "recreated with downtime": "yellow"}
_SHOWN = 5
_WIDEST = 60


class PlanFormat(str, Enum):
    """How the plan is printed."""

    table = "table"
    markdown = "markdown"
    json = "json"


def print_plan(planned: Planned, chosen: PlanFormat, *, run: str, undo: str) -> None:
    """The plan in the chosen format, with the commands that carry it out and undo it."""
    from kubilitics_chartgen.cli.output import print_json
    from kubilitics_chartgen.upgrade.report import markdown, undo_verdict

    undo_says, notes = undo_verdict(planned.back), planned.notes
    if chosen is PlanFormat.json:
        told = {
            "run": run,
            "undo": undo,
            "undoVerdict": undo_says,
            "kubeVersion": planned.version.name,
            "notes": list(notes),
        }
        print_json({"title": planned.title, **planned.plan.as_dict(), **told})
    elif chosen is PlanFormat.markdown:
        title = planned.title
        sys.stdout.write(markdown(planned.plan, title=title, run=run, undo=undo, undo_says=undo_says, notes=notes))
    else:
        _print_table(planned, (run, undo, undo_says))


def print_fleet(answers: Iterable[ClusterAnswer], *, as_json: bool) -> int:
    """One line for each cluster that needs attention, as soon as it is known; the exit code."""
    from kubilitics_chartgen.cli.output import console, print_json

    out = console()
    count, attention = 0, []
    for answer in answers:
        count += 1
        if not answer.needs_attention:
            continue
        if as_json:
            attention.append(answer.as_dict())
        else:
            attention.append({})
            out.print(f"{answer.file}: {answer.verdict}: {' | '.join(answer.reasons)}", markup=False)
    if as_json:
        print_json({"clusters": count, "attention": attention})
    else:
        out.print(f"{len(attention)} of {count} clusters need attention", markup=False)
    return 1 if attention else 0


def _print_table(planned: Planned, ways: tuple[str, str, str]) -> None:
    from rich.markup import escape

    from kubilitics_chartgen.cli.output import console
    from kubilitics_chartgen.upgrade import Verdict
    from kubilitics_chartgen.upgrade.report import summary

    out, found = console(), planned.plan
    rows: dict[tuple[str, str], list[str]] = {}
    for change in sorted(found.changes, key=lambda item: -item.verdict.rank):
        if change.verdict is not Verdict.UNCHANGED:
            fields = [f"{item.path}: {_short(item.before)} -> {_short(item.after)}" for item in change.differences]
            text = "\n".join([*change.reasons, *fields[:_SHOWN], *_rest(fields)])
            rows.setdefault((change.verdict.value, text), []).append(str(change.identity))
    if rows:
        out.print(f"{planned.title}, Kubernetes {planned.version.name}", style="bold", markup=False)
    for (verdict, text), names in rows.items():
        # Lines, not cells: paths and values are wider than any column.
        out.print(f"[{_COLORS.get(verdict, 'default')}]{verdict}[/]: {escape(', '.join(names))}")
        for line in text.splitlines():
            out.print(f"    {line}", markup=False)
    for hook in found.hooks:
        out.print(f"runs: {hook}", markup=False)
    for note in planned.notes:
        out.print(f"note: {note}", markup=False)
    run, undo, undo_says = ways
    out.print(f"verdict: {found.verdict.value} ({summary(found)})", markup=False)
    out.print(f"run:     {run}", markup=False)
    out.print(f"undo:    {undo}   ({undo_says})", markup=False)


def _rest(fields: list[str]) -> list[str]:
    return [f"and {len(fields) - _SHOWN} more fields: --format markdown shows all"] if len(fields) > _SHOWN else []


def _short(value: object) -> str:
    from kubilitics_chartgen.upgrade.report import shown_value

    text = "nothing" if value is None else shown_value(value)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."

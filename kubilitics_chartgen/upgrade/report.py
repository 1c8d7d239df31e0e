"""A plan as Markdown, and the commands that carry it out and undo it. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Any

from kubilitics_chartgen.helm import Keep
from kubilitics_chartgen.helm.secret_names import HIDDEN_NOTE, without_secrets
from kubilitics_chartgen.upgrade.change import Change, Verdict
from kubilitics_chartgen.upgrade.merge import Apply
from kubilitics_chartgen.upgrade.plan import Plan
from kubilitics_chartgen.upgrade.source import Side, Target

__all__ = ["commands", "markdown", "shown_value", "summary", "undo_verdict"]

_LONGEST = 400


def commands(side: Side, target: Target, keep: Keep, applies: Sequence[Apply]) -> tuple[str, str]:
    """What to run, and what undoes it. With one known way of applying, Helm 4 is told to use it."""
    chart = [str(side.chart)]
    if side.reference:
        name, _colon, version = side.reference.rpartition(":")
        # A digest is part of the name to Helm, a version is an option of its own.
        chart = [side.reference] if "@" in side.reference else [name, "--version", version]
    words = ["helm", "upgrade", target.release, *chart, "--namespace", target.namespace]
    for name in side.files:
        words += ["--values", name]
    for text in side.sets:
        words += ["--set", without_secrets(text)]
    if keep.option:
        words.append(keep.option)
    if list(applies) == [Apply.server]:
        words.append("--server-side=true")
    run = shlex.join(words)
    if any(without_secrets(text) != text for text in side.sets):
        run = f"{run}  {HIDDEN_NOTE}"
    return run, shlex.join(["helm", "rollback", target.release, "--namespace", target.namespace])


def undo_verdict(undo: Plan) -> str:
    """Whether the way back is open, in one sentence."""
    bad = [change for change in undo.changes if change.verdict.is_dangerous]
    if not bad:
        return "possible"
    first = bad[0]
    word = "not possible" if first.verdict is Verdict.REFUSED else first.verdict.value
    more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
    return f"{word}: {first.identity}: {'; '.join(first.reasons)}{more}"


def markdown(plan: Plan, *, title: str, run: str, undo: str, undo_says: str, notes: Sequence[str] = ()) -> str:
    """For a pull request: the verdict, a table of what is not unchanged, the differences folded away."""
    lines = [f"## {title}", "", f"**{plan.verdict.value}**: {summary(plan)}", ""]
    touched = [change for change in plan.changes if change.verdict is not Verdict.UNCHANGED]
    if touched:
        lines += ["| Object | Verdict | What happens |", "| --- | --- | --- |"]
        for change in sorted(touched, key=lambda item: -item.verdict.rank):
            reasons = "; ".join(change.reasons).replace("|", "\\|").replace("\n", " ")
            lines.append(f"| `{change.identity}` | {change.verdict.value} | {reasons} |")
        lines.append("")
    for change in touched:
        lines += _details(change)
    for hook in plan.hooks:
        lines.append(f"- runs `{hook}`")
    lines += [f"- {note}" for note in notes]
    lines += ["", "```sh", run, f"# to undo ({undo_says.splitlines()[0]}):", undo, "```", ""]
    return "\n".join(lines)


def summary(plan: Plan) -> str:
    """How many objects have each verdict."""
    return ", ".join(f"{count} {name}" for name, count in plan.counts().items()) or "no objects"


def _details(change: Change) -> list[str]:
    if not change.differences:
        return []
    lines = [f"<details><summary>{change.identity}</summary>", "", "```diff"]
    for item in change.differences:
        if item.before is not None:
            lines.append(f"- {item.path}: {shown_value(item.before)}")
        if item.after is not None:
            lines.append(f"+ {item.path}: {shown_value(item.after)}")
    return [*lines, "```", "", "</details>", ""]


def shown_value(value: Any) -> str:
    """One line, never longer than a screen's."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    # A fence in a value would end the block it stands in.
    text = text.replace("```", "'''")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"

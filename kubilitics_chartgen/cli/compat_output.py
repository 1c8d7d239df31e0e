"""How `compat` shows verdicts and updates, to people and to programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubilitics_chartgen.cli.output import console

if TYPE_CHECKING:
    from rich.text import Text

    from kubilitics_chartgen.model.compatibility import Matrix, Status, Updates, Verdict

__all__ = ["colored", "print_updates", "print_verdict", "updates_dict"]

_COLORS = {"compatible": "green", "not-recommended": "yellow", "blocked": "red"}


def colored(status: Status) -> Text:
    """A status in its colour."""
    from rich.text import Text

    return Text(status.words, style=_COLORS[status.value])


def print_verdict(verdict: Verdict) -> None:
    """The status, the reasons, and what users do without."""
    from rich.text import Text

    out = console()
    named = ", ".join(f"{subject} {text or '(a digest without a tag)'}" for subject, text in verdict.versions.items())
    out.print(Text.assemble(f"{named}: ", colored(verdict.status)))
    for reason in verdict.reasons:
        out.print(f"  {reason}", markup=False)
    for feature in verdict.missing:
        out.print(f"  without {feature}", markup=False)
    if verdict.core_status is not verdict.status:
        out.print(f"  without AI: {verdict.core_status.words}", markup=False)


def print_updates(found: Updates, matrix: Matrix) -> None:
    """Each single update, then the order of the full one."""
    from rich.text import Text

    out = console()
    out.print(Text.assemble("installed: ", colored(found.installed.status)))
    if found.single:
        out.print("one component alone:")
    for step in found.single:
        out.print(Text.assemble(f"  {step.component} {step.version}: ", colored(step.verdict.status)))
        for reason in step.verdict.reasons:
            out.print(f"    {reason}", markup=False)
    if found.full is None and not found.blocked:
        out.print("all only at once, as one release is installed: every order of single updates is blocked")
    elif found.full is None:
        out.print(Text(matrix.blocked_update, style="red"))
        for reason in found.target.reasons:
            out.print(f"  {reason}", markup=False)
    elif not found.full:
        out.print("nothing to update")
    else:
        out.print(f"all, in this order, through {found.through.words} states:")
        for number, step in enumerate(found.full, 1):
            out.print(Text.assemble(f"  {number}. {step.component} {step.version}: ", colored(step.verdict.status)))


def updates_dict(found: Updates, matrix: Matrix) -> dict[str, Any]:
    """For programs; `full` is null where only all at once may go, `message` is for a user whose update is blocked."""
    return {
        "installed": found.installed.as_dict(),
        "target": found.target.as_dict(),
        "single": [
            {"component": step.component, "version": step.version, **step.verdict.as_dict()} for step in found.single
        ],
        "full": None
        if found.full is None
        else [{"component": step.component, "version": step.version, **step.verdict.as_dict()} for step in found.full],
        "through": None if found.full is None else found.through.value,
        "blocked": found.blocked,
        "message": matrix.blocked_update if found.blocked else "",
    }

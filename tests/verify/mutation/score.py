"""How many of the faults `verify` finds, as a page. In: verdicts. Out: Markdown. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tests.verify.mutation.judge import ENOUGH, Verdict

__all__ = ["class_of", "page", "share"]

_HEAD = """# Mutation score

Written by `make mutation-score`; do not edit. Faults that people make are put into the chart's templates and helpers,
one at a time, drawn by a seed: one in every file that makes objects, then each operator in turn, anywhere. A mutant is
killed when `verify` has a finding that the unchanged chart has not (its checks, strict schemas, what an API server
refuses), or when Helm cannot render it. Nothing is compared with a snapshot. A mutant is equivalent when every byte and
every verdict is as before in all configurations of the sweep; it is counted apart. A mutant that changes bytes and no
object (a quote that is not needed, blanks) is not equivalent, so it counts as one that survived.

The sweep is smaller than that of `verify`: no arrays of pairs, {accepted} accepted configurations. A mutant is given up
after {budget} of them in which it changes something, and counts as equivalent after {enough} in which it changes
nothing. What `verify` would find beyond that counts as not found. NOTES.txt, comments and the words of `fail` are left
alone: no object is made of them.
"""
_CLASSES: tuple[tuple[str, str, str], ...] = (
    (r"^$", "No object differs, only bytes", "Quotes and blanks that YAML does not need here."),
    (
        r"^ConfigMap\.data|^ConfigMap\.binaryData",
        "The text of a configuration file",
        "What a program makes of its file, no rule of Kubernetes says; tests of the chart read some of these files.",
    ),
    (
        r"\.(command|args)\b|lifecycle",
        "A command's arguments",
        "They are known to the program alone; the tests that run the scripts cover them.",
    ),
    (r"\.env\b", "A variable's value", "It is one that the program takes; that it is the right one, no rule says."),
    (
        r"(Seconds|Threshold|Limit|[rR]eplicas|Percent|maxSurge|maxUnavailable|minAvailable|period|Value|tolerance)",
        "A number within its bounds",
        "Any other number in the range is as valid: which one is right is the author's choice.",
    ),
    (
        r"metadata\.annotations|\.annotations\b",
        "An annotation",
        "Kubernetes gives annotations no meaning; a checksum that misses a part restarts too seldom.",
    ),
    (r"metadata\.labels", "A label", "None that selects anything, nor one that is declared."),
    (
        r"NetworkPolicy|GlobalNetworkPolicy",
        "A network policy",
        "The connections that the policies allow together are the declared ones in the configurations that were tried.",
    ),
    (
        r"^(Role|ClusterRole)",
        "A role that grants less",
        "Which rights a program needs is not declared, only which it may have.",
    ),
    (
        r"an object more or less",
        "An object is lost or comes too often",
        "Nothing refers to it, and no value says when.",
    ),
    (r"", "Another field", "It is valid with either value, and nothing else refers to it."),
)


def class_of(verdict: Verdict) -> tuple[str, str]:
    """What kind of survivor it is, and why nothing finds it."""
    if verdict.verdicts and not verdict.changed:
        return (
            "Other values are refused",
            "Every declared refusal is still made and every value told instead is still taken; the difference lies "
            "between them.",
        )
    text = " ".join(verdict.where)
    return next((title, why) for pattern, title, why in _CLASSES if re.search(pattern, text))


def share(verdicts: Sequence[Verdict]) -> tuple[int, int]:
    """Killed ones, and those that count."""
    counted = [each for each in verdicts if not each.equivalent]
    return sum(bool(each.killed) for each in counted), len(counted)


def page(
    verdicts: Sequence[Verdict], *, seed: int, date: str, files: int, accepted: int, budget: int, asked: int
) -> str:
    """The whole page."""
    killed, counted = share(verdicts)
    objects = [each for each in verdicts if each.killed or each.where or each.verdicts]
    lines = [
        _HEAD.format(accepted=f"{accepted:,}", budget=f"{budget:,}", enough=f"{ENOUGH:,}"),
        f"Seed {seed}, {date}: **{killed} of {counted} mutants killed, {_percent(killed, counted)}**. "
        f"{len(verdicts)} of {asked} drawn mutants were judged, in {files} files; "
        f"{len(verdicts) - counted} are equivalent. Of those that change an object or a verdict, "
        f"{_percent(killed, len(objects))} are killed.\n",
        *(
            ["The run ended before its time: the files and operators that it did not reach count for nothing here.\n"]
            if len(verdicts) < asked
            else []
        ),
        "## By operator\n",
        _table(
            ("Operator", "Mutants", "Equivalent", "Killed", "Survived", "Score"),
            [_row(name, group) for name, group in _groups(verdicts, lambda each: each.mutant.operator)],
        ),
        "## Killed by\n",
        "The first finding counts; most mutants have several.\n",
        _table(("Check", "Mutants"), Counter(each.killed for each in verdicts if each.killed).most_common()),
        "## Survivors\n",
    ]
    survivors = [each for each in verdicts if not each.killed and not each.equivalent]
    for (title, why), group in _groups(survivors, class_of):
        lines += [f"### {title} ({len(group)})\n", f"{why}\n"]
        lines += [
            f"- `{each.mutant.file}:{each.mutant.line}`, {each.mutant.operator}: "
            f"{_code(each.mutant.before)} → {_code(each.mutant.after)}"
            for each in group
        ]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _groups(verdicts: Iterable[Verdict], key) -> list[tuple[object, list[Verdict]]]:
    found: dict[object, list[Verdict]] = {}
    for each in verdicts:
        found.setdefault(key(each), []).append(each)
    return sorted(found.items(), key=lambda item: (-len(item[1]), str(item[0])))


def _row(name: object, group: Sequence[Verdict]) -> tuple[object, ...]:
    killed, counted = share(group)
    return name, len(group), len(group) - counted, killed, counted - killed, _percent(killed, counted)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def _code(text: str) -> str:
    flat = " ".join(text.split())
    short = flat if len(flat) <= 90 else f"{flat[:87]}..."
    return f"`` {short} ``" if short else "nothing"

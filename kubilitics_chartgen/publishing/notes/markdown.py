"""Release notes as Markdown. No I/O.

Every section is always there, so that a reader finds "nothing changed" instead of nothing. Text from charts is escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from kubilitics_chartgen.publishing.notes.compare import DEFAULTS, Changes, Comparison, ValueChange
from kubilitics_chartgen.publishing.notes.facts import Item
from kubilitics_chartgen.publishing.notes.upgrade_steps import upgrade_steps

__all__ = ["SECTIONS", "TO_BE_WRITTEN", "release_notes"]

TO_BE_WRITTEN = "TO BE WRITTEN"
"""Stands where only a person can say something; a release with it is not complete."""
SECTIONS = (
    "Upgrade",
    "New values",
    "Changed defaults",
    "Removed values",
    "Accepted values",
    "LLM providers",
    "Objects",
    "Permissions",
    "Safety",
    "Egress",
    "Cost",
    "Known issues",
)
_NOTHING = "Nothing changed."
_LONGEST = 600
_CHANGE = ("Value", "Before", "Now", "Meaning")
# What concerns safety and what concerns cost, by values path.
_SAFETY = (
    "ai.privacy.*",
    "ai.outputValidation.*",
    "ai.dataResidency",
    "ai.audit.*",
    "ai.autonomyLevel",
    "ai.consentNotice.*",
    "ai.clusterAccess.*",
    "ai.alerts.*",
    "*.auth.*",
    "*.allowedOrigins",
    "*.trustedProxies",
    "rbac.*",
    "networkPolicy.enabled",
    "networkPolicy.flavor",
    "networkPolicy.*xternalEgress*",
    "podSecurity.*",
    "*.podSecurityContext.*",
    "ingress.enabled",
    "httpRoute.enabled",
    "route.enabled",
)
_COST = (
    "ai.tokenBudgets.*",
    "ai.rateLimits.*",
    "ai.cache.*",
    "ai.reasoning.max*",
    "ai.providers.*.model",
    "ai.fallbackProviders",
    "ai.scheduledInvestigations",
    "*.autoscaling.enabled",
    "*.autoscaling.maxReplicas",
    "*.replicas",
    "*.resources.requests.*",
    "*.persistence.size",
)


def release_notes(found: Comparison, *, known_issues: str | None = None) -> str:
    """The notes; without known issues they say that somebody has to write them."""
    everything = (*found.new_values, *found.changed_values, *found.removed_values)
    bodies: dict[str, Iterable[str]] = {
        "Upgrade": (f"{number}. {step}" for number, step in enumerate(upgrade_steps(found), 1)),
        "New values": _new_values(found),
        "Changed defaults": _table(
            ("Value", "Before", "Now", "Meaning"),
            ((_path(v), _code(v.old), _code(v.new), _text(v.doc)) for v in found.changed_values),
        ),
        "Removed values": _table(
            ("Value", "Default before", "Meaning"),
            ((_path(v), _code(v.old), _text(v.doc)) for v in found.removed_values),
        ),
        "Accepted values": _accepted(found),
        "LLM providers": _providers(found),
        "Objects": [*_items(found.objects, _object), *_scenarios(found)],
        "Permissions": _items(_grouped(found.grants), _grant),
        "Safety": [*_area(everything, _SAFETY), "", *_deviations(found)],
        "Egress": _items(found.egress, lambda item: f"{_code_text(item[0])} to {_code_text(item[1])}"),
        "Cost": _area(everything, _COST),
        "Known issues": _known_issues(known_issues),
    }
    assert tuple(bodies) == SECTIONS
    lines = [f"# {_text(found.new.name)} {found.new.version}", "", _summary(found)]
    for title, body in bodies.items():
        text = "\n".join(body).strip("\n")
        lines += ["", f"## {title}", "", text or _NOTHING]
    return "\n".join(lines) + "\n"


def _summary(found: Comparison) -> str:
    def many(count: int, what: str) -> str:
        return f"{count or 'no'} {what}{'' if count == 1 else 's'}"

    images = f", with version {found.new.app_version} of the product" if found.new.app_version else ""
    return (
        f"Changes since {found.old.version}{images}: {many(len(found.new_values), 'new value')}, "
        f"{many(len(found.changed_values), 'changed default')}, {many(len(found.removed_values), 'removed value')}."
    )


def _new_values(found: Comparison) -> Iterator[str]:
    groups: dict[str, list[ValueChange]] = {}
    for change in found.new_values:
        top, dot, _rest = change.path.partition(".")
        groups.setdefault(top if dot else "", []).append(change)
    known = {path.partition(".")[0] for path in found.old.defaults}
    for top, changes in groups.items():
        yield f"### {_code_text(top)}{'' if top in known else ' (new)'}" if top else "### Without a section"
        yield ""
        if found.new.docs.get(top):
            yield from (_text(found.new.docs[top]), "")
        rows = ((_path(change), _code(change.new), _text(change.doc)) for change in changes)
        yield from _table(("Value", "Default", "Meaning"), rows)
        yield ""


def _accepted(found: Comparison) -> Iterator[str]:
    for path, (more, less) in found.accepted.items():
        parts = [f"now also accepts {_list(more)}"] if more else []
        parts += [f"no longer accepts {_list(less)}"] if less else []
        yield f"- `{path}` {' and '.join(parts)}."


def _providers(found: Comparison) -> Iterator[str]:
    old, new = found.old.providers, found.new.providers
    for name, title in new.items():
        yield f"- {_text(title)} (`{name}`){'' if name in old else ': new'}"
    for name in sorted(old.keys() - new.keys()):
        yield f"- {_text(old[name])} (`{name}`): no longer supported"
    if not old and not new:
        yield "This chart has no LLM providers."


def _object(item: Item) -> str:
    return _code_text(item[0])


def _grant(item: Item) -> str:
    who, what, verbs = item
    if who.partition("/")[0].endswith("Binding"):
        return f"{_code_text(who)} gives {_code_text(what)} the permissions of {_code_text(verbs)}"
    return f"{_code_text(who)} may {verbs} {_code_text(what)}"


def _grouped(changes: Changes) -> Changes:
    """Verbs on the same thing in one item."""

    def group(items: Mapping[Item, tuple[str, ...]]) -> dict[Item, tuple[str, ...]]:
        verbs: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
        for (who, what, verb), scenarios in items.items():
            verbs.setdefault((who, what, scenarios), []).append(verb)
        return {(who, what, ", ".join(found)): scenarios for (who, what, scenarios), found in verbs.items()}

    return Changes(group(changes.added), group(changes.removed))


def _items(changes: Changes, text: Any) -> Iterator[str]:
    for title, items in (("New", changes.added), ("Gone", changes.removed)):
        for item, scenarios in items.items():
            where = "" if DEFAULTS in scenarios else f" (with {', '.join(scenarios)})"
            yield f"- {title}: {text(item)}{where}"


def _scenarios(found: Comparison) -> Iterator[str]:
    if found.unknown_before:
        yield ""
        names = ", ".join(found.unknown_before)
        yield f"{found.old.version} refuses {names}; what is new with them is new beside what it renders by default."
    if found.refused_now:
        yield ""
        yield f"**{found.new.version} refuses what {found.old.version} accepted: {', '.join(found.refused_now)}.**"


def _deviations(found: Comparison) -> Iterator[str]:
    yield from _items(
        found.deviations, lambda item: f"{_code_text(item[0])} against the Pod Security Standard: {_text(item[1])}"
    )


def _area(changes: Sequence[ValueChange], patterns: Sequence[str]) -> list[str]:
    rows = [
        (_path(change), _code(change.old), _code(change.new), _text(change.doc))
        for change in changes
        if any(fnmatchcase(change.path, pattern) for pattern in patterns)
    ]
    return list(_table(_CHANGE, rows))


def _known_issues(text: str | None) -> list[str]:
    if text is None:
        return [f"{TO_BE_WRITTEN}: what is known not to work in this release, or that nothing is."]
    # Headings of the file must not end the section.
    return [re.sub(r"^#+", lambda found: "#" * min(len(found[0]) + 2, 6), line) for line in text.strip().splitlines()]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    listed = list(rows)
    if listed:
        yield f"| {' | '.join(head)} |"
        yield f"| {' | '.join('---' for _column in head)} |"
        yield from (f"| {' | '.join(row)} |" for row in listed)


def _path(change: ValueChange) -> str:
    return _code_text(change.path)


def _list(values: Sequence[str]) -> str:
    return ", ".join(_code_text(value) for value in values)


def _code(value: Any) -> str:
    return "" if value is None else _code_text(json.dumps(value, ensure_ascii=False))


def _code_text(text: str) -> str:
    """Text in code marks; a bar would end a table's cell even there."""
    text = " ".join(text.split())
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}".replace("|", "\\|")


def _text(text: str) -> str:
    """Plain text: code marks stay as they are, HTML and table bars do not."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()).replace("|", "\\|"))
    return "".join(part if part.startswith("`") else part.replace("<", "&lt;") for part in parts)

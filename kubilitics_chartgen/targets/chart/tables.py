"""Markdown tables of the chart's README and of the generated documentation. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from kubilitics_chartgen.model.connections import CONDITIONS, PARTIES, Connection
from kubilitics_chartgen.model.permissions import Rule
from kubilitics_chartgen.model.refusals import Refusal
from kubilitics_chartgen.model.rollout import offered
from kubilitics_chartgen.model.values import Node, leaves

__all__ = [
    "component_names",
    "connections_table",
    "permissions_table",
    "refusals_table",
    "rollout_table",
    "shared_table",
    "shared_values",
    "table",
    "values_rows",
    "values_table",
]

Shared = dict[str, tuple[Node, dict[str, Node]]]
"""Path below the component, to one of the leaves and to each component's."""
ROLLOUT_ROWS = (
    (False, True, True, True),
    (True, True, False, False),
    (True, False, True, True),
    (True, None, True, False),
    (True, None, False, True),
    (True, None, None, True),
    (True, None, None, False),
)
"""The rows that tell the flags apart: each one shows which flag wins."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells may hold code, and a bar inside one is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def values_table(shared: Shared, section: Node) -> str:
    """Every value under one section, with its default, but for those of `shared_table`."""
    elsewhere = {leaf.path for _, owners in shared.values() for leaf in owners.values()}
    return values_rows(leaf for leaf in leaves(section) if leaf.path not in elsewhere)


def component_names(root: Node) -> str:
    """The components, as their values' first part is written."""
    return ", ".join(f"`{component.dotted}`" for component in _components(root))


def shared_table(root: Node, shared: Shared) -> str:
    """What means the same, and has the same default, for several components: once, under `<component>`."""
    everybody = {component.dotted for component in _components(root)}
    rows = []
    for relative, (leaf, owners) in shared.items():
        some = "" if owners.keys() == everybody else f" For {', '.join(f'`{owner}`' for owner in owners)}."
        rows.append((f"`<component>.{relative}`", _default(leaf), _meaning(leaf) + some))
    return table(["Value", "Default", "What it does"], rows)


def _components(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.is_component:
            yield child
        else:
            yield from _components(child)


def shared_values(root: Node) -> Shared:
    """What several components have alike, where most of the owners agree."""
    found: dict[str, dict[str, dict[str, Node]]] = {}
    for component in _components(root):
        for leaf in leaves(component):
            relative = ".".join(leaf.path[len(component.path) :])
            same = json.dumps([_default(leaf), _meaning(leaf)])
            found.setdefault(relative, {}).setdefault(same, {})[component.dotted] = leaf
    most = {relative: max(kinds.values(), key=len) for relative, kinds in found.items()}
    return {relative: (next(iter(owners.values())), owners) for relative, owners in most.items() if len(owners) > 1}


def values_rows(values: Iterable[Node]) -> str:
    """Single values, with their defaults."""
    return table(
        ["Value", "Default", "What it does"],
        ((f"`{leaf.dotted}`", _default(leaf), _meaning(leaf)) for leaf in values),
    )


def permissions_table(rules: Sequence[Rule]) -> str:
    """RBAC rules and what they are for."""
    return table(
        ["API group", "Resources", "Verbs", "For"],
        ((rule.group or "core", ", ".join(rule.resources), ", ".join(rule.verbs), rule.why) for rule in rules),
    )


def connections_table(connections: Sequence[Connection]) -> str:
    """Who may talk to whom, at which ports of the pods, and when."""
    return table(
        ["From", "To", "Port", "When", "For"],
        (
            (PARTIES[row.source].title, PARTIES[row.target].title, _ports(row), CONDITIONS[row.when], row.why)
            for row in connections
        ),
    )


def _ports(row: Connection) -> str:
    ports = row.port_note or ", ".join(map(str, row.ports))
    return ports if row.protocols == ("TCP",) else f"{ports} ({', '.join(row.protocols)})"


def refusals_table(refusals: Sequence[Refusal]) -> str:
    """Everything the chart refuses, with the reason and what to write instead."""
    return table(
        ["Refusal", "Value", "Why", "What to do", "Refused, for example", "Accepted, for example"],
        (
            (
                f"`{refusal.id}`",
                f"`{refusal.path}`" if refusal.path else "any",
                refusal.reason,
                refusal.fix,
                f"`{json.dumps(refusal.bad)}`",
                f"`{json.dumps(refusal.good)}`",
            )
            for refusal in refusals
        ),
    )


def _default(leaf: Node) -> str:
    text = json.dumps(leaf.default)
    return f"`{text}`" if len(text) <= 60 else "see values.yaml"


def _meaning(leaf: Node) -> str:
    options = [option for option in (leaf.keywords or {}).get("enum", []) if option]
    text = leaf.description + (f" One of {', '.join(f'`{option}`' for option in options)}." if options else "")
    return f"{text} *Not yet effective: {leaf.honoured_by}.*" if leaf.honoured_by else text


def rollout_table() -> str:
    """Every combination of the flags, and whether a user is offered AI."""
    words = {None: "not set", True: "true", False: "false"}
    return table(
        ["`ai.enabled`", "user", "organization", "among the share", "gets AI"],
        (
            (
                words[enabled],
                words[user],
                words[organization],
                "yes" if in_share else "no",
                "yes" if offered(enabled=enabled, user=user, organization=organization, in_share=in_share) else "no",
            )
            for enabled, user, organization, in_share in ROLLOUT_ROWS
        ),
    )

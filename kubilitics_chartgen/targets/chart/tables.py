"""Markdown tables of the chart's README and of the generated documentation. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from kubilitics_chartgen.model.connections import CONDITIONS, PARTIES, Connection
from kubilitics_chartgen.model.permissions import Rule
from kubilitics_chartgen.model.refusals import Refusal
from kubilitics_chartgen.model.values import Node, leaves

__all__ = ["connections_table", "permissions_table", "refusals_table", "table", "values_rows", "values_table"]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells may hold code, and a bar inside one is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def values_table(section: Node) -> str:
    """Every value under one section, with its default."""
    return values_rows(leaves(section))


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
    options = (leaf.keywords or {}).get("enum")
    text = leaf.description + (f" One of {', '.join(f'`{option}`' for option in options)}." if options else "")
    return f"{text} *Not yet effective: {leaf.honoured_by}.*" if leaf.honoured_by else text

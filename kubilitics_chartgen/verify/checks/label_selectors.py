"""What the API server wants of a label selector, which labels it matches, and whom policies mean by them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubilitics_chartgen.verify.checks.reading import (
    Object,
    entries,
    is_label_key,
    is_label_value,
    items,
    mapping,
    quoted,
)

__all__ = [
    "Selector",
    "label_pairs",
    "matches",
    "policy_peers",
    "selected_here",
    "selector_faults",
    "selector_of",
    "simple_selector",
]

Selector = tuple[tuple[str, str, tuple[str, ...]], ...]
"""Rules that must all hold: (key, operator, values), sorted; hashable, as facts must be."""


def selector_faults(place: str, selector: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with a LabelSelector."""
    if not isinstance(selector, dict):
        return
    for key, value in mapping(selector.get("matchLabels")).items():
        if not is_label_key(key) or (isinstance(value, str) and not is_label_value(value)):
            yield f'{place}.matchLabels["{key}"]', f"{quoted(f'{key}={value}')} is no label"
    for position, rule in items(selector.get("matchExpressions")):
        where = f"{place}.matchExpressions[{position}]"
        operator, values = rule.get("operator"), entries(rule.get("values"))
        if not is_label_key(str(rule.get("key"))):
            yield f"{where}.key", f"{quoted(rule.get('key'))} is no label's name"
        if operator in ("In", "NotIn"):
            if not values:
                yield f"{where}.values", f"must be given for {operator}"
            for value in values:
                if isinstance(value, str) and not is_label_value(value):
                    yield f"{where}.values", f"{quoted(value)} is no label's value"
        elif operator in ("Exists", "DoesNotExist"):
            if values:
                yield f"{where}.values", f"must be empty for {operator}"
        else:
            yield f"{where}.operator", f"{quoted(operator)} must be In, NotIn, Exists or DoesNotExist"


def label_pairs(labels: Any) -> tuple[tuple[str, str], ...]:
    """A map of labels as (key, value), sorted; hashable, as facts must be."""
    return tuple(sorted((str(key), str(value)) for key, value in mapping(labels).items()))


def selector_of(selector: Any) -> Selector:
    """A LabelSelector as rules."""
    selector = mapping(selector)
    rules = list(simple_selector(selector.get("matchLabels")))
    for _, rule in items(selector.get("matchExpressions")):
        values = tuple(sorted(str(value) for value in entries(rule.get("values"))))
        rules.append((str(rule.get("key")), str(rule.get("operator")), values))
    return tuple(sorted(rules))


def simple_selector(labels: Any) -> Selector:
    """A map of labels, such as a Service's selector, as rules."""
    return tuple(sorted((str(key), "In", (str(value),)) for key, value in mapping(labels).items()))


def matches(selector: Selector, labels: Mapping[str, str]) -> bool:
    """Whether all rules hold for these labels; an empty selector matches everything."""
    for key, operator, values in selector:
        if operator == "In":
            if labels.get(key) not in values:
                return False
        elif operator == "NotIn":
            if labels.get(key) in values:
                return False
        elif operator == "Exists":
            if key not in labels:
                return False
        elif operator == "DoesNotExist":
            if key in labels:
                return False
        else:
            return False
    return True


def policy_peers(spec: Object) -> Iterator[tuple[str, Object]]:
    """Everybody whom the rules of a NetworkPolicy name, with the path below the object."""
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for number, rule in items(spec.get(direction)):
            for position, peer in items(rule.get(side)):
                yield f"spec.{direction}[{number}].{side}[{position}]", peer


def selected_here(peer: Object) -> Selector:
    """What a peer asks of pods of the policy's own namespace alone; nothing where it asks nothing, or means others too.

    An empty namespaceSelector means every namespace.
    """
    return () if peer.get("namespaceSelector") is not None else selector_of(peer.get("podSelector"))

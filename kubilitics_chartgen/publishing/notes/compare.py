"""What changed between two charts. No I/O.

Scenarios are sets of values, such as the profiles of a release. Where the older chart refuses one (its values were not
there yet), the newer chart's result is compared with the older chart's defaults: all that is new with that scenario.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.kube.versions import newest
from kubilitics_chartgen.publishing.notes.facts import ChartFacts, Item, Rendered
from kubilitics_chartgen.upgrade import Apply, Plan, make_plan

__all__ = ["DEFAULTS", "Changes", "Comparison", "ValueChange", "compare"]

DEFAULTS = "defaults"


@dataclass(frozen=True)
class ValueChange:
    """One value that is new, gone, or has another default."""

    path: str
    doc: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Changes:
    """What came and what went, each with the scenarios that show it."""

    added: Mapping[Item, tuple[str, ...]]
    removed: Mapping[Item, tuple[str, ...]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


@dataclass(frozen=True)
class Comparison:
    """Two charts."""

    old: ChartFacts
    new: ChartFacts
    new_values: tuple[ValueChange, ...]
    changed_values: tuple[ValueChange, ...]
    removed_values: tuple[ValueChange, ...]
    accepted: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
    """Path to what the value may be now and could not before, and the other way round."""
    objects: Changes
    grants: Changes
    egress: Changes
    deviations: Changes
    unknown_before: tuple[str, ...]
    """Scenarios that the older chart refuses."""
    refused_now: tuple[str, ...]
    """Scenarios that only the older chart accepts."""
    upgrades: Mapping[str, Plan]
    """What becomes of the objects of each scenario that both accept."""
    ways_back: Mapping[str, Plan]


def compare(old: ChartFacts, new: ChartFacts) -> Comparison:
    """Compare two charts that were read with the same scenarios."""
    accepted = {
        path: (_missing(new.accepted[path], old.accepted[path]), _missing(old.accepted[path], new.accepted[path]))
        for path in sorted(old.accepted.keys() & new.accepted.keys())
        if old.accepted[path] != new.accepted[path]
    }
    ways = _plans(old, new), _plans(new, old)
    return Comparison(
        old,
        new,
        tuple(_value(path, old, new) for path in sorted(new.defaults.keys() - old.defaults.keys())),
        tuple(
            _value(path, old, new)
            for path in sorted(new.defaults.keys() & old.defaults.keys())
            if _text(old.defaults[path]) != _text(new.defaults[path])
        ),
        tuple(_value(path, old, new) for path in sorted(old.defaults.keys() - new.defaults.keys())),
        accepted,
        _changes(old, new, lambda rendered: rendered.objects),
        _changes(old, new, lambda rendered: rendered.grants),
        _changes(old, new, lambda rendered: rendered.egress),
        _changes(old, new, lambda rendered: rendered.deviations),
        tuple(name for name, found in new.rendered.items() if found and not old.rendered.get(name)),
        tuple(name for name, found in new.rendered.items() if not found and old.rendered.get(name)),
        *ways,
    )


def _plans(old: ChartFacts, new: ChartFacts) -> dict[str, Plan]:
    return {
        name: make_plan(before.state, after.state, version=newest(), applies=tuple(Apply))
        for name, after in new.rendered.items()
        if after and (before := old.rendered.get(name))
    }


def _missing(values: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in values if value not in others)


def _value(path: str, old: ChartFacts, new: ChartFacts) -> ValueChange:
    doc = new.docs.get(path) or old.docs.get(path) or ""
    return ValueChange(path, doc, old.defaults.get(path), new.defaults.get(path))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _changes(old: ChartFacts, new: ChartFacts, items: Callable[[Rendered], frozenset[Item]]) -> Changes:
    added: dict[Item, tuple[str, ...]] = {}
    removed: dict[Item, tuple[str, ...]] = {}
    for name, now in new.rendered.items():
        same = old.rendered.get(name)
        before = same or old.rendered.get(DEFAULTS)
        if now is None:
            continue
        for item in items(now) - (items(before) if before else frozenset()):
            added[item] = (*added.get(item, ()), name)
        for item in (items(same) if same else frozenset()) - items(now):
            removed[item] = (*removed.get(item, ()), name)
    return Changes(dict(sorted(added.items())), dict(sorted(removed.items())))

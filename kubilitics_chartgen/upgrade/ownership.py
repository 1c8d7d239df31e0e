"""Who owns which field of a stored object, and whether server-side apply is refused because of it. Pure.

The server writes it into `metadata.managedFields`: for each manager a tree of fields, `f:name` for a field, `k:{...}`
for an item of a list with keys, `v:...` for one of a set.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.kube.quantity import is_quantity, parse_quantity
from kubilitics_chartgen.kube.structure import Field

__all__ = ["NOBODY", "Conflict", "Owners", "conflicts", "item_key", "others_than_helm"]

_HELM = "helm"
"""What Helm 3 and 4 call themselves; Helm 4 takes over what Helm 3 has applied."""


@dataclass(frozen=True)
class Owners:
    """The fields that others than Helm own at one place of an object: their name and the tree below it."""

    trees: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    def below(self, step: str) -> Owners:
        """Those who own `step`, such as `f:spec`, or something in it."""
        found = ((name, tree[step]) for name, tree in self.trees if isinstance(tree.get(step), Mapping))
        return Owners(tuple(found))

    @property
    def names(self) -> tuple[str, ...]:
        """Who they are."""
        return tuple(dict.fromkeys(name for name, _tree in self.trees))


NOBODY = Owners()


@dataclass(frozen=True)
class Conflict:
    """A field that Helm would set to another value, and that belongs to somebody else."""

    path: str
    manager: str


def others_than_helm(obj: Mapping[str, Any]) -> Owners:
    """From a live object; what was written to its status is left out."""
    entries = (obj.get("metadata") or {}).get("managedFields") or ()
    return Owners(
        tuple(
            (str(entry.get("manager")), entry["fieldsV1"])
            for entry in entries
            if isinstance(entry, Mapping)
            and entry.get("manager") != _HELM
            and entry.get("subresource") != "status"
            and isinstance(entry.get("fieldsV1"), Mapping)
        )
    )


def conflicts(live: Any, new: Any, field: Field, owners: Owners, path: str = "") -> Iterator[Conflict]:
    """Where applying `new` over `live` is refused."""
    if not owners.trees or _same(live, new):
        return
    if isinstance(new, Mapping) and isinstance(live, Mapping) and not field.is_atomic:
        for key, value in new.items():
            if key in live and value is not None:
                step = f"{path}.{key}" if path else str(key)
                yield from conflicts(live[key], value, field.child(key), owners.below(f"f:{key}"), step)
        return
    keys = field.keys(server_side=True)
    if isinstance(new, list) and isinstance(live, list) and keys:
        for item in new:
            named = item_key(item, keys)
            there = next((other for other in live if item_key(other, keys) == named), None)
            if there is not None:
                yield from conflicts(there, item, field.item, owners.below(f"k:{named}"), f"{path}[{named}]")
        return
    if field.is_set:
        return
    yield Conflict(path, ", ".join(owners.names))


def item_key(item: Any, keys: tuple[str, ...]) -> str:
    """How the server names an item of a list with keys."""
    given = item if isinstance(item, Mapping) else {}
    found = {key: given.get(key, "TCP" if key == "protocol" else None) for key in keys}
    named = {key: value for key, value in found.items() if value is not None}
    return json.dumps(named, separators=(",", ":"), sort_keys=True)


def _same(live: Any, new: Any) -> bool:
    if is_quantity(live) and is_quantity(new):
        return parse_quantity(live) == parse_quantity(new)
    return bool(live == new)

"""What an object becomes when Helm sends a new manifest over an old one. Pure.

In: the object as it is stored, the manifest it was made from, the new manifest, and how Helm applies. Out: the object
as it would be stored. Both ways have the same outline: what the new manifest names is set, what only the old one named
is removed, and what neither named (a default, another's field) stays. They differ in how list items are told apart, in
which mappings are replaced whole, and in that a strategic merge patch drops the unnamed keys of some ("retainKeys").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from kubilitics_chartgen.kube.quantity import is_quantity, parse_quantity
from kubilitics_chartgen.kube.structure import Field
from kubilitics_chartgen.upgrade.ownership import NOBODY, Owners, item_key

__all__ = ["Apply", "merged"]


class Apply(str, Enum):
    """How Helm brings a manifest to the server."""

    client = "client"
    """A three-way strategic merge patch: Helm 3, and Helm 4 for a release that Helm 3 made."""
    server = "server"
    """Server-side apply: Helm 4 for its own releases."""


def merged(live: Any, old: Any, new: Any, field: Field, apply: Apply, owners: Owners = NOBODY) -> Any:
    """The stored value after the upgrade; shares parts with its inputs, so never change it.

    `owners` are those of a live object beside Helm: with server-side apply, what they own as well is never removed.
    """
    if isinstance(new, Mapping) and isinstance(live, Mapping):
        return _mapping(live, old if isinstance(old, Mapping) else {}, new, field, apply, owners)
    if isinstance(new, list) and isinstance(live, list):
        return _list(live, old if isinstance(old, list) else [], new, field, apply, owners)
    if field.is_quantity and is_quantity(live) and is_quantity(new) and parse_quantity(live) == parse_quantity(new):
        return live
    return new


def _mapping(
    live: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any], field: Field, apply: Apply, owners: Owners
) -> dict[str, Any]:
    if apply is Apply.server and field.is_atomic:
        return dict(new)
    nulls = {key for key, value in new.items() if value is None}
    dropped = {key for key in old if key not in new} | nulls
    # The patch names the kept keys only where it changes anything at all.
    if apply is Apply.client and field.retains_keys and any(live.get(key) != value for key, value in new.items()):
        dropped |= set(live) - set(new)
    if apply is Apply.server:
        dropped = {key for key in dropped if not owners.below(f"f:{key}").trees}
    result = {key: value for key, value in live.items() if key not in dropped}
    if apply is Apply.server:
        result.update(_left_by_null(live, old, nulls, field))
    for key, value in new.items():
        if value is None:
            continue
        below = owners.below(f"f:{key}")
        result[key] = merged(live[key], old.get(key), value, field.child(key), apply, below) if key in live else value
    return result


def _left_by_null(
    live: Mapping[str, Any], old: Mapping[str, Any], nulls: set[str], field: Field
) -> Iterator[tuple[str, Any]]:
    """Applying null to a mapping takes out what Helm had put in, and leaves what the server had filled in."""
    for key in nulls:
        if isinstance(live.get(key), Mapping):
            left = merged(live[key], old.get(key), {}, field.child(key), Apply.server)
            if left:
                yield key, left


def _list(live: list[Any], old: list[Any], new: list[Any], field: Field, apply: Apply, owners: Owners) -> list[Any]:
    keys = field.keys(server_side=apply is Apply.server)
    if not keys:
        if (field.is_set and apply is Apply.server) or _is_patched_set(field, apply):
            return [*new, *(item for item in live if item not in new and item not in old)]
        return _same_quantities(live, new, field)
    there, before, wanted = (_by_key(items, keys) for items in (live, old, new))
    if len(wanted) < len(new):  # the key does not tell them apart, so that nobody can merge them
        return new
    result = [
        merged(there[key], before.get(key), item, field.item, apply, owners.below(f"k:{item_key(item, keys)}"))
        if key in there
        else item
        for key, item in wanted.items()
    ]
    return [*result, *(item for key, item in there.items() if key not in wanted and key not in before)]


def _is_patched_set(field: Field, apply: Apply) -> bool:
    strategy = str(field.schema.get("x-kubernetes-patch-strategy"))
    return apply is Apply.client and strategy == "merge" and "x-kubernetes-patch-merge-key" not in field.schema


def _same_quantities(live: list[Any], new: list[Any], field: Field) -> list[Any]:
    """The new list; where it has as many items as the old, quantities that only look different stay as they are."""
    if len(live) != len(new):
        return new
    item = field.item
    return [_like(before, after, item) for before, after in zip(live, new, strict=True)]


def _like(live: Any, new: Any, field: Field) -> Any:
    if isinstance(live, Mapping) and isinstance(new, Mapping):
        return {key: _like(live.get(key), value, field.child(key)) for key, value in new.items()}
    if isinstance(live, list) and isinstance(new, list) and len(live) == len(new):
        return [_like(before, after, field.item) for before, after in zip(live, new, strict=True)]
    if field.is_quantity and is_quantity(live) and is_quantity(new) and parse_quantity(live) == parse_quantity(new):
        return live
    return new


# What the server fills in for a key that the manifest leaves out.
_KEY_DEFAULTS = {"protocol": "TCP"}


def _by_key(items: Sequence[Any], keys: tuple[str, ...]) -> dict[tuple[Any, ...], Any]:
    return {
        tuple(str(item.get(key, _KEY_DEFAULTS.get(key))) for key in keys): item
        for item in items
        if isinstance(item, Mapping)
    }

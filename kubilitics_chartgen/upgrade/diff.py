"""Which fields of two stored objects differ; a secret's value never comes out. Pure.

List items are matched by name where they have one, for reading; a changed order is a difference of its own, because a
pod template with another order is another template.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kubilitics_chartgen.helm.secret_names import HIDDEN, SHORTEST, masked, names_secret, without_passwords
from kubilitics_chartgen.upgrade.change import Difference

__all__ = ["differences", "secret_values"]

_LAST = re.compile(r"([\w.-]+)\"?\]?(?:\.value)?$")
_IGNORED = frozenset(["status", "metadata.managedFields", "metadata.creationTimestamp", "metadata.resourceVersion"])


def secret_values(objects: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Every value in the Secrets among `objects`, encoded and plain."""
    found: set[str] = set()
    for obj in objects:
        if obj.get("kind") != "Secret":
            continue
        for value in _map(obj.get("stringData")).values():
            found |= {str(value), base64.b64encode(str(value).encode()).decode()}
        for value in _map(obj.get("data")).values():
            found.add(str(value))
            try:
                found.add(base64.b64decode(str(value), validate=True).decode())
            except (binascii.Error, UnicodeDecodeError):
                continue
    return frozenset(value for value in found if len(value) >= SHORTEST)


def differences(before: Any, after: Any, secrets: frozenset[str] = frozenset()) -> tuple[Difference, ...]:
    """Every differing field, by path."""
    is_secret = "Secret" in (_map(before).get("kind"), _map(after).get("kind"))
    found = []
    for path, old, new in _walk(before, after, ""):
        if is_secret and path.split(".")[0].split("[")[0] in ("data", "stringData"):
            old, new = (None if value is None else HIDDEN for value in (old, new))
        named = _LAST.search(path)
        if named and names_secret(named[1]):
            old, new = (HIDDEN if isinstance(value, str) else value for value in (old, new))
        found.append(Difference(path, _masked(old, secrets), _masked(new, secrets)))
    return tuple(found)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _walk(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    # Python takes 1 and True for the same.
    if path in _IGNORED or (old == new and isinstance(old, bool) == isinstance(new, bool)):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}, key=str):
            step = f'["{key}"]' if re.search(r"[./\[\] ]", str(key)) else f".{key}" if path else str(key)
            yield from _walk(old.get(key), new.get(key), path + step)
        return
    if isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, path)
        return
    yield path, old, new


def _lists(old: list[Any], new: list[Any], path: str) -> Iterator[tuple[str, Any, Any]]:
    before, after = _named(old), _named(new)
    if before is None or after is None:
        for position in range(max(len(old), len(new))):
            one = old[position] if position < len(old) else None
            other = new[position] if position < len(new) else None
            yield from _walk(one, other, f"{path}[{position}]")
        return
    for name in dict.fromkeys((*before, *after)):
        yield from _walk(before.get(name), after.get(name), f"{path}[{name}]")
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield f"{path} (order)", list(before), list(after)


def _named(items: list[Any]) -> dict[str, Any] | None:
    """The items by name; None where they have none, or share one."""
    names = [str(item["name"]) for item in items if isinstance(item, Mapping) and isinstance(item.get("name"), str)]
    if len(names) != len(items) or len(set(names)) != len(names):
        return None
    return dict(zip(names, items, strict=True))


def _masked(value: Any, secrets: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        name = value.get("name")
        if isinstance(name, str) and isinstance(value.get("value"), str) and names_secret(name):
            return {**value, "value": HIDDEN}
        return {
            key: HIDDEN if isinstance(item, str) and names_secret(str(key)) else _masked(item, secrets)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_masked(item, secrets) for item in value]
    return masked(without_passwords(value), secrets, cut=False) if isinstance(value, str) else value

"""Objects that every API server accepts, and a way to spoil them."""

from __future__ import annotations

import copy
import functools
import itertools
import re
from pathlib import Path
from typing import Any

import yaml

GONE = object()
"""In place of a value: the field is taken out."""

_FILE = Path(__file__).with_name("accepted.yaml")


@functools.cache
def _accepted() -> dict[str, dict[str, Any]]:
    return {obj["kind"]: obj for obj in yaml.safe_load_all(_FILE.read_text(encoding="utf-8"))}


def kinds() -> list[str]:
    """The kinds there is an object of."""
    return list(_accepted())


def accepted(kind: str) -> dict[str, Any]:
    """An object of this kind that nobody has anything to say about."""
    return copy.deepcopy(_accepted()[kind])


def spoiled(kind: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The object with values set at paths such as `spec.ports[0].name`; a position past the end appends."""
    obj = accepted(kind)
    for path, value in changes.items():
        parts = re.findall(r"\[\d+\]|[^.\[]+", path)
        steps: list[Any] = [int(part[1:-1]) if part[0] == "[" else part for part in parts]
        place: Any = obj
        for step, following in itertools.pairwise(steps):
            if isinstance(place, list) and step == len(place):
                place.append([] if isinstance(following, int) else {})
            elif isinstance(place, dict) and step not in place:
                place[step] = [] if isinstance(following, int) else {}
            place = place[step]
        if value is GONE:
            del place[steps[-1]]
        elif isinstance(place, list) and steps[-1] == len(place):
            place.append(copy.deepcopy(value))
        else:
            place[steps[-1]] = copy.deepcopy(value)
    return obj

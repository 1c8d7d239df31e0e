"""Values paths: how a place in the values is kept and written. Pure.

A path is a tuple of keys and list positions; in text it reads `ai.providers[0].model`, and a key that is no plain
word is quoted: `podAnnotations["example.com/team"]`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["ValuesPath", "parse_dotted", "path_text", "with_value"]

ValuesPath = tuple[str | int, ...]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def path_text(path: Sequence[str | int]) -> str:
    """The path as a user reads it."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text


def parse_dotted(text: str) -> tuple[str, ...]:
    """The keys of a plain dotted path, such as `global.kubeVersion`."""
    return tuple(text.split("."))


def with_value(values: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """A copy of `values` with `value` at `path`; what is no map on the way is replaced by one."""
    key, *rest = path
    copy = dict(values)
    below = copy.get(key)
    copy[key] = with_value(below if isinstance(below, Mapping) else {}, rest, value) if rest else value
    return copy

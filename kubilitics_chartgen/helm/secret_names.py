"""What is secret among values, as far as names tell, so that none of it is printed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["HIDDEN", "HIDDEN_NOTE", "may_be_secret", "names_secret", "secret_texts", "without_secrets"]

HIDDEN = "(hidden)"
HIDDEN_NOTE = f'# for "{HIDDEN}" write your own'
"""Stands beside a command or values that are not whole without what was hidden."""
_NAME = re.compile(
    r"(?:^|[_.-]|[a-z](?=[A-Z]))(?:password|passwd|passphrase|api[_-]?key|secret[_-]?key|access[_-]?key|private[_-]?key"
    r"|client[_-]?secret|auth[_-]?token|access[_-]?token|bearer[_-]?token|token|secret|credentials?)$",
    re.IGNORECASE,
)
_PART = re.compile(r"passw|token|secret|api_?key|credential|private_?key", re.IGNORECASE)


def names_secret(name: str) -> bool:
    """Whether what has this name is a secret itself."""
    return _NAME.search(name) is not None


def may_be_secret(path: Sequence[str | int]) -> bool:
    """Whether anything in the path speaks of a secret: what stands there is better not quoted."""
    return any(isinstance(part, str) and _PART.search(part) for part in path)


def secret_texts(values: Any) -> frozenset[str]:
    """The texts among values that their names, or the names above them, call secret."""
    return frozenset(text for text in _texts(values, inside=False) if text)


def without_secrets(expression: str) -> str:
    """What `--set` is given, with every value hidden that its key calls secret."""
    from kubilitics_chartgen.helm.values_set import assignments

    parts = []
    for part in assignments(expression):
        key, equals, _value = part.partition("=")
        secret = any(_is_secret_value(name) for name in re.split(r"[.\[\]]", key))
        parts.append(f"{key}={HIDDEN}" if equals and secret else part)
    return ",".join(parts)


def _texts(value: Any, *, inside: bool) -> Iterator[str]:
    if isinstance(value, str):
        if inside:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, inside=inside)
    elif isinstance(value, Mapping):
        # An entry of a list of variables.
        named = isinstance(value.get("name"), str) and names_secret(value["name"])
        for key, item in value.items():
            yield from _texts(item, inside=inside or _is_secret_value(str(key)) or (named and key == "value"))


def _is_secret_value(name: str) -> bool:
    """`existingSecret` and its like name an object of the cluster."""
    return names_secret(name) and "existing" not in name.lower()

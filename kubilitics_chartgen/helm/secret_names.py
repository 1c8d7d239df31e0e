"""What is secret among values, as far as names and addresses tell, so that none of it is printed. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

__all__ = [
    "HIDDEN",
    "HIDDEN_NOTE",
    "SHORTEST",
    "masked",
    "may_be_secret",
    "names_secret",
    "secret_texts",
    "without_passwords",
    "without_secrets",
]

HIDDEN = "(hidden)"
HIDDEN_NOTE = f'# for "{HIDDEN}" write your own'
"""Stands beside a command or values that are not whole without what was hidden."""
SHORTEST = 4
"""A secret shorter than this would mask half of every text."""
_BEGINNING = 16
"""Characters by which the beginning of a secret is known where a text was cut."""
_PASSWORD = re.compile(r"(?<=://)([^\s/@:]*):([^\s/@]+)@")
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
    """The texts among values that their names, or the names above them, call secret; addresses with a password too."""
    return frozenset(text for text in _texts(values, inside=False) if text)


def masked(text: str, secrets: Collection[str], *, cut: bool = True) -> str:
    """A text without these secrets; the longest goes first, for one may stand in another.

    Where the text may be `cut`, so is a secret in it: what begins as a long one does goes as well.
    """
    for secret in sorted(secrets, key=lambda each: (-len(each), each)):
        if len(secret) < SHORTEST:
            continue
        text = text.replace(secret, HIDDEN)
        begin = secret[:_BEGINNING]
        while cut and len(secret) > _BEGINNING and begin in text:
            place, length = text.index(begin), _BEGINNING
            while length < len(secret) and text.startswith(secret[: length + 1], place):
                length += 1
            text = f"{text[:place]}{HIDDEN}{text[place + length :]}"
    return text


def without_passwords(text: str) -> str:
    """A text without the passwords in its addresses, as in `postgres://user:password@host`."""
    return _PASSWORD.sub(rf"\1:{HIDDEN}@", text) if "://" in text else text


def without_secrets(expression: str) -> str:
    """What `--set` is given, with every value hidden that its key calls secret, and passwords in addresses."""
    from kubilitics_chartgen.helm.values_set import assignments

    parts = []
    for part in assignments(expression):
        key, equals, _value = part.partition("=")
        secret = any(_is_secret_value(name) for name in re.split(r"[.\[\]]", key))
        parts.append(f"{key}={HIDDEN}" if equals and secret else without_passwords(part))
    return ",".join(parts)


def _texts(value: Any, *, inside: bool) -> Iterator[str]:
    if isinstance(value, str):
        passwords = [found[2] for found in _PASSWORD.finditer(value)]
        if inside or passwords:
            yield value
        yield from passwords
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

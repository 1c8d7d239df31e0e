"""Lets named templates answer from memory when they are asked again. Pure: texts in, texts out.

A chart asks its helpers over and over with the root context, and the answer is the same each time. Here each longer one
is put behind another of its name, which looks into a map that lies in the root context, under a key that says for which
values the answer holds. What makes an answer differ all the same (the name of the template that asks, the clock,
chance) is looked for in the text, and then nothing is changed; whoever asks must know that no template changes the
values of others or prints the whole root context.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["FROM_MEMORY", "MEMORY", "Remembering", "remembered_names", "remembering"]

MEMORY = "chartgenMemory"
"""The map in the root context: `answers` of named templates by key, each as `text` in a map; `keys` by the number of a
named template; `new` for answers whose key begins with `#`; `files`, what whole files print, by their name; and under
`root` where that context lies in memory."""
_OTHERWISE = '{{ else }}{{ template "%(plain)s" $ }}{{ end }}'
FROM_MEMORY = (
    '{{ define "%(name)s" }}{{ if kindIs "map" . }}{{ with .'
    f"{MEMORY}"
    ' }}{{ if eq .root (printf "%%p" $) }}'
    "{{ with index .%(answers)s (%(key)s) }}{{ .text }}{{ else }}"
    '{{ $text := include "%(plain)s" $ }}{{ $_ := set .%(answers)s (%(key)s) (dict "text" $text) }}'
    "%(keep)s{{ $text }}{{ end }}"
    f"{3 * _OTHERWISE}{{{{ end }}}}\n"
)
"""A named template that answers from memory where `.` is the root context itself, and no copy of it with other values;
with as few functions on the way as can be, for none is called more often."""

_LONG = 500
"""Characters from which it pays to remember what a named template prints."""
_DEFINE = re.compile(r'\{\{-?\s*define\s+"([^"\\{}]+)"\s*-?\}\}')
_DIFFERS = re.compile(
    r"\bTemplate\b(?!\.BasePath\b)|\b(?:rand\w+|shuffle|uuidv4|now|ago|htmlDate\w*|gen[A-Z]\w+|bcrypt|htpasswd"
    r"|encryptAES|getHostByName)\b|%p"
)
_ASKED = re.compile(r'\b(?:include|template)\s+"([^"\\{}]+)"\s+[$.]')
"""With what may be the root context: no list, and no dictionary."""
_PLAIN = "chartgen-plain-"
_KEY = "index .keys %d"
_KEEP = '{{ if hasPrefix "#" (%(key)s) }}{{ $_ := set .new (%(key)s) $text }}{{ end }}'


class Remembering(NamedTuple):
    """Templates that remember."""

    texts: dict[str, str]
    """The template files, with their named templates renamed."""
    helpers: str
    """The text of those that remember for them."""
    names: tuple[str, ...]
    """The named templates that do, by their number."""


def remembered_names(texts: Mapping[str, str]) -> tuple[str, ...]:
    """The named templates that can be remembered; none where answers may differ."""
    if any(_DIFFERS.search(text) for text in texts.values()):
        return ()
    times = Counter(name for text in texts.values() for name in _DEFINE.findall(text))
    asked = {name for text in texts.values() for name in _ASKED.findall(text)}
    return tuple(sorted(name for text in texts.values() for name in _long(text) if times[name] == 1 and name in asked))


def remembering(texts: Mapping[str, str]) -> Remembering | None:
    """The same templates, so that they remember; None where there is nothing to be remembered."""
    names = remembered_names(texts)
    if not names:
        return None
    chosen = set(names)
    changed = {file: _DEFINE.sub(lambda found: _renamed(found, chosen), text) for file, text in texts.items()}
    return Remembering(changed, "".join(_asks(name, number) for number, name in enumerate(names)), names)


def _asks(name: str, number: int) -> str:
    key = _KEY % number
    keep = _KEEP % {"key": key}
    return FROM_MEMORY % {"name": name, "plain": f"{_PLAIN}{name}", "answers": "answers", "key": key, "keep": keep}


def _long(text: str) -> list[str]:
    found = list(_DEFINE.finditer(text))
    ends = [*(after.start() for after in found[1:]), len(text)]
    return [match[1] for match, end in zip(found, ends, strict=False) if end - match.end() >= _LONG]


def _renamed(found: re.Match[str], chosen: set[str]) -> str:
    return found[0].replace(f'"{found[1]}"', f'"{_PLAIN}{found[1]}"') if found[1] in chosen else found[0]

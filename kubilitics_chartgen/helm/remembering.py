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

__all__ = ["FIND", "MEMORY", "Remembering", "remembered_names", "remembering"]

MEMORY = "chartgenMemory"
"""The map in the root context: `answers` by key, `keys` by the number of a named template, `new` for answers whose key
begins with `#`, and under `root` where that context lies in memory."""
FIND = (
    '{{ $memory := "" }}{{ if kindIs "map" . }}{{ with .'
    f"{MEMORY}"
    ' }}{{ if eq .root (printf "%p" $) }}{{ $memory = . }}{{ end }}{{ end }}{{ end }}'
)
"""Sets $memory where `.` is the root context itself, and no copy of it with other values."""

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
_ASKS = """{{ define "%(name)s" }}%(find)s{{ if $memory -}}
{{- $key := index $memory.keys %(number)d -}}
{{- $text := index $memory.answers $key -}}
{{- if not (kindIs "string" $text) -}}
{{- $text = include "%(plain)s%(name)s" . -}}
{{- $_ := set $memory.answers $key $text -}}
{{- if hasPrefix "#" $key }}{{ $_ := set $memory.new $key $text }}{{ end -}}
{{- end -}}
{{- $text -}}
{{- else }}{{ template "%(plain)s%(name)s" . }}{{ end }}{{ end }}
"""


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
    helpers = (
        _ASKS % {"name": name, "number": number, "plain": _PLAIN, "find": FIND} for number, name in enumerate(names)
    )
    return Remembering(changed, "".join(helpers), names)


def _long(text: str) -> list[str]:
    found = list(_DEFINE.finditer(text))
    ends = [*(after.start() for after in found[1:]), len(text)]
    return [match[1] for match, end in zip(found, ends, strict=False) if end - match.end() >= _LONG]


def _renamed(found: re.Match[str], chosen: set[str]) -> str:
    return found[0].replace(f'"{found[1]}"', f'"{_PLAIN}{found[1]}"') if found[1] in chosen else found[0]

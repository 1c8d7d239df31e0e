"""Lets named templates answer from memory when the same root context asks them again. Pure: texts in, texts out.

A chart asks its helpers over and over with the root context, and the answer is the same each time. Here each longer one
is put behind another of its name, which looks into a map that lies in the root context. What makes an answer differ all
the same (the name of the template that asks, the clock, chance) is looked for in the text, and then nothing is changed;
whoever asks must know that no template changes the values of others or prints the whole root context.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

__all__ = ["ANSWERED", "MEMORY", "remembering"]

MEMORY = "chartgenMemory"
"""The map in the root context: answers by name, and under `root` where that context lies in memory."""
ANSWERED = f'and (kindIs "map" .) (hasKey . "{MEMORY}") (eq (get .{MEMORY} "root") (printf "%p" .))'
"""Whether `.` is the root context itself, and no copy of it with other values."""

_LONG = 250
"""Characters from which it pays to remember what a named template prints."""
_DEFINE = re.compile(r'\{\{-?\s*define\s+"([^"\\{}]+)"\s*-?\}\}')
_DIFFERS = re.compile(
    r"\bTemplate\b(?!\.BasePath\b)|\b(?:rand\w+|shuffle|uuidv4|now|ago|htmlDate\w*|gen[A-Z]\w+|bcrypt|htpasswd"
    r"|encryptAES|getHostByName)\b|%p"
)
_PLAIN = "chartgen-plain-"
_ASKS = (
    '{{{{- define "{name}" -}}}}{{{{- if {answered} -}}}}'
    '{{{{- if not (hasKey .{memory} "{name}") -}}}}'
    '{{{{- $_ := set .{memory} "{name}" (include "{plain}{name}" .) -}}}}{{{{- end -}}}}'
    '{{{{- get .{memory} "{name}" -}}}}'
    '{{{{- else -}}}}{{{{- template "{plain}{name}" . -}}}}{{{{- end -}}}}{{{{- end -}}}}\n'
)


def remembering(texts: Mapping[str, str]) -> tuple[dict[str, str], str] | None:
    """Template files with their named templates renamed, and the text that remembers for them; None: not possible."""
    if any(_DIFFERS.search(text) for text in texts.values()):
        return None
    times = Counter(name for text in texts.values() for name in _DEFINE.findall(text))
    chosen = {name for text in texts.values() for name in _long(text) if times[name] == 1}
    changed = {file: _DEFINE.sub(lambda found: _renamed(found, chosen), text) for file, text in texts.items()}
    return changed, "".join(
        _ASKS.format(name=name, plain=_PLAIN, memory=MEMORY, answered=ANSWERED) for name in sorted(chosen)
    )


def _long(text: str) -> list[str]:
    found = list(_DEFINE.finditer(text))
    ends = [*(after.start() for after in found[1:]), len(text)]
    return [match[1] for match, end in zip(found, ends, strict=False) if end - match.end() >= _LONG]


def _renamed(found: re.Match[str], chosen: set[str]) -> str:
    return found[0].replace(f'"{found[1]}"', f'"{_PLAIN}{found[1]}"') if found[1] in chosen else found[0]

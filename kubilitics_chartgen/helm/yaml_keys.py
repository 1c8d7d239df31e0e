"""Keys that stand twice in one mapping of a YAML text. Pure.

Helm's reader keeps the last of two without a word, so they are looked for beside it: quickly in plain block style, and
by a real parser where the text is less plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["may_repeat_keys", "repeated_keys"]

# A line that begins a block mapping's entry: indentation, dashes, key. Anything less plain goes to the real parser.
_ENTRY = re.compile(r"( *)((?:- +)*)([\w.$/-]+(?::[\w.$/-]+)*|\"[^\"\\]*\"|'[^']*'):(?: |$)")
_BLOCK = re.compile(r"(?:: |- )(?:[!&]\S+ )*[|>][-+0-9]*(?: +#.*)?$")
# An item that is a small map on one line, such as `- {port: 53, protocol: UDP}`.
_FLOW_ITEM = re.compile(
    r" *(?:- +)+\{((?:[\w.$/-]+: (?:[\w.$/-]+|\"[^\"\\]*\"), )*[\w.$/-]+: (?:[\w.$/-]+|\"[^\"\\]*\"))\}$"
)
_FLOW_KEY = re.compile(r"[{,]\s*(\"[^\"\\]*\"|[\w.$/-]+)\s*:")


def may_repeat_keys(text: str) -> bool:
    """Whether there may be a key twice. Never says no where there is one; knows only plain YAML, quickly."""
    stack: list[tuple[int, set[str]]] = []
    inside = ""  # what the lines of a block of text begin with, while there is one
    for line in text.split("\n"):
        if inside:
            if line.startswith(inside) or not line or line.isspace():
                continue
            inside = ""
        elif not line or line.isspace():
            continue
        match = _ENTRY.match(line)
        if match is None:
            first = line.lstrip(" ")[:1]
            if first == "#":
                continue
            if first == "-" and _FLOW_ITEM.match(line) and not _flow_repeats(line):
                continue
            # A key that is not plain, or may be one.
            if first in "?<*&!\t" or ": " in line or line.rstrip().endswith(":"):
                return True
            if "{" in line and _flow_repeats(line):
                return True
            if _BLOCK.search(line):
                inside = " " * (len(line) - len(line.lstrip(" ")) + 1)
            continue
        indent = len(match[1])
        dashes = match[2]
        if dashes:
            while stack and stack[-1][0] > indent:
                stack.pop()
            column = indent + len(dashes)
            stack.append((column, set()))
            indent = column
        else:
            while stack and stack[-1][0] > indent:
                stack.pop()
            if not stack or stack[-1][0] < indent:
                stack.append((indent, set()))
        key = match[3]
        if key[0] in "\"'":
            key = key[1:-1]
        keys = stack[-1][1]
        if key in keys:
            return True
        keys.add(key)
        if "{" in line and _flow_repeats(line):
            return True
        if ("|" in line or ">" in line) and _BLOCK.search(line):
            # The text of a block stands deeper than the key's own column.
            inside = " " * (indent + 1)
    return False


def _flow_repeats(line: str) -> bool:
    if line.count("{") != line.count("}"):
        return True
    keys = [key.strip("\"'") for key in _FLOW_KEY.findall(line)]
    return len(keys) != len(set(keys))


def repeated_keys(text: str) -> Iterator[tuple[str, int]]:
    """(key, line) of every key that its mapping has already, by a real parser."""
    import yaml

    maps: list[tuple[set[str], bool] | None] = []
    expects_key = False
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.MappingStartEvent):
                maps.append((set(), expects_key))
                expects_key = True
            elif isinstance(event, yaml.SequenceStartEvent):
                maps.append(None)
                expects_key = False
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                maps.pop()
                expects_key = bool(maps) and maps[-1] is not None
            elif isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
                top = maps[-1] if maps else None
                if top is None:
                    continue
                if expects_key and isinstance(event, yaml.ScalarEvent):
                    if event.value in top[0] and event.value != "<<":
                        yield event.value, event.start_mark.line + 1 if event.start_mark else 1
                    top[0].add(event.value)
                expects_key = not expects_key
    except yaml.YAMLError:
        return

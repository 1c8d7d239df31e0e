"""Where things stand in a YAML text, and what in it would mislead or flood its reader. Pure; builds no objects.

The text is walked as a stream of events, so that neither depth nor aliases can exhaust the memory. What the values
are is left to Helm's own reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from kubilitics_chartgen.errors import Problem
from kubilitics_chartgen.helm.paths import ValuesPath, path_text

__all__ = ["MAX_DEPTH", "MAX_NODES", "Scan", "scan_yaml"]

MAX_DEPTH = 100
MAX_NODES = 1_000_000
"""How many values a file may hold once its aliases are written out."""

_BOOLS = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], "true"),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], "false"),
}


@dataclass
class Scan:
    """What a text's outline tells."""

    lines: dict[ValuesPath, int] = field(default_factory=dict)
    """The line, counted from 1, of each value by its path."""
    problems: list[Problem] = field(default_factory=list)
    kind: str = "nothing"
    """What stands at the top: `a mapping`, `a list`, `text`, or `nothing`."""


@dataclass
class _Frame:
    path: ValuesPath
    is_map: bool
    anchor: str | None
    key: str | None = None
    keys: dict[str, int] = field(default_factory=dict)
    position: int = 0
    nodes: int = 1


def scan_yaml(text: str, *, name: str = "") -> Scan:
    """Walk the first document of `text`; `name` is the file as the user named it."""
    return _Walk(name).run(text)


class _Walk:
    def __init__(self, name: str) -> None:
        self.name = name
        self.scan = Scan()
        self.frames: list[_Frame] = []
        self.sizes: dict[str, int] = {}
        self.total = 0
        self.documents = 0

    def run(self, text: str) -> Scan:
        try:
            for event in yaml.parse(text, Loader=yaml.CSafeLoader):
                if not self._take(event):
                    break
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message = " ".join(part for part in (error.problem, error.context) if part)
            self._problem(f"this is not YAML: {message}.", mark.line + 1 if mark else None)
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            self._problem(f"this is not YAML: the character U+{ord(_char(error)):04X} is not allowed.", line)
        return self.scan

    def _take(self, event: Any) -> bool:
        """Note one event; False where reading on makes no sense."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._problem("a second document begins here, and only the first would be read.", line)
                return False
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.AliasEvent):
            return self._alias(event, line)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            return self._open(event, line)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._close()
        return self._count(line)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if event.anchor:
            self.sizes[event.anchor] = 1
        frame = self.frames[-1] if self.frames else None
        if frame is None:
            plain = not event.style and event.value in ("", "~", "null", "Null", "NULL")
            self.scan.kind = "nothing" if plain else "text"
        elif frame.is_map and frame.key is None:
            self._key(frame, event, line)
        else:
            self._place(line)
            self._next(1)

    def _key(self, frame: _Frame, event: yaml.ScalarEvent, line: int) -> None:
        plain = not event.style and event.implicit[0]
        key = _BOOLS.get(event.value, event.value) if plain else event.value
        frame.key = key
        frame.nodes += 1
        path = (*frame.path, key)
        if plain and key == "<<":
            return
        if key in frame.keys:
            self._problem(
                f'"{key}" stands here a second time; the first, in line {frame.keys[key]}, would be lost.',
                line,
                path,
            )
        frame.keys[key] = line
        self.scan.lines[path] = line

    def _alias(self, event: yaml.AliasEvent, line: int) -> bool:
        if any(frame.anchor == event.anchor for frame in self.frames):
            self._problem(f'the anchor "{event.anchor}" contains itself.', line)
            return False
        if event.anchor not in self.sizes:
            self._problem(f'there is no anchor "{event.anchor}" before this line.', line)
            return False
        frame = self.frames[-1] if self.frames else None
        if frame is not None and frame.is_map and frame.key is None:
            self._problem("an alias cannot be a key here: write the key itself.", line)
            return False
        self._place(line)
        size = self.sizes[event.anchor]
        self._next(size)
        self.total += size
        return self._count(line)

    def _open(self, event: Any, line: int) -> bool:
        is_map = isinstance(event, yaml.MappingStartEvent)
        if not self.frames:
            self.scan.kind = "a mapping" if is_map else "a list"
            path: ValuesPath = ()
        else:
            frame = self.frames[-1]
            if frame.is_map and frame.key is None:
                self._problem("a key must be plain text, not a list or a mapping.", line)
                return False
            path = self._place(line)
        if len(self.frames) >= MAX_DEPTH:
            self._problem(f"this is nested deeper than {MAX_DEPTH} levels, which is the limit.", line, path[:5])
            return False
        self.frames.append(_Frame(path, is_map, event.anchor))
        return self._count(line)

    def _close(self) -> None:
        frame = self.frames.pop()
        if frame.anchor:
            self.sizes[frame.anchor] = frame.nodes
        self._next(frame.nodes)

    def _place(self, line: int) -> ValuesPath:
        """The path of the value that begins here."""
        if not self.frames:
            return ()
        frame = self.frames[-1]
        if frame.is_map:
            return (*frame.path, frame.key or "")
        path = (*frame.path, frame.position)
        self.scan.lines[path] = line
        return path

    def _next(self, nodes: int) -> None:
        """A value ended: what comes next in the map or list around it."""
        if self.frames:
            frame = self.frames[-1]
            frame.nodes += nodes
            frame.key = None
            frame.position += 1

    def _count(self, line: int) -> bool:
        self.total += 1
        if self.total > MAX_NODES:
            self._problem(
                f"this file holds more than {MAX_NODES} values once its aliases are written out, which is the limit.",
                line,
            )
            return False
        return True

    def _problem(self, message: str, line: int | None, path: ValuesPath = ()) -> None:
        self.scan.problems.append(Problem(message, path=path_text(path), file=self.name, line=line))


def _char(error: yaml.reader.ReaderError) -> str:
    # The C parser reports the character as a number, the Python one as text.
    return chr(error.character) if isinstance(error.character, int) else str(error.character)

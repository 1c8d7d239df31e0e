"""What templates ask the chart's own files for, such as `.Files.Get "a.yaml"` or `.Files.Glob "a/*.json"`. No I/O.

A site `("files", root)` stands for the files of a chart, `("files", root, "Get")` for a method of theirs, `("glob",
root, pattern)` for the files that fit, and `("file", root, name)` for what is in one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubilitics_chartgen.verify.analysis.values import NOTHING, OTHER, Abstract, Path, Site, join, text

if TYPE_CHECKING:
    from kubilitics_chartgen.verify.analysis.state import State

__all__ = ["PARSERS", "FileAsked", "ask", "asked_files", "example_name", "file_of", "files_of", "part_of"]

METHODS = frozenset({"Get", "GetBytes", "Lines", "Glob"})
PARSERS = frozenset({"fromYaml", "fromYamlArray", "fromJson", "fromJsonArray", "mustFromJson", "fromToml"})
"""Functions that want more of a text than that it is there."""
_WILD = re.compile(r"\\(.)|\{([^,}]*)[^}]*\}|\[(!?)([^\]]+)\]|(\*+)|(\?)")


@dataclass(frozen=True, order=True)
class FileAsked:
    """A name that a template asks for."""

    name: str
    pattern: bool = False
    """Whether it is a pattern of names."""
    parsed: bool = False
    """Whether the template reads what is in the file, in a form that only its author knows."""


def example_name(pattern: str) -> str:
    """A name that fits a pattern."""

    def fill(found: re.Match[str]) -> str:
        escaped, choice, unless, signs, stars, _one = found.groups()
        if signs:
            return next((sign for sign in "x0_" if sign not in signs), "") if unless else str(signs[0])
        return str(escaped or choice or ("example" if stars else "x" if choice is None else ""))

    return _WILD.sub(fill, pattern)


def files_of(root: Path) -> Abstract:
    """`.Files` of a chart."""
    return Abstract(sites=frozenset({("files", root)}), other=True)


def part_of(site: Site, name: str) -> Abstract:
    """A field of a site of this kind, or an element; NOTHING where it is none of them."""
    if site[0] == "files" and len(site) == 2 and name in METHODS:
        return Abstract(sites=frozenset({(*site, name)}))
    if site[0] == "glob":
        return Abstract(sites=frozenset({("file", site[1], example_name(str(site[2])))}))
    return NOTHING


def file_of(value: Abstract) -> Abstract:
    """A key in a loop over a value: names of files are known where their pattern is."""
    return join([OTHER, *(text(example_name(str(site[2]))) for site in value.sites if site[0] == "glob")])


def ask(state: State, method: Abstract, args: Sequence[Abstract]) -> Abstract:
    """The result of a method with arguments: notes what files are asked for."""
    # What a method of `.Values` gives is a part of them.
    found = [OTHER, Abstract(sites=frozenset(site for site in method.sites if site[0] == "context"))]
    for site in method.sites:
        if site[0] != "files" or len(site) != 3 or not args:
            continue
        for name in sorted(args[0].strings):
            kind = "glob" if site[2] == "Glob" else "file"
            state.files.add((kind, site[1], name))
            found.append(Abstract(sites=frozenset({(kind, site[1], name)})))
    return join(found)


def asked_files(files: Collection[tuple[str, object, str]], parsed: Collection[Site]) -> frozenset[FileAsked]:
    """What the chart itself, not one inside it, asks its files for."""
    asked: set[FileAsked] = set()
    for kind, root, name in files:
        if root == ():
            pattern = kind == "glob"
            content = ("file", root, example_name(name) if pattern else name)
            asked.add(FileAsked(name, pattern, content in parsed))
    return frozenset(asked)

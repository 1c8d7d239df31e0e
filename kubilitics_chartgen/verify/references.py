"""Which values the templates of a chart read. In: template texts. Out: references with their places. No I/O.

Conservative: where it cannot be told what a template reads, the reference covers everything it might be. Subcharts are
followed as well, because they read the chart's `global` values and define templates that the chart may include.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kubilitics_chartgen.verify.analysis import state
from kubilitics_chartgen.verify.analysis.interpreter import Interpreter
from kubilitics_chartgen.verify.analysis.reads import Read as Reference
from kubilitics_chartgen.verify.analysis.reads import Reads, Unknown, Use
from kubilitics_chartgen.verify.analysis.tasks import Callable, Task
from kubilitics_chartgen.verify.analysis.values import ANY, Abstract, Path
from kubilitics_chartgen.verify.gotemplate import TemplateSyntaxError, parse

__all__ = [
    "ANY",
    "Path",
    "Program",
    "Reference",
    "References",
    "Subchart",
    "Use",
    "all_texts",
    "find_references",
    "read_program",
]


@dataclass(frozen=True)
class Subchart:
    """A chart inside the chart: where its values stand, and its templates by path."""

    prefix: Path
    templates: Mapping[str, str]
    library: bool = False


def all_texts(templates: Mapping[str, str], subcharts: Sequence[Subchart]) -> list[str]:
    """The texts of all templates, those of the charts inside among them."""
    return [*templates.values(), *(text for inner in subcharts for text in inner.templates.values())]


@dataclass(frozen=True)
class References:
    """What an analysis found."""

    all: tuple[Reference, ...]
    errors: tuple[TemplateSyntaxError, ...] = ()
    """Templates that could not be read; what they refer to is missing in `all`."""
    complete: bool = True
    """False where the templates were too much to follow: then one reference covers all values."""
    unknown: tuple[Unknown, ...] = ()
    """What templates ask `.Chart` for that no chart has."""
    _trie: _Node = field(default_factory=lambda: _Node(), compare=False, repr=False)

    def uses(self, path: Path, *, certain: bool = True) -> bool:
        """Whether some template reads what stands at `path`, a value with nothing below it.

        With `certain` off, text from values that is run as a template counts as well: it may read anything.
        """
        return self._trie.covers(path, 0, {Use.VALUE} if certain else {Use.VALUE, Use.TEMPLATE})


class _Node:
    """References by path, to answer quickly which of them cover a path."""

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.uses: set[Use] = set()

    def add(self, reference: Reference) -> None:
        node = self
        for segment in reference.path:
            node = node.below.setdefault(segment, _Node())
        node.uses.add(reference.use)

    def covers(self, path: Path, at: int, whole: set[Use]) -> bool:
        if self.uses & whole:
            return True
        if at == len(path):
            return bool(self.uses - {Use.TEMPLATE}) or any(node.reads_anything() for node in self.below.values())
        if at == len(path) - 1 and Use.KEYS in self.uses:
            return True
        nodes = [self.below[name] for name in (path[at], ANY) if name in self.below]
        return any(node.covers(path, at + 1, whole) for node in nodes)

    def reads_anything(self) -> bool:
        return bool(self.uses - {Use.TEMPLATE}) or any(node.reads_anything() for node in self.below.values())


def find_references(
    templates: Mapping[str, str], *, subcharts: Sequence[Subchart] = (), library: bool = False
) -> References:
    """The references of all templates, by path in the chart such as `templates/service.yaml`.

    A library chart renders nothing itself: each of its named templates then counts as called with the root context.
    """
    program = read_program(templates, subcharts=subcharts, library=library)
    reads = Reads()
    complete, left = True, 5 * state.MAX_WORK
    unknown: set[Unknown] = set()
    # Each template by itself: together, what one hands to a helper would seem to reach all that call it.
    for entry in program.rendered:
        own = state.State(program.known, program.bases, max_work=min(left, state.MAX_WORK))
        complete = Interpreter(own).run([entry]) and complete
        left = max(0, left - own.work)
        reads.add_all(own.reads)
        unknown |= own.unknown
    found = References(reads.all(), program.errors, complete, tuple(sorted(unknown)))
    for reference in found.all:
        found._trie.add(reference)
    return found


@dataclass(frozen=True)
class Program:
    """The parsed templates of a chart and of the charts inside it."""

    known: dict[str, list[Callable]]
    """Every named template and file, by name."""
    rendered: tuple[Task, ...]
    """What Helm renders, with its root context."""
    bases: Mapping[Path, str]
    """The folder of each chart's templates, by where the chart's values stand."""
    errors: tuple[TemplateSyntaxError, ...] = ()


def read_program(templates: Mapping[str, str], *, subcharts: Sequence[Subchart] = (), library: bool = False) -> Program:
    """Parse all templates. Of a library chart each named template counts as rendered."""
    charts = [Subchart((), templates, library), *subcharts]
    known: dict[str, list[Callable]] = {}
    entries: list[Task] = []
    errors: list[TemplateSyntaxError] = []
    for chart in charts:
        root = Abstract(roots=frozenset({chart.prefix}))
        for name in sorted(chart.templates):
            try:
                tree = parse(chart.templates[name], file=name)
            except TemplateSyntaxError as error:
                errors.append(error)
                continue
            defined = [Callable(define.name, name, define.body) for define in tree.defines.values()]
            for target in defined:
                known.setdefault(target.name, []).append(target)
            rendered = Callable(name, name, tree.body)
            known.setdefault(name, []).append(rendered)
            if chart.library and not chart.prefix:
                entries.extend(Task(target, root) for target in defined)
            elif not chart.library and not posixpath.basename(name).startswith("_"):
                entries.append(Task(rendered, root))
    bases = {chart.prefix: _base_path(chart.templates) for chart in charts}
    return Program(known, tuple(entries), bases, tuple(errors))


def _base_path(templates: Mapping[str, str]) -> str:
    """The folder of a chart's templates, named as the templates are: `charts/x/templates` inside a chart."""
    parts = next(iter(templates), "").split("/")
    depth = 0
    while parts[depth : depth + 1] == ["charts"]:
        depth += 2
    return "/".join([*parts[:depth], "templates"])

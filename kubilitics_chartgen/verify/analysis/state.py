"""What interpreting templates does to abstract values: fields, consumption, calls. State of one analysis, no I/O."""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from kubilitics_chartgen.verify.analysis.compared import Compared
from kubilitics_chartgen.verify.analysis.contexts import (
    CHART,
    METHODS,
    context_of,
    inside_of,
    is_chart,
    subcharts_of,
)
from kubilitics_chartgen.verify.analysis.files import files_of, part_of
from kubilitics_chartgen.verify.analysis.heap import Heap
from kubilitics_chartgen.verify.analysis.reads import Reads, Unknown, Use
from kubilitics_chartgen.verify.analysis.relations import copied, fits, index_key, may_cover
from kubilitics_chartgen.verify.analysis.tasks import Callable, Run, Task, TooMuchError
from kubilitics_chartgen.verify.analysis.values import ANY, NOTHING, OTHER, Abstract, Path, Site, join, text
from kubilitics_chartgen.verify.gotemplate import TemplateSyntaxError, parse

__all__ = ["MAX_CALLS", "MAX_PATH", "State", "Transfer"]

MAX_PATH = 24
"""Longest path that is followed; what lies deeper counts as read from there on."""
MAX_ANY = 2
"""Steps into elements of which nothing is known, one after the other, that are followed where calls are joined."""
MAX_CALLS = 2000
"""Different arguments with which one named template is followed; further ones count as read whole."""


MAX_WORK = 12_000_000
"""Bound of one analysis, some seconds; past it every value counts as read."""


class State:
    """The state that transfer functions work on."""

    def __init__(
        self,
        templates: dict[str, list[Callable]],
        bases: Mapping[Path, str],
        *,
        joined: bool = False,
        max_work: int | None = None,
        choices: Mapping[Path, frozenset[str]] | None = None,
        apart: Collection[int] | None = None,
    ) -> None:
        self.templates = templates
        self.charts = frozenset(bases)
        self.joined = joined
        """Whether all calls of one named template are followed as one: faster, and less exact."""
        self.max_work = MAX_WORK if max_work is None else max_work
        self.choices = choices or {}
        """The only texts that the schema allows at a path."""
        self.apart = apart or ()
        """The named templates (`id`) that are not run here where they are called with a root context and no more."""
        self.calls_apart: dict[tuple[int, Abstract], Task] = {}
        """These calls."""
        self.results: dict[int, Abstract] = {}
        """What a named template may print, where it prints one value and nothing else."""
        self.arguments: dict[int, Abstract] = {}
        self.facts: set[str] = set()
        """What else of the root context is read, such as `Capabilities`; `*` for all of it."""
        self.files: set[tuple[str, object, str]] = set()
        self.parsed: set[Site] = set()
        """What the chart's files are asked for, and of which the content is read (`files`)."""
        self.refuses = False
        """Whether `fail` may be called."""
        self.runs_texts = False
        """Whether `tpl` may run texts that are not known, such as those of values and files."""
        self.unknown: set[Unknown] = set()
        """What is asked for that Helm 3 stops at."""
        self.pieces: set[str] = set()
        """Constants that may be, or become a part of, a text that is run."""
        self.controls: set[Path] = set()
        """Paths on which a condition depends."""
        self.compared: dict[Path, set[Compared]] = {}
        """What values are compared with."""
        self.heap = Heap()
        for chart, base in bases.items():
            self.heap.write(("template", chart), "BasePath", text(base))
        self.given = self.heap.written_outside()
        """What the templates find in what none of them builds."""
        self.reads = Reads()
        self.queue: list[Task] = []
        self.done: set[tuple[int, Abstract]] = set()
        self.calls: dict[int, int] = {}
        self.runs: dict[tuple[int, Abstract], Run] = {}
        """How tasks went the last time."""
        self.called: list[Task] = []
        """What the one that runs has called."""
        self.limited = False
        """Whether it called something too often."""
        self.texts: dict[tuple[str, str], Callable | None] = {}
        self.work = 0
        self.file = ""
        self.line = 0
        self.guarded = False
        self.trusted: frozenset[Path] = frozenset()
        """Paths that a surrounding condition has asked for."""
        self.changed: set[Path] = set()
        """Paths of the values that templates change in place."""
        self.asked: set[Path] | None = None
        """Collects paths while a condition is evaluated."""

    @contextmanager
    def guard(self, active: bool = True) -> Iterator[None]:
        """Within, the template says what happens when a value is not there."""
        before = self.guarded
        self.guarded = before or active
        yield
        self.guarded = before

    def spend(self, work: int) -> None:
        """Account for work. Raises TooMuchError past the bound."""
        self.work += work
        if self.work > self.max_work:
            raise TooMuchError

    def record(self, path: Path, use: Use) -> None:
        """One read at the place that is being interpreted."""
        if self.asked is not None:
            self.asked.add(path)
        guarded = self.guarded or any(path[: len(known)] == known for known in self.trusted)
        self.reads.add(path, use, self.file, self.line, guarded=guarded)

    def field(self, value: Abstract, name: str, *, seen: frozenset[Site] = frozenset()) -> Abstract:
        """What `value.name` may be; the name `*` is any key."""
        found: list[Abstract] = []
        self.spend(10 + len(value.paths) * (5 + len(self.changed)) + len(value.sites))
        for path in value.paths:
            found.append(self._field_of_path(path, name))
            same = [place for place in self.changed if len(place) == len(path) and may_cover(place, path)]
            found.extend(self._field_of_site(("path", place), name, seen) for place in same)
        for root in value.roots:
            found.append(self._field_of_root(root, name))
            found.append(self._field_of_site(("root", root), name, seen))
        found.extend(self._field_of_site(site, name, seen) for site in value.sites)
        if value.other:
            found.append(OTHER)
        return join(found)

    def dotted(self, value: Abstract, name: str) -> Abstract:
        """What `value.name` may be where it stands in a template: a field, or what a method of `.Values` gives."""
        if name not in CHART and is_chart(value):
            self.unknown.add(Unknown(self.file, self.line, name))
        charts = value.paths & self.charts if name in METHODS else frozenset[Path]()
        if not charts:
            return self.field(value, name)
        found = [self.field(replace(value, paths=value.paths - charts), name)]
        for chart in charts:
            own = Abstract(paths=frozenset({chart}))
            if name != "AsMap":
                self.consume(own)
                own = context_of(chart, "Values")
            found.append(own)
        return join(found)

    def _field_of_path(self, path: Path, name: str) -> Abstract:
        if path in self.charts and name == "global":
            path = ()
        if len(path) >= MAX_PATH:
            self.record(path, Use.VALUE)
            return Abstract(paths=frozenset({path}), other=True)
        if self.joined and name == ANY and path[-MAX_ANY:] == (ANY,) * MAX_ANY:
            # A template that walks down all of a value: from here on it reads all of it, and stays in it.
            self.record(path, Use.VALUE)
            return Abstract(paths=frozenset({path}), other=True)
        below = (*path, name)
        self.record(below, Use.TEST)
        found = Abstract(paths=frozenset({below}))
        if name == ANY and path in self.charts and path:
            self.record(("global",), Use.TEST)
            return join([found, Abstract(paths=frozenset({("global",)}))])
        return found

    def _field_of_root(self, root: Path, name: str) -> Abstract:
        if name == "Values":
            return Abstract(paths=frozenset({root}))
        self.facts.add(name)
        if name == "Subcharts":
            return Abstract(sites=frozenset({("subcharts", root)}))
        if name == "Template":
            return Abstract(sites=frozenset({("template", root)}))
        if name == "Files":
            return files_of(root)
        found = context_of(root, name)
        return join([Abstract(paths=frozenset({root})), found]) if name == ANY else found

    def _field_of_site(self, site: Site, name: str, seen: frozenset[Site]) -> Abstract:
        if site in seen:
            return NOTHING
        linked = self.heap.linked(site)
        found = join([self.heap.read(site, name), part_of(site, name)])
        if site[0] == "subcharts":
            found = join([found, subcharts_of(site, name, self.charts)])
        if site[0] == "context":
            found = join([found, inside_of(site, name)])
        if site[0] == "copy":
            assert isinstance(site[1], tuple)
            found = join([found, copied(self.field(Abstract(paths=frozenset({site[1]})), name))])
        if site[0] == "template" and found == NOTHING:
            return OTHER
        if linked == NOTHING:
            return found
        return join([found, self.field(linked, name, seen=seen | {site})])

    def known_texts(self, value: Abstract) -> frozenset[str] | None:
        """All texts that a value may be, None where they are not known."""
        if value != Abstract(paths=value.paths, strings=value.strings):
            return None
        chosen = [self.choices.get(path) for path in value.paths]
        if not (chosen or value.strings) or None in chosen:
            return None
        return value.strings.union(*(texts for texts in chosen if texts is not None))

    def printed(self, target: Callable, value: Abstract) -> None:
        """Remember what a named template may print."""
        before = self.results.get(id(target), NOTHING)
        after = join([before, value])
        if after != before:
            self.results[id(target)] = after
            self.heap.touch(("printed", id(target)))

    def result(self, target: Callable) -> Abstract:
        """What a named template may print, as far as it is known."""
        self.heap.look(("printed", id(target)))
        return self.results.get(id(target), NOTHING)

    def index(self, value: Abstract, key: Abstract) -> Abstract:
        """What `index value key` may be."""
        if key.constant:
            return join(self.field(value, name) for name in sorted(key.strings))
        places = [number for number in sorted(key.numbers) if isinstance(number, int)]
        if places and key == Abstract(numbers=frozenset(places)):
            # A root context has no positions: Helm stops there.
            built = Abstract(sites=value.sites, other=value.other)
            found = [self.field(built, index_key(number)) for number in places]
            return join([*found, self.field(Abstract(paths=value.paths), ANY)])
        return self.field(value, ANY)

    def element(self, value: Abstract) -> Abstract:
        """What an element of a list or map may be."""
        self.keys(value)
        return self.field(value, ANY)

    def keys(self, value: Abstract) -> None:
        """Which keys `value` has is read."""
        for path in value.paths:
            self.record(path, Use.KEYS)
        for root in value.roots:
            self.record(root, Use.KEYS)
        for site in value.sites:
            if site[0] == "copy":
                assert isinstance(site[1], tuple)
                self.record(site[1], Use.KEYS)
            for path in self.heap.linked(site).paths:
                self.record(path, Use.KEYS)

    def consume(self, value: Abstract, use: Use = Use.VALUE, *, seen: set[Site] | None = None) -> None:
        """All of `value` is read."""
        seen = set() if seen is None else seen
        self.spend(10 + len(value.paths) * (5 + len(self.changed)) + len(value.sites))
        for path in value.paths | value.roots:
            self.record(path, use)
            if path in self.charts and path:
                self.record(("global",), use)
        if value.roots:
            self.facts.add(ANY)
        overlays: set[Site] = {("root", root) for root in value.roots}
        for path in value.paths | value.roots:
            overlays |= {("path", place) for place in self.changed if may_cover(path, place)}
        for site in value.sites | overlays:
            if site in seen:
                continue
            seen.add(site)
            if site[0] == "subcharts":
                self.record((), use)
            if site[0] == "copy":
                assert isinstance(site[1], tuple)
                self.consume(Abstract(paths=frozenset({site[1]})), use, seen=seen)
            self.consume(self.heap.read(site, ANY), use, seen=seen)
            self.consume(self.heap.linked(site), use, seen=seen)

    def sites_to_change(self, value: Abstract) -> frozenset[Site]:
        """The sites to write to when `value` is changed in place."""
        self.changed |= value.paths
        overlays: set[Site] = {("path", path) for path in value.paths} | {("root", root) for root in value.roots}
        return value.sites | overlays

    def call(self, names: Abstract, argument: Abstract) -> None:
        """Run the templates of these names with an argument; all templates where the name is not known."""
        if names == NOTHING:
            return
        if names.shaped:
            found = {name for shape in names.shapes for name in self.templates if fits(name, shape)}
            targets = [target for name in sorted(found | names.strings) for target in self.templates.get(name, [])]
        else:
            targets = [target for known in self.templates.values() for target in known]
        root = len(argument.roots) == 1 and argument == Abstract(roots=argument.roots)
        for target in targets:
            if root and id(target) in self.apart:
                self.calls_apart[id(target), argument] = Task(target, argument)
            else:
                self.enqueue(target, argument)

    def enqueue(self, target: Callable, argument: Abstract) -> None:
        """Put one run into the queue, unless it was there already."""
        self.called.append(Task(target, argument))
        if self.joined:
            argument = join([self.arguments.get(id(target), NOTHING), argument])
            self.arguments[id(target)] = argument
        key = (id(target), argument)
        if key in self.done:
            return
        count = self.calls.get(id(target), 0)
        if count >= MAX_CALLS:
            self.limited = True
            self.consume(argument)
            # What it would change is not known either.
            self.heap.write(("context", (), ANY), ANY, NOTHING)
            return
        self.done.add(key)
        self.calls[id(target)] = count + 1
        self.queue.append(Task(target, argument))

    def repeated(self, task: Task) -> bool:
        """Whether a task would go as it went before; what it called then is called again."""
        run = self.runs.get((id(task.target), task.argument))
        if run is None or run.changed != len(self.changed) or not self.heap.same(run.looked):
            return False
        if any(self.calls.get(id(call.target), 0) >= MAX_CALLS for call in run.calls):
            return False
        for call in run.calls:
            self.enqueue(call.target, call.argument)
        return True

    @contextmanager
    def running(self, task: Task) -> Iterator[None]:
        """Within, a task runs; how it goes is remembered."""
        self.heap.looked, self.called, self.limited, changed = {}, [], False, len(self.changed)
        yield
        if not self.limited:
            self.runs[id(task.target), task.argument] = Run(self.heap.looked, changed, tuple(self.called))

    def run_text(self, text: str, argument: Abstract) -> None:
        """Run a constant text as a template, as `tpl` does."""
        key = (self.file, text)
        if key not in self.texts:
            try:
                tree = parse(text, file=self.file)
            except TemplateSyntaxError:
                self.texts[key] = None
            else:
                self.texts[key] = Callable("tpl", self.file, tree.body)
                self._define([Callable(define.name, self.file, define.body) for define in tree.defines.values()])
        target = self.texts[key]
        if target is not None:
            self.enqueue(target, argument)

    def _define(self, targets: Sequence[Callable]) -> None:
        """Named templates that only a text defines: what the text runs may call them, so nothing is run apart."""
        if not targets:
            return
        self.templates = {**self.templates}
        for target in targets:
            self.templates[target.name] = [*self.templates.get(target.name, ()), target]
        self.apart = ()
        self.runs.clear()
        # So that everything is run once more.
        self.heap.version += 1


Transfer = Function[[State, Site, Sequence[Abstract]], Abstract]
"""A template function: the place of the call and its arguments in, the result out."""

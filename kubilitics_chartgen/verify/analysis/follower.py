"""Follows templates and what they call, and remembers how each of them went. No I/O.

Most calls hand on the root context as it is, and most of what templates call is called by many. As long as no template
changes what others see, such a call does the same wherever it stands: the named template is run once by itself, and
whoever calls it does what it does. Where templates do change what others see, each is run together with all it calls.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from kubilitics_chartgen.verify.analysis.compared import Compared
from kubilitics_chartgen.verify.analysis.functions import prints_one_value
from kubilitics_chartgen.verify.analysis.interpreter import Interpreter
from kubilitics_chartgen.verify.analysis.reads import Reads, Unknown
from kubilitics_chartgen.verify.analysis.state import State
from kubilitics_chartgen.verify.analysis.tasks import Callable, Task
from kubilitics_chartgen.verify.analysis.values import Abstract, Path, Site

__all__ = ["Effects", "Follower", "SharedError"]


class SharedError(Exception):
    """A template changes what others see."""


@dataclass
class Effects:
    """What templates read and do."""

    reads: Reads = field(default_factory=Reads)
    controls: set[Path] = field(default_factory=set)
    facts: set[str] = field(default_factory=set)
    writes: set[Path] = field(default_factory=set)
    refuses: bool = False
    unknown: set[Unknown] = field(default_factory=set)
    runs_texts: bool = False
    pieces: set[str] = field(default_factory=set)
    files: set[tuple[str, object, str]] = field(default_factory=set)
    parsed: set[Site] = field(default_factory=set)
    compared: dict[Path, set[Compared]] = field(default_factory=dict)
    called: set[int] = field(default_factory=set)
    """The named templates that are called with the chart's root context."""
    work: int = 0
    complete: bool = True
    """False where it was too much to follow."""

    def add(self, other: Effects) -> None:
        """What another one does as well."""
        self.reads.add_all(other.reads)
        self.controls |= other.controls
        self.facts |= other.facts
        self.writes |= other.writes
        self.refuses |= other.refuses
        self.unknown |= other.unknown
        self.runs_texts |= other.runs_texts
        self.pieces |= other.pieces
        self.files |= other.files
        self.parsed |= other.parsed
        for path, constants in other.compared.items():
            self.compared.setdefault(path, set()).update(constants)
        self.called |= other.called
        self.work += other.work
        self.complete &= other.complete


class Follower:
    """The templates of one chart."""

    def __init__(
        self,
        templates: dict[str, list[Callable]],
        bases: Mapping[Path, str],
        *,
        choices: Mapping[Path, frozenset[str]] | None = None,
        together: bool = False,
    ) -> None:
        self._templates = templates
        self._bases = bases
        self._choices = choices
        # What one prints that prints a single value leads back to values: it is run with those that it is printed for.
        everything = (target for targets in templates.values() for target in targets)
        self._apart = None if together else {id(one) for one in everything if not prints_one_value(one.body)}
        self._known: dict[tuple[int, Abstract], tuple[Task, Effects, Collection[Task]]] = {}
        self.spent = 0

    def follow(self, task: Task, most: int) -> Effects:
        """A template and all that it calls. Raises SharedError where templates change what others see."""
        found = Effects()
        waiting, seen = [task], set[tuple[int, Abstract]]()
        while waiting:
            each = waiting.pop()
            key = (id(each.target), each.argument)
            if key not in seen:
                seen.add(key)
                if key not in self._known:
                    self._known[key] = (each, *self._run(each, most))
                _, own, calls = self._known[key]
                found.add(own)
                waiting.extend(calls)
        found.complete &= found.work <= most
        return found

    def _run(self, task: Task, most: int) -> tuple[Effects, Collection[Task]]:
        state = State(
            self._templates,
            self._bases,
            joined=True,
            max_work=most,
            choices=self._choices,
            apart=self._apart,
        )
        complete = Interpreter(state).run([task])
        self.spent += state.work
        if self._apart is not None and state.heap.written_outside() != state.given:
            raise SharedError
        called = {target for target, argument in state.arguments.items() if () in argument.roots}
        called |= {target for target, argument in state.calls_apart if () in argument.roots}
        effects = Effects(
            state.reads,
            state.controls,
            state.facts,
            state.changed | state.heap.written_roots(state.given),
            state.refuses,
            state.unknown,
            state.runs_texts,
            state.pieces,
            state.files,
            state.parsed,
            state.compared,
            called,
            state.work,
            complete,
        )
        return effects, tuple(state.calls_apart.values())

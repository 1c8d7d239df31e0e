"""What each template of a chart depends on: the values it may read, through includes, ranges, variables, dictionaries.

In: the texts of a chart. Out: per template the reads, and whether it sees the Kubernetes version, may refuse values, or
writes to values that other templates read. Conservative: what cannot be followed counts as read. No I/O.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kubilitics_chartgen.verify.analysis.blanks import without_blocks
from kubilitics_chartgen.verify.analysis.compared import Compared
from kubilitics_chartgen.verify.analysis.files import FileAsked, asked_files
from kubilitics_chartgen.verify.analysis.follower import Effects, Follower, SharedError
from kubilitics_chartgen.verify.analysis.reads import Read, Unknown, Use
from kubilitics_chartgen.verify.analysis.relations import may_cover
from kubilitics_chartgen.verify.analysis.tasks import Callable, Task
from kubilitics_chartgen.verify.analysis.values import ANY, Abstract, Path
from kubilitics_chartgen.verify.gotemplate import TemplateSyntaxError, parse
from kubilitics_chartgen.verify.gotemplate.nodes import Action, Command, Dot, Identifier, Pipeline, String
from kubilitics_chartgen.verify.references import Program, Subchart, all_texts, read_program

__all__ = ["Dependencies", "TemplateDependencies", "find_dependencies", "matters"]

MAX_WORK = 4_000_000
"""Bound for one template, a second or two; past it the template counts as reading everything."""
MAX_PART = 60_000
"""Bound for a named template: one that reads much is seldom asked twice for the same."""
MAX_TOTAL = 60_000_000
_CHANGES = re.compile(r"\b(?:set|unset|merge|mergeOverwrite|mustMerge|mustMergeOverwrite)\b")
"""Functions that change a map in place, wherever such a word stands."""


@dataclass(frozen=True)
class TemplateDependencies:
    """What one template depends on."""

    template: str
    """Its path in the chart, such as `templates/service.yaml`."""
    reads: tuple[Read, ...] = ()
    controls: frozenset[Path] = frozenset()
    """Paths on which a condition depends; other values are only printed."""
    facts: frozenset[str] = frozenset()
    """What else of the root context it reads; `*` for all of it."""
    refuses: bool = False
    """Whether it may call `fail`."""
    writes: frozenset[Path] = frozenset()
    """Values that it changes in place."""
    widened: str = ""
    """Why it counts as reading everything; empty where it does not."""
    files: frozenset[FileAsked] = frozenset()
    """What it asks the chart's own files for."""

    @property
    def versioned(self) -> bool:
        """Whether it may see the Kubernetes version or what the cluster serves."""
        return bool(self.widened) or bool(self.facts & {"Capabilities", ANY})

    def reads_value(self, path: Path, defaults: Mapping[str, Any]) -> bool:
        """Whether a change of the value at `path`, or of a part of it, may change what is printed."""
        return bool(self.widened) or any(matters(read, path, defaults) for read in self.reads)


@dataclass(frozen=True)
class Dependencies:
    """What the templates of a chart depend on."""

    templates: Mapping[str, TemplateDependencies] = field(default_factory=dict)
    compared: Mapping[Path, Sequence[Compared]] = field(default_factory=dict)
    """The constants that templates compare values with."""
    parts: Mapping[str, TemplateDependencies] = field(default_factory=dict)
    """What named templates depend on that are called with the root context, as far as that was asked."""
    guards: Mapping[str, TemplateDependencies] = field(default_factory=dict)
    """What decides whether a template prints nothing, where that is less than all that it reads."""
    unknown: Sequence[Unknown] = ()
    """What templates ask `.Chart` for that no chart has."""

    @property
    def shared(self) -> bool:
        """Whether a template writes to values that others read."""
        return any(found.writes for found in self.templates.values())

    @property
    def repeats(self) -> bool:
        """Whether no template changes the root context or prints all of it, so that asking one again gives the same."""
        return not any(found.writes or found.widened or ANY in found.facts for found in self.templates.values())


def matters(read: Read, path: Path, defaults: Mapping[str, Any]) -> bool:
    """Whether a read may see a change of the value at `path`, or of a part of it."""
    if may_cover(path, read.path):
        return True
    if not may_cover(read.path, path):
        return False
    if read.use is not Use.TEST:
        return True
    # Whether a map holds something is not changed by one of the things in it, as long as there are others.
    node: Any = defaults
    for segment in read.path:
        if segment == ANY or not isinstance(node, Mapping):
            return True
        node = node.get(segment)
    return not (isinstance(node, Mapping) and len(node) > 1)


def find_dependencies(
    templates: Mapping[str, str],
    *,
    subcharts: Sequence[Subchart] = (),
    choices: Mapping[Path, frozenset[str]] | None = None,
    parts: Collection[str] = (),
    texts: Collection[str] = (),
    max_work: int = MAX_WORK,
) -> Dependencies:
    """What each template that Helm renders depends on; `choices` are the only texts a schema allows at a path.

    `parts` are named templates to be followed by themselves as well, where they are called with the root context.
    `texts` are what values and files hold that templates may run by `tpl`.
    """
    program = read_program(templates, subcharts=subcharts)
    sources = [*all_texts(templates, subcharts), *texts]
    asked = _Asked(parts, texts, max_work, any(_CHANGES.search(text) for text in sources))
    try:
        return _found(program, asked, Follower(program.known, program.bases, choices=choices))
    except SharedError:
        return _found(program, asked, Follower(program.known, program.bases, choices=choices, together=True))


@dataclass(frozen=True)
class _Asked:
    """What is to be found."""

    parts: Collection[str]
    texts: Collection[str]
    max_work: int
    changing: bool
    """Whether anything that can be run may change anything in place."""


def _found(program: Program, asked: _Asked, follower: Follower) -> Dependencies:
    found: dict[str, TemplateDependencies] = {}
    everything = Effects()

    def follow(task: Task, most: int = asked.max_work) -> TemplateDependencies:
        effects = follower.follow(task, max(0, min(most, MAX_TOTAL - follower.spent)))
        everything.add(effects)
        return TemplateDependencies(
            task.target.name,
            effects.reads.all(),
            frozenset(effects.controls),
            frozenset(effects.facts),
            effects.refuses,
            frozenset(effects.writes if effects.complete or not asked.changing else {()}),
            "" if effects.complete else "it is too much to follow",
            asked_files(effects.files, effects.parsed),
        )

    guards: dict[str, TemplateDependencies] = {}
    for entry in program.rendered:
        name, one = entry.target.name, follow(entry)
        found[name] = _both(found[name], one) if name in found else one
        guard = without_blocks(entry.target.body)
        if guard is not None and len(program.bases) == 1:
            guards[name] = follow(Task(replace(entry.target, body=guard), entry.argument))
    if everything.runs_texts and _any_changes({*asked.texts, *everything.pieces}, program, asked, follower):
        # Which template runs which text is not known, and what it changes is seen by all of them.
        found = {name: replace(one, writes=one.writes | {()}) for name, one in found.items()}
    parts = asked.parts
    if program.errors:
        guards = {}
        found = {name: _widened(one, f"{program.errors[0].file} cannot be parsed") for name, one in found.items()}
        parts = ()
    root = Abstract(roots=frozenset({()}))
    called = everything.called
    targets = [target for name in parts for target in program.known.get(name, ()) if id(target) in called]
    followed = {target.name: follow(Task(target, root), MAX_PART) for target in targets}
    ordered = {path: tuple(sorted(constants, key=repr)) for path, constants in everything.compared.items()}
    return Dependencies(found, ordered, _certain(followed), _certain(guards), sorted(everything.unknown))


def _any_changes(texts: Collection[str], program: Program, asked: _Asked, follower: Follower) -> bool:
    """Whether one of the texts, run as a template with a root context, changes what others see."""
    for text in sorted(text for text in texts if asked.changing and "{{" in text):
        try:
            parse(text)
        except TemplateSyntaxError:
            # Nothing that can be run, but perhaps a part of it.
            if _CHANGES.search(text):
                return True
            continue
        run = Command(1, 0, (Identifier(1, "tpl"), String(1, text), Dot(1)))
        target = Callable("tpl", "", (Action(1, Pipeline(1, (run,))),))
        for chart in program.bases:
            task = Task(target, Abstract(roots=frozenset({chart})))
            effects = follower.follow(task, max(0, min(asked.max_work, MAX_TOTAL - follower.spent)))
            if effects.writes or not effects.complete:
                return True
    return False


def _certain(followed: Mapping[str, TemplateDependencies]) -> dict[str, TemplateDependencies]:
    return {name: one for name, one in followed.items() if not one.widened}


def _widened(one: TemplateDependencies, reason: str) -> TemplateDependencies:
    return replace(one, refuses=True, widened=reason)


def _both(first: TemplateDependencies, second: TemplateDependencies) -> TemplateDependencies:
    """One template of a chart that is there twice, under two names."""
    return TemplateDependencies(
        first.template,
        (*first.reads, *second.reads),
        first.controls | second.controls,
        first.facts | second.facts,
        first.refuses or second.refuses,
        first.writes | second.writes,
        first.widened or second.widened,
        first.files | second.files,
    )

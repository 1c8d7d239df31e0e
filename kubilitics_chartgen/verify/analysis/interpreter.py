"""Walks the trees of templates with abstract values and records what they read. No I/O.

The result of a named template is text that leads nowhere, so calls are queued instead of nested: recursion among
templates costs no stack. What looks at something that has changed since is run again, until heap and reads stay as
they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kubilitics_chartgen.verify.analysis.compared import key_of
from kubilitics_chartgen.verify.analysis.files import ask, file_of
from kubilitics_chartgen.verify.analysis.functions import GUARDS, apply, prints_one_value
from kubilitics_chartgen.verify.analysis.reads import Use
from kubilitics_chartgen.verify.analysis.state import State
from kubilitics_chartgen.verify.analysis.tasks import Callable, Task, TooMuchError
from kubilitics_chartgen.verify.analysis.values import NOTHING, OTHER, Abstract, Path, Site, join, text
from kubilitics_chartgen.verify.gotemplate import nodes

__all__ = ["MAX_ROUNDS", "Interpreter"]

MAX_ROUNDS = 30
"""Times that everything is run again; past them every value counts as read."""
MAX_UNROLLED = 16
"""Elements of a list written in the template that are followed one by one."""


class Interpreter:
    """Runs entry points on one state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.scopes: list[dict[str, Abstract]] = []
        self.dot = NOTHING
        self.place: tuple[object, ...] = ()
        self.printing: Callable | None = None

    def run(self, entries: Sequence[Task]) -> bool:
        """Run until nothing changes; false where it was too much and everything was widened."""
        state = self.state
        try:
            for _ in range(MAX_ROUNDS):
                before = (state.heap.version, state.reads.version, len(state.changed))
                state.done.clear()
                state.calls.clear()
                for entry in entries:
                    state.enqueue(entry.target, entry.argument)
                while state.queue:
                    task = state.queue.pop()
                    if not state.repeated(task):
                        with state.running(task):
                            self.task(task)
                if before == (state.heap.version, state.reads.version, len(state.changed)):
                    return True
        except (TooMuchError, RecursionError):
            pass
        state.guarded, state.trusted, state.asked = False, frozenset(), None
        state.record((), Use.VALUE)
        return False

    def task(self, task: Task) -> None:
        """Run one template with one argument."""
        state = self.state
        state.file, state.guarded, state.trusted, state.asked = task.target.file, False, frozenset(), None
        self.dot = task.argument
        self.scopes = [{"$": task.argument}]
        built = frozenset(site[:2] for site in task.argument.sites)
        self.place = () if state.joined else (task.argument.paths, task.argument.roots, built)
        self.printing = task.target if prints_one_value(task.target.body) else None
        self.body(task.target.body)

    @contextmanager
    def inner(self, dot: Abstract | None = None) -> Iterator[None]:
        """A scope of its own, with another dot where one is given."""
        before = self.dot
        self.scopes.append({})
        if dot is not None:
            self.dot = dot
        yield
        self.dot = before
        self.scopes.pop()

    def body(self, body: nodes.Body) -> None:
        """Run nodes in order."""
        for node in body:
            self.state.spend(10)
            if isinstance(node, nodes.Action):
                value = self.pipeline(node.pipeline)
                if not node.pipeline.variables:
                    self.state.consume(value)
                    if self.printing is not None:
                        self.state.printed(self.printing, value)
            elif isinstance(node, (nodes.If, nodes.With)):
                self.branches(node)
            elif isinstance(node, nodes.Range):
                self.range(node)
            elif isinstance(node, (nodes.Include, nodes.Block)):
                argument = NOTHING if node.pipeline is None else self.pipeline(node.pipeline)
                self.state.call(text(node.name), argument)

    def branches(self, node: nodes.If | nodes.With) -> None:
        """All branches are run; what a condition asks for is guarded from there on."""
        state = self.state
        trusted = state.trusted
        with self.inner():
            for branch in node.branches:
                with self.asking() as asked:
                    value = self.pipeline(branch.pipeline)
                state.trusted |= asked
                state.controls |= asked | value.paths
                with self.inner(value if isinstance(node, nodes.With) else None):
                    self.body(branch.body)
            with self.inner():
                self.body(node.orelse)
        state.trusted = trusted

    @contextmanager
    def asking(self) -> Iterator[set[Path]]:
        """A condition: collects the paths it reads."""
        state = self.state
        before, asked = state.asked, set[Path]()
        state.asked = asked
        with state.guard():
            yield asked
        state.asked = before
        if before is not None:
            before |= asked

    def range(self, node: nodes.Range) -> None:
        """Elements of a list that a template writes down are taken one by one, others together."""
        value = self.pipeline(node.pipeline, declare=False)
        place = self.place
        for number, (key, element) in enumerate(self.elements(value)):
            self.place = (*place, number) if len(place) < MAX_UNROLLED else place
            while True:
                before = [dict(scope) for scope in self.scopes]
                self.iteration(node, key, element)
                if before == self.scopes:
                    break
        self.place = place
        with self.inner():
            self.body(node.orelse)

    def iteration(self, node: nodes.Range, key: Abstract, element: Abstract) -> None:
        """One pass of a loop."""
        self.state.spend(10)
        names = node.pipeline.variables
        with self.inner(element):
            values = [element] if len(names) == 1 else [key, element]
            for name, value in zip(names, values, strict=False):
                if node.pipeline.assigns:
                    self.assign(name, value)
                else:
                    self.scopes[-1][name] = value
            self.body(node.body)

    def elements(self, value: Abstract) -> list[tuple[Abstract, Abstract]]:
        """Pairs of key and element that a loop may see."""
        state = self.state
        if value.sites and value == Abstract(sites=value.sites):
            known = [(site, state.heap.keys(site)) for site in sorted(value.sites, key=repr)]
            if all(keys is not None for _, keys in known) and sum(len(keys or ()) for _, keys in known) <= MAX_UNROLLED:
                return [
                    (OTHER if key.startswith("[") else text(key), state.heap.read(site, key))
                    for site, keys in known
                    for key in keys or ()
                ]
        return [(join([key_of(value), file_of(value)]), state.element(value))]

    def assign(self, name: str, value: Abstract) -> None:
        """`=`: the variable may now also be `value`."""
        for scope in reversed(self.scopes):
            if name in scope:
                scope[name] = join([scope[name], value])
                return

    def pipeline(self, pipeline: nodes.Pipeline, *, declare: bool = True) -> Abstract:
        """The value of a pipeline; declares its variables."""
        state = self.state
        value: Abstract | None = None
        commands = pipeline.commands
        for number, command in enumerate(commands):
            following = commands[number + 1].args[0] if number + 1 < len(commands) else None
            # As `guard`, by hand: there is nothing that is done more often.
            before = state.guarded
            state.guarded = before or (isinstance(following, nodes.Identifier) and following.name in GUARDS)
            value = self.command(command, value)
            state.guarded = before
        result = NOTHING if value is None else value
        if declare:
            for name in pipeline.variables:
                if pipeline.assigns:
                    self.assign(name, result)
                else:
                    self.scopes[-1][name] = result
        return result

    def command(self, command: nodes.Command, piped: Abstract | None) -> Abstract:
        """The value of one stage; `piped` is its last argument."""
        self.state.spend(10)
        first, *rest = command.args
        self.state.line = command.line
        last = [] if piped is None else [piped]
        if isinstance(first, nodes.Identifier):
            before = self.state.guarded
            self.state.guarded = before or first.name in GUARDS
            args = [self.operand(operand) for operand in rest] + last
            self.state.guarded = before
            self.state.line = command.line
            site: Site = (self.state.file, command.offset, self.place)
            return apply(self.state, first.name, site, args)
        value = self.operand(first)
        args = [self.operand(operand) for operand in rest] + last
        if not args:
            return value
        # A method with arguments, such as .Files.Get.
        for argument in (value, *args):
            self.state.consume(argument)
        return ask(self.state, value, args)

    def operand(self, operand: nodes.Operand) -> Abstract:
        """The value of one operand."""
        self.state.line = operand.line
        if isinstance(operand, nodes.Dot):
            return self.dot
        if isinstance(operand, nodes.Field):
            return self.fields(self.dot, operand.names)
        if isinstance(operand, nodes.Variable):
            return self.fields(self.variable(operand.name), operand.names)
        if isinstance(operand, nodes.Pipeline):
            return self.pipeline(operand)
        if isinstance(operand, nodes.Chain):
            return self.fields(self.operand(operand.operand), operand.names)
        if isinstance(operand, nodes.Identifier):
            return self.command(_call(operand), None)
        if isinstance(operand, nodes.String):
            if "{{" in operand.value:
                self.state.pieces.add(operand.value)
            return text(operand.value)
        if isinstance(operand, nodes.Number) and isinstance(operand.value, (int, float)):
            return Abstract(numbers=frozenset({operand.value}))
        return OTHER

    def variable(self, name: str) -> Abstract:
        """What a variable may be, in the innermost scope that has it."""
        for scope in reversed(self.scopes):
            found = scope.get(name)
            if found is not None:
                return found
        return OTHER

    def fields(self, value: Abstract, names: Sequence[str]) -> Abstract:
        """`value.a.b`."""
        for name in names:
            value = self.state.dotted(value, name)
        return value


def _call(operand: nodes.Identifier) -> nodes.Command:
    """A function without arguments, as a command."""
    return nodes.Command(operand.line, -operand.line, (operand,))

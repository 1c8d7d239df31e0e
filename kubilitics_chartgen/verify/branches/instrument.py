"""Makes templates tell which of their branches they take, without a change of what they print. Pure, no I/O.

In: the text of a template file. Out: its branches, and a text that notes each branch it takes in a dictionary. Named
templates are handed the dictionary along with their argument, so what they take is told by the file that runs them;
each file prints its notes after its own text, behind `SEEN`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kubilitics_chartgen.verify.gotemplate import nodes, parse
from kubilitics_chartgen.verify.gotemplate.printer import Printer, quoted

__all__ = ["ANYTHING", "SEEN", "Branch", "Instrumented", "instrument", "notes_in"]

SEEN = "\ue000seen\ue001"
"""Stands between what a file prints and the branches it took, a list in JSON."""
ANYTHING = "*"
"""Stands for a template whose name is made while rendering."""

_CALL = "\ue000call\ue001"
_NOTES, _ROOT, _ARGS, _SET = "$chartgenNotes", "$chartgenRoot", "$chartgenCall", "$chartgenSet"
_IS_CALL = f'and (kindIs "slice" .) (eq (len .) 3) (eq (toString (index . 0)) "{_CALL}")'


@dataclass(frozen=True)
class Branch:
    """A part of a template that is run or not."""

    file: str
    line: int
    kind: str
    """`if`, `else if`, `else`, `with`, `else with`, `range`; `define` for the whole of a named template."""
    condition: str
    """What decides, as a template writes it; the name for `define`."""
    callable: str
    """The named template it is in, or the file where it is in none."""
    inside: int | None
    """The branch around it, by its number; None for what is always run."""


@dataclass(frozen=True)
class Instrumented:
    """One file that tells what it takes."""

    text: str
    branches: tuple[Branch, ...]
    """The numbers that files tell are places in this list, after `first`."""
    calls: tuple[tuple[str, str], ...]
    """Which named template (or file) calls which; `ANYTHING` where it is not known."""
    runs_texts: bool
    """Whether it runs texts as templates: what these call tells nothing."""
    texts: tuple[str, ...]
    """Constants in it that may be such texts, or parts of them."""


def instrument(file: str, name: str, text: str, *, first: int = 0) -> Instrumented:
    """Rewrite one file, which Helm calls `name`. Raises TemplateSyntaxError for what is no template."""
    tree = parse(text, file=file)
    writer = _Writer(file, first)
    parts = [writer.define(define) for define in tree.defines.values()]
    parts.append(writer.file(name, tree.body))
    return Instrumented(
        "".join(parts), tuple(writer.branches), tuple(writer.calls), writer.runs_texts, tuple(writer.texts)
    )


def notes_in(text: str) -> tuple[str, frozenset[int]]:
    """What a file prints itself, and the numbers of the branches it told."""
    before, mark, after = text.rpartition(SEEN)
    if not mark:
        return text, frozenset()
    return before, frozenset(int(number) for number in json.loads(after))


class _Writer(Printer):
    def __init__(self, file: str, first: int) -> None:
        self.place = file
        self.first = first
        self.branches: list[Branch] = []
        self.calls: list[tuple[str, str]] = []
        self.runs_texts = False
        self.texts: list[str] = []
        self.callable = file
        self.inside: int | None = None

    def pipeline(self, pipeline: nodes.Pipeline) -> str:
        # A template may declare `$` anew.
        variables = tuple(_ROOT if name == "$" else name for name in pipeline.variables)
        return super().pipeline(replace(pipeline, variables=variables))

    def variable(self, variable: nodes.Variable) -> str:
        return ".".join((_ROOT if variable.name == "$" else variable.name, *variable.names))

    def operand(self, operand: nodes.Operand) -> str:
        if isinstance(operand, nodes.String) and "{{" in operand.value:
            self.texts.append(operand.value)
        return super().operand(operand)

    def command(self, command: nodes.Command, *, piped: bool) -> str:
        first = command.args[0]
        self.runs_texts = self.runs_texts or (isinstance(first, nodes.Identifier) and first.name == "tpl")
        if not (isinstance(first, nodes.Identifier) and first.name == "include" and len(command.args) > 1):
            return super().command(command, piped=piped)
        name = command.args[1]
        self.calls.append((self.callable, name.value if isinstance(name, nodes.String) else ANYTHING))
        told = f"include {self.operand(name)}"
        if len(command.args) == 2 and piped:
            # What is piped is the last argument of whatever comes next.
            return f'list "{_CALL}" {_NOTES} | {told}'
        rest = " ".join(self.operand(operand) for operand in command.args[2:])
        return f'{told} (list "{_CALL}" {_NOTES} {rest})'

    def define(self, define: nodes.Define) -> str:
        self.callable = define.name
        self.inside = None
        body = self.noted(define.line, "define", define.name, define.body)
        return f"{{{{ define {quoted(define.name)} }}}}{self.wrapped(body)}{{{{ end }}}}"

    def file(self, name: str, body: nodes.Body) -> str:
        self.callable = name
        self.inside = None
        tell = f"{{{{ if not ({_IS_CALL}) }}}}{SEEN}{{{{ keys {_NOTES} | toJson }}}}{{{{ end }}}}"
        return self.wrapped(self.body(body)) + tell

    def wrapped(self, body: str) -> str:
        """A body with the dot and the root it had, whether it is called by one that hands the notes along or not."""
        return (
            f"{{{{ {_ARGS} := . }}}}{{{{ if not ({_IS_CALL}) }}}}"
            f'{{{{ {_ARGS} = list "{_CALL}" (dict) . }}}}{{{{ end }}}}'
            f"{{{{ {_NOTES} := index {_ARGS} 1 }}}}{{{{ {_ROOT} := index {_ARGS} 2 }}}}"
            f"{{{{ range list {_ROOT} }}}}{body}{{{{ end }}}}"
        )

    def noted(self, line: int, kind: str, condition: str, body: nodes.Body) -> str:
        """A body that notes that it is run."""
        number = self.first + len(self.branches)
        self.branches.append(Branch(self.place, line, kind, condition, self.callable, self.inside))
        around, self.inside = self.inside, number
        text = self.body(body)
        self.inside = around
        return f'{{{{ {_SET} := set {_NOTES} "{number}" 1 }}}}{text}'

    def body(self, body: nodes.Body) -> str:
        return "".join(part for node in body for part in self.node(node))

    def node(self, node: nodes.Node) -> Iterator[str]:
        if isinstance(node, nodes.Text):
            # A brace at the end would open an action one character too early.
            bare = node.text.rstrip("{")
            yield bare
            if bare != node.text:
                yield f"{{{{ {quoted(node.text[len(bare) :])} }}}}"
        elif isinstance(node, nodes.Action):
            yield f"{{{{ {self.pipeline(node.pipeline)} }}}}"
        elif isinstance(node, (nodes.If, nodes.With)):
            yield from self.choice(node)
        elif isinstance(node, nodes.Range):
            shown = Printer().pipeline(node.pipeline)
            yield f"{{{{ range {self.pipeline(node.pipeline)} }}}}{self.noted(node.line, 'range', shown, node.body)}"
            yield from self.otherwise(f"range {shown}", node.orelse)
        elif isinstance(node, (nodes.Include, nodes.Block)):
            self.calls.append((self.callable, node.name))
            argument = "nil" if node.pipeline is None else f"({self.pipeline(node.pipeline)})"
            yield f'{{{{ template {quoted(node.name)} (list "{_CALL}" {_NOTES} {argument}) }}}}'
        else:
            yield "{{ break }}" if isinstance(node, nodes.Break) else "{{ continue }}"

    def choice(self, node: nodes.If | nodes.With) -> Iterator[str]:
        word = "if" if isinstance(node, nodes.If) else "with"
        for number, branch in enumerate(node.branches):
            kind = f"else {word}" if number else word
            shown = Printer().pipeline(branch.pipeline)
            yield f"{{{{ {kind} {self.pipeline(branch.pipeline)} }}}}"
            yield self.noted(branch.line, kind, shown, branch.body)
        yield from self.otherwise(f"{word} {Printer().pipeline(node.branches[0].pipeline)}", node.orelse)

    def otherwise(self, condition: str, orelse: nodes.Body) -> Iterator[str]:
        if orelse:
            yield f"{{{{ else }}}}{self.noted(orelse[0].line, 'else', f'of {condition}', orelse)}"
        yield "{{ end }}"

"""A tree back to the text of a Go template that means the same. Pure, no I/O.

Trim markers are gone, since the tree holds the texts already trimmed; comments are gone as well.
"""

from __future__ import annotations

import json

from kubilitics_chartgen.verify.gotemplate import nodes

__all__ = ["Printer", "quoted"]


class Printer:
    """Writes pipelines; what rewrites templates overrides how a command or a variable is written."""

    def pipeline(self, pipeline: nodes.Pipeline) -> str:
        """A pipeline with the variables it declares."""
        text = " | ".join(self.command(command, piped=number > 0) for number, command in enumerate(pipeline.commands))
        if not pipeline.variables:
            return text
        return f"{', '.join(pipeline.variables)} {'=' if pipeline.assigns else ':='} {text}"

    def command(self, command: nodes.Command, *, piped: bool) -> str:  # noqa: ARG002 -- for what overrides it
        """One stage of a pipeline; `piped` tells whether the stage before gives its last argument."""
        return " ".join(self.operand(operand) for operand in command.args)

    def variable(self, variable: nodes.Variable) -> str:
        """A variable with its fields."""
        return ".".join((variable.name, *variable.names))

    def operand(self, operand: nodes.Operand) -> str:
        """One operand."""
        if isinstance(operand, nodes.Variable):
            return self.variable(operand)
        if isinstance(operand, nodes.Field):
            return "".join(f".{name}" for name in operand.names)
        if isinstance(operand, nodes.String):
            return quoted(operand.value)
        if isinstance(operand, nodes.Number):
            return operand.text
        if isinstance(operand, nodes.Bool):
            return "true" if operand.value else "false"
        if isinstance(operand, nodes.Identifier):
            return operand.name
        if isinstance(operand, nodes.Pipeline):
            return f"({self.pipeline(operand)})"
        if isinstance(operand, nodes.Chain):
            return ".".join((self.operand(operand.operand), *operand.names))
        return "." if isinstance(operand, nodes.Dot) else "nil"


def quoted(text: str) -> str:
    """A string constant. JSON's escapes are Go's, but for what lies beyond 16 bits, which stands as it is."""
    return json.dumps(text, ensure_ascii=False)

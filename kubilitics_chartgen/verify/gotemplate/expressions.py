"""Pipelines, commands and operands of Go templates: tokens in, nodes out. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from kubilitics_chartgen.verify.gotemplate.errors import TemplateSyntaxError
from kubilitics_chartgen.verify.gotemplate.literals import character, number, unquote
from kubilitics_chartgen.verify.gotemplate.nodes import (
    Bool,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Nil,
    Number,
    Operand,
    Pipeline,
    String,
    Variable,
)
from kubilitics_chartgen.verify.gotemplate.tokens import Kind, Token

__all__ = ["MAX_DEPTH", "ExpressionParser"]

MAX_DEPTH = 100
"""Nested blocks and parentheses that are read; more is refused, so that no template exhausts Python's stack."""

_OPERANDS = frozenset(
    {
        Kind.BOOL,
        Kind.CHARACTER,
        Kind.DOT,
        Kind.FIELD,
        Kind.IDENTIFIER,
        Kind.LPAREN,
        Kind.NIL,
        Kind.NUMBER,
        Kind.RAW_STRING,
        Kind.STRING,
        Kind.VARIABLE,
    }
)
_Value = TypeVar("_Value")


class ExpressionParser:
    """Reads pipelines from a list of tokens; holds the position and the variables in scope."""

    def __init__(self, tokens: tuple[Token, ...], file: str) -> None:
        self.tokens = tokens
        self.file = file
        self.at = 0
        self.depth = 0
        self.variables = ["$"]

    def peek(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.at]

    def next(self) -> Token:
        """Read one token; the last one is never passed."""
        token = self.tokens[self.at]
        if token.kind is not Kind.END:
            self.at += 1
        return token

    def skip_spaces(self) -> None:
        """Pass over spaces."""
        while self.peek().kind is Kind.SPACE:
            self.at += 1

    def next_meaningful(self) -> Token:
        """Read one token that is no space."""
        self.skip_spaces()
        return self.next()

    def expect(self, kind: Kind, context: str) -> Token:
        """Read one token that is no space and must be of `kind`."""
        token = self.next_meaningful()
        if token.kind is not kind:
            raise self.unexpected(token, context)
        return token

    def error(self, what: str, token: Token) -> TemplateSyntaxError:
        """An error at `token`."""
        return TemplateSyntaxError(what, file=self.file, line=token.line)

    def unexpected(self, token: Token, context: str) -> TemplateSyntaxError:
        """The error that `token` does not belong here."""
        shown = repr(token.text) if token.text else "end of file"
        return self.error(f"unexpected {shown} in {context}", token)

    def literal(self, token: Token, convert: Callable[[str], _Value]) -> _Value:
        """The value of a constant."""
        try:
            return convert(token.text)
        except ValueError as error:
            raise self.error(f"{error} in {token.text}", token) from None

    @contextmanager
    def nested(self, token: Token) -> Iterator[None]:
        """Count one level of nesting."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"nested more than {MAX_DEPTH} levels deep", token)
        yield
        self.depth -= 1

    def pipeline(self, context: str, end: Kind = Kind.RIGHT) -> Pipeline:
        """A pipeline up to and with its closing delimiter or parenthesis."""
        self.skip_spaces()
        start = self.peek()
        variables, assigns = self.declarations(context)
        commands: list[Command] = []
        while True:
            self.skip_spaces()
            token = self.peek()
            if token.kind is end:
                self.next()
                break
            if token.kind not in _OPERANDS:
                raise self.unexpected(token, context)
            commands.append(self.command())
        if not commands:
            raise self.error(f"missing value for {context}", start)
        for stage, command in enumerate(commands[1:], start=2):
            if isinstance(command.args[0], (Bool, Dot, Nil, Number, String)):
                raise self.error(f"non executable command in pipeline stage {stage}", start)
        return Pipeline(start.line, tuple(commands), variables, assigns)

    def declarations(self, context: str) -> tuple[tuple[str, ...], bool]:
        """The variables before `:=` or `=`, and whether it is `=`."""
        names: list[str] = []
        while self.peek().kind is Kind.VARIABLE:
            start = self.at
            name = self.next()
            self.skip_spaces()
            token = self.peek()
            if token.kind in (Kind.ASSIGN, Kind.DECLARE):
                self.next()
                names.append(name.text)
                self.variables.append(name.text)
                return tuple(names), token.kind is Kind.ASSIGN
            if token.kind is not Kind.CHAR or token.text != ",":
                self.at = start
                break
            self.next()
            names.append(name.text)
            self.variables.append(name.text)
            if context != "range" or len(names) > 1:
                raise self.error(f"too many declarations in {context}", name)
            self.skip_spaces()
            if self.peek().kind not in (Kind.VARIABLE, Kind.RIGHT, Kind.RPAREN):
                raise self.error("range can only initialize variables", name)
        return tuple(names), False

    def command(self) -> Command:
        """Operands separated by spaces, up to a pipe or what ends the pipeline."""
        start = self.peek()
        args: list[Operand] = []
        while True:
            self.skip_spaces()
            operand = self.operand()
            if operand is not None:
                args.append(operand)
            token = self.next()
            if token.kind is Kind.SPACE:
                continue
            if token.kind in (Kind.RIGHT, Kind.RPAREN):
                self.at -= 1
            elif token.kind is not Kind.PIPE:
                raise self.unexpected(token, "operand")
            break
        if not args:
            raise self.error("empty command", start)
        return Command(start.line, start.offset, tuple(args))

    def operand(self) -> Operand | None:
        """A term with the fields that follow it without a space."""
        start = self.peek()
        node = self.term()
        if node is None or self.peek().kind is not Kind.FIELD:
            return node
        names: list[str] = []
        while self.peek().kind is Kind.FIELD:
            names.append(self.next().text[1:])
        if isinstance(node, Field):
            return Field(node.line, (*node.names, *names))
        if isinstance(node, Variable):
            return Variable(node.line, node.name, tuple(names))
        if isinstance(node, (Pipeline, Identifier)):
            return Chain(start.line, node, tuple(names))
        raise self.error(f"unexpected . after term {start.text!r}", start)

    def term(self) -> Operand | None:
        """One simple operand, or None where none starts here."""
        token = self.peek()
        if token.kind not in _OPERANDS:
            return None
        self.next()
        if token.kind is Kind.LPAREN:
            with self.nested(token):
                return self.pipeline("parenthesized pipeline", Kind.RPAREN)
        if token.kind is Kind.VARIABLE:
            if token.text not in self.variables:
                raise self.error(f"undefined variable {token.text!r}", token)
            return Variable(token.line, token.text)
        if token.kind in (Kind.STRING, Kind.RAW_STRING):
            return String(token.line, self.literal(token, unquote))
        if token.kind is Kind.CHARACTER:
            return Number(token.line, token.text, self.literal(token, character))
        if token.kind is Kind.NUMBER:
            return Number(token.line, token.text, self.literal(token, number))
        if token.kind is Kind.FIELD:
            return Field(token.line, (token.text[1:],))
        if token.kind is Kind.IDENTIFIER:
            return Identifier(token.line, token.text)
        if token.kind is Kind.BOOL:
            return Bool(token.line, token.text == "true")
        return Dot(token.line) if token.kind is Kind.DOT else Nil(token.line)

"""Tokens of a Go template -> a tree, by the rules of Go's text/template/parse/parse.go. Pure, no I/O."""

from __future__ import annotations

from functools import lru_cache

from kubilitics_chartgen.verify.gotemplate.expressions import ExpressionParser
from kubilitics_chartgen.verify.gotemplate.lexer import SPACES, tokenize
from kubilitics_chartgen.verify.gotemplate.literals import unquote
from kubilitics_chartgen.verify.gotemplate.nodes import (
    Action,
    Block,
    Body,
    Branch,
    Break,
    Continue,
    Define,
    If,
    Include,
    Node,
    Pipeline,
    Range,
    TemplateFile,
    Text,
    With,
)
from kubilitics_chartgen.verify.gotemplate.tokens import Kind, Token

__all__ = ["parse"]


@lru_cache(maxsize=512)
def parse(text: str, *, file: str = "template") -> TemplateFile:
    """The tree of one template file; the same one for the same text, so never change it.

    Raises TemplateSyntaxError, and nothing else, when the text is not a Go template.
    """
    return _Parser(tokenize(text, file=file), file).template()


class _Parser(ExpressionParser):
    def __init__(self, tokens: tuple[Token, ...], file: str) -> None:
        super().__init__(tokens, file)
        self.defines: dict[str, Define] = {}
        self.ranges = 0

    def template(self) -> TemplateFile:
        body: list[Node] = []
        while self.peek().kind is not Kind.END:
            if self.keyword_of_action() == "define":
                self.define()
                continue
            node = self.text_or_action()
            if isinstance(node, Token):
                raise self.error(f"unexpected {{{{{node.text}}}}}", node)
            if node is not None:
                body.append(node)
        return TemplateFile(name=self.file, body=tuple(body), defines=self.defines)

    def keyword_of_action(self) -> str:
        """The keyword that the action here starts with, empty where it is not an action with one."""
        if self.peek().kind is not Kind.LEFT:
            return ""
        after = self.at + 1
        while self.tokens[after].kind is Kind.SPACE:
            after += 1
        token = self.tokens[after]
        return token.text if token.kind is Kind.KEYWORD else ""

    def body(self) -> tuple[Body, Token]:
        """Everything up to the `end` or `else` that closes this body, and that token."""
        nodes: list[Node] = []
        while self.peek().kind is not Kind.END:
            node = self.text_or_action()
            if isinstance(node, Token):
                return tuple(nodes), node
            if node is not None:
                nodes.append(node)
        raise self.error("unexpected EOF", self.peek())

    def text_or_action(self) -> Node | Token | None:
        """One node; the keyword's token for `end` and `else`; None for what leaves no node."""
        before = self.tokens[self.at - 1] if self.at else None
        token = self.next()
        if token.kind is Kind.COMMENT:
            return None
        if token.kind is Kind.TEXT:
            text = token.text
            if before is not None and before.text.endswith("-}}") and before.kind in (Kind.RIGHT, Kind.COMMENT):
                text = text.lstrip(SPACES)
            after = self.peek()
            if after.kind in (Kind.LEFT, Kind.COMMENT) and after.text[2:3] == "-" and after.text[3:4] in SPACES:
                text = text.rstrip(SPACES)
            return Text(token.line, text) if text else None
        if token.kind is not Kind.LEFT:
            raise self.unexpected(token, "input")
        return self.action()

    def action(self) -> Node | Token:
        self.skip_spaces()
        token = self.peek()
        if token.kind is not Kind.KEYWORD:
            return Action(token.line, self.pipeline("command"))
        if token.text == "define":
            raise self.unexpected(token, "command")
        self.next()
        if token.text == "end":
            self.expect(Kind.RIGHT, "end")
            return token
        if token.text == "else":
            self.skip_spaces()
            if self.peek().text not in ("if", "with") or self.peek().kind is not Kind.KEYWORD:
                self.expect(Kind.RIGHT, "else")
            return token
        return self.statement(token)

    def statement(self, token: Token) -> Node:
        with self.nested(token):
            if token.text in ("if", "with"):
                return self.branches(token)
            if token.text == "range":
                return self.range(token)
            if token.text == "block":
                return self.block(token)
            if token.text == "template":
                return self.include(token)
            self.expect(Kind.RIGHT, f"{{{{{token.text}}}}}")
            if not self.ranges:
                raise self.error(f"{{{{{token.text}}}}} outside {{{{range}}}}", token)
            return Break(token.line) if token.text == "break" else Continue(token.line)

    def branches(self, keyword: Token) -> If | With:
        known = len(self.variables)
        branches: list[Branch] = []
        orelse: Body = ()
        line = keyword.line
        while True:
            pipeline = self.pipeline(keyword.text)
            body, closing = self.body()
            branches.append(Branch(line, pipeline, body))
            if closing.text == "end":
                break
            if self.peek().kind is Kind.KEYWORD and self.peek().text == keyword.text:
                line = self.next().line
                continue
            orelse = self.last_body()
            break
        del self.variables[known:]
        kind = If if keyword.text == "if" else With
        return kind(keyword.line, tuple(branches), orelse)

    def last_body(self) -> Body:
        body, closing = self.body()
        if closing.text != "end":
            raise self.error("expected end; found {{else}}", closing)
        return body

    def range(self, keyword: Token) -> Range:
        known = len(self.variables)
        pipeline = self.pipeline("range")
        self.ranges += 1
        body, closing = self.body()
        self.ranges -= 1
        orelse = self.last_body() if closing.text == "else" else ()
        del self.variables[known:]
        return Range(keyword.line, pipeline, body, orelse)

    def name_of(self, context: str) -> str:
        token = self.next_meaningful()
        if token.kind not in (Kind.STRING, Kind.RAW_STRING):
            raise self.unexpected(token, context)
        return self.literal(token, unquote)

    def block(self, keyword: Token) -> Block:
        name = self.name_of("block clause")
        pipeline = self.pipeline("block clause")
        body = self.own_scope("block clause")
        self.add(Define(keyword.line, name, body), keyword)
        return Block(keyword.line, name, pipeline, body)

    def define(self) -> None:
        self.next()
        keyword = self.next_meaningful()
        name = self.name_of("define clause")
        self.expect(Kind.RIGHT, "define clause")
        with self.nested(keyword):
            body = self.own_scope("define clause")
        self.add(Define(keyword.line, name, body), keyword)

    def own_scope(self, context: str) -> Body:
        """A body that sees no variable and no loop of its surroundings."""
        variables, ranges = self.variables, self.ranges
        self.variables, self.ranges = ["$"], 0
        body, closing = self.body()
        if closing.text != "end":
            raise self.error(f"unexpected {{{{else}}}} in {context}", closing)
        self.variables, self.ranges = variables, ranges
        return body

    def add(self, define: Define, keyword: Token) -> None:
        known = self.defines.get(define.name)
        if known is not None and not _is_empty(known.body):
            if _is_empty(define.body):
                return
            raise self.error(f"multiple definition of template {define.name!r}", keyword)
        self.defines[define.name] = define

    def include(self, keyword: Token) -> Include:
        name = self.name_of("template clause")
        self.skip_spaces()
        pipeline: Pipeline | None = None
        if self.peek().kind is Kind.RIGHT:
            self.next()
        else:
            pipeline = self.pipeline("template clause")
        return Include(keyword.line, name, pipeline)


def _is_empty(body: Body) -> bool:
    return all(isinstance(node, Text) and not node.text.strip() for node in body)

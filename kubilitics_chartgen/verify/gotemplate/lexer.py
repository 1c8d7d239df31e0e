"""Text of a Go template -> tokens, by the rules of Go's text/template/parse/lex.go. Pure, no I/O.

Whitespace that a trim marker removes stays in the text tokens: the parser trims, so that tokens join to the input.
"""

from __future__ import annotations

from kubilitics_chartgen.verify.gotemplate.errors import TemplateSyntaxError
from kubilitics_chartgen.verify.gotemplate.tokens import KEYWORDS, Kind, Token

__all__ = ["SPACES", "tokenize"]

SPACES = " \t\r\n"
_TERMINATORS = ".,|:()"
_SINGLE = {"=": Kind.ASSIGN, "|": Kind.PIPE}


def tokenize(text: str, *, file: str = "template") -> tuple[Token, ...]:
    """All tokens of `text`, the last one of kind END.

    Raises TemplateSyntaxError, whose line is where the offending token starts.
    """
    return _Lexer(text, file).run()


def _is_word(char: str) -> bool:
    return char == "_" or char.isalpha() or char.isdecimal()


class _Lexer:
    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.at = 0
        self.line = 1
        self.tokens: list[Token] = []

    def run(self) -> tuple[Token, ...]:
        while self.at < len(self.text):
            start = self.text.find("{{", self.at)
            if start < 0:
                self.emit(Kind.TEXT, len(self.text))
                break
            if start > self.at:
                self.emit(Kind.TEXT, start)
            self.action()
        self.tokens.append(Token(Kind.END, "", self.line, self.at))
        return tuple(self.tokens)

    def emit(self, kind: Kind, end: int) -> None:
        text = self.text[self.at : end]
        self.tokens.append(Token(kind, text, self.line, self.at))
        self.line += text.count("\n")
        self.at = end

    def error(self, what: str) -> TemplateSyntaxError:
        return TemplateSyntaxError(what, file=self.file, line=self.line)

    def peek(self, at: int) -> str:
        """The character at `at`, empty at the end of the text."""
        return self.text[at : at + 1]

    def right_delimiter(self, at: int) -> int:
        """The length of a closing delimiter that starts at `at`, or 0."""
        if self.text.startswith("}}", at):
            return 2
        if self.peek(at) and self.text[at] in SPACES and self.text.startswith("-}}", at + 1):
            return 4
        return 0

    def action(self) -> None:
        after = self.at + 2
        if self.peek(after) == "-" and self.peek(after + 1) and self.text[after + 1] in SPACES:
            after += 2
        if self.text.startswith("/*", after):
            self.comment(after)
            return
        self.emit(Kind.LEFT, after)
        depth = 0
        while True:
            length = self.right_delimiter(self.at)
            if length:
                if depth:
                    raise self.error("unclosed left paren")
                self.emit(Kind.RIGHT, self.at + length)
                return
            if self.at >= len(self.text):
                raise self.error("unclosed action")
            depth = self.inside(depth)

    def comment(self, after: int) -> None:
        close = self.text.find("*/", after + 2)
        if close < 0:
            raise self.error("unclosed comment")
        length = self.right_delimiter(close + 2)
        if not length:
            raise self.error("comment ends before closing delimiter")
        self.emit(Kind.COMMENT, close + 2 + length)

    def inside(self, depth: int) -> int:
        """Read one token inside an action; returns the new depth of parentheses."""
        char = self.text[self.at]
        following = self.peek(self.at + 1)
        if char in SPACES:
            self.space()
        elif char in _SINGLE:
            self.emit(_SINGLE[char], self.at + 1)
        elif char == ":":
            if following != "=":
                raise self.error("expected :=")
            self.emit(Kind.DECLARE, self.at + 2)
        elif char in "\"'":
            self.quoted(char)
        elif char == "`":
            close = self.text.find("`", self.at + 1)
            if close < 0:
                raise self.error("unterminated raw quoted string")
            self.emit(Kind.RAW_STRING, close + 1)
        elif char == "$":
            self.name(Kind.VARIABLE, Kind.VARIABLE)
        elif char == "." and not ("0" <= following <= "9"):
            self.name(Kind.FIELD, Kind.DOT)
        elif char in "+-." or "0" <= char <= "9":
            self.number()
        elif _is_word(char):
            self.identifier()
        elif char == "(":
            self.emit(Kind.LPAREN, self.at + 1)
            return depth + 1
        elif char == ")":
            if not depth:
                raise self.error("unexpected right paren")
            self.emit(Kind.RPAREN, self.at + 1)
            return depth - 1
        elif " " <= char <= "~":
            self.emit(Kind.CHAR, self.at + 1)
        else:
            raise self.error(f"unrecognized character in action: U+{ord(char):04X}")
        return depth

    def space(self) -> None:
        end = self.at
        while self.peek(end) and self.text[end] in SPACES and not self.right_delimiter(end):
            end += 1
        self.emit(Kind.SPACE, end)

    def quoted(self, quote: str) -> None:
        what = "quoted string" if quote == '"' else "character constant"
        end = self.at + 1
        while True:
            char = self.peek(end)
            if char == "\\" and self.peek(end + 1) not in ("", "\n"):
                end += 2
            elif char in ("", "\n", "\\"):
                raise self.error(f"unterminated {what}")
            elif char == quote:
                self.emit(Kind.STRING if quote == '"' else Kind.CHARACTER, end + 1)
                return
            else:
                end += 1

    def word_end(self, at: int) -> int:
        """Where the letters and digits from `at` on end; what follows them must end a word."""
        while self.peek(at) and _is_word(self.text[at]):
            at += 1
        char = self.peek(at)
        if char and char not in SPACES and char not in _TERMINATORS and not self.text.startswith("}}", at):
            raise self.error(f"bad character {char!r}")
        return at

    def name(self, kind: Kind, alone: Kind) -> None:
        """A field or variable; `alone` is what its first character is when nothing follows."""
        end = self.word_end(self.at + 1)
        self.emit(alone if end == self.at + 1 else kind, end)

    def identifier(self) -> None:
        end = self.word_end(self.at)
        word = self.text[self.at : end]
        if word in KEYWORDS:
            kind = Kind.KEYWORD
        elif word in ("true", "false"):
            kind = Kind.BOOL
        else:
            kind = Kind.NIL if word == "nil" else Kind.IDENTIFIER
        self.emit(kind, end)

    def number(self) -> None:
        end = self.scan_number(self.at)
        if self.peek(end) in ("+", "-"):
            # A complex constant: no space between its two parts, the second ends in i.
            end = self.scan_number(end)
            if self.text[end - 1] != "i":
                raise self.error(f"bad number syntax: {self.text[self.at : end]!r}")
        self.emit(Kind.NUMBER, end)

    def scan_number(self, at: int) -> int:
        def run(at: int, allowed: str) -> int:
            while self.peek(at) and self.text[at] in allowed:
                at += 1
            return at

        def one(at: int, allowed: str) -> int:
            return at + 1 if self.peek(at) and self.text[at] in allowed else at

        digits = "0123456789_"
        exponent = "eE"
        end = one(at, "+-")
        if self.peek(end) == "0":
            end += 1
            base = self.peek(end).lower()
            if base and base in "xob":
                end += 1
                digits = {"x": "0123456789abcdefABCDEF_", "o": "01234567_", "b": "01_"}[base]
                exponent = {"x": "pP"}.get(base, "")
        end = run(end, digits)
        if self.peek(end) == ".":
            end = run(end + 1, digits)
        if exponent and one(end, exponent) > end:
            end = run(one(end + 1, "+-"), "0123456789_")
        end = one(end, "i")
        if self.peek(end) and _is_word(self.text[end]):
            raise self.error(f"bad number syntax: {self.text[self.at : end + 1]!r}")
        return end

"""Faults that people make in templates, as changes of one place of one file. In: texts. Out: mutants. Pure, no I/O.

Prose is left alone: comments, the words of `fail`, and NOTES.txt, from which no object is made.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from kubilitics_chartgen.verify.gotemplate import tokenize
from kubilitics_chartgen.verify.gotemplate.tokens import Kind, Token

__all__ = ["OPERATORS", "Mutant", "candidates", "sample"]


@dataclass(frozen=True)
class Mutant:
    """One file of the chart with one fault in it."""

    file: str
    operator: str
    line: int
    before: str
    after: str
    text: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.operator} in {self.file}:{self.line}"


@dataclass(frozen=True)
class Action:
    """`{{ ... }}` with the tokens between its delimiters, spaces left out."""

    start: int
    end: int
    line: int
    tokens: tuple[Token, ...]

    @property
    def keyword(self) -> str:
        """Its first word where that is one of the language: if, with, range, define, else, end."""
        first = self.tokens[0] if self.tokens else None
        return first.text if first is not None and first.kind is Kind.KEYWORD else ""


class Source:
    """One template's text, taken apart once."""

    def __init__(self, file: str, text: str, others: Mapping[str, str]) -> None:
        self.file = file
        self.text = text
        self.others = others
        self.actions: list[Action] = []
        prose: list[tuple[int, int]] = []
        inside: list[Token] | None = None
        start = 0
        for token in tokenize(text, file=file):
            if token.kind is Kind.COMMENT:
                prose.append((token.offset, token.offset + len(token.text)))
            elif token.kind is Kind.LEFT:
                inside, start = [], token.offset
            elif token.kind is Kind.RIGHT and inside is not None:
                self.actions.append(Action(start, token.offset + len(token.text), inside[0].line, tuple(inside)))
                inside = None
            elif inside is not None and token.kind is not Kind.SPACE:
                inside.append(token)
        self.actions = [action for action in self.actions if action.tokens]
        prose += [
            (action.start, action.end)
            for action in self.actions
            if any(token.text == "fail" for token in action.tokens)
        ]
        offset = 0
        self.lines: list[tuple[int, str]] = []
        for line in text.splitlines(keepends=True):
            if line.lstrip().startswith("#"):
                prose.append((offset, offset + len(line)))
            self.lines.append((offset, line))
            offset += len(line)
        self._prose = prose

    def is_prose(self, offset: int) -> bool:
        """Whether nothing of an object is made from what stands there."""
        return any(start <= offset < end for start, end in self._prose)

    def action_at(self, offset: int) -> Action | None:
        """The action that holds an offset."""
        return next((action for action in self.actions if action.start <= offset < action.end), None)

    def balanced(self, start: int, end: int) -> bool:
        """Whether taking these characters out leaves every block with its end."""
        depth = 0
        for action in self.actions:
            if action.start < start < action.end or action.start < end < action.end:
                return False
            if start <= action.start < end:
                depth += {"if": 1, "with": 1, "range": 1, "define": 1, "block": 1, "end": -1}.get(action.keyword, 0)
                if depth < 0 or (action.keyword == "else" and depth == 0):
                    return False
        return depth == 0

    def defines(self, start: int, end: int) -> bool:
        """Whether a named template begins or ends there."""
        return any(start <= action.start < end and action.keyword in ("define", "block") for action in self.actions)


Change = tuple[int, int, str]
"""Start, end, and what stands there instead."""


def _drop_line(source: Source) -> Iterator[Change]:
    for start, line in source.lines:
        if line.strip() and not source.is_prose(start) and source.balanced(start, start + len(line)):
            yield start, start + len(line), ""


_KEY = re.compile(r"( *)(- )?[A-Za-z][\w./-]*:(\s|$)")


def _drop_field(source: Source) -> Iterator[Change]:
    """A key with all that stands below it."""
    for number, (start, line) in enumerate(source.lines):
        match = _KEY.match(line)
        if match is None or source.is_prose(start):
            continue
        depth, end = len(match[1]), start + len(line)
        for _, further in source.lines[number + 1 :]:
            if not further.strip() or len(further) - len(further.lstrip()) <= depth:
                break
            end += len(further)
        if end > start + len(line) and source.balanced(start, end) and not source.defines(start, end):
            yield start, end, ""


def _conditions(source: Source) -> Iterator[tuple[Action, int, int]]:
    """Conditions, with where they begin and end."""
    for action in source.actions:
        words = [token.text for token in action.tokens]
        skip = 1 if words[0] == "if" else 2 if words[:2] == ["else", "if"] else 0
        if skip and len(action.tokens) > skip and ":=" not in words:
            last = action.tokens[-1]
            yield action, action.tokens[skip].offset, last.offset + len(last.text)


def _negate(source: Source) -> Iterator[Change]:
    for _, start, end in _conditions(source):
        yield start, end, f"not ({source.text[start:end]})"


def _always(source: Source) -> Iterator[Change]:
    """What stands in the condition moves out of it."""
    for _, start, end in _conditions(source):
        yield start, end, "true"


def _never(source: Source) -> Iterator[Change]:
    for _, start, end in _conditions(source):
        yield start, end, "false"


_SWAPS = {
    "connective": {"and": "or", "or": "and"},
    "comparison": {"eq": "ne", "ne": "eq", "gt": "ge", "ge": "gt", "lt": "le", "le": "lt"},
}


def _swap_words(which: str) -> Callable[[Source], Iterator[Change]]:
    def change(source: Source) -> Iterator[Change]:
        for action in source.actions:
            for token in action.tokens:
                other = _SWAPS[which].get(token.text) if token.kind is Kind.IDENTIFIER else None
                if other and not source.is_prose(token.offset):
                    yield token.offset, token.offset + len(token.text), other

    return change


def _tokens(source: Source, *kinds: Kind) -> Iterator[tuple[Action, int, Token]]:
    for action in source.actions:
        for place, token in enumerate(action.tokens):
            if token.kind in kinds and not source.is_prose(token.offset):
                yield action, place, token


def _fields(source: Source) -> list[str]:
    return sorted({token.text.rsplit(".", 1)[1] for _, _, token in _tokens(source, Kind.FIELD)})


def _swap_path(source: Source) -> Iterator[Change]:
    """The last name of a path becomes another one that is used in the same file."""
    names = _fields(source)
    for _, _, token in _tokens(source, Kind.FIELD):
        head, _, name = token.text.rpartition(".")
        others = [each for each in names if each != name and each not in ("Values", "Release", "Chart", "Files")]
        if others and name not in ("Values", "Release", "Chart", "Files", "Capabilities"):
            other = others[hash_of(source.file, token.offset) % len(others)]
            yield token.offset, token.offset + len(token.text), f"{head}.{other}"


def _text_in_action(source: Source) -> Iterator[Change]:
    for action, place, token in _tokens(source, Kind.STRING):
        before = action.tokens[place - 1].text if place else ""
        if before in ("include", "template", "define", "block") or len(token.text) < 3:
            continue
        yield token.offset, token.offset + len(token.text), f'{token.text[:-1]}x"'


def _number_in_action(source: Source) -> Iterator[Change]:
    for action, place, token in _tokens(source, Kind.NUMBER):
        before = action.tokens[place - 1].text if place else ""
        if token.text.isdigit() and before not in ("nindent", "indent"):
            yield token.offset, token.offset + len(token.text), str(int(token.text) + 1)


_SCALAR = re.compile(r"(?<=: )([A-Za-z][\w-]*|\d+)(?=\s*$|[,}])", re.MULTILINE)


def _literal_in_yaml(source: Source) -> Iterator[Change]:
    for match in _SCALAR.finditer(source.text):
        if source.is_prose(match.start()) or source.action_at(match.start()):
            continue
        value = match[1]
        if value.isdigit():
            yield match.start(), match.end(), str(int(value) + 1)
        elif value in ("true", "false"):
            yield match.start(), match.end(), "false" if value == "true" else "true"
        else:
            yield match.start(), match.end(), f"{value}x"


_PORT = re.compile(r"(?:[pP]ort: |:)(\d{2,5})\b")


def _swap_port(source: Source) -> Iterator[Change]:
    ports = sorted({found for text in source.others.values() for found in _PORT.findall(text)})
    for match in _PORT.finditer(source.text):
        others = [port for port in ports if port != match[1]]
        if others and not source.is_prose(match.start(1)):
            yield match.start(1), match.end(1), others[hash_of(source.file, match.start()) % len(others)]


_LABEL = re.compile(r"app\.kubernetes\.io/|[lL]abels\"|kubilitics\.metadata|component:")


def _drop_label(source: Source) -> Iterator[Change]:
    for start, line in source.lines:
        end = start + len(line)
        fits = _LABEL.search(line) and not source.is_prose(start) and not source.defines(start, end)
        if fits and source.balanced(start, end):
            yield start, end, ""


_NARROW = re.compile(r"(verbs|resources|apiGroups|resourceNames): \[[^\]]*\]")
_PEER = re.compile(r"(podSelector|namespaceSelector|matchLabels|ipBlock): ?\{[^{}]+\}")
_BLOCK = re.compile(
    r" *(?:- )?(podSelector|namespaceSelector|ports|toPorts|from|to|except|fromEndpoints|toEndpoints):\s*$"
)


def _widen(source: Source) -> Iterator[Change]:
    """A role grants everything, or a rule of a policy is for everybody and every port."""
    for match in _NARROW.finditer(source.text):
        if not source.is_prose(match.start()):
            yield match.start(), match.end(), f'{match[1]}: ["*"]'
    for match in _PEER.finditer(source.text):
        if not source.is_prose(match.start()):
            yield match.start(), match.end(), f"{match[1]}: {{}}"
    if "etwork" not in source.file:
        return
    for number, (start, line) in enumerate(source.lines):
        match = _BLOCK.match(line)
        if match is None or source.is_prose(start):
            continue
        depth, end = len(line) - len(line.lstrip()), start + len(line)
        for _, further in source.lines[number + 1 :]:
            if not further.strip() or len(further) - len(further.lstrip()) <= depth:
                break
            end += len(further)
        if source.balanced(start, end) and not source.defines(start, end):
            lead = line[: line.index(match[1])]
            yield start, end, f"{lead}{match[1]}: {{}}\n" if "Selector" in match[1] else ""


def _remove_quote(source: Source) -> Iterator[Change]:
    for match in re.finditer(r" \| (?:quote|squote)\b", source.text):
        yield match.start(), match.end(), ""


_STEP = re.compile(
    r" \| (?:default [^|(){}\s]+|trunc \d+|trimSuffix \"[^\"]*\"|int64|int|trim|lower|sortAlpha|uniq|toString)(?=[\s)])"
)


def _drop_step(source: Source) -> Iterator[Change]:
    """A stage of a pipeline that makes a value fit: cut, trimmed, turned into a number, given a default."""
    for match in _STEP.finditer(source.text):
        if not source.is_prose(match.start()):
            yield match.start(), match.end(), ""


def _indent(source: Source) -> Iterator[Change]:
    """What is included stands one level further out."""
    for action, place, token in _tokens(source, Kind.NUMBER):
        if place and action.tokens[place - 1].text in ("nindent", "indent"):
            yield token.offset, token.offset + len(token.text), str(max(0, int(token.text) - 2))


_INCLUDED = re.compile(r'(?:include|template) "([^"]+)"')


def _swap_helper(source: Source) -> Iterator[Change]:
    """Another named template of the same family is included."""
    names = sorted({name for text in source.others.values() for name in re.findall(r'define "([^"]+)"', text)})
    for match in _INCLUDED.finditer(source.text):
        family = match[1].rpartition(".")[0]
        others = [name for name in names if name.rpartition(".")[0] == family and name != match[1]]
        if others and not source.is_prose(match.start()):
            yield match.start(1), match.end(1), others[hash_of(source.file, match.start()) % len(others)]


_NAME = re.compile(r"^ *(?:- )?(?:name|[a-zA-Z]+Name): (?!\{\{-? *(?:if|with))(.+?)$", re.MULTILINE)


def _name_suffix(source: Source) -> Iterator[Change]:
    """A name gets another end, on one side of what refers to it."""
    for match in _NAME.finditer(source.text):
        if source.is_prose(match.start()) or source.action_at(match.start()):
            continue
        if "| quote" in match[1]:
            at = match.start(1) + match[1].index("| quote")
            yield at, at, '| printf "%s-x" '
        elif match[1].endswith("}}") or re.fullmatch(r"[\w-]+", match[1]):
            yield match.end(1), match.end(1), "-x"


OPERATORS: Mapping[str, Callable[[Source], Iterator[Change]]] = {
    # The first one that makes a text has it: what says more stands before what says less.
    "drop label": _drop_label,
    "widen policy or role": _widen,
    "drop line": _drop_line,
    "drop field": _drop_field,
    "negate condition": _negate,
    "move out of a condition": _always,
    "condition never holds": _never,
    "swap and/or": _swap_words("connective"),
    "swap comparison": _swap_words("comparison"),
    "swap value path": _swap_path,
    "change text in an action": _text_in_action,
    "change number in an action": _number_in_action,
    "change literal in YAML": _literal_in_yaml,
    "swap port": _swap_port,
    "remove quote": _remove_quote,
    "drop step of a pipeline": _drop_step,
    "change indentation": _indent,
    "include another helper": _swap_helper,
    "change name": _name_suffix,
}


def hash_of(*parts: object) -> int:
    """The same number in every run, other than `hash`."""
    return random.Random(repr(parts)).randrange(2**31)


def candidates(templates: Mapping[str, str]) -> list[Mutant]:
    """Every fault that the operators know, in an order that does not change."""
    found: list[Mutant] = []
    for file, text in sorted(templates.items()):
        if file.endswith("NOTES.txt"):
            continue
        source = Source(file, text, templates)
        known: set[str] = set()
        for operator, changes in OPERATORS.items():
            for start, end, instead in changes(source):
                changed = text[:start] + instead + text[end:]
                if changed in known or changed == text:
                    continue
                known.add(changed)
                line = text.count("\n", 0, start) + 1
                first = text.rfind("\n", 0, start) + 1
                last = text.find("\n", end)
                last = len(text) if last < 0 else last
                after = text[first:start] + instead + text[end:last]
                found.append(Mutant(file, operator, line, text[first:last].strip(), after.strip(), changed))
    return found


def sample(templates: Mapping[str, str], *, count: int, seed: int) -> list[Mutant]:
    """Mutants drawn from all candidates: one in every file, then operators in turn, each anywhere in the chart."""
    chance = random.Random(seed)
    pool = candidates(templates)
    chance.shuffle(pool)
    chosen: dict[tuple[str, str], Mutant] = {}
    by_file: dict[str, Mutant] = {}
    for mutant in pool:
        by_file.setdefault(mutant.file, mutant)
    first = list(by_file.values())
    chance.shuffle(first)
    for mutant in first[:count]:
        chosen[mutant.file, mutant.text] = mutant
    queues = {operator: [mutant for mutant in pool if mutant.operator == operator] for operator in OPERATORS}
    while len(chosen) < count and any(queues.values()):
        for queue in queues.values():
            while queue:
                mutant = queue.pop()
                if (mutant.file, mutant.text) not in chosen:
                    if len(chosen) < count:
                        chosen[mutant.file, mutant.text] = mutant
                    break
    return list(chosen.values())

"""What Helm's functions that make text do to abstract values. No I/O."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from kubilitics_chartgen.verify.analysis.compared import part_of_text
from kubilitics_chartgen.verify.analysis.state import State, Transfer
from kubilitics_chartgen.verify.analysis.values import NOTHING, OTHER, Abstract, Site, join, text

__all__ = ["TEXT_FUNCTIONS"]

MAX_TEXTS = 64
MAX_PARTS = 3
"""Values of which a text is made, up to which it is worked out what each would be: more take ever longer to tell."""
NEVER = r"(?!)()"
"""A pattern that no text fits."""
_VERB = re.compile(r"%[-+# 0-9.*\[\]]*[a-zA-Z%]")


def _print(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    for argument in args:
        state.consume(argument)
    known = _texts(state, args, lambda parts: "".join(parts))
    return known if known != OTHER else join([OTHER, _made_of(state, "%s" * len(args), args)])


def _printf(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    for argument in args:
        state.consume(argument)

    def fill(parts: tuple[str, ...]) -> str:
        head, *pieces = parts[0].replace("%v", "%s").split("%s")
        return head + "".join(value + piece for value, piece in zip(parts[1:], pieces, strict=True))

    if any(argument == NOTHING for argument in args):
        # What a named template prints is not known before it has been run; then everything is run again.
        return NOTHING
    if not args or not args[0].constant:
        return OTHER
    wanted = {part.replace("%v", "%s").count("%s") for part in args[0].strings}
    plain = all(part.count("%") == part.replace("%v", "%s").count("%s") for part in args[0].strings)
    known = _texts(state, args, fill) if plain and wanted == {len(args) - 1} else OTHER
    if known != OTHER:
        return known
    shapes = Abstract(shapes=frozenset(_VERB.sub("*", part) for part in args[0].strings))
    return join([shapes, *(_made_of(state, part, args[1:]) for part in sorted(args[0].strings))])


def _made_of(state: State, form: str, args: Sequence[Abstract]) -> Abstract:
    """A text that knows of which values it is made, and how."""
    pieces = [re.escape(piece) for piece in _VERB.split(form)]
    if len(pieces) != len(args) + 1:
        return NOTHING
    if len(args) > MAX_PARTS:
        return join(part_of_text(argument, NEVER) for argument in args)
    known = [state.known_texts(argument) for argument in args]
    inner = ["|".join(map(re.escape, sorted(texts))) if texts else ".*" for texts in known]
    found: list[Abstract] = []
    for number, argument in enumerate(args):
        groups = [f"({one})" if place == number else f"(?:{one})" for place, one in enumerate(inner)]
        pattern = "".join(piece + group for piece, group in zip(pieces, [*groups, ""], strict=True))
        found.append(part_of_text(argument, pattern))
    return join(found)


def _texts(state: State, args: Sequence[Abstract], build: Callable[[tuple[str, ...]], str]) -> Abstract:
    """Constant strings out of constant strings."""
    known = [state.known_texts(argument) or frozenset() for argument in args]
    count = 1
    for texts in known:
        count *= len(texts)
    if not 0 < count <= MAX_TEXTS:
        return OTHER
    return join(text(build(parts)) for parts in itertools.product(*(sorted(texts) for texts in known)))


_TABLE: dict[str, Transfer] = {"print": _print, "printf": _printf}
TEXT_FUNCTIONS: Mapping[str, Transfer] = MappingProxyType(_TABLE)

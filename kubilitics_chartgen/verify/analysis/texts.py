"""What Helm's functions that make text do to abstract values. No I/O."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from kubilitics_chartgen.verify.analysis.state import State, Transfer
from kubilitics_chartgen.verify.analysis.values import NOTHING, OTHER, Abstract, Site, join, text

__all__ = ["TEXT_FUNCTIONS"]

MAX_TEXTS = 64
_VERB = re.compile(r"%[-+# 0-9.*\[\]]*[a-zA-Z%]")


def _print(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    for argument in args:
        state.consume(argument)
    return _texts(state, args, lambda parts: "".join(parts))


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
    return join(Abstract(shapes=frozenset({_VERB.sub("*", part)})) for part in args[0].strings)


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

"""What a template reads of whole values: two sets of values that agree in it make it print the same. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from kubilitics_chartgen.verify.analysis.reads import Read, Use
from kubilitics_chartgen.verify.analysis.values import ANY
from kubilitics_chartgen.verify.dependencies import TemplateDependencies
from kubilitics_chartgen.verify.space.factors import MISSING, Path, value_at

__all__ = ["Reading", "ValueTexts"]

_encoded = json.JSONEncoder(sort_keys=True, default=str).encode


class ValueTexts:
    """Values as texts to compare; each is made once, for all templates that read it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._whole: dict[Path, str] = {}
        self._kinds: dict[Path, str] = {}

    def whole(self, path: Path) -> str:
        """All that stands at a path."""
        found = self._whole.get(path)
        if found is None:
            value = value_at(self._values, path)
            found = self._whole[path] = _encoded(value) if isinstance(value, (dict, list)) else repr(value)
        return found

    def kind(self, path: Path) -> str:
        """Whether something stands there, of which kind it is, and whether it is empty."""
        found = self._kinds.get(path)
        if found is None:
            value = value_at(self._values, path)
            found = self._kinds[path] = f"{type(value).__name__} {value is not MISSING and bool(value)}"
        return found


class Reading:
    """The paths that one template reads."""

    def __init__(self, template: TemplateDependencies | None) -> None:
        """None stands for a template of which nothing is known: it reads everything."""
        everything = template is None or bool(template.widened)
        reads: Iterable[Read] = () if template is None else template.reads
        whole: set[Path] = {()} if everything else {_known(read.path) for read in reads if _all_of(read)}
        self._whole = sorted(path for path in whole if not _above(path, whole))
        tested = {read.path for read in reads if not _all_of(read)} - whole
        self._tested = sorted(path for path in tested if not _above(path, whole))

    def key(self, texts: ValueTexts) -> bytes:
        """The same for values that the template cannot tell apart."""
        parts = [texts.whole(path) for path in self._whole]
        parts += [texts.kind(path) for path in self._tested]
        # Neither JSON nor what Python shows of a text holds a line break.
        return blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _all_of(read: Read) -> bool:
    return read.use is not Use.TEST or ANY in read.path


def _known(path: Path) -> Path:
    return path[: path.index(ANY)] if ANY in path else path


def _above(path: Path, others: set[Path]) -> bool:
    return any(path[:length] in others for length in range(len(path)))

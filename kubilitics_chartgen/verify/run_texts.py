"""Texts that `tpl` may run as templates: those of values, and of files that are no templates themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["texts_to_run"]


def texts_to_run(contents: Mapping[str, bytes], values: Iterable[Any]) -> frozenset[str]:
    """Every such text with an action in it: `contents` are the files of a packed chart, by their paths in it."""
    files = (data.decode("utf-8", "replace") for name, data in contents.items() if "/templates/" not in name)
    return frozenset(text for text in [*files, *(text for each in values for text in _texts(each))] if "{{" in text)


def _texts(node: Any) -> Iterator[str]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, Mapping):
            waiting.extend(one.values())
        elif isinstance(one, (list, tuple)):
            waiting.extend(one)

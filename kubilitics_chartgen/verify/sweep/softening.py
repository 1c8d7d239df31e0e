"""Lets many sets of values be rendered in one call although a template refuses some of them. Pure.

A `fail` that stands in a template's own text ends the render of all. In a copy of the template it prints a mark
instead: what such a template prints is either the mark, or the same as without the change. A `fail` in a named template
stays, since what includes it may use its text for something else than printing.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.helm.batch import REFUSED
from kubilitics_chartgen.verify.gotemplate import TemplateSyntaxError, nodes, parse

__all__ = ["refusal_in", "soften"]


def soften(name: str, text: str) -> str:
    """The template with every `fail` of its own text printing a mark."""
    if "fail" not in text:
        return text
    try:
        tree = parse(text, file=name)
    except TemplateSyntaxError:
        return text
    for offset in sorted(_fails(tree.body), reverse=True):
        if text[offset : offset + 4] == "fail":
            text = f'{text[:offset]}printf "{REFUSED}%s"{text[offset + 4 :]}'
    return text


def refusal_in(text: str) -> str | None:
    """The author's message where the text holds the mark."""
    _before, mark, after = text.partition(REFUSED)
    return after.partition(REFUSED)[0].strip() if mark else None


def _fails(body: nodes.Body) -> Iterator[int]:
    for node in body:
        if isinstance(node, nodes.Action) and not node.pipeline.variables:
            last = node.pipeline.commands[-1]
            if isinstance(last.args[0], nodes.Identifier) and last.args[0].name == "fail":
                yield last.offset
        elif isinstance(node, (nodes.If, nodes.With)):
            for branch in node.branches:
                yield from _fails(branch.body)
            yield from _fails(node.orelse)
        elif isinstance(node, nodes.Range):
            yield from _fails(node.body)
            yield from _fails(node.orelse)

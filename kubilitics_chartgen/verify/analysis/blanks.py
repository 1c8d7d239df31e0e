"""What of a template decides whether it prints anything at all. Pure.

A block of text that stands in a condition is printed whenever the condition holds. So where a template printed nothing
but blanks, none of its blocks was run, and what it printed depends on the rest alone. That is not so where `break` or
`continue` may stop before the text is reached.
"""

from __future__ import annotations

from dataclasses import replace

from kubilitics_chartgen.verify.gotemplate import nodes

__all__ = ["without_blocks"]


def without_blocks(body: nodes.Body) -> nodes.Body | None:
    """A template's body without what is run only if something is printed; None where there is no such part."""
    if _prints(body) or _leaves(body):
        return None
    rest = _without(body)
    return None if rest == body else rest


def _prints(body: nodes.Body) -> bool:
    """Whether a body prints more than blanks whenever it is run."""
    return any(isinstance(node, nodes.Text) and node.text.strip() != "" for node in body)


def _leaves(body: nodes.Body) -> bool:
    """Whether a body may be left before its end."""
    for node in body:
        if isinstance(node, (nodes.Break, nodes.Continue)):
            return True
        if isinstance(node, (nodes.If, nodes.With)) and any(_leaves(branch.body) for branch in node.branches):
            return True
        if isinstance(node, nodes.Range) and _leaves(node.body):
            return True
        if isinstance(node, (nodes.If, nodes.With, nodes.Range)) and _leaves(node.orelse):
            return True
    return False


def _without(body: nodes.Body) -> nodes.Body:
    if _prints(body):
        return ()
    return tuple(_reduced(node) for node in body)


def _reduced(node: nodes.Node) -> nodes.Node:
    if isinstance(node, (nodes.If, nodes.With)):
        branches = tuple(replace(branch, body=_without(branch.body)) for branch in node.branches)
        return replace(node, branches=branches, orelse=_without(node.orelse))
    if isinstance(node, nodes.Range):
        return replace(node, body=_without(node.body), orelse=_without(node.orelse))
    return node

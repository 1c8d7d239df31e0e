"""What Helm's list functions do to abstract values: one small transfer function each. No I/O.

Lists that a template writes down are followed element by element, so that `include "x" (list $ .Values.a)` stays exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from kubilitics_chartgen.verify.analysis.compared import in_place_of, joined_of, split_of
from kubilitics_chartgen.verify.analysis.relations import index_key
from kubilitics_chartgen.verify.analysis.state import State, Transfer
from kubilitics_chartgen.verify.analysis.values import ANY, NOTHING, OTHER, Abstract, Site, join

__all__ = ["LIST_FUNCTIONS"]

MAX_ELEMENTS = 8
"""Longest list that `append` follows element by element; loops that append would never end otherwise."""


def _new(site: Site) -> Abstract:
    return Abstract(sites=frozenset({site}))


def _list(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    for number, argument in enumerate(args):
        state.heap.write(site, index_key(number), argument)
    return _new(site)


def _written(state: State, value: Abstract) -> list[list[Abstract]] | None:
    """The elements of lists that a template writes down, None where they are not known one by one."""
    lists: list[list[Abstract]] = []
    for place in sorted(value.sites, key=repr):
        keys = state.heap.keys(place)
        if keys is None or len(keys) > MAX_ELEMENTS or set(keys) != {index_key(number) for number in range(len(keys))}:
            return None
        lists.append([state.heap.read(place, index_key(number)) for number in range(len(keys))])
    return lists if value.sites and value == Abstract(sites=value.sites) else None


def _append(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    lists = _written(state, args[0]) if len(args) == 2 and site not in args[0].sites else None
    for elements in lists or []:
        for number, element in enumerate([*elements, args[1]]):
            state.heap.write(site, index_key(number), element)
    if args and lists is None:
        state.heap.write(site, ANY, join([*args[1:], _any_element(state, args[0])]))
    return _new(site)


def _prepend(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    if args:
        state.heap.write(site, ANY, join([*args[1:], _any_element(state, args[0])]))
    return _new(site)


def _concat(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    state.heap.write(site, ANY, join(_any_element(state, argument) for argument in args))
    return _new(site)


def _rest(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    lists = _written(state, args[0]) if args else None
    for elements in lists or []:
        for number, element in enumerate(elements[1:]):
            state.heap.write(site, index_key(number), element)
    return _part(state, site, args) if lists is None else _new(site)


def _part(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    for argument in args[1:]:
        state.consume(argument)
    state.heap.write(site, ANY, _any_element(state, args[0] if args else NOTHING))
    return _new(site)


def _chunk(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    # A list of lists: either of them has the elements, and more of the same.
    for argument in args[:-1]:
        state.consume(argument)
    state.heap.write(site, ANY, join([_new(site), *(_any_element(state, argument) for argument in args[-1:])]))
    return _new(site)


def _split(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    """Parts of a text, or numbers below one, which are compared in its place: it may be one part alone."""
    for argument in args:
        state.consume(argument)
    state.heap.write(site, ANY, in_place_of(args[-1:]))
    return join([_new(site), split_of(args[0], args[-1])]) if len(args) > 1 else _new(site)


def _join(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    for argument in args:
        state.consume(argument)
    return joined_of(args[-1]) if args else OTHER


def _any_element(state: State, value: Abstract) -> Abstract:
    """An element of a list. A root context is no list, and Helm stops where it is used as one."""
    return state.element(replace(value, roots=frozenset()))


def _last(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    lists = _written(state, args[-1]) if args else None
    if lists is not None:
        return join(elements[-1] for elements in lists if elements)
    return _any_element(state, args[-1]) if args else OTHER


def _first(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    lists = _written(state, args[-1]) if args else None
    if lists is not None:
        return join(elements[0] for elements in lists if elements)
    return _any_element(state, args[-1]) if args else OTHER


_PART = ("compact", "initial", "reverse", "slice", "sortAlpha", "uniq", "without")
_TABLE: dict[str, Transfer] = {
    "append": _append,
    "chunk": _chunk,
    "concat": _concat,
    "first": _first,
    "last": _last,
    "prepend": _prepend,
    "push": _append,
    "rest": _rest,
    **dict.fromkeys(_PART, _part),
}
LIST_FUNCTIONS: Mapping[str, Transfer] = MappingProxyType(
    {
        "join": _join,
        "list": _list,
        "split": _split,
        "splitList": _split,
        "splitn": _split,
        "tuple": _list,
        "until": _split,
        **_TABLE,
        **{f"must{name[0].upper()}{name[1:]}": transfer for name, transfer in _TABLE.items()},
    }
)

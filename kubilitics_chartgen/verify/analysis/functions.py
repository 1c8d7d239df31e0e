"""What Helm's template functions do to abstract values: one small transfer function each. No I/O.

A function that is not listed reads its arguments whole, and what it returns carries nothing that was not recorded.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from kubilitics_chartgen.verify.analysis.compared import comparisons, in_place_of, key_of, keys_of, kind_of, length_of
from kubilitics_chartgen.verify.analysis.files import PARSERS
from kubilitics_chartgen.verify.analysis.lists import LIST_FUNCTIONS
from kubilitics_chartgen.verify.analysis.reads import Use
from kubilitics_chartgen.verify.analysis.relations import copied
from kubilitics_chartgen.verify.analysis.state import State, Transfer
from kubilitics_chartgen.verify.analysis.texts import TEXT_FUNCTIONS
from kubilitics_chartgen.verify.analysis.values import ANY, NOTHING, OTHER, Abstract, Site, join, text
from kubilitics_chartgen.verify.gotemplate import nodes

__all__ = ["FUNCTIONS", "GUARDS", "apply", "prints_one_value"]

GUARDS = frozenset({"default", "coalesce", "hasKey", "dig", "get", "empty", "ternary", "and", "or", "not", "kindIs",
                    "kindOf", "typeOf", "typeIs", "typeIsLike", "required"})  # fmt: skip
"""Functions that say what happens when a value is not there."""
TESTS = frozenset({"empty", "not", "kindIs", "typeIs", "typeIsLike"})
COPIES = frozenset({"deepCopy", "mustDeepCopy"})
CONVERSIONS = frozenset({"int", "int64", "float64", "atoi", "toString", "lower", "upper", "trim", "trimPrefix",
                         "trimSuffix", "trimAll", "trunc", "nospace", "title", "replace", "substr", "regexFind",
                         "mustRegexFind", "base", "dir", "ext", "snakecase", "camelcase", "kebabcase"})  # fmt: skip
"""Functions whose result is compared in place of their argument."""
CALCULATIONS = frozenset({"add", "add1", "addf", "sub", "subf", "mul", "mulf", "div", "divf", "mod", "max", "maxf",
                          "min", "minf", "floor", "ceil", "round", "abs"})  # fmt: skip
"""The same, in place of each of their arguments."""


def prints_one_value(body: nodes.Body) -> bool:
    """Whether a template prints one value and nothing else."""
    shown = [node for node in body if not (isinstance(node, nodes.Text) and not node.text.strip())]
    return len(shown) == 1 and isinstance(shown[0], nodes.Action) and not shown[0].pipeline.variables


def apply(state: State, name: str, site: Site, args: Sequence[Abstract]) -> Abstract:
    """The result of a function; `site` names the place of the call."""
    transfer = FUNCTIONS.get(name)
    if name == "fail":
        state.refuses = True
    if name in PARSERS:
        state.parsed.update(site for argument in args for site in argument.sites if site[0] == "file")
    _compare(state, name, args)
    if transfer is None:
        for argument in args:
            state.consume(argument)
        return OTHER
    return transfer(state, site, args)


def _new(site: Site) -> Abstract:
    return Abstract(sites=frozenset({site}))


def _compare(state: State, name: str, args: Sequence[Abstract]) -> None:
    """Remember what values are compared with."""

    def element(value: Abstract) -> Abstract:
        return join(state.heap.read(site, ANY) for site in value.sites)

    for path, compared in comparisons(name, args, element):
        state.compared.setdefault(path, set()).add(compared)


def _copy(_state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    return copied(args[0]) if args else OTHER


def _calculate(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    """A number that is compared in the place of what it is worked out from."""
    for argument in args:
        state.consume(argument)
    return in_place_of(args)


def _convert(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    for argument in args:
        state.consume(argument)
    return join([*args[-1:], OTHER])


def _replace_all(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    """A text in which a pattern is replaced, which is compared in the place of what it was before."""
    for argument in args:
        state.consume(argument)
    return in_place_of(args[1:2])


def _any_of(_state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    return join(args)


def _last(_state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    return args[-1] if args else OTHER


def _test(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    for argument in args[:-1]:
        state.consume(argument)
    return OTHER


def _length(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    for argument in args:
        state.keys(argument)
    return length_of(args[0]) if args else OTHER


def _kind(_state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    return kind_of(args[0]) if args else OTHER


def _collection(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    for argument in args[1:]:
        state.consume(argument)
    return args[0] if args else OTHER


def _ternary(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    if len(args) > 2:
        state.consume(args[2])
    return join(args[:2])


def _dict(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    for key, value in itertools.zip_longest(args[::2], args[1::2], fillvalue=text("")):
        _write(state, _new(site), key, value)
    return _new(site)


def _write(state: State, target: Abstract, key: Abstract, value: Abstract) -> None:
    for place in state.sites_to_change(target):
        for name in sorted(key.strings) if key.constant else [ANY]:
            state.heap.write(place, name, value)
    if not key.constant:
        state.consume(key)


def _set(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    if len(args) < 3:
        return OTHER
    _write(state, args[0], args[1], args[2])
    if args[0].other:
        state.consume(args[2])
    return args[0]


def _unset(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    if len(args) < 2:
        return OTHER
    # What is taken away was there for whoever asked before.
    _write(state, args[0], args[1], NOTHING)
    return args[0]


def _merge(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    if not args:
        return OTHER
    sources = join(args[1:])
    for place in state.sites_to_change(args[0]):
        state.heap.link(place, sources)
    if args[0].other:
        # What is changed in place cannot be told, so what it is given is read from here on.
        state.consume(sources)
    return join(args)


def _index(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    value = args[0] if args else OTHER
    for key in args[1:]:
        state.consume(key)
        value = state.index(value, key)
    return value


def _has_key(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    with state.guard():
        _index(state, site, args)
    return OTHER


def _get(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    with state.guard():
        return _index(state, site, args)


def _dig(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    if len(args) < 3:
        return OTHER
    with state.guard():
        found = _index(state, site, [args[-1], *args[:-2]])
    return join([found, args[-2]])


def _keys(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    for argument in args:
        state.keys(argument)
    names: list[Abstract] = []
    for argument in args:
        for place in argument.sites:
            known = state.heap.keys(place)
            names.extend([OTHER] if known is None else map(text, known))
        if argument != Abstract(sites=argument.sites):
            names.append(key_of(argument))
    state.heap.write(site, ANY, join(names))
    return join([_new(site), *map(keys_of, args)])


def _values(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    state.heap.write(site, ANY, join(state.element(argument) for argument in args))
    return _new(site)


def _pick(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    for key in args[1:]:
        state.consume(key)
        for name in sorted(key.strings) if key.constant else [ANY]:
            state.heap.write(site, name, state.field(args[0], name))
    return _new(site)


def _pluck(state: State, site: Site, args: Sequence[Abstract]) -> Abstract:
    with state.guard():
        state.heap.write(site, ANY, join(state.index(argument, args[0]) for argument in args[1:]))
    return _new(site)


def _include(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    if not args:
        return OTHER
    state.consume(args[0])
    state.call(args[0], args[1] if len(args) > 1 else NOTHING)
    targets = [target for name in args[0].strings for target in state.templates.get(name, [])]
    if not args[0].constant or not targets or not all(prints_one_value(target.body) for target in targets):
        return OTHER
    return join(state.result(target) for target in targets)


def _tpl(state: State, _site: Site, args: Sequence[Abstract]) -> Abstract:
    if not args:
        return OTHER
    state.consume(args[0])
    context = args[1] if len(args) > 1 else NOTHING
    for source in sorted(args[0].strings):
        state.run_text(source, context)
    if not args[0].constant:
        state.runs_texts = True
        state.consume(context, Use.TEMPLATE)
    # A text that holds no template is printed as it is.
    return in_place_of(args[:1])


_TABLE: dict[str, Transfer] = {
    "and": _any_of,
    "coalesce": _any_of,
    "default": _any_of,
    "dict": _dict,
    "dig": _dig,
    "get": _get,
    "hasKey": _has_key,
    "include": _include,
    "index": _index,
    "keys": _keys,
    "kindOf": _kind,
    "len": _length,
    "merge": _merge,
    "mergeOverwrite": _merge,
    "mustMerge": _merge,
    "mustMergeOverwrite": _merge,
    "omit": _collection,
    "or": _any_of,
    "pick": _pick,
    "pluck": _pluck,
    "regexReplaceAll": _replace_all,
    "regexReplaceAllLiteral": _replace_all,
    "mustRegexReplaceAll": _replace_all,
    "mustRegexReplaceAllLiteral": _replace_all,
    "required": _last,
    "set": _set,
    "ternary": _ternary,
    "tpl": _tpl,
    "typeOf": _kind,
    "unset": _unset,
    "values": _values,
}
FUNCTIONS: Mapping[str, Transfer] = MappingProxyType(
    {
        **_TABLE,
        **dict.fromkeys(TESTS, _test),
        **dict.fromkeys(COPIES, _copy),
        **dict.fromkeys(CALCULATIONS, _calculate),
        **dict.fromkeys(CONVERSIONS, _convert),
        **LIST_FUNCTIONS,
        **TEXT_FUNCTIONS,
    }
)

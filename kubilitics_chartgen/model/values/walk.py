"""One walk over the values models, to plain nodes that values.yaml, the schema and the documentation are written from.

Pure: in goes a model instance (its values are the defaults), out comes a tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from kubilitics_chartgen.model.values.types import Fragment, Hidden, HonouredBy, OpenSection, Rule, Section, Shared

__all__ = ["Node", "leaves", "tree"]

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


@dataclass(frozen=True)
class Node:
    """One value or one section of values."""

    path: tuple[str, ...]
    description: str
    default: Any
    """The default of a leaf; of a section, its defaults as a plain map."""
    type: str = ""
    """JSON Schema's name of the type; empty where any is accepted."""
    keywords: dict[str, Any] | None = None
    """Further JSON Schema keywords."""
    fragment: Fragment | None = None
    shared: Shared | None = None
    children: tuple[Node, ...] = ()
    """What a section holds; a leaf has none."""
    is_open: bool = False
    is_component: bool = False
    hidden: bool = False
    honoured_by: str = ""

    @property
    def key(self) -> str:
        """The last part of the path; empty for the root."""
        return self.path[-1] if self.path else ""

    @property
    def dotted(self) -> str:
        """The path as an operator writes it."""
        return ".".join(self.path)


def tree(values: Section) -> Node:
    """The whole tree under `values`."""
    return _section((), (type(values).__doc__ or "").splitlines()[0], values)


def leaves(node: Node) -> Iterator[Node]:
    """Every value an operator can set and see, in the order of values.yaml."""
    for child in node.children:
        if child.children:
            yield from leaves(child)
        elif not child.hidden:
            yield child


def _section(path: tuple[str, ...], description: str, section: Section) -> Node:
    children = tuple(
        _field((*path, info.alias or name), info, getattr(section, name))
        for name, info in _ordered(type(section)).items()
    )
    default = {child.key: child.default for child in children if not child.hidden}
    return Node(
        path,
        description,
        default,
        "object",
        children=children,
        is_open=isinstance(section, OpenSection),
        is_component=section.is_component,
    )


def _ordered(cls: type[Section]) -> dict[str, FieldInfo]:
    """Fields with a class's own before those it shares with others: what is special to a component comes first."""
    shared = {name for base in cls.__mro__[1:] if issubclass(base, Section) for name in base.model_fields}
    fields = cls.model_fields
    return {name: fields[name] for name in sorted(fields, key=lambda name: name in shared)}


def _field(path: tuple[str, ...], info: FieldInfo, default: Any) -> Node:
    description = info.description or ""
    if isinstance(default, Section):
        return _section(path, description, default)
    if isinstance(default, dict) and default and all(isinstance(value, Section) for value in default.values()):
        children = tuple(_section((*path, key), _title(value), value) for key, value in default.items())
        return Node(path, description, {child.key: child.default for child in children}, "object", children=children)
    markers = {type(marker): marker for marker in info.metadata}
    rules = [marker for marker in info.metadata if isinstance(marker, Rule)]
    keywords: dict[str, Any] = {key: value for rule in rules for key, value in rule.keywords.items()}
    annotation = info.annotation
    if get_origin(annotation) is Literal:
        keywords["enum"] = list(get_args(annotation))
        annotation = str
    base = get_origin(annotation) or annotation
    honoured = markers.get(HonouredBy)
    fragment = markers.get(Fragment)
    shared = markers.get(Shared)
    return Node(
        path,
        description,
        default,
        TYPES[base] if base in TYPES else "",  # noqa: SIM401 - get() wants a type, and base may be none
        keywords or None,
        fragment=fragment if isinstance(fragment, Fragment) else None,
        shared=shared if isinstance(shared, Shared) else None,
        hidden=Hidden in markers,
        honoured_by=honoured.note if isinstance(honoured, HonouredBy) else "",
    )


def _title(section: Section) -> str:
    return (type(section).__doc__ or "").splitlines()[0]

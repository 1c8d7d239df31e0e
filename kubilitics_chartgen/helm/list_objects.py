"""The items of a document that is a list, such as `kind: List`: Helm prints it whole, and installs each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from kubilitics_chartgen.helm.manifests import Document
from kubilitics_chartgen.helm.yaml_objects import YamlTextError, yaml_object

__all__ = ["with_items"]


def with_items(documents: Iterable[Document]) -> tuple[Document, ...]:
    """The documents, with the items of a list in its place, as the clients of an API server take it apart."""
    return tuple(part for document in documents for part in _parts(document))


def _parts(document: Document) -> Iterator[Document]:
    items = document.object.get("items")
    if not document.kind.endswith("List") or not isinstance(items, list) or not all(map(_is_object, items)):
        yield document
        return
    texts = _texts(document.text)
    if len(texts) != len(items):
        texts = [(0, "")] * len(items)
    for number, (item, (above, own)) in enumerate(zip(items, texts, strict=True)):
        missing = {}
        if not item.get("kind") and not item.get("apiVersion"):
            # A list of one kind leaves it out in its items.
            missing = {"apiVersion": document.object.get("apiVersion"), "kind": document.kind.removesuffix("List")}
        found = {**item, **missing}
        text = "".join(f"{key}: {value}\n" for key, value in missing.items()) + own if own else ""
        if not _says(text, found):
            text = f"{document.text}\n# item {number + 1}"
        name = (item.get("metadata") or {}).get("name")
        yield replace(
            document,
            text=text,
            kind=str(found.get("kind")),
            name=str(name or ""),
            object=found,
            lines_above=above,
            around=document.text,
        )


def _is_object(item: Any) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("metadata") or {}, Mapping)


def _says(text: str, item: Mapping[str, Any]) -> bool:
    """Whether a text is all that there is of an item: one with an alias is not."""
    try:
        return yaml_object(f"{text}\n") == item
    except YamlTextError:
        return False


def _texts(text: str) -> list[tuple[int, str]]:
    """How many lines stand before each item, and what stands for it; empty where it cannot be told."""
    try:
        top = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return []
    pairs = top.value if isinstance(top, yaml.MappingNode) else []
    found = [value for key, value in pairs if key.value == "items" and isinstance(value, yaml.SequenceNode)]
    return [(item.start_mark.line, _own(text, item)) for item in found[-1].value] if found else []


def _own(text: str, item: yaml.Node) -> str:
    start, end = item.start_mark, item.end_mark
    return str(text[start.index : end.index].rstrip().replace("\n" + " " * start.column, "\n"))

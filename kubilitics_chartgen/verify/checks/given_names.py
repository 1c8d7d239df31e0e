"""Check `given-names`: an object that values name is referred to by exactly that name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.declared import External
from kubilitics_chartgen.verify.checks.reading import entries, items, quoted
from kubilitics_chartgen.verify.checks.roles import RBAC
from kubilitics_chartgen.verify.checks.wants import Want, provided_keys, wants_of

__all__ = ["GivenNames"]


class _Node(NamedTuple):
    made: tuple[tuple[str, str], ...]
    """(kind, name) of the object and of what a controller makes of it."""
    wants: tuple[Want, ...]


class GivenNames:
    """See `sentence`."""

    name = "given-names"
    sentence = (
        "Objects of somebody else that values name, as `.chartgen.yaml` declares (`declared.external` with `values`), "
        "are referred to letter by letter; else the reference is to what is rendered with it."
    )
    severity: Severity = "error"
    fix = "Take the name from the value as it is; or list the value under `declared.external` in .chartgen.yaml."
    asks: Literal["conditions", "values"] = "values"

    def facts(self, document: Document) -> Facts:
        """What the object is, and what it refers to by name."""
        if not document.name:
            return None
        _, gives = provided_keys(document)
        made = ((document.kind, document.name), *((kind, name) for kind, name, _ in gives))
        return _Node(made, (*wants_of(document), *_in_rules(document)))

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:
        """References by names that no value gives."""
        given, told = context.meant.given, context.meant.told
        rows = [item for item in context.declared.external if item.values]
        if not rows or told is None:
            return
        kinds = {item.kind for item in rows}
        made = {each for _, fact in facts if isinstance(fact, _Node) for each in fact.made}
        for document, fact in facts:
            if not isinstance(fact, _Node):
                continue
            for want in fact.wants:
                if want.kind not in kinds or (want.kind, want.name) in made:
                    continue
                fitting = [item for item in rows if item.kind == want.kind and _is_in(item, document)]
                others = [item for item in context.declared.external if item.name and item.kind == want.kind]
                if not fitting or any(fnmatchcase(want.name, item.name) for item in others):
                    continue
                paths = {path for item in fitting for path in item.values}
                if "*" in paths and told.says(want.name):
                    continue
                if not any(want.name == str(given[path]) for path in paths - {"*"}):
                    message = f"the {want.kind} {quoted(want.name)} is named by no value that may name one"
                    yield fault(self, document, want.path, message)


def _is_in(item: External, document: Document) -> bool:
    return fnmatchcase(document.template.partition("/")[2], item.templates)


def _in_rules(document: Document) -> Iterator[Want]:
    """ConfigMaps and Secrets that a role names."""
    if document.group != RBAC:
        return
    kinds = {"configmaps": "ConfigMap", "secrets": "Secret"}
    for position, rule in items(document.object.get("rules")):
        for resource in entries(rule.get("resources")):
            for name in entries(rule.get("resourceNames")):
                if resource in kinds:
                    yield Want(kinds[str(resource)], str(name), f"rules[{position}].resourceNames")

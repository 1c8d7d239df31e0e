"""Check `granted`: what the author declares as granted under a condition is granted under it, and only under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import product
from typing import Literal, NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity
from kubilitics_chartgen.verify.checks.declared import Permission
from kubilitics_chartgen.verify.checks.permissions import called, rights_of
from kubilitics_chartgen.verify.checks.reading import at, items, quoted
from kubilitics_chartgen.verify.checks.roles import RBAC

__all__ = ["Granted"]

_Right = tuple[str, str, str]
"""API group, resource, verb."""


class _Role(NamedTuple):
    """A role with what it grants, or the binding of one that is made elsewhere."""

    name: str
    labels: frozenset[tuple[str, str]]
    rights: frozenset[_Right]
    named: frozenset[_Right]
    """Those that are granted for objects by their names only."""
    is_binding: bool


class Granted:
    """See `sentence`."""

    name = "granted"
    sentence = (
        "What `.chartgen.yaml` declares as granted under a condition (`declared.permissions` with `when`) is granted "
        "while that holds, and not while it fails: no program lacks a right that it needs, or has it under another "
        "switch."
    )
    severity: Severity = "error"
    fix = "Grant it under the declared condition; or correct what is declared."
    asks: Literal["conditions", "values"] = "conditions"

    def facts(self, document: Document) -> Facts:
        """What a role grants, or which role a binding gives."""
        if document.group != RBAC:
            return None
        labels = frozenset((str(key), str(value)) for key, value in at(document.object, "metadata", "labels").items())
        if document.kind.endswith("Binding"):
            role = str(at(document.object, "roleRef").get("name"))
            return _Role(role, labels, frozenset(), frozenset(), True)
        found = [right for _, rule in items(document.object.get("rules")) for right in rights_of(rule)]
        rights, named = (frozenset(right[:3] for right in found if right[3] is by_name) for by_name in (False, True))
        return _Role(document.name, labels, rights, named, False)

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:
        """Rights that lack, or are there though their condition fails."""
        meant = context.meant
        declared = [item for item in context.declared.permissions or () if item.when]
        found = [(document, fact) for document, fact in facts if isinstance(fact, _Role)]
        # The first one is told of what lacks: a role rather than a binding, whatever the order of the documents.
        found.sort(key=lambda each: (each[1].is_binding, each[0].identity))
        for item in declared:
            roles = [(document, role) for document, role in found if _is_for(item, role)]
            if item.when in meant.holds:
                yield from self._lacking(item, roles)
            elif item.when in meant.fails:
                open_otherwise = [
                    other for other in context.declared.permissions or () if other.when not in meant.fails
                ]
                yield from self._too_early(item, roles, open_otherwise)

    def _lacking(self, item: Permission, roles: Sequence[tuple[Document, _Role]]) -> Iterator[Fault]:
        where = roles[0][0] if roles else None
        if not item.resources:
            if not any(role.is_binding for _, role in roles):
                yield self._fault(where, f"{quoted(item.role)} is not bound, though {item.when} holds")
            return
        rights = {right for _, role in roles for right in (role.named if item.named else role.rights)}
        for right in product(item.groups, item.resources, item.verbs):
            if right not in rights:
                yield self._fault(where, f"does not grant {quoted(called(*right))}, though {item.when} holds")
                return

    def _too_early(
        self, item: Permission, roles: Sequence[tuple[Document, _Role]], others: Sequence[Permission]
    ) -> Iterator[Fault]:
        for document, role in roles:
            if not item.resources and role.is_binding:
                yield self._fault(document, f"binds {quoted(item.role)}, though {item.when} does not hold")
            granted = role.named if item.named else role.rights
            for right in product(item.groups, item.resources, item.verbs):
                if right in granted and not any(_is_for(other, role) and _covers(other, right) for other in others):
                    yield self._fault(document, f"grants {quoted(called(*right))}, though {item.when} does not hold")
                    return

    def _fault(self, document: Document | None, message: str) -> Fault:
        identity = document.identity if document else ""
        return Fault(identity, "rules", message, f"{self.name}|{identity and document and document.template}|{message}")


def _is_for(item: Permission, role: _Role) -> bool:
    return fnmatchcase(role.name, item.role) and set(item.labels) <= role.labels


def _covers(item: Permission, right: _Right) -> bool:
    group, resource, verb = right
    return group in item.groups and resource in item.resources and verb in item.verbs

"""Check `permissions`: no role grants more than the author declares, and without a word nothing that is dangerous."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.declared import Permission
from kubilitics_chartgen.verify.checks.reading import at, entries, items, quoted
from kubilitics_chartgen.verify.checks.roles import RBAC

__all__ = ["Permissions", "Right", "called", "granted_rights", "rights_of", "wanted_rights"]

_READS = frozenset(("get", "list", "watch"))
_WRITES = frozenset(("create", "update", "patch", "delete", "deletecollection"))
_DANGEROUS_VERBS = {
    "escalate": "lets it give roles more rights than it has",
    "bind": "lets it bind roles that it has no rights of",
    "impersonate": "lets it act as somebody else",
}
_DANGEROUS: dict[tuple[str, str], tuple[frozenset[str], str]] = {
    ("", "secrets"): (_READS | _WRITES, "reaches every Secret; name the ones it needs in resourceNames"),
    ("", "pods/exec"): (frozenset(("create", "get")), "runs commands in any pod"),
    ("", "pods/attach"): (frozenset(("create", "get")), "runs commands in any pod"),
    ("", "pods/ephemeralcontainers"): (frozenset(("update", "patch")), "runs code in any pod"),
    ("", "serviceaccounts/token"): (frozenset(("create",)), "makes tokens of any ServiceAccount"),
    ("", "nodes/proxy"): (_READS | _WRITES, "reaches every kubelet"),
    (RBAC, "roles"): (_WRITES, "changes roles"),
    (RBAC, "rolebindings"): (_WRITES, "changes bindings"),
    (RBAC, "clusterroles"): (_WRITES, "changes roles"),
    (RBAC, "clusterrolebindings"): (_WRITES, "changes bindings"),
    ("certificates.k8s.io", "certificatesigningrequests/approval"): (_WRITES, "signs certificates of anybody"),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"): (_WRITES, "changes any object on its way in"),
}
_BUILT_IN = frozenset(("cluster-admin", "admin", "edit", "view"))
_ALL_POWERFUL = frozenset(("cluster-admin", "admin", "edit"))

Right = tuple[str, str, str, bool]
"""API group, resource or URL, verb, and whether it is for objects named in the rule only."""


class Permissions:
    """See `sentence`."""

    name = "permissions"
    sentence = (
        "Roles grant what `.chartgen.yaml` declares and no more. Where it declares nothing, no wildcard, no Secrets at "
        "large, no escalate, bind or impersonate, no shell in other pods, and no binding to an administrator's role."
    )
    severity: Severity = "error"
    fix = "Grant less; or write the right with its reason under `declared.permissions` in .chartgen.yaml."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:
        """Rights that nobody declared."""
        if document.group != RBAC:
            return
        declared = context.declared.permissions
        if document.kind in ("Role", "ClusterRole"):
            yield from self._rules(document, declared)
        elif document.kind in ("RoleBinding", "ClusterRoleBinding"):
            yield from self._binding(document, declared)

    def _rules(self, document: Document, declared: tuple[Permission, ...] | None) -> Iterator[Fault]:
        ours = [item for item in declared or () if _is_for(item, document)]
        for position, rule in items(document.object.get("rules")):
            place = f"rules[{position}]"
            urls = product(entries(rule.get("nonResourceURLs")), entries(rule.get("verbs")))
            rights = [*rights_of(rule), *(("", str(url), str(verb), False) for url, verb in urls)]
            said: set[str] = set()
            for right in rights:
                if any(_covers(item, right) for item in ours):
                    continue
                message = _danger(right) if declared is None else _undeclared(right)
                if message and message not in said:
                    said.add(message)
                    yield fault(self, document, place, message)

    def _binding(self, document: Document, declared: tuple[Permission, ...] | None) -> Iterator[Fault]:
        role = str(at(document.object, "roleRef").get("name"))
        built_in = at(document.object, "roleRef").get("kind") == "ClusterRole" and role in _BUILT_IN
        if declared is None:
            if built_in and role in _ALL_POWERFUL:
                yield fault(self, document, "roleRef.name", f"binds {quoted(role)}, an administrator's role")
            return
        ours = [item for item in declared if fnmatchcase(role, item.role) and _is_labelled(item, document)]
        if not ours or (built_in and not any(item.role == role for item in ours)):
            yield fault(self, document, "roleRef.name", f"binds {quoted(role)}, which is not declared")


def wanted_rights(declared: Sequence[Permission] | None) -> dict[str, str]:
    """Every right that is declared, in words, by a key."""
    found: dict[str, str] = {}
    for number, item in enumerate(declared or ()):
        for group, resource, verb in product(item.groups, item.resources, item.verbs):
            found[_key(number, group, resource, verb)] = called(group, resource, verb)
        if not item.resources:
            found[f"{number}"] = f"bind {item.role}"
    return found


def granted_rights(document: Document, declared: Sequence[Permission] | None) -> Iterator[str]:
    """The keys of those that a role grants, or a binding gives."""
    if not declared or document.group != RBAC:
        return
    if document.kind in ("RoleBinding", "ClusterRoleBinding"):
        role = str(at(document.object, "roleRef").get("name"))
        yield from (
            f"{number}"
            for number, item in enumerate(declared)
            if not item.resources and fnmatchcase(role, item.role) and _is_labelled(item, document)
        )
    ours = [(number, item) for number, item in enumerate(declared) if _is_for(item, document)]
    for _, rule in items(document.object.get("rules")) if ours else ():
        for right in rights_of(rule):
            yield from (_key(number, *right[:3]) for number, item in ours if _covers(item, right))


def rights_of(rule: Mapping[str, Any]) -> Iterator[Right]:
    """What one rule of a role grants on resources."""
    named = bool(entries(rule.get("resourceNames")))
    parts = (entries(rule.get(key)) for key in ("apiGroups", "resources", "verbs"))
    return ((str(group), str(resource), str(verb), named) for group, resource, verb in product(*parts))


def called(group: str, resource: str, verb: str) -> str:
    """A right in words, such as `get deployments.apps`."""
    return f"{verb} {resource}" + (f".{group}" if group else "")


def _key(number: int, group: str, resource: str, verb: str) -> str:
    return f"{number}|{group}|{resource}|{verb}"


def _is_for(item: Permission, document: Document) -> bool:
    return fnmatchcase(document.name, item.role) and _is_labelled(item, document)


def _is_labelled(item: Permission, document: Document) -> bool:
    labels = at(document.object, "metadata", "labels")
    return all(labels.get(key) == value for key, value in item.labels)


def _covers(item: Permission, right: Right) -> bool:
    group, resource, verb, named = right
    return (
        group in item.groups
        and resource in item.resources
        and verb in item.verbs
        # A right for named objects only may not be given for all.
        and (named or not item.named)
    )


def _undeclared(right: Right) -> str:
    group, resource, verb, named = right
    return f"grants {quoted(called(group, resource, verb))}{'' if named else ' of any name'}, which is not declared"


def _danger(right: Right) -> str:
    group, resource, verb, named = right
    if "*" in (group, resource, verb) or resource.startswith("*/"):
        return "grants a wildcard, so that it reaches what is not yet known"
    if verb in _DANGEROUS_VERBS:
        return f"grants {quoted(verb)}, which {_DANGEROUS_VERBS[verb]}"
    verbs, why = _DANGEROUS.get((group, resource), (frozenset(), ""))
    return f"grants {quoted(f'{verb} {resource}')}, which {why}" if verb in verbs and not named else ""

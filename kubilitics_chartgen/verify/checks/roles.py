"""Check `roles`: what the API server wants of RBAC objects beyond the schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from kubilitics_chartgen.errors import did_you_mean
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.cluster_resources import CLUSTER_RESOURCES, is_kubernetes_group
from kubilitics_chartgen.verify.checks.reading import Object, at, entries, is_object_name, items, quoted

__all__ = ["RBAC", "Roles"]

Found = Iterator[tuple[str, str]]

RBAC = "rbac.authorization.k8s.io"
_VERBS = (
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "approve",
    "attest",
    "bind",
    "escalate",
    "impersonate",
    "proxy",
    "sign",
    "use",
)
_LIKE = 0.75
"""How like a verb a word is that is a mistyped one; others may be asked for by programs."""
_NEEDS_NO_NAME = frozenset(("create", "deletecollection"))


class Roles:
    """See `sentence`."""

    name = "roles"
    sentence = "The API server accepts every role and binding, and each grants what it seems to."
    severity: Severity = "error"
    fix = "Correct what the message names."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What the API server would refuse, or what grants nothing."""
        if document.group != RBAC:
            return
        kind = document.kind
        found: Found = iter(())
        if kind in ("Role", "ClusterRole"):
            found = _rules(document.object, kind)
        elif kind in ("RoleBinding", "ClusterRoleBinding"):
            found = _binding(document.object, kind)
        for path, message in found:
            yield fault(self, document, path, message)
        if kind == "Role":
            for path, message in _of_the_cluster(document.object):
                # The same rules may be meant for a ClusterRole under another value.
                yield fault(self, document, path, message, severity="warning")


def _rules(role: Object, kind: str) -> Found:
    if not entries(role.get("rules")) and not role.get("aggregationRule"):
        yield "rules", "grant nothing: there are none"
    for position, rule in items(role.get("rules")):
        place = f"rules[{position}]"
        verbs, urls = entries(rule.get("verbs")), entries(rule.get("nonResourceURLs"))
        groups, resources = entries(rule.get("apiGroups")), entries(rule.get("resources"))
        if not verbs:
            yield f"{place}.verbs", "must hold a verb"
        if urls:
            if kind == "Role":
                yield f"{place}.nonResourceURLs", "cannot be granted by a Role, only by a ClusterRole"
            if groups or resources:
                yield f"{place}.nonResourceURLs", "cannot stand beside resources"
            continue
        if not groups:
            yield f"{place}.apiGroups", 'must hold a group, "" for the core'
        if not resources:
            yield f"{place}.resources", "must hold a resource"
        if all(is_kubernetes_group(str(group)) for group in groups):
            yield from _verbs(f"{place}.verbs", verbs)
        if "*" in entries(rule.get("resourceNames")):
            yield f"{place}.resourceNames", "`*` is a name here, that no object has; without names, all are granted"
        if rule.get("resourceNames") and verbs and _NEEDS_NO_NAME.issuperset(map(str, verbs)):
            yield f"{place}.resourceNames", "grants nothing: these verbs are asked without a name"


def _verbs(place: str, verbs: Sequence[Any]) -> Found:
    """Verbs that are spelled wrongly; case counts."""
    for verb in verbs:
        text = str(verb)
        near = "" if text == "*" or text in _VERBS or ":" in text else did_you_mean(text, _VERBS)
        if near and SequenceMatcher(None, text.lower(), near).ratio() >= _LIKE:
            yield place, f"{quoted(text)} is no verb, and grants nothing; did you mean {quoted(near)}?"


def _of_the_cluster(role: Object) -> Found:
    """Resources that belong to no namespace."""
    for position, rule in items(role.get("rules")):
        groups = [str(group) for group in entries(rule.get("apiGroups"))]
        if all(map(is_kubernetes_group, groups)):
            for resource in map(str, entries(rule.get("resources"))):
                if any(resource.partition("/")[0] in CLUSTER_RESOURCES.get(group, ()) for group in groups):
                    message = f"grants nothing of {quoted(resource)}, which belong to no namespace: a ClusterRole can"
                    yield f"rules[{position}].resources", message


def _binding(binding: Object, kind: str) -> Found:
    reference = at(binding, "roleRef")
    if (reference.get("apiGroup") or RBAC) != RBAC:
        yield "roleRef.apiGroup", f"{quoted(reference.get('apiGroup'))} must be {RBAC}"
    allowed = ("Role", "ClusterRole") if kind == "RoleBinding" else ("ClusterRole",)
    if reference.get("kind") not in allowed:
        yield "roleRef.kind", f"{quoted(reference.get('kind'))} must be {' or '.join(allowed)} in a {kind}"
    if not reference.get("name"):
        yield "roleRef.name", "is missing"
    elif "/" in str(reference["name"]) or "%" in str(reference["name"]):
        yield "roleRef.name", f"{quoted(reference['name'])} must hold neither `/` nor `%`"
    if not entries(binding.get("subjects")):
        yield "subjects", "are missing, so that nobody is granted anything"
    for position, subject in items(binding.get("subjects")):
        place = f"subjects[{position}]"
        who, group = subject.get("kind"), subject.get("apiGroup")
        if not subject.get("name"):
            yield f"{place}.name", "is missing"
        if who == "ServiceAccount":
            if subject.get("name") and not is_object_name(subject["name"]):
                yield f"{place}.name", f"{quoted(subject['name'])} is no name of a ServiceAccount"
            if group:
                yield f"{place}.apiGroup", "must be empty for a ServiceAccount"
            if not subject.get("namespace") and kind == "ClusterRoleBinding":
                yield f"{place}.namespace", "is missing for a ServiceAccount"
        elif who in ("User", "Group"):
            if (group or RBAC) != RBAC:
                yield f"{place}.apiGroup", f"{quoted(group)} must be {RBAC}"
        else:
            yield f"{place}.kind", f"{quoted(who)} must be ServiceAccount, User or Group"

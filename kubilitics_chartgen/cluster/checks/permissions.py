"""May this user install the release? Asked of the API server for each kind of object, and for each right it grants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubilitics_chartgen.cluster.checks.discovery import Discovery
from kubilitics_chartgen.cluster.connection import DeniedError
from kubilitics_chartgen.cluster.preflight import Line, Situation, Status

__all__ = ["check"]

NAME = "permissions"
VERBS = ("get", "create", "patch", "delete")
RBAC = "rbac.authorization.k8s.io"
RESOURCES = {"Role": "roles", "ClusterRole": "clusterroles"}


def check(situation: Situation) -> Iterator[Line]:
    """A line for each kind that may not be made, or one that all may."""
    denied = list(_denied(situation))
    for message, fix in denied:
        yield Line(NAME, Status.PROBLEM, message, fix)
    grants = list(_grants(situation))
    for status, message in grants:
        fix = "ask an administrator to install, or to bring the roles (in many charts: rbac.create: false)"
        yield Line(NAME, status, message, fix)
    if not denied and not grants:
        yield Line(NAME, Status.FINE, "you may create, change and remove everything the release brings")


def _denied(situation: Situation) -> Iterator[tuple[str, str]]:
    cluster, discovery = situation.cluster, Discovery(situation.cluster)
    if _is_new(situation) and not cluster.may("create", "", "namespaces"):
        yield (
            f"the namespace {situation.namespace} is not there, and you may not create it",
            f"ask an administrator: kubectl create namespace {situation.namespace}",
        )
    wanted: dict[tuple[str, str, str], tuple[str, ...]] = {
        ("", "secrets", situation.namespace): ("get", "list", "create", "update", "delete")
    }
    for item in situation.needs.objects:
        api_version = str(item.get("apiVersion"))
        found = discovery.resource(api_version, str(item.get("kind")))
        if found:
            where = (item.get("metadata") or {}).get("namespace") or situation.namespace
            wanted.setdefault((api_version.rpartition("/")[0], found[0], where if found[1] else ""), VERBS)
    for (group, resource, namespace), verbs in sorted(wanted.items()):
        missing = [verb for verb in verbs if not cluster.may(verb, group, resource, namespace=namespace)]
        if missing:
            where = f"in {namespace}" if namespace else "in the cluster"
            kind = f"{resource}.{group}" if group else resource
            # An aggregated list reads better than four lines.
            yield (
                f"you may not {', '.join(missing)} {kind} {where}",
                f"kubectl auth can-i {missing[0]} {kind}" + (f" -n {namespace}" if namespace else ""),
            )


def _is_new(situation: Situation) -> bool:
    try:
        return situation.namespace_object is None
    except DeniedError:
        # Most who may not read the namespace itself work in one that was made for them.
        return False


def _grants(situation: Situation) -> Iterator[tuple[Status, str]]:
    """Nobody may grant what they do not have themselves, unless they may `escalate` or `bind`."""
    for item in situation.needs.objects:
        kind, metadata = str(item.get("kind")), item.get("metadata") or {}
        if not str(item.get("apiVersion")).startswith(RBAC):
            continue
        namespace = "" if kind.startswith("Cluster") else metadata.get("namespace") or situation.namespace
        if kind in RESOURCES:
            if not situation.cluster.may("escalate", RBAC, RESOURCES[kind], namespace=namespace):
                lacking = _lacking(situation, item.get("rules") or (), namespace)
                if lacking:
                    message = f"{kind}/{metadata.get('name')} grants what you may not do yourself: {lacking}"
                    yield Status.PROBLEM, message
        elif kind.endswith("Binding"):
            yield from _binding(situation, item, namespace)


def _binding(situation: Situation, item: Mapping[str, Any], namespace: str) -> Iterator[tuple[Status, str]]:
    reference = item.get("roleRef") or {}
    kind, name = str(reference.get("kind")), str(reference.get("name"))
    if kind not in RESOURCES:
        yield Status.PROBLEM, f"{item.get('kind')} has a roleRef of kind {kind}, which is neither Role nor ClusterRole"
        return
    ours = any(
        other.get("kind") == kind and (other.get("metadata") or {}).get("name") == name
        for other in situation.needs.objects
    )
    if ours or situation.cluster.may("bind", RBAC, RESOURCES[kind], namespace=namespace, name=name):
        return
    path = f"/apis/{RBAC}/v1/" + (f"namespaces/{namespace}/" if kind == "Role" else "") + f"{RESOURCES[kind]}/{name}"
    binding = f"{item.get('kind')}/{(item.get('metadata') or {}).get('name')}"
    try:
        role = situation.cluster.get(path, f"get {kind}/{name}")
    except DeniedError:
        yield Status.WARNING, f"{binding} grants {kind}/{name}, which you may not read: helm may be refused"
        return
    if role is None:
        yield Status.PROBLEM, f"{binding} names {kind}/{name}, which is not there"
        return
    lacking = _lacking(situation, role.get("rules") or (), namespace)
    if lacking:
        yield Status.PROBLEM, f"{binding} grants {kind}/{name}, and you lack: {lacking}"


def _lacking(situation: Situation, rules: Any, namespace: str) -> str:
    """The first right of these rules that this user does not have."""
    for rule in rules:
        for group in rule.get("apiGroups") or ():
            for resource in rule.get("resources") or ():
                for verb in rule.get("verbs") or ():
                    for name in rule.get("resourceNames") or ("",):
                        if not situation.cluster.may(verb, group, resource, namespace=namespace, name=name):
                            return f"{verb} {resource}" + (f".{group}" if group else "")
    return ""

"""Somebody must serve the Ingress or HTTPRoute that is rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubilitics_chartgen.cluster.preflight import Line, Situation, Status

__all__ = ["check"]

NAME = "ways in"
CLASSES = "/apis/networking.k8s.io/v1/ingressclasses"
_DEFAULT = "ingressclass.kubernetes.io/is-default-class"


def check(situation: Situation) -> Iterator[Line]:
    """A line for each way in."""
    for item in situation.needs.objects:
        if (item.get("apiVersion"), item.get("kind")) == ("networking.k8s.io/v1", "Ingress"):
            yield _ingress(situation, item)
        elif item.get("kind") == "HTTPRoute":
            yield from _route(situation, item)


def _ingress(situation: Situation, item: Mapping[str, Any]) -> Line:
    classes = situation.cluster.items(CLASSES, "list ingressclasses in the cluster")
    names = sorted(found["metadata"]["name"] for found in classes)
    defaults = [
        found["metadata"]["name"]
        for found in classes
        if (found["metadata"].get("annotations") or {}).get(_DEFAULT) == "true"
    ]
    owner = f"Ingress/{item['metadata']['name']}"
    wanted = (item.get("spec") or {}).get("ingressClassName")
    there = f"there are: {', '.join(names) or 'none'}"
    if wanted and wanted not in names:
        message = f"{owner} asks for the class {wanted}, which the cluster does not have: nobody would serve it"
        return Line(NAME, Status.PROBLEM, message, f"name another class in the values; {there}")
    if not wanted and not defaults:
        message = f"{owner} names no class, and the cluster has no default one: nobody may serve it"
        return Line(NAME, Status.WARNING, message, f"name a class in the values; {there}")
    return Line(NAME, Status.FINE, f"{owner} is served by the class {wanted or defaults[0]}")


def _route(situation: Situation, item: Mapping[str, Any]) -> Iterator[Line]:
    owner = f"HTTPRoute/{item['metadata']['name']}"
    spec = item.get("spec")
    parents = spec.get("parentRefs") if isinstance(spec, Mapping) else None
    for parent in parents if isinstance(parents, list) else ():
        if not isinstance(parent, Mapping) or parent.get("kind", "Gateway") != "Gateway":
            continue
        name, namespace = parent.get("name"), parent.get("namespace") or situation.namespace
        path = f"/apis/gateway.networking.k8s.io/v1/namespaces/{namespace}/gateways/{name}"
        if situation.cluster.get(path, f"get the gateway {name} in {namespace}") is None:
            message = f"{owner} names the Gateway {name} in {namespace}, which is not there: nobody would serve it"
            yield Line(NAME, Status.PROBLEM, message, "kubectl get gateways --all-namespaces")
        else:
            yield Line(NAME, Status.FINE, f"{owner} is served by the Gateway {name} in {namespace}")

"""Policies of Cilium and Calico read as plain NetworkPolicies, so that one evaluator judges all flavors. Pure.

In: an object of any kind. Out: a NetworkPolicy that allows the same, None where the object is no policy of a pod's
network, or `UnreadableError` where it holds what a NetworkPolicy cannot say (denials, host policies, selectors of its
own). Host names become an address on the internet, and the entity kube-apiserver becomes the address of a Service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["API_SERVER", "INTERNET", "UnreadableError", "plain_policy"]

JsonObject = Mapping[str, Any]

INTERNET = "104.18.6.192/32"
"""An address on the internet, for whatever a host name stands for."""
API_SERVER = "10.96.0.1/32"
"""The address at which pods usually find the API server."""
_EVERYWHERE: list[JsonObject] = [{"ipBlock": {"cidr": "0.0.0.0/0"}}, {"ipBlock": {"cidr": "::/0"}}]
_NAMESPACE_LABEL = "k8s:io.cilium.k8s.namespace.labels."
_NAMESPACE = "k8s:io.kubernetes.pod.namespace"
_TERMS = (
    (re.compile(r"([\w./-]+) == '([^']*)'"), "In"),
    (re.compile(r"([\w./-]+) in \{(.*)\}"), "In"),
    (re.compile(r"([\w./-]+) not in \{(.*)\}"), "NotIn"),
    (re.compile(r"has\(([\w./-]+)\)"), "Exists"),
    (re.compile(r"!has\(([\w./-]+)\)"), "DoesNotExist"),
)


class UnreadableError(ValueError):
    """The policy says what a NetworkPolicy cannot say."""


def plain_policy(obj: JsonObject) -> JsonObject | None:
    """The policy as a NetworkPolicy; None where the object is none."""
    kind, group = obj.get("kind"), str(obj.get("apiVersion")).rpartition("/")[0]
    if kind == "NetworkPolicy" and group == "networking.k8s.io":
        return obj
    reader = {("CiliumNetworkPolicy", "cilium.io"): _cilium, ("NetworkPolicy", "projectcalico.org"): _calico}.get(
        (str(kind), group)
    )
    if reader is None:
        return None
    try:
        return {"metadata": obj["metadata"], "spec": reader(obj["spec"])}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnreadableError(f"this {kind} cannot be read as a NetworkPolicy") from error


def _cilium(spec: JsonObject) -> JsonObject:
    if not set(spec) <= {"endpointSelector", "ingress", "egress", "description"}:
        raise UnreadableError
    result: dict[str, Any] = {"podSelector": spec["endpointSelector"], "policyTypes": []}
    for side, direction in (("ingress", "from"), ("egress", "to")):
        # An empty section closes nothing in Cilium; one with an empty rule closes everything.
        if spec.get(side):
            result["policyTypes"].append(side.capitalize())
            result[side] = [_cilium_rule(rule, direction) for rule in spec[side] if rule]
    return result


def _cilium_rule(rule: JsonObject, direction: str) -> JsonObject:
    kinds = [key for key in rule if key != "toPorts"]
    if len(kinds) > 1 or any(not kind.startswith(direction) for kind in kinds):
        raise UnreadableError
    result: dict[str, Any] = {}
    if rule.get("toPorts"):
        result["ports"] = [port for entry in rule["toPorts"] for port in _cilium_ports(entry.get("ports") or [])]
    peers: list[JsonObject] = []
    for kind in kinds:
        for peer in rule[kind]:
            if peer == "all":
                return {key: value for key, value in result.items() if key == "ports"}
            peers += _cilium_peer(kind, peer)
    if kinds:
        result[direction] = peers
    return result


def _cilium_ports(ports: list[JsonObject]) -> list[JsonObject]:
    found: list[JsonObject] = []
    for item in ports:
        protocol = item.get("protocol") or "ANY"
        port = int(item["port"])
        end = {"endPort": item["endPort"]} if item.get("endPort") else {}
        for name in ("TCP", "UDP", "SCTP") if protocol == "ANY" else (protocol,):
            found.append({"port": port, "protocol": name, **end})
    return found


def _cilium_peer(kind: str, peer: Any) -> list[JsonObject]:
    if kind.endswith("Entities"):
        entities: dict[str, list[JsonObject]] = {
            "kube-apiserver": [{"ipBlock": {"cidr": API_SERVER}}],
            "world": _EVERYWHERE,
            "cluster": [{"namespaceSelector": {}}],
        }
        return entities[peer]
    if kind.endswith("FQDNs"):
        return [{"ipBlock": {"cidr": INTERNET}}]
    if kind.endswith("CIDRSet"):
        return [{"ipBlock": peer}]
    if kind.endswith("CIDR"):
        return [{"ipBlock": {"cidr": peer}}]
    if kind.endswith("Endpoints"):
        return [_cilium_endpoint(peer)]
    raise UnreadableError


def _cilium_endpoint(selector: JsonObject) -> JsonObject:
    labels: JsonObject = selector.get("matchLabels") or {}
    expressions: list[JsonObject] = selector.get("matchExpressions") or []
    pods = {key: value for key, value in labels.items() if not key.startswith("k8s:io.")}
    namespace = {
        key.removeprefix(_NAMESPACE_LABEL): value for key, value in labels.items() if key.startswith(_NAMESPACE_LABEL)
    }
    if _NAMESPACE in labels:
        namespace["kubernetes.io/metadata.name"] = labels[_NAMESPACE]
    pod_rules = [item for item in expressions if not item["key"].startswith("k8s:io.")]
    far = [
        {**item, "key": item["key"].removeprefix(_NAMESPACE_LABEL)}
        for item in expressions
        if item["key"].startswith(_NAMESPACE_LABEL)
    ]
    peer: dict[str, Any] = {"podSelector": {"matchLabels": pods, "matchExpressions": pod_rules}}
    # A rule about the namespace's name, such as that there is one, opens the selector to all namespaces.
    if namespace or far or any(item["key"] == _NAMESPACE for item in expressions):
        peer["namespaceSelector"] = {"matchLabels": namespace, "matchExpressions": far}
    return peer


def _calico(spec: JsonObject) -> JsonObject:
    types = spec.get("types") or []
    result: dict[str, Any] = {"podSelector": _selector(spec.get("selector") or "all()"), "policyTypes": types}
    for side, direction, other in (("ingress", "from", "source"), ("egress", "to", "destination")):
        result[side] = []
        for rule in spec.get(side) or []:
            if rule["action"] != "Allow":
                raise UnreadableError
            plain: dict[str, Any] = {}
            ports = (rule.get("destination") or {}).get("ports") or []
            if ports or rule.get("protocol"):
                plain["ports"] = [_calico_port(port, rule.get("protocol") or "TCP") for port in ports or [None]]
            peers = _calico_peer(rule.get(other) or {})
            if peers:
                plain[direction] = peers
            result[side].append(plain)
    return result


def _calico_port(port: Any, protocol: str) -> JsonObject:
    if port is None:
        return {"protocol": protocol}
    if isinstance(port, str) and ":" in port:
        first, last = port.split(":")
        return {"port": int(first), "endPort": int(last), "protocol": protocol}
    return {"port": port, "protocol": protocol}


def _calico_peer(entity: JsonObject) -> list[JsonObject]:
    if "domains" in entity:
        return [{"ipBlock": {"cidr": INTERNET}}]
    if "nets" in entity:
        return [{"ipBlock": {"cidr": net, "except": entity.get("notNets", [])}} for net in entity["nets"]]
    if "selector" not in entity and "namespaceSelector" not in entity:
        return []
    peer: dict[str, Any] = {"podSelector": _selector(entity.get("selector") or "all()")}
    if "namespaceSelector" in entity:
        peer["namespaceSelector"] = _selector(entity["namespaceSelector"])
    return [peer]


def _selector(text: str) -> JsonObject:
    """A Calico selector as a LabelSelector."""
    expressions: list[JsonObject] = []
    for term in text.split(" && "):
        if term == "all()":
            continue
        for pattern, operator in _TERMS:
            match = pattern.fullmatch(term)
            if match:
                values = [] if match.re.groups == 1 else re.findall(r"'([^']*)'", match[2]) or [match[2]]
                expressions.append({"key": match[1], "operator": operator, "values": values})
                break
        else:
            raise UnreadableError
    return {"matchExpressions": expressions}

"""Policies of Cilium and Calico read back as plain NetworkPolicies, so that one evaluator judges all flavors.

Host names become the address that they stand for here, and the entity kube-apiserver becomes the API server's.
"""

from __future__ import annotations

import re
from typing import Any

INTERNET = "104.18.6.192/32"
API_SERVER = "10.96.0.1/32"
NAMESPACE_LABEL = "k8s:io.cilium.k8s.namespace.labels."
ANY_NAMESPACE = "k8s:io.kubernetes.pod.namespace"

JsonObject = dict[str, Any]


def plain(item: JsonObject) -> JsonObject:
    """A policy of any flavor as a NetworkPolicy."""
    readers = {"cilium.io/v2": _cilium, "projectcalico.org/v3": _calico}
    reader = readers.get(item["apiVersion"])
    return {"metadata": item["metadata"], "spec": reader(item["spec"])} if reader else item


def _cilium(spec: JsonObject) -> JsonObject:
    assert set(spec) <= {"endpointSelector", "ingress", "egress"}
    result: JsonObject = {"podSelector": spec["endpointSelector"], "policyTypes": []}
    for side, direction in (("ingress", "from"), ("egress", "to")):
        # An empty section closes nothing in Cilium; one with an empty rule closes everything.
        if spec.get(side):
            result["policyTypes"].append(side.capitalize())
            result[side] = [_cilium_rule(rule, direction) for rule in spec[side] if rule]
    return result


def _cilium_rule(rule: JsonObject, direction: str) -> JsonObject:
    (kind,) = [key for key in rule if key != "toPorts"]
    assert kind.startswith(direction)
    (ports,) = rule["toPorts"]
    peers: list[JsonObject] = []
    for peer in rule[kind]:
        if peer == "all":
            return {"ports": _ports(ports)}
        if peer == "kube-apiserver":
            peers.append({"ipBlock": {"cidr": API_SERVER}})
        elif kind.endswith("FQDNs"):
            assert set(peer) in ({"matchName"}, {"matchPattern"})
            peers.append({"ipBlock": {"cidr": INTERNET}})
        elif kind.endswith("CIDRSet"):
            peers.append({"ipBlock": peer})
        else:
            peers.append(_cilium_endpoint(peer))
    return {direction: peers, "ports": _ports(ports)}


def _ports(ports: JsonObject) -> list[JsonObject]:
    return [{"port": int(item["port"]), "protocol": item["protocol"]} for item in ports["ports"]]


def _cilium_endpoint(selector: JsonObject) -> JsonObject:
    labels: JsonObject = selector.get("matchLabels", {})
    expressions: list[JsonObject] = selector.get("matchExpressions", [])
    pods = {key: value for key, value in labels.items() if not key.startswith(NAMESPACE_LABEL)}
    namespace = {key.removeprefix(NAMESPACE_LABEL): labels[key] for key in labels.keys() - pods.keys()}
    pod_expressions = [item for item in expressions if not item["key"].startswith("k8s:io.")]
    far = [item for item in expressions if item["key"].startswith(NAMESPACE_LABEL)]
    peer: JsonObject = {"podSelector": {"matchLabels": pods, "matchExpressions": pod_expressions}}
    if namespace or far or any(item["key"] == ANY_NAMESPACE for item in expressions):
        renamed = [{**item, "key": item["key"].removeprefix(NAMESPACE_LABEL)} for item in far]
        peer["namespaceSelector"] = {"matchLabels": namespace, "matchExpressions": renamed}
    return peer


def _calico(spec: JsonObject) -> JsonObject:
    result: JsonObject = {"podSelector": _expression(spec["selector"]), "policyTypes": spec["types"]}
    for side, direction, other in (("ingress", "from", "source"), ("egress", "to", "destination")):
        result[side] = []
        for rule in spec.get(side, []):
            assert rule["action"] == "Allow"
            assert set(rule.get("source", {}).keys()) <= {"selector", "namespaceSelector", "nets", "notNets"}
            ports = [{"port": port, "protocol": rule["protocol"]} for port in rule["destination"]["ports"]]
            peer = _calico_peer(rule.get(other, {}))
            result[side].append({"ports": ports} | ({direction: peer} if peer else {}))
    return result


def _calico_peer(entity: JsonObject) -> list[JsonObject]:
    if "domains" in entity:
        return [{"ipBlock": {"cidr": INTERNET}}]
    if "nets" in entity:
        return [{"ipBlock": {"cidr": net, "except": entity.get("notNets", [])}} for net in entity["nets"]]
    if "selector" not in entity:
        return []
    peer = {"podSelector": _expression(entity["selector"])}
    if "namespaceSelector" in entity:
        peer["namespaceSelector"] = _expression(entity["namespaceSelector"])
    return [peer]


def _expression(text: str) -> JsonObject:
    """A Calico selector as a LabelSelector."""
    expressions: list[JsonObject] = []
    for term in text.split(" && "):
        if term == "all()":
            continue
        if match := re.fullmatch(r"([\w./-]+) == '([^']*)'", term):
            expressions.append({"key": match[1], "operator": "In", "values": [match[2]]})
        elif match := re.fullmatch(r"([\w./-]+) (in|not in) \{(.*)\}", term):
            values = re.findall(r"'([^']*)'", match[3])
            expressions.append({"key": match[1], "operator": "In" if match[2] == "in" else "NotIn", "values": values})
        else:
            match = re.fullmatch(r"(!?)has\(([\w./-]+)\)", term)
            assert match, term
            expressions.append({"key": match[2], "operator": "DoesNotExist" if match[1] else "Exists"})
    return {"matchExpressions": expressions}

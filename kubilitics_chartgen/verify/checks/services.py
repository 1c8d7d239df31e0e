"""Check `services`: what the API server wants of a Service beyond the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import (
    Object,
    at,
    entries,
    is_dns_label,
    is_label_key,
    is_label_value,
    is_port_name,
    is_subdomain,
    items,
    mapping,
    plain,
    quoted,
)

__all__ = ["Services", "is_network"]

Found = Iterator[tuple[str, str]]

_TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
_ONLY_LOAD_BALANCER = ("loadBalancerSourceRanges", "loadBalancerClass", "allocateLoadBalancerNodePorts")
_NETWORK = re.compile(r"[0-9A-Fa-f.:]+/[0-9]{1,3}")


class Services:
    """See `sentence`."""

    name = "services"
    sentence = "The API server accepts every Service: its ports, and the fields that go with its type."
    severity: Severity = "error"
    fix = "Render a field only for the types that have it; name the ports where there are several."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What the API server would refuse in a Service."""
        if document.kind != "Service" or document.group:
            return
        spec = at(document.object, "spec")
        kind = str(spec.get("type") or "ClusterIP")
        if kind not in _TYPES:
            yield fault(self, document, "spec.type", f"{quoted(kind)} must be one of {', '.join(_TYPES)}")
            return
        for rule in (_ports, _type_fields, _addresses, _rest):
            for path, message in rule(spec, kind):
                yield fault(self, document, f"spec.{path}", message)


def _ports(spec: Object, kind: str) -> Found:
    ports = entries(spec.get("ports"))
    if not ports and spec.get("clusterIP") != "None" and kind != "ExternalName":
        yield "ports", "must hold at least one port"
    names: set[Any] = set()
    numbers: set[tuple[Any, Any]] = set()
    node_ports: set[tuple[Any, Any]] = set()
    for position, port in items(ports):
        place = f"ports[{position}]"
        name, number, protocol = (plain(port.get(key)) for key in ("name", "port", "protocol"))
        protocol = protocol or "TCP"
        if not name:
            if len(ports) > 1:
                yield f"{place}.name", "is missing where there are several ports"
        elif not isinstance(name, str) or not is_dns_label(name):
            yield f"{place}.name", f"{quoted(name)} must be a DNS label"
        elif name in names:
            yield f"{place}.name", f"{quoted(name)} is the name of another port"
        names.add(name)
        if isinstance(number, int) and not 1 <= number <= 65535:
            yield f"{place}.port", f"{quoted(number)} must be 1 to 65535"
        if protocol not in ("TCP", "UDP", "SCTP"):
            yield f"{place}.protocol", f"{quoted(protocol)} must be TCP, UDP or SCTP"
        if (number, protocol) in numbers:
            yield f"{place}.port", f"{quoted(number)} stands twice for the same protocol"
        numbers.add((number, protocol))
        target = port.get("targetPort")
        if isinstance(target, int) and not 0 <= target <= 65535:
            yield f"{place}.targetPort", f"{quoted(target)} must be 1 to 65535"
        elif isinstance(target, str) and not is_port_name(target):
            yield f"{place}.targetPort", f"{quoted(target)} is no port's name; a number must not be quoted"
        app_protocol = port.get("appProtocol")
        if isinstance(app_protocol, str) and app_protocol and not is_label_key(app_protocol):
            yield f"{place}.appProtocol", f"{quoted(app_protocol)} is no protocol's name"
        node_port = plain(port.get("nodePort"))
        if node_port:
            if kind == "ClusterIP":
                yield f"{place}.nodePort", f"cannot be set where the type is {kind}"
            if isinstance(node_port, int) and not 1 <= node_port <= 65535:
                yield f"{place}.nodePort", f"{quoted(node_port)} must be 1 to 65535"
            if (node_port, protocol) in node_ports:
                yield f"{place}.nodePort", f"{quoted(node_port)} stands twice for the same protocol"
            node_ports.add((node_port, protocol))


def _type_fields(spec: Object, kind: str) -> Found:
    if kind != "LoadBalancer":
        for key in _ONLY_LOAD_BALANCER:
            if spec.get(key) not in (None, []):
                yield key, f"cannot be set where the type is {kind}"
    policy = spec.get("externalTrafficPolicy")
    outside = kind in ("NodePort", "LoadBalancer") or bool(spec.get("externalIPs"))
    if policy and not outside:
        yield "externalTrafficPolicy", f"cannot be set where the type is {kind}"
    elif policy not in (None, "", "Cluster", "Local"):
        yield "externalTrafficPolicy", f"{quoted(policy)} must be Cluster or Local"
    if spec.get("healthCheckNodePort") and not (kind == "LoadBalancer" and policy == "Local"):
        yield "healthCheckNodePort", "needs the type LoadBalancer and externalTrafficPolicy Local"
    if kind == "ExternalName":
        name = spec.get("externalName")
        if not isinstance(name, str) or not is_subdomain(name.removesuffix(".")):
            yield "externalName", f"{quoted(name)} must be a host name"
        for key in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if spec.get(key):
                yield key, "cannot be set where the type is ExternalName"


def _addresses(spec: Object, kind: str) -> Found:
    if spec.get("clusterIP") == "None" and kind in ("NodePort", "LoadBalancer"):
        yield "clusterIP", f"cannot be None where the type is {kind}"
    families = entries(spec.get("ipFamilies"))
    policy = spec.get("ipFamilyPolicy")
    if policy not in (None, "", "SingleStack", "PreferDualStack", "RequireDualStack"):
        yield "ipFamilyPolicy", f"{quoted(policy)} must be SingleStack, PreferDualStack or RequireDualStack"
    for family in families:
        if family not in ("IPv4", "IPv6"):
            yield "ipFamilies", f"{quoted(family)} must be IPv4 or IPv6"
    if len(families) > len(set(map(str, families))):
        yield "ipFamilies", "names a family twice"
    elif len(families) == 2 and policy not in ("PreferDualStack", "RequireDualStack"):
        yield "ipFamilyPolicy", "must be PreferDualStack or RequireDualStack where there are two families"
    for value in entries(spec.get("loadBalancerSourceRanges")):
        if not is_network(str(value).strip()):
            yield "loadBalancerSourceRanges", f"{quoted(value)} is no network such as 10.0.0.0/8"


@lru_cache(maxsize=1024)
def is_network(text: str) -> bool:
    """Whether the text is an address, without a zone, with the length of its prefix."""
    if not _NETWORK.fullmatch(text):
        return False
    try:
        return bool(ip_network(text, strict=False))
    except ValueError:
        return False


def _rest(spec: Object, kind: str) -> Found:  # noqa: ARG001
    affinity = spec.get("sessionAffinity")
    if affinity not in (None, "", "None", "ClientIP"):
        yield "sessionAffinity", f"{quoted(affinity)} must be None or ClientIP"
    if spec.get("internalTrafficPolicy") not in (None, "", "Cluster", "Local"):
        yield "internalTrafficPolicy", "must be Cluster or Local"
    for key, value in mapping(spec.get("selector")).items():
        if not is_label_key(key) or (isinstance(value, str) and not is_label_value(value)):
            yield f'selector["{key}"]', f"{quoted(f'{key}={value}')} is no label"

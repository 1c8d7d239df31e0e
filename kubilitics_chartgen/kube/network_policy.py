"""What NetworkPolicies allow, as Kubernetes documents it. Pure, no I/O.

In: NetworkPolicy objects (networking.k8s.io/v1) and the two ends of a connection. Out: whether it may be opened.
Replies are always allowed, and so is what a pod opens to itself; what a node opens to its pods (probes) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

__all__ = ["Address", "Pod", "allowed", "directions_of", "matches", "peers_match", "ports_match"]

JsonObject = Mapping[str, Any]


@dataclass(frozen=True)
class Pod:
    """A pod as policies see it. `ports` are its named ports: (name, protocol) to number."""

    name: str
    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    namespace_labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    ip: str = ""
    """Pods without one are matched by no ipBlock."""
    ports: Mapping[tuple[str, str], int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Address:
    """Something that is no pod: a server outside, a node, the API server."""

    ip: str


def allowed(
    policies: Iterable[JsonObject], source: Pod | Address, target: Pod | Address, port: int, protocol: str = "TCP"
) -> bool:
    """Whether `source` may connect to `port` of `target`: its egress and the other's ingress must both agree."""
    if source == target:
        return True
    known = list(policies)
    return _side_allows(known, "Egress", source, target, target, port, protocol) and _side_allows(
        known, "Ingress", target, source, target, port, protocol
    )


def matches(selector: JsonObject | None, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector matches; an empty one matches everything, a missing one nothing."""
    if selector is None:
        return False
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    expressions: Sequence[JsonObject] = selector.get("matchExpressions") or ()
    for key, value in wanted.items():
        if labels.get(key) != value:
            return False
    return not expressions or all(_expression(expression, labels) for expression in expressions)


def _expression(expression: JsonObject, labels: Mapping[str, str]) -> bool:
    key, operator, values = expression["key"], expression["operator"], expression.get("values") or ()
    if operator == "In":
        return key in labels and labels[key] in values
    if operator == "NotIn":
        return labels.get(key) not in values
    if operator == "Exists":
        return key in labels
    if operator == "DoesNotExist":
        return key not in labels
    raise ValueError(f"{operator} is no operator of a label selector")


def directions_of(spec: JsonObject) -> Sequence[str]:
    """The directions a policy closes: where it does not say, ingress, and egress if it has a rule for it."""
    declared: Sequence[str] = spec.get("policyTypes") or ()
    return declared or (("Ingress", "Egress") if spec.get("egress") else ("Ingress",))


def _side_allows(
    policies: Iterable[JsonObject],
    direction: str,
    subject: Pod | Address,
    other: Pod | Address,
    target: Pod | Address,
    port: int,
    protocol: str,
) -> bool:
    """One end's word: everything while no policy selects it for this direction, else what any of them allows."""
    if isinstance(subject, Address):
        return True
    closed = False
    rules_key, peers_key = ("egress", "to") if direction == "Egress" else ("ingress", "from")
    for policy in policies:
        spec: JsonObject = policy["spec"]
        namespace = policy["metadata"].get("namespace", "default")
        if namespace != subject.namespace or not matches(spec.get("podSelector") or {}, subject.labels):
            continue
        if direction not in directions_of(spec):
            continue
        closed = True
        for rule in spec.get(rules_key) or ():
            if peers_match(rule.get(peers_key), other, namespace) and ports_match(
                rule.get("ports"), target, port, protocol
            ):
                return True
    return not closed


def peers_match(peers: Sequence[JsonObject] | None, other: Pod | Address, namespace: str) -> bool:
    """No peers at all is everybody."""
    if not peers:
        return True
    for peer in peers:  # noqa: SIM110 -- asked most of all, and a generator takes twice as long
        if _peer_matches(peer, other, namespace):
            return True
    return False


def _peer_matches(peer: JsonObject, other: Pod | Address, namespace: str) -> bool:
    block = peer.get("ipBlock")
    if block is not None:
        return bool(other.ip) and _in_block(block["cidr"], tuple(block.get("except") or ()), other.ip)
    if isinstance(other, Address):
        return False
    pods, namespaces = peer.get("podSelector"), peer.get("namespaceSelector")
    in_namespace = other.namespace == namespace if namespaces is None else matches(namespaces, other.namespace_labels)
    return in_namespace and (pods is None or matches(pods, other.labels))


@lru_cache(maxsize=16384)
def _in_block(cidr: str, holes: tuple[str, ...], ip: str) -> bool:
    address = ip_address(ip)
    return address in _network(cidr) and not any(address in _network(hole) for hole in holes)


@lru_cache(maxsize=1024)
def _network(cidr: str) -> IPv4Network | IPv6Network:
    return ip_network(cidr, strict=False)


def ports_match(ports: Sequence[JsonObject] | None, target: Pod | Address, port: int, protocol: str) -> bool:
    """No ports at all is every port; a name is looked up among the target's ports."""
    if not ports:
        return True
    for item in ports:
        if item.get("protocol", "TCP") != protocol:
            continue
        number = item.get("port")
        if isinstance(number, str):
            number = target.ports.get((number, protocol), -1) if isinstance(target, Pod) else -1
        if number is None or number <= port <= item.get("endPort", number):
            return True
    return False

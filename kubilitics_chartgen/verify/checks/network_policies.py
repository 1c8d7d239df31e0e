"""Check `network-policies`: what the API server wants of a NetworkPolicy beyond the schema."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

from kubilitics_chartgen.kube.schemas import problems
from kubilitics_chartgen.kube.versions import newest
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.label_selectors import selector_faults
from kubilitics_chartgen.verify.checks.reading import Object, at, entries, is_port_name, items, mapping, quoted
from kubilitics_chartgen.verify.checks.services import is_network

__all__ = ["NetworkPolicies", "is_sound"]

Found = Iterator[tuple[str, str]]


class NetworkPolicies:
    """See `sentence`."""

    name = "network-policies"
    sentence = (
        "The API server accepts every NetworkPolicy, and each does what it seems to: a rule for a direction that the "
        "policy does not govern has no effect."
    )
    severity: Severity = "error"
    fix = "Correct what the message names; name both directions in policyTypes."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What the API server would refuse, or silently ignore."""
        if document.kind != "NetworkPolicy" or document.group != "networking.k8s.io":
            return
        spec = at(document.object, "spec")
        for path, message in _spec(spec):
            yield fault(self, document, f"spec.{path}", message)


def _spec(spec: Object) -> Found:
    yield from selector_faults("podSelector", spec.get("podSelector"))
    types = entries(spec.get("policyTypes"))
    for kind in types:
        if kind not in ("Ingress", "Egress"):
            yield "policyTypes", f"{quoted(kind)} must be Ingress or Egress"
    if len(types) > 2:
        yield "policyTypes", "must hold Ingress and Egress once each"
    for key, kind, peers in (("ingress", "Ingress", "from"), ("egress", "Egress", "to")):
        rules = entries(spec.get(key))
        if rules and types and kind not in types:
            yield key, f"has no effect, for policyTypes does not hold {kind}"
        for position, rule in items(rules):
            place = f"{key}[{position}]"
            for number, peer in items(rule.get(peers)):
                yield from _peer(f"{place}.{peers}[{number}]", peer)
            for number, port in items(rule.get("ports")):
                yield from _port(f"{place}.ports[{number}]", port)


def is_sound(spec: Any) -> bool:
    """Whether the spec of a NetworkPolicy is such that one can say what it allows."""
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {}, "spec": spec}
    if not isinstance(spec, dict):
        return False
    return not problems(policy, newest()) and all(path in ("ingress", "egress") for path, _ in _spec(spec))


def _peer(place: str, peer: Object) -> Found:
    block = peer.get("ipBlock")
    selectors = [key for key in ("podSelector", "namespaceSelector") if peer.get(key) is not None]
    if block is None and not selectors:
        yield place, "must have an ipBlock, a podSelector or a namespaceSelector"
    elif block is not None and selectors:
        yield place, "cannot have selectors beside an ipBlock"
    for key in selectors:
        yield from selector_faults(f"{place}.{key}", peer[key])
    if block is not None:
        yield from _block(f"{place}.ipBlock", mapping(block))


def _block(place: str, block: Object) -> Found:
    cidr = block.get("cidr")
    if not isinstance(cidr, str) or not is_network(cidr):
        yield f"{place}.cidr", f"{quoted(cidr)} is no network such as 10.0.0.0/8"
        return
    for inner in entries(block.get("except")):
        if not isinstance(inner, str) or not is_network(inner):
            yield f"{place}.except", f"{quoted(inner)} is no network such as 10.0.0.0/8"
        elif not _lies_inside(inner, cidr):
            yield f"{place}.except", f"{quoted(inner)} must lie inside {quoted(cidr)} and be smaller"


@lru_cache(maxsize=1024)
def _lies_inside(inner: str, outer: str) -> bool:
    hole: Any = ip_network(inner, strict=False)
    around: Any = ip_network(outer, strict=False)
    return bool(hole.version == around.version and hole.subnet_of(around) and hole != around)


def _port(place: str, item: Object) -> Found:
    protocol, port, end = item.get("protocol"), item.get("port"), item.get("endPort")
    if protocol not in (None, "TCP", "UDP", "SCTP"):
        yield f"{place}.protocol", f"{quoted(protocol)} must be TCP, UDP or SCTP"
    if isinstance(port, str) and not is_port_name(port):
        yield f"{place}.port", f"{quoted(port)} is no port's name; a number must not be quoted"
    elif isinstance(port, int) and not 1 <= port <= 65535:
        yield f"{place}.port", f"{quoted(port)} must be 1 to 65535"
    if isinstance(end, int) and (not isinstance(port, int) or not port <= end <= 65535):
        yield f"{place}.endPort", f"{quoted(end)} must be from port, which must be a number, up to 65535"

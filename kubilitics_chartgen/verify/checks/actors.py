"""Who may try to connect to a chart's pods, or be connected to by them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from kubilitics_chartgen.kube.network_policy import Address, Pod
from kubilitics_chartgen.verify.checks.declared import Party
from kubilitics_chartgen.verify.checks.label_selectors import policy_peers
from kubilitics_chartgen.verify.checks.reading import at, entries, items, mapping, quoted

__all__ = ["Actor", "actor_of", "strangers"]

_NAMESPACE_NAME = "kubernetes.io/metadata.name"
_NAME = "app.kubernetes.io/name"
"""What tells a chart's pods from those of others in the same release."""
_PRIVATE = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "::1/128")
)
_LINK_LOCAL = (ip_network("169.254.0.0/16"), ip_network("fe80::/10"))
_METADATA_SERVERS = frozenset(("169.254.169.254", "fd00:ec2::254"))
_ADDRESSES = {
    "93.184.216.34": "an address on the internet",
    "2606:2800::1": "an address on the internet",
    "10.99.7.1": "an address in a private network",
    "172.20.7.1": "an address in a private network",
    "192.168.7.1": "an address in a private network",
    "100.64.7.1": "an address in a private network",
    "fd00::7": "an address in a private network",
    "169.254.169.254": "the metadata server of a cloud",
}


@dataclass(frozen=True)
class Actor:
    """Somebody at one end of a connection."""

    end: Any
    """A Pod or an Address, as policies see it."""
    called: str
    """What messages call it."""
    kinds: frozenset[str]
    """Which kinds of OUTSIDE it is; empty for pods of the chart."""
    party: str = ""
    """The party that it is as a pod of the chart."""
    ports: Mapping[str, int] = field(default_factory=dict, hash=False)

    def is_one_of(self, party: Party) -> bool:
        """Whether it belongs to the party."""
        if party.labels:
            return self.party == party.id
        if self.party:
            # Whoever is open to any pod in the cluster is open to the chart's own.
            return bool({"any-pod", "anyone"} & set(party.outside))
        return bool(self.kinds & set(party.outside))


def actor_of(namespace: str, labels: Mapping[str, str], ports: Mapping[str, int], party: str) -> Actor:
    """A pod of the chart."""
    pod = Pod(party, namespace, labels, {_NAMESPACE_NAME: namespace})
    return Actor(pod, quoted(party), frozenset(), party, ports)


def strangers(
    ours: Sequence[Actor],
    policies: Sequence[tuple[int, str, Any]],
    namespace: str,
    release: str,
    parties: Sequence[Party],
) -> list[Actor]:
    """Everybody else: those who try their luck, and those whom policies name, parts that are switched off included."""
    plain = frozenset(("any-pod", "anyone"))
    found = [
        _pod("any pod of its namespace", namespace, {"stranger": "yes"}, {}, plain),
        _pod("pods of other namespaces", "elsewhere", {"stranger": "yes"}, {}, plain),
    ]
    for actor in ours:
        labels = actor.end.labels
        twin = {key: value.replace(release, "another") for key, value in labels.items()}
        if twin != labels:
            found.append(_pod(f"the {quoted(actor.party)} of another release", namespace, twin, {}, plain))
        if _NAME in labels:
            sibling = {**labels, _NAME: "another-chart"}
            found.append(_pod(f"the {quoted(actor.party)} of another chart", namespace, sibling, {}, plain))
        found.append(_pod(f"the {quoted(actor.party)} of another namespace", "elsewhere", labels, {}, plain))
    found += [_address(text, called) for text, called in _ADDRESSES.items()]
    known = {(actor.end.namespace, frozenset(actor.end.labels.items())) for actor in ours}
    peers: dict[str, tuple[Any, str]] = {}
    for _, where, spec in policies:
        # Many policies name the same ones.
        peers.update((f"{where} {peer}", (peer, where)) for _, peer in policy_peers(spec))
    for peer, where in peers.values():
        found += _named(peer, where, known, ours, parties)
    return found


def _pod(
    called: str, namespace: str, labels: Mapping[str, str], namespace_labels: Mapping[str, str], kinds: frozenset[str]
) -> Actor:
    pod = Pod(called, namespace, labels, {_NAMESPACE_NAME: namespace, **namespace_labels})
    return Actor(pod, called, kinds)


@lru_cache(maxsize=1024)
def _address(text: str, called: str) -> Actor:
    address = ip_address(text)

    def within(networks: Sequence[Any]) -> bool:
        return any(address.version == network.version and address in network for network in networks)

    kinds = {"anyone"}
    if text not in _METADATA_SERVERS:
        kinds.add("addresses")
        if not within(_PRIVATE) and not within(_LINK_LOCAL):
            kinds.add("internet")
    return Actor(Address(text), called, frozenset(kinds))


def _named(
    peer: Mapping[str, Any], where: str, known: set[Any], ours: Sequence[Actor], parties: Sequence[Party]
) -> Iterator[Actor]:
    """Somebody whom a policy's peer means: a pod with its labels, or an address in its network."""
    block = mapping(peer.get("ipBlock"))
    if block:
        text = _first_address(str(block.get("cidr")), tuple(str(hole) for hole in entries(block.get("except"))))
        if text:
            yield _address(text, f"addresses in {quoted(block.get('cidr'))}")
        return
    labels, far = _example(peer.get("podSelector")), _example(peer.get("namespaceSelector"))
    namespace = where
    if isinstance(peer.get("namespaceSelector"), dict):
        namespace = far.get(_NAMESPACE_NAME) or ("named" if far else "elsewhere")
    if not labels and not far:
        return  # everybody in the namespace or the cluster: the strangers are among them
    if (namespace, frozenset(labels.items())) in known or _is_ours(namespace, labels, ours):
        return
    absent = _absent(namespace, labels, ours, parties) if not far else None
    if absent is not None:
        yield actor_of(namespace, labels, {}, absent.id)
        return
    yield _pod("pods that it names", namespace, labels, far, frozenset(("pods", "any-pod", "anyone")))


def _is_ours(namespace: str, labels: Mapping[str, str], ours: Sequence[Actor]) -> bool:
    """Whether the labels are some of those of a pod of the chart, so that its own pods are meant."""
    return any(actor.end.namespace == namespace and labels.items() <= actor.end.labels.items() for actor in ours)


def _absent(namespace: str, labels: Mapping[str, str], ours: Sequence[Actor], parties: Sequence[Party]) -> Party | None:
    """The part of the chart that is meant, though it has no pods now: its labels, and those all parts share."""
    near = [set(actor.end.labels.items()) for actor in ours if actor.end.namespace == namespace]
    shared = set.intersection(*near) if near else set()
    for party in parties:
        own = set(party.labels)
        if own and own <= labels.items() and labels.items() - own and labels.items() - own <= shared:
            return party
    return None


def _example(selector: Any) -> dict[str, str]:
    """Labels that a selector matches."""
    labels = {str(key): str(value) for key, value in at(selector, "matchLabels").items()}
    for _, rule in items(mapping(selector).get("matchExpressions")):
        values = entries(rule.get("values"))
        if rule.get("operator") == "In" and values:
            labels[str(rule.get("key"))] = str(values[0])
        elif rule.get("operator") == "Exists":
            labels[str(rule.get("key"))] = "any"
    return labels


@lru_cache(maxsize=1024)
def _first_address(cidr: str, holes: tuple[str, ...]) -> str:
    """An address in the network and in none of the holes; empty where a few tries find none, or a stranger is in it."""
    try:
        network: Any = ip_network(cidr, strict=False)
        gaps: list[Any] = [ip_network(hole, strict=False) for hole in holes]
    except ValueError:
        return ""

    def inside(address: Any) -> bool:
        return address in network and not any(address.version == gap.version and address in gap for gap in gaps)

    if any(inside(ip_address(text)) for text in _ADDRESSES if ip_address(text).version == network.version):
        return ""
    for offset in (1, 0, network.num_addresses // 2, network.num_addresses - 1):
        address = network[min(offset, network.num_addresses - 1)]
        if inside(address):
            return str(address)
    return ""

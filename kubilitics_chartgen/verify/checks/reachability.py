"""Check `reachability`: network policies let through the declared connections and no others.

Each side is judged by itself: what a pod's own policies let out, and what they let in. Judged with the pods of the
configuration, and with strangers who try their luck: other pods nearby and far away, another release of the chart,
addresses on the internet, in private networks and of a cloud's metadata server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from kubilitics_chartgen.kube.network_policy import Address, directions_of, matches, peers_match
from kubilitics_chartgen.kube.policy_flavors import UnreadableError, plain_policy
from kubilitics_chartgen.verify.checks.actors import Actor, actor_of, strangers
from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.conditions import with_connections_for
from kubilitics_chartgen.verify.checks.declared import Connection, Declared, Party
from kubilitics_chartgen.verify.checks.label_selectors import Selector, label_pairs, selector_of, simple_selector
from kubilitics_chartgen.verify.checks.label_selectors import matches as selector_matches
from kubilitics_chartgen.verify.checks.network_policies import is_sound
from kubilitics_chartgen.verify.checks.reading import at, items, quoted

__all__ = ["Reachability"]

_UNUSUAL_PORT = 39999
"""A port that nobody names: open only where all are."""
_SIDES = (("Egress", "egress", "to"), ("Ingress", "ingress", "from"))


class _Policy(NamedTuple):
    namespace: str
    spec: str
    """The spec of a plain NetworkPolicy, as JSON; empty where it cannot be read as one."""


class _Pods(NamedTuple):
    namespace: str
    labels: tuple[tuple[str, str], ...]
    ports: tuple[tuple[str, int], ...]


class _Door(NamedTuple):
    """A Service that is opened on every node, or by a load balancer."""

    namespace: str
    selector: Selector


class _Verdict(NamedTuple):
    place: int
    """Which of the facts is to blame."""
    path: str
    message: str


class Reachability:
    """See `sentence`."""

    name = "reachability"
    sentence = (
        "Where the chart renders network policies, what may connect to what is exactly what `.chartgen.yaml` declares: "
        "nothing more for anybody around, and nothing less between its parts, under a condition that holds, or through "
        "a Service that is opened to the outside. Where it declares no connections, nothing is judged."
    )
    severity: Severity = "error"
    fix = "Narrow or widen the policy; or declare the connection under `declared.connections` in .chartgen.yaml."
    asks: Literal["conditions", "values"] = "conditions"

    def facts(self, document: Document) -> Facts:
        """A policy, or the pods that policies may select."""
        namespace = str(document.metadata.get("namespace") or "")
        if document.kind.endswith("NetworkPolicy"):
            try:
                policy = plain_policy(document.object)
            except UnreadableError:
                return _Policy(namespace, "")
            if policy is None:
                return None
            spec = policy.get("spec")
            return _Policy(namespace, json.dumps(spec, sort_keys=True) if is_sound(spec) else "")
        spec = at(document.object, "spec")
        if document.kind == "Service" and spec.get("type") in ("NodePort", "LoadBalancer"):
            return _Door(namespace, simple_selector(spec.get("selector")))
        pod = document.pod
        if pod is None:
            return None
        ports = tuple(
            (str(port["name"]), port["containerPort"])
            for container in pod.containers
            for _, port in items(container.object.get("ports"))
            if port.get("name") and isinstance(port.get("containerPort"), int)
        )
        labels = label_pairs(pod.labels)
        return _Pods(namespace, labels, ports)

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:
        """Connections that are possible and not declared, or declared and not possible."""
        if context.declared.connections is None:
            return
        relevant = [(document, fact) for document, fact in facts if isinstance(fact, (_Policy, _Pods, _Door))]
        # The answer depends on nothing else, and most configurations share it.
        order = sorted(range(len(relevant)), key=lambda place: repr(relevant[place][1]))
        known = tuple(relevant[place][1] for place in order)
        declared = with_connections_for(context.declared, context.meant.holds, context.meant.fails)
        for verdict in _judge(known, context.namespace, context.release, declared):
            yield fault(self, relevant[order[verdict.place]][0], verdict.path, verdict.message)


class _Rule(NamedTuple):
    """One rule of a policy for one direction."""

    place: int
    path: str
    ports: tuple[tuple[int, int, str], ...]
    """(first, last, protocol); empty for all."""
    admits: frozenset[int]
    """Positions of the actors it lets through."""


class _Case(NamedTuple):
    """One configuration's pods and policies, ready to be asked."""

    actors: list[Actor]
    parties: dict[int, Party]
    """Which party each actor that is a pod of the chart is."""
    indices: dict[int, int]
    """Which fact it comes from."""
    rules: dict[tuple[int, str], list[_Rule]]
    """What lets a pod through in a direction; absent where nothing governs it."""


@lru_cache(maxsize=512)
def _judge(
    facts: tuple[_Policy | _Pods | _Door, ...], namespace: str, release: str, declared: Declared
) -> tuple[_Verdict, ...]:
    policies = [(place, fact) for place, fact in enumerate(facts) if isinstance(fact, _Policy)]
    if not policies:
        return ()
    unreadable = [place for place, fact in policies if not fact.spec]
    if unreadable:
        message = "cannot be judged, for it is broken or says what a NetworkPolicy cannot say"
        return tuple(_Verdict(place, "spec", message) for place in unreadable)
    case, verdicts = _case(facts, policies, namespace, release, declared)
    connections = declared.connections or ()
    for position, party in case.parties.items():
        for direction, _, _ in _SIDES:
            verdicts += _too_much(case, position, party, direction, declared)
    for row in connections:
        if row.required:
            verdicts += _too_little(case, row, declared)
    for place, fact in enumerate(facts):
        if isinstance(fact, _Door):
            verdicts += _shut(case, place, fact, namespace)
    return tuple(verdicts)


def _case(
    facts: tuple[_Policy | _Pods | _Door, ...],
    policies: list[tuple[int, _Policy]],
    namespace: str,
    release: str,
    declared: Declared,
) -> tuple[_Case, list[_Verdict]]:
    actors: list[Actor] = []
    parties: dict[int, Party] = {}
    indices: dict[int, int] = {}
    verdicts: list[_Verdict] = []
    for place, fact in enumerate(facts):
        if isinstance(fact, _Pods):
            labels = dict(fact.labels)
            party = next((one for one in declared.parties if one.labels and set(one.labels) <= labels.items()), None)
            if party is None:
                verdicts.append(_Verdict(place, "", "its pods are none of the declared parties"))
                continue
            parties[len(actors)] = party
            indices[len(actors)] = place
            actors.append(actor_of(fact.namespace or namespace, labels, dict(fact.ports), party.id))
    parsed = [(place, fact.namespace or namespace, json.loads(fact.spec)) for place, fact in policies]
    present = [actors[position] for position in parties]
    actors += strangers(present, parsed, namespace, release, declared.parties)
    rules: dict[tuple[int, str], list[_Rule]] = {}
    labels_of_parties: dict[str, set[str]] = {}
    for party in declared.parties:
        for key, value in party.labels:
            labels_of_parties.setdefault(key, set()).add(value)
    for place, where, spec in parsed:
        verdicts += [_Verdict(place, path, message) for path, message in _strange_labels(spec, labels_of_parties)]
        for direction, key, peers in _SIDES:
            if direction not in directions_of(spec):
                continue
            found = [
                _rule(place, f"spec.{key}[{number}]", rule, rule.get(peers), actors, where)
                for number, rule in items(spec.get(key))
            ]
            for position in parties:
                subject = actors[position].end
                if subject.namespace == where and matches(spec.get("podSelector") or {}, subject.labels):
                    rules.setdefault((position, direction), []).extend(found)
    return _Case(actors, parties, indices, rules), verdicts


def _strange_labels(spec: Any, known: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Pods of the chart that a policy means by labels that none of them carries."""
    selectors = [("spec.podSelector", spec.get("podSelector"))]
    for _, key, peers in _SIDES:
        for number, rule in items(spec.get(key)):
            for position, peer in items(rule.get(peers)):
                if peer.get("namespaceSelector") is None:
                    selectors.append((f"spec.{key}[{number}].{peers}[{position}].podSelector", peer.get("podSelector")))
    for path, selector in selectors:
        for key, operator, values in selector_of(selector):
            for value in sorted(set(values) - known.get(key, set(values))):
                if operator == "In":
                    yield path, f"no declared party has the label {quoted(f'{key}={value}')}"


def _shut(case: _Case, place: int, door: _Door, namespace: str) -> Iterator[_Verdict]:
    """Whether policies keep everybody out whom a Service was opened for; who names the pods that may come, means it."""
    for position, party in case.parties.items():
        pod = case.actors[position].end
        if not door.selector or pod.namespace != (door.namespace or namespace):
            continue
        if not selector_matches(door.selector, pod.labels) or (position, "Ingress") not in case.rules:
            continue
        admitted = [case.actors[number] for rule in case.rules[position, "Ingress"] for number in rule.admits]
        any_pod = any("any-pod" in actor.kinds and "pods" not in actor.kinds for actor in admitted)
        if any_pod and not any(isinstance(actor.end, Address) for actor in admitted):
            message = f"is opened to the outside, and no policy lets an address connect to {quoted(party.id)}"
            yield _Verdict(place, "spec.type", message)


def _rule(place: int, path: str, rule: Any, peers: Any, actors: list[Actor], where: str) -> _Rule:
    admitted = frozenset(number for number, actor in enumerate(actors) if peers_match(peers, actor.end, where))
    ports: list[tuple[int, int, str]] = []
    for _, item in items(rule.get("ports")):
        protocol, port = item.get("protocol") or "TCP", item.get("port")
        if port is None:
            ports.append((0, 65535, protocol))
        elif isinstance(port, int):
            ports.append((port, item.get("endPort") or port, protocol))
        else:
            # A name is looked up in the target's ports.
            named = {actor.ports[port] for actor in actors if port in actor.ports}
            ports += [(number, number, protocol) for number in named]
    return _Rule(place, path, tuple(ports), admitted)


def _too_much(case: _Case, position: int, party: Party, direction: str, declared: Declared) -> Iterator[_Verdict]:
    rules = case.rules.get((position, direction))
    if rules is None:
        message = f"no policy governs what {quoted(party.id)} {'opens' if direction == 'Egress' else 'lets in'}"
        yield _Verdict(case.indices[position], "", message)
        return
    for rule in rules:
        for number in sorted(rule.admits):
            actor = case.actors[number]
            if number == position:
                continue
            allowed = _declared(party, actor, direction, declared)
            for first, last, protocol in rule.ports or ((0, 65535, "TCP"),):
                port = next((one for one in _probes(first, last) if not _fits(allowed, one, protocol)), None)
                if port is None:
                    continue
                what = "any port" if first == 0 else f"{protocol} port {quoted(port)}"
                ends = f"{quoted(party.id)} connect to {actor.called} at {what}"
                if direction == "Ingress":
                    ends = f"{actor.called} connect to {quoted(party.id)} at {what}"
                yield _Verdict(rule.place, rule.path, f"lets {ends}, which is not declared")
                break
            else:
                continue
            break


def _probes(first: int, last: int) -> tuple[int, ...]:
    if first == last:
        return (first,)
    return (_UNUSUAL_PORT,) if first <= _UNUSUAL_PORT <= last else (first, last)


def _declared(party: Party, actor: Actor, direction: str, declared: Declared) -> list[Connection]:
    """The declared connections between the two."""
    by_id = {one.id: one for one in declared.parties}
    found = []
    for row in declared.connections or ():
        ours, theirs = (row.source, row.target) if direction == "Egress" else (row.target, row.source)
        if ours == party.id and actor.is_one_of(by_id[theirs]):
            found.append(row)
    return found


def _fits(rows: list[Connection], port: int, protocol: str) -> bool:
    return any(protocol in row.protocols and (not row.ports or port in row.ports) for row in rows)


def _too_little(case: _Case, row: Connection, declared: Declared) -> Iterator[_Verdict]:
    by_id = {one.id: one for one in declared.parties}
    for direction, ours, theirs in (("Egress", row.source, row.target), ("Ingress", row.target, row.source)):
        # A part without pods must not be reachable, it only may be. The chart's own pods are not who is meant outside.
        outside = not by_id[theirs].labels
        there = [
            number
            for number, actor in enumerate(case.actors)
            if actor.is_one_of(by_id[theirs]) and (not actor.party if outside else number in case.parties)
        ]
        if not there:
            continue
        for position, party in case.parties.items():
            rules = case.rules.get((position, direction))
            if party.id != ours or rules is None:
                continue
            # Of several addresses or pods outside any one will do, and of their ports any one; inside, all must.
            for protocol in row.protocols:
                ways = [
                    any(number in rule.admits and _opens(rule, port, row, protocol) for rule in rules)
                    for number in there
                    if number != position
                    for port in row.ports or (None,)
                ]
                if ways and not (any(ways) if outside else all(ways)):
                    verb = "connect to" if direction == "Egress" else "be reached by"
                    message = f"{quoted(ours)} cannot {verb} {quoted(theirs)} over {protocol}, though that is declared"
                    yield _Verdict(case.indices[position], "", message)


def _opens(rule: _Rule, port: int | None, row: Connection, protocol: str) -> bool:
    """Whether a rule opens a port; without one, some port: a rule that opens another protocol too is for others."""
    if port is None:
        return {theirs for _, _, theirs in rule.ports} <= set(row.protocols)
    return not rule.ports or any(first <= port <= last and theirs == protocol for first, last, theirs in rule.ports)

"""Check `pods`: what the API server wants of a pod as a whole beyond the schema: restarts, placement, identity, DNS."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.label_selectors import selector_faults
from kubilitics_chartgen.verify.checks.reading import (
    Object,
    at,
    entries,
    is_dns_label,
    is_label_key,
    is_label_value,
    is_subdomain,
    items,
    mapping,
    plain,
    quoted,
    seccomp_faults,
    user_faults,
)

__all__ = ["Pods"]

Found = Iterator[tuple[str, str]]

_RUNS_FOREVER = frozenset(("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController"))
_NODE_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")


class Pods:
    """See `sentence`."""

    name = "pods"
    sentence = "The API server accepts every pod as a whole: its restart policy, placement, identities and DNS."
    severity: Severity = "error"
    fix = "Correct what the message names; where values decide, refuse the bad ones in the chart's schema."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What the API server would refuse in a pod."""
        pod = document.pod
        if pod is None:
            return
        spec = pod.spec
        for found in (
            _restarts(document.kind, spec),
            _identity(spec),
            _dns(spec),
            _tolerations(spec["tolerations"]) if spec.get("tolerations") else (),
            _affinity(mapping(spec["affinity"])) if spec.get("affinity") else (),
            _spread(spec["topologySpreadConstraints"]) if spec.get("topologySpreadConstraints") else (),
        ):
            for path, message in found:
                yield fault(self, document, f"{pod.path}.{path}", message)


def _restarts(kind: str, spec: Object) -> Found:
    policy = spec.get("restartPolicy")
    if kind in _RUNS_FOREVER:
        if policy not in (None, "", "Always"):
            yield "restartPolicy", f"{quoted(policy)} must be Always in a {kind}"
        if spec.get("activeDeadlineSeconds") is not None:
            yield "activeDeadlineSeconds", f"cannot be set in a {kind}"
    elif kind in ("Job", "CronJob"):
        if policy not in ("OnFailure", "Never"):
            yield "restartPolicy", "must be OnFailure or Never in a Job"
    elif policy not in (None, "", "Always", "OnFailure", "Never"):
        yield "restartPolicy", f"{quoted(policy)} must be Always, OnFailure or Never"
    deadline = spec.get("activeDeadlineSeconds")
    if isinstance(deadline, int) and deadline < 1:
        yield "activeDeadlineSeconds", f"{quoted(deadline)} must be at least 1"
    if entries(spec.get("ephemeralContainers")):
        yield "ephemeralContainers", "cannot be set when a pod is made"


def _identity(spec: Object) -> Found:
    for key in ("serviceAccountName", "priorityClassName", "runtimeClassName", "nodeName"):
        name = spec.get(key)
        if isinstance(name, str) and name and not is_subdomain(name):
            yield key, f"{quoted(name)} is no valid name"
    for key in ("hostname", "subdomain"):
        name = spec.get(key)
        if isinstance(name, str) and name and not is_dns_label(name):
            yield key, f"{quoted(name)} must be a DNS label"
    for position, item in items(spec.get("imagePullSecrets")):
        if not item.get("name"):
            yield f"imagePullSecrets[{position}].name", "is missing"
    for key, value in mapping(spec.get("nodeSelector")).items():
        if not is_label_key(key) or (isinstance(value, str) and not is_label_value(value)):
            yield f'nodeSelector["{key}"]', f"{quoted(f'{key}={value}')} is no label"
    context = mapping(spec.get("securityContext"))
    yield from user_faults("securityContext", context)
    if context.get("fsGroupChangePolicy") not in (None, "", "OnRootMismatch", "Always"):
        yield "securityContext.fsGroupChangePolicy", "must be OnRootMismatch or Always"
    elif context.get("fsGroupChangePolicy") and context.get("fsGroup") is None:
        yield "securityContext.fsGroupChangePolicy", "does nothing without fsGroup"
    yield from seccomp_faults("securityContext", context)
    if spec.get("shareProcessNamespace") and spec.get("hostPID"):
        yield "shareProcessNamespace", "cannot be true where hostPID is"


def _dns(spec: Object) -> Found:
    policy = spec.get("dnsPolicy")
    config = mapping(spec.get("dnsConfig"))
    if policy not in (None, "", "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"):
        yield "dnsPolicy", f"{quoted(policy)} must be ClusterFirst, ClusterFirstWithHostNet, Default or None"
    servers = entries(config.get("nameservers"))
    if policy == "None" and not servers:
        yield "dnsConfig.nameservers", "must name a server where dnsPolicy is None"
    if len(servers) > 3:
        yield "dnsConfig.nameservers", "must be at most 3"
    for server in servers:
        if not _is_ip(server):
            yield "dnsConfig.nameservers", f"{quoted(server)} is no IP address"
    for position, option in items(config.get("options")):
        if not option.get("name"):
            yield f"dnsConfig.options[{position}].name", "is missing"
    for position, alias in items(spec.get("hostAliases")):
        if not _is_ip(alias.get("ip")):
            yield f"hostAliases[{position}].ip", f"{quoted(alias.get('ip'))} is no IP address"
        for name in entries(alias.get("hostnames")):
            if not isinstance(name, str) or not is_subdomain(name):
                yield f"hostAliases[{position}].hostnames", f"{quoted(name)} is no host name"


def _is_ip(value: Any) -> bool:
    try:
        return isinstance(value, str) and "%" not in value and bool(ipaddress.ip_address(value))
    except ValueError:
        return False


def _tolerations(tolerations: Any) -> Found:
    for position, item in items(tolerations):
        place = f"tolerations[{position}]"
        key, operator, value, effect = (item.get(name) for name in ("key", "operator", "value", "effect"))
        if isinstance(key, str) and key and not is_label_key(key):
            yield f"{place}.key", f"{quoted(key)} is no taint's key"
        if not key and operator != "Exists":
            yield f"{place}.operator", "must be Exists where there is no key"
        if operator == "Exists" and value:
            yield f"{place}.value", "must be empty where the operator is Exists"
        # Lt and Gt stand behind the feature gate TaintTolerationComparisonOperators, which is off.
        if operator not in (None, "", "Exists", "Equal"):
            yield f"{place}.operator", f"{quoted(operator)} must be Exists or Equal"
        if effect not in (None, "", "NoSchedule", "PreferNoSchedule", "NoExecute"):
            yield f"{place}.effect", f"{quoted(effect)} must be NoSchedule, PreferNoSchedule or NoExecute"
        if item.get("tolerationSeconds") is not None and effect != "NoExecute":
            yield f"{place}.effect", "must be NoExecute where tolerationSeconds is set"


def _affinity(affinity: Object) -> Found:
    node = at(affinity, "nodeAffinity")
    required = node.get("requiredDuringSchedulingIgnoredDuringExecution")
    place = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
    if isinstance(required, dict):
        if not entries(required.get("nodeSelectorTerms")):
            yield f"{place}.nodeSelectorTerms", "must hold a term"
        for position, term in items(required.get("nodeSelectorTerms")):
            yield from _node_term(f"{place}.nodeSelectorTerms[{position}]", term)
    for position, item in items(node.get("preferredDuringSchedulingIgnoredDuringExecution")):
        place = f"affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[{position}]"
        yield from _weight(place, item)
        yield from _node_term(f"{place}.preference", at(item, "preference"))
    for kind in ("podAffinity", "podAntiAffinity"):
        rules = at(affinity, kind)
        for position, term in items(rules.get("requiredDuringSchedulingIgnoredDuringExecution")):
            yield from _pod_term(f"affinity.{kind}.requiredDuringSchedulingIgnoredDuringExecution[{position}]", term)
        for position, item in items(rules.get("preferredDuringSchedulingIgnoredDuringExecution")):
            place = f"affinity.{kind}.preferredDuringSchedulingIgnoredDuringExecution[{position}]"
            yield from _weight(place, item)
            yield from _pod_term(f"{place}.podAffinityTerm", at(item, "podAffinityTerm"))


def _weight(place: str, item: Object) -> Found:
    weight = item.get("weight")
    if isinstance(weight, int) and not 1 <= weight <= 100:
        yield f"{place}.weight", f"{quoted(weight)} must be 1 to 100"


def _node_term(place: str, term: Object) -> Found:
    for position, rule in items(term.get("matchExpressions")):
        operator, values = rule.get("operator"), entries(rule.get("values"))
        where = f"{place}.matchExpressions[{position}]"
        if not is_label_key(str(rule.get("key"))):
            yield f"{where}.key", f"{quoted(rule.get('key'))} is no label's name"
        if operator not in _NODE_OPERATORS:
            yield f"{where}.operator", f"{quoted(operator)} must be one of {', '.join(_NODE_OPERATORS)}"
        elif operator in ("Exists", "DoesNotExist"):
            if values:
                yield f"{where}.values", f"must be empty where the operator is {operator}"
        elif not values or (operator in ("Gt", "Lt") and len(values) != 1):
            yield f"{where}.values", f"must be given for {operator}"


def _pod_term(place: str, term: Object) -> Found:
    if not isinstance(term.get("topologyKey"), str) or not is_label_key(str(term["topologyKey"])):
        yield f"{place}.topologyKey", "must be a label of nodes"
    yield from selector_faults(f"{place}.labelSelector", term.get("labelSelector"))


def _spread(constraints: Any) -> Found:
    seen: set[tuple[Any, Any]] = set()
    for position, item in items(constraints):
        place = f"topologySpreadConstraints[{position}]"
        skew, key, when = (plain(item.get(name)) for name in ("maxSkew", "topologyKey", "whenUnsatisfiable"))
        if isinstance(skew, int) and skew < 1:
            yield f"{place}.maxSkew", f"{quoted(skew)} must be more than 0"
        if not key:
            yield f"{place}.topologyKey", "is missing"
        if when not in ("DoNotSchedule", "ScheduleAnyway"):
            yield f"{place}.whenUnsatisfiable", f"{quoted(when)} must be DoNotSchedule or ScheduleAnyway"
        if (key, when) in seen:
            yield place, "stands twice with the same topologyKey and whenUnsatisfiable"
        seen.add((key, when))
        yield from selector_faults(f"{place}.labelSelector", item.get("labelSelector"))

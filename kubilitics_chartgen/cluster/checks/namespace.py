"""The namespace: it should be there, admit the pods at the level it enforces, and leave room in its quotas."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from kubilitics_chartgen.cluster.needs import Pod, requests_of
from kubilitics_chartgen.cluster.preflight import Line, Situation, Status
from kubilitics_chartgen.kube.pod_security import violations
from kubilitics_chartgen.kube.quantity import parse_quantity

__all__ = ["check", "pod_security", "quotas"]

_ENFORCE = "pod-security.kubernetes.io/enforce"


def check(situation: Situation) -> Iterator[Line]:
    """Whether it is there."""
    found = situation.namespace_object
    name = situation.namespace
    if found is None:
        fix = f"kubectl create namespace {name}, or helm install --create-namespace"
        yield Line("namespace", Status.WARNING, f"{name} is not there yet", fix)
    elif (found.get("status") or {}).get("phase") == "Terminating":
        yield Line(
            "namespace", Status.PROBLEM, f"{name} is being deleted", "wait until it is gone, then create it anew"
        )
    else:
        yield Line("namespace", Status.FINE, f"{name} is there")


def pod_security(situation: Situation) -> Iterator[Line]:
    """Whether the pods are admitted at the level it enforces."""
    if situation.namespace_object is None:
        return
    labels = situation.namespace_object["metadata"].get("labels") or {}
    level = labels.get(_ENFORCE, "")
    refused = list(_refused(situation)) if level == "restricted" else []
    for owner, reason in refused:
        message = f"{owner} would be refused, because {situation.namespace} enforces restricted: {reason}"
        yield Line("Pod Security", Status.PROBLEM, message, "change these settings, or choose another namespace")
    if refused:
        return
    if level == "restricted":
        yield Line("Pod Security", Status.FINE, "restricted is enforced, and every pod passes")
    elif level == "baseline" and list(_refused(situation)):
        yield Line("Pod Security", Status.WARNING, "baseline is enforced, and not every pod passes restricted")
    else:
        enforced = f"{level} is enforced" if level else "nothing is enforced by a label of the namespace"
        yield Line("Pod Security", Status.FINE, enforced)


def _refused(situation: Situation) -> Iterator[tuple[str, str]]:
    for pod in situation.needs.pods:
        for violation in violations(pod.spec, annotations=pod.annotations):
            yield pod.owner, str(violation)


def quotas(situation: Situation) -> Iterator[Line]:
    """A line for each quota without room for the whole release."""
    if situation.namespace_object is None:
        return
    where = situation.namespace
    found = situation.cluster.items(situation.path("resourcequotas"), f"list resourcequotas in {where}")
    wanted = _wanted(situation)
    short = list(_unset(situation, found))
    for item in found:
        status, name = item.get("status") or {}, item["metadata"]["name"]
        used = status.get("used") or {}
        for resource, hard in (status.get("hard") or (item.get("spec") or {}).get("hard") or {}).items():
            needed = wanted.get(resource.removeprefix("requests.") if resource in _ALIASES else resource)
            free = parse_quantity(hard) - parse_quantity(used.get(resource, "0"))
            if needed is not None and needed > free:
                amounts = f"{_plain(resource, needed)} is needed, {_plain(resource, free)} is free"
                message = f"quota {name}, {resource}: {amounts}"
                short.append((message, f"kubectl -n {where} edit resourcequota {name}, or ask for less"))
    for message, fix in short:
        if situation.revisions:
            note = "; what the release uses now is counted as used"
            yield Line("quotas", Status.WARNING, message + note, fix)
        else:
            yield Line("quotas", Status.PROBLEM, message, fix)
    if not short:
        yield Line("quotas", Status.FINE, f"{len(found)} leave room for the release" if found else "there are none")


_ALIASES = ("requests.cpu", "requests.memory")


def _wanted(situation: Situation) -> dict[str, Fraction]:
    """What the whole release counts for in a quota, by the quota's names (cpu for requests.cpu)."""
    total: dict[str, Fraction] = {}

    def add(name: str, amount: Fraction) -> None:
        total[name] = total.get(name, Fraction(0)) + amount

    for pod in situation.needs.pods:
        add("pods", Fraction(pod.replicas))
        for name, amount in requests_of(pod.spec).items():
            add(name, amount * pod.replicas)
        for name, amount in requests_of(pod.spec, "limits").items():
            add(f"limits.{name}", amount * pod.replicas)
    for claim in situation.needs.claims:
        add("persistentvolumeclaims", Fraction(1))
        if claim.size:
            add("requests.storage", parse_quantity(claim.size))
    counted = {"Service": "services", "Secret": "secrets", "ConfigMap": "configmaps"}
    for item in situation.needs.objects:
        if item.get("kind") in counted:
            add(counted[str(item["kind"])], Fraction(1))
    return total


def _unset(situation: Situation, found: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """A quota on a resource refuses every pod of which a container does not say how much of it."""
    for item in found:
        hard = (item.get("spec") or {}).get("hard") or {}
        for pod in situation.needs.pods:
            for container in [*(pod.spec.get("initContainers") or ()), *(pod.spec.get("containers") or ())]:
                resources = container.get("resources") or {}
                limits = resources.get("limits") or {}
                requests = {**limits, **(resources.get("requests") or {})}
                for name, amounts in (("cpu", requests), ("memory", requests)):
                    if (name in hard or f"requests.{name}" in hard) and name not in amounts:
                        yield _says_nothing(item, pod, container, f"requests.{name}")
                    if f"limits.{name}" in hard and name not in limits:
                        yield _says_nothing(item, pod, container, f"limits.{name}")


def _says_nothing(quota: dict[str, Any], pod: Pod, container: Any, what: str) -> tuple[str, str]:
    name = quota["metadata"]["name"]
    message = f"quota {name} wants {what}, and container {container.get('name')} of {pod.owner} does not set it"
    return message, "set its resources in the values, or make a LimitRange with defaults"


def _plain(resource: str, amount: Fraction) -> str:
    if "memory" in resource or "storage" in resource:
        return f"{-(-amount // 2**20)}Mi"
    return f"{float(amount):g}"

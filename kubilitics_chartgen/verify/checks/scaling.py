"""Check `scaling`: what the API server wants of autoscalers and disruption budgets beyond the schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubilitics_chartgen.kube.quantity import is_quantity, parse_quantity
from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.label_selectors import selector_faults
from kubilitics_chartgen.verify.checks.reading import Object, at, items, plain, quoted
from kubilitics_chartgen.verify.checks.schema import in_versions
from kubilitics_chartgen.verify.checks.workloads import percent_faults

__all__ = ["Scaling"]

Found = Iterator[tuple[str, str]]

_METRICS = {
    "Resource": "resource",
    "ContainerResource": "containerResource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
}
_TARGETS = {"Utilization": "averageUtilization", "AverageValue": "averageValue", "Value": "value"}
_SCALES_TO_ZERO_FROM = 37
"""Feature gate HPAScaleToZero: on unless somebody turns it off."""


class Scaling:
    """See `sentence`."""

    name = "scaling"
    sentence = (
        "The API server accepts every HorizontalPodAutoscaler and PodDisruptionBudget: bounds, metrics, behavior."
    )
    severity: Severity = "error"
    fix = "Correct what the message names; bounds from values are best compared in the chart, with a clear refusal."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:
        """What the API server would refuse."""
        spec = at(document.object, "spec")
        if document.kind == "HorizontalPodAutoscaler":
            found = _autoscaler(spec, context.kube_versions)
        elif document.kind == "PodDisruptionBudget" and document.group == "policy":
            found = _budget(spec)
        else:
            return
        for path, message in found:
            yield fault(self, document, f"spec.{path}", message)


def _autoscaler(spec: Object, versions: Sequence[KubeVersion]) -> Found:
    least, most = spec.get("minReplicas"), spec.get("maxReplicas")
    if isinstance(least, int) and least < 1:
        outside = any(metric.get("type") in ("Object", "External") for _, metric in items(spec.get("metrics")))
        wakes = least == 0 and outside
        refusing = [version for version in versions if not wakes or version.minor < _SCALES_TO_ZERO_FROM]
        if refusing:
            yield "minReplicas", f"{quoted(least)} must be at least 1{in_versions(refusing, versions)}"
    if isinstance(most, int):
        if most < 1:
            yield "maxReplicas", f"{quoted(most)} must be at least 1"
        elif isinstance(least, int) and least > most:
            yield "maxReplicas", f"{quoted(most)} must not be less than minReplicas, {quoted(least)}"
    for key in ("kind", "name"):
        value = at(spec, "scaleTargetRef").get(key)
        if not value:
            yield f"scaleTargetRef.{key}", "is missing"
        elif "/" in str(value) or "%" in str(value):
            yield f"scaleTargetRef.{key}", f"{quoted(value)} must hold neither `/` nor `%`"
    version = at(spec, "scaleTargetRef").get("apiVersion")
    if version is not None and version != "v1" and not str(version).partition("/")[2]:
        yield "scaleTargetRef.apiVersion", f"{quoted(version)} must be a group and a version"
    for position, metric in items(spec.get("metrics")):
        yield from _metric(f"metrics[{position}]", metric)
        name = at(metric, "resource").get("name")
        if name and name not in ("cpu", "memory"):
            yield (
                f"metrics[{position}].resource.name",
                f"{quoted(name)} is measured by no cluster: only cpu and memory are",
            )
    utilization = spec.get("targetCPUUtilizationPercentage")
    if isinstance(utilization, int) and utilization < 1:
        yield "targetCPUUtilizationPercentage", f"{quoted(utilization)} must be more than 0"
    for side in ("scaleUp", "scaleDown"):
        rules = at(spec, "behavior", side)
        place = f"behavior.{side}"
        window = rules.get("stabilizationWindowSeconds")
        if isinstance(window, int) and not 0 <= window <= 3600:
            yield f"{place}.stabilizationWindowSeconds", f"{quoted(window)} must be 0 to 3600"
        if rules.get("selectPolicy") not in (None, "", "Max", "Min", "Disabled"):
            yield f"{place}.selectPolicy", "must be Max, Min or Disabled"
        if rules.get("policies") == []:
            yield f"{place}.policies", "must hold a policy"
        for position, policy in items(rules.get("policies")):
            yield from _policy(f"{place}.policies[{position}]", policy)
        if _is_below(rules.get("tolerance"), 0):
            yield f"{place}.tolerance", "must not be negative"


def _is_below(value: Any, bound: int) -> bool:
    return value is not None and is_quantity(value) and parse_quantity(value) < bound


def _policy(place: str, policy: Object) -> Found:
    if policy.get("type") not in ("Pods", "Percent"):
        yield f"{place}.type", f"{quoted(policy.get('type'))} must be Pods or Percent"
    value, period = policy.get("value"), policy.get("periodSeconds")
    if isinstance(value, int) and value < 1:
        yield f"{place}.value", f"{quoted(value)} must be more than 0"
    if isinstance(period, int) and not 1 <= period <= 1800:
        yield f"{place}.periodSeconds", f"{quoted(period)} must be 1 to 1800"


def _metric(place: str, metric: Object) -> Found:
    kind = metric.get("type")
    key = _METRICS.get(str(kind))
    if key is None:
        yield f"{place}.type", f"{quoted(kind)} must be one of {', '.join(_METRICS)}"
        return
    present = [name for name in _METRICS.values() if metric.get(name) is not None]
    if present != [key]:
        yield place, f"must have {quoted(key)} and nothing else, as its type says"
        return
    source = at(metric, key)
    if key in ("resource", "containerResource") and not source.get("name"):
        yield f"{place}.{key}.name", "is missing"
    target = at(source, "target")
    target_kind = plain(target.get("type"))
    if target_kind not in _TARGETS:
        yield f"{place}.{key}.target.type", f"{quoted(target_kind)} must be one of {', '.join(_TARGETS)}"
    elif target.get(_TARGETS[target_kind]) is None:
        yield f"{place}.{key}.target.{_TARGETS[target_kind]}", f"is missing where the type is {target_kind}"
    utilization = target.get("averageUtilization")
    if isinstance(utilization, int) and utilization < 1:
        yield f"{place}.{key}.target.averageUtilization", f"{quoted(utilization)} must be more than 0"


def _budget(spec: Object) -> Found:
    least, most = spec.get("minAvailable"), spec.get("maxUnavailable")
    if least is not None and most is not None:
        yield "maxUnavailable", "cannot be set beside minAvailable"
    yield from percent_faults("minAvailable", least, limited=True)
    yield from percent_faults("maxUnavailable", most, limited=True)
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy not in (None, "", "IfHealthyBudget", "AlwaysAllow"):
        yield "unhealthyPodEvictionPolicy", f"{quoted(policy)} must be IfHealthyBudget or AlwaysAllow"
    yield from selector_faults("selector", spec.get("selector"))

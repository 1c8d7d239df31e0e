"""Check `workloads`: what the API server wants of Deployments, StatefulSets, DaemonSets, Jobs and CronJobs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.cron import schedule_fault
from kubilitics_chartgen.verify.checks.label_selectors import matches, selector_faults, selector_of
from kubilitics_chartgen.verify.checks.reading import Object, at, is_dns_label, mapping, quoted

__all__ = ["Workloads", "percent_faults"]

Found = Iterator[tuple[str, str]]

_PERCENT = re.compile(r"[0-9]+%")
_PROGRESS_DEADLINE = 600
_COUNTS = (
    "replicas",
    "minReadySeconds",
    "revisionHistoryLimit",
    "progressDeadlineSeconds",
    "parallelism",
    "completions",
    "backoffLimit",
    "activeDeadlineSeconds",
    "ttlSecondsAfterFinished",
    "startingDeadlineSeconds",
    "successfulJobsHistoryLimit",
    "failedJobsHistoryLimit",
)


class Workloads:
    """See `sentence`."""

    name = "workloads"
    sentence = (
        "The API server accepts every workload: counts, selector against the pod template's labels, strategy, schedule."
    )
    severity: Severity = "error"
    fix = "Correct what the message names; labels of selector and pod template come from one helper."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What the API server would refuse in a workload."""
        rules = _RULES.get((document.group, document.kind))
        if rules is None:
            return
        spec = at(document.object, "spec")
        if document.pod is None:
            yield fault(self, document, "spec", "makes no pod: its template has no spec")
        for rule in rules:
            for path, message in rule(spec):
                yield fault(self, document, f"spec.{path}", message)


def _counts(spec: Object) -> Found:
    for key in _COUNTS:
        value = spec.get(key)
        if isinstance(value, int) and value < 0:
            yield key, f"{quoted(value)} must not be negative"


def _selector(spec: Object) -> Found:
    selector = spec.get("selector")
    if not isinstance(selector, dict):
        yield "selector", "is missing"
        return
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield "selector", "must not be empty"
        return
    broken = False
    for path, message in selector_faults("selector", selector):
        broken = True
        yield path, message
    labels = at(spec, "template", "metadata", "labels")
    if not broken and not matches(selector_of(selector), labels):
        yield "selector", "does not match the labels of the pod template"


def _deployment(spec: Object) -> Found:
    ready, deadline = spec.get("minReadySeconds") or 0, spec.get("progressDeadlineSeconds")
    deadline = _PROGRESS_DEADLINE if deadline is None else deadline
    if isinstance(ready, int) and isinstance(deadline, int) and deadline <= ready:
        yield "progressDeadlineSeconds", f"{quoted(deadline)} must be more than minReadySeconds"
    strategy = at(spec, "strategy")
    kind, rolling = strategy.get("type"), strategy.get("rollingUpdate")
    if kind not in (None, "", "RollingUpdate", "Recreate"):
        yield "strategy.type", f"{quoted(kind)} must be RollingUpdate or Recreate"
    if kind == "Recreate" and rolling is not None:
        yield "strategy.rollingUpdate", "cannot be set where the type is Recreate"
    elif isinstance(rolling, dict):
        for key in ("maxSurge", "maxUnavailable"):
            yield from percent_faults(
                f"strategy.rollingUpdate.{key}", rolling.get(key), limited=key == "maxUnavailable"
            )
        if _is_zero(rolling.get("maxSurge")) and _is_zero(rolling.get("maxUnavailable")):
            yield "strategy.rollingUpdate.maxUnavailable", "cannot be 0 where maxSurge is 0"


def _stateful_set(spec: Object) -> Found:
    strategy = at(spec, "updateStrategy")
    kind, rolling = strategy.get("type"), strategy.get("rollingUpdate")
    if kind not in (None, "", "RollingUpdate", "OnDelete"):
        yield "updateStrategy.type", f"{quoted(kind)} must be RollingUpdate or OnDelete"
    if kind == "OnDelete" and rolling is not None:
        yield "updateStrategy.rollingUpdate", "cannot be set where the type is OnDelete"
    partition = mapping(rolling).get("partition")
    if isinstance(partition, int) and partition < 0:
        yield "updateStrategy.rollingUpdate.partition", f"{quoted(partition)} must not be negative"
    policy = spec.get("podManagementPolicy")
    if policy not in (None, "", "OrderedReady", "Parallel"):
        yield "podManagementPolicy", f"{quoted(policy)} must be OrderedReady or Parallel"
    service = spec.get("serviceName")
    if isinstance(service, str) and service and not is_dns_label(service):
        yield "serviceName", f"{quoted(service)} must be a DNS label"
    for key, value in at(spec, "persistentVolumeClaimRetentionPolicy").items():
        if value not in (None, "", "Retain", "Delete"):
            yield f"persistentVolumeClaimRetentionPolicy.{key}", f"{quoted(value)} must be Retain or Delete"


def _daemon_set(spec: Object) -> Found:
    strategy = at(spec, "updateStrategy")
    kind, rolling = strategy.get("type"), strategy.get("rollingUpdate")
    if kind not in (None, "", "RollingUpdate", "OnDelete"):
        yield "updateStrategy.type", f"{quoted(kind)} must be RollingUpdate or OnDelete"
    if isinstance(rolling, dict) and kind != "OnDelete":
        surge, unavailable = rolling.get("maxSurge"), rolling.get("maxUnavailable")
        yield from percent_faults("updateStrategy.rollingUpdate.maxSurge", surge, limited=True)
        yield from percent_faults("updateStrategy.rollingUpdate.maxUnavailable", unavailable, limited=True)
        surging = surge is not None and not _is_zero(surge)
        if surging and not _is_zero(unavailable):
            yield "updateStrategy.rollingUpdate.maxSurge", "cannot be set where maxUnavailable is not 0"
        elif not surging and _is_zero(unavailable):
            yield "updateStrategy.rollingUpdate.maxUnavailable", "cannot be 0 where maxSurge is 0"


def _job(spec: Object) -> Found:
    if spec.get("selector") is not None and not spec.get("manualSelector"):
        yield "selector", "cannot be set without manualSelector: the server makes it"
    mode = spec.get("completionMode")
    if mode not in (None, "", "NonIndexed", "Indexed"):
        yield "completionMode", f"{quoted(mode)} must be NonIndexed or Indexed"
    if mode == "Indexed" and spec.get("completions") is None and spec.get("parallelism") is not None:
        yield "completions", "is missing where completionMode is Indexed"
    if spec.get("podFailurePolicy") is not None and at(spec, "template", "spec").get("restartPolicy") != "Never":
        yield "podFailurePolicy", "needs a pod with `restartPolicy: Never`"


def _cron_job(spec: Object) -> Found:
    schedule = spec.get("schedule")
    message = schedule_fault(schedule) if isinstance(schedule, str) else "is missing"
    if message:
        yield "schedule", message
    policy = spec.get("concurrencyPolicy")
    if policy not in (None, "", "Allow", "Forbid", "Replace"):
        yield "concurrencyPolicy", f"{quoted(policy)} must be Allow, Forbid or Replace"
    zone = spec.get("timeZone")
    if zone is not None and (not isinstance(zone, str) or not re.fullmatch(r"[A-Za-z][\w+-]*(/[\w+-]+)*", zone)):
        yield "timeZone", f"{quoted(zone)} is no time zone"
    elif zone == "Local":
        yield "timeZone", "must name a zone, not Local"
    job = at(spec, "jobTemplate", "spec")
    for rule in (_counts, _job):
        for path, message in rule(job):
            yield f"jobTemplate.spec.{path}", message


def _is_zero(value: Any) -> bool:
    return value in (0, "0%", "0") and value is not False


def percent_faults(place: str, value: Any, *, limited: bool) -> Found:
    """What is wrong with a number or a percentage; `limited` to 100 percent."""
    if isinstance(value, str):
        if not _PERCENT.fullmatch(value):
            yield place, f"{quoted(value)} must be a whole number or a percentage such as 25%"
        elif limited and int(value[:-1]) > 100:
            yield place, f"{quoted(value)} must not be more than 100%"
    elif isinstance(value, int) and value < 0:
        yield place, f"{quoted(value)} must not be negative"


_RULES: dict[tuple[str, str], tuple[Callable[[Object], Found], ...]] = {
    ("apps", "Deployment"): (_counts, _selector, _deployment),
    ("apps", "ReplicaSet"): (_counts, _selector),
    ("apps", "StatefulSet"): (_counts, _selector, _stateful_set),
    ("apps", "DaemonSet"): (_counts, _selector, _daemon_set),
    ("batch", "Job"): (_counts, _job),
    ("batch", "CronJob"): (_counts, _cron_job),
}

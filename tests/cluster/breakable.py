"""Random objects made to break upgrades: the fields that decide about one, each with a few values to choose from."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["KINDS", "random_pairs"]

Object = dict[str, Any]
ABSENT = "absent"


def random_pairs(count: int, seed: int) -> Iterator[tuple[Object, Object]]:
    """Pairs (before, after) of one kind and name, kinds in turn; about half differ in one choice only."""
    rng = random.Random(seed)
    makers = list(KINDS.values())
    for number in range(count):
        make = makers[number % len(makers)]
        choices = Choices(rng)
        before = make(choices)
        changed = choices.again(1 if rng.random() < 0.5 else rng.randint(0, 4))
        yield before, make(changed)


class Choices:
    """Remembers each choice by name, so that a second object differs from the first in a few of them."""

    def __init__(self, rng: random.Random, fixed: dict[str, Any] | None = None, vary: int = 0) -> None:
        self.rng, self.fixed, self.vary = rng, fixed or {}, vary
        self.made: dict[str, Any] = {}

    def again(self, vary: int) -> Choices:
        """The same choices, but for `vary` of them."""
        names = self.rng.sample(sorted(self.made), min(vary, len(self.made)))
        return Choices(self.rng, {name: value for name, value in self.made.items() if name not in names})

    def of(self, name: str, *options: Any) -> Any:
        """One of the options, or what was chosen before."""
        value = self.fixed[name] if name in self.fixed else self.rng.choice(options)
        self.made[name] = value
        return value


def spec_of(**fields: Any) -> Object:
    return {key: value for key, value in fields.items() if value != ABSENT}


def made(api_version: str, kind: str, **fields: Any) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x", "labels": {"app": "x"}}, **fields}


def pod(choose: Choices, restart: str | None = None) -> Object:
    probe = choose.of(
        "probe",
        ABSENT,
        {"httpGet": {"path": "/", "port": 80}},
        {"httpGet": {"port": "http"}, "timeoutSeconds": 1},
        {"tcpSocket": {"port": 80}},
        {"exec": {"command": ["true"]}, "periodSeconds": 20},
    )
    env = choose.of(
        "env",
        [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
        [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
        [{"name": "A", "value": ""}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        [{"name": "C", "value": "3"}, {"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
        ABSENT,
    )
    ports = choose.of(
        "ports",
        [{"containerPort": 80, "name": "http"}],
        [{"containerPort": 80, "name": "http", "protocol": "TCP"}],
        [{"containerPort": 81, "name": "http"}, {"containerPort": 82, "name": "other"}],
    )
    resources = choose.of(
        "resources",
        ABSENT,
        {"limits": {"cpu": "1", "memory": "1Gi"}},
        {"limits": {"cpu": "1000m", "memory": "1024Mi"}},
        {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}},
        {"requests": {"cpu": "100m"}},
    )
    volume = choose.of(
        "volume",
        {"emptyDir": {}},
        {"emptyDir": {"sizeLimit": "1Gi"}},
        {"configMap": {"name": "c"}},
        {"secret": {"secretName": "c", "optional": True}},
        {"persistentVolumeClaim": {"claimName": "c"}},
        {"projected": {"sources": [{"configMap": {"name": "c"}}]}},
    )
    container = spec_of(
        name="c",
        image=choose.of("image", "r/x:1", "r/x:2", "r/x:latest", "r/x"),
        imagePullPolicy=choose.of("pull", ABSENT, ABSENT, "IfNotPresent", "Always"),
        livenessProbe=probe,
        env=env,
        ports=ports,
        resources=resources,
        securityContext=choose.of("security", ABSENT, {}, {"runAsNonRoot": True}),
        args=choose.of("args", ABSENT, ["a", "b"], ["b", "a"], []),
        volumeMounts=[{"name": "v", "mountPath": choose.of("mount", "/a", "/b")}],
    )
    second = {"name": "s", "image": "r/y:1"}
    containers = {"one": [container], "two": [container, second], "turned": [second, container]}
    spec = spec_of(
        containers=containers[choose.of("containers", "one", "two", "turned")],
        volumes=[{"name": "v", **volume}],
        restartPolicy=restart or choose.of("restart", ABSENT, "Always"),
        serviceAccountName=choose.of("account", ABSENT, "one", "two"),
        securityContext=choose.of("podSecurity", ABSENT, {}, {"fsGroup": 1}),
        nodeSelector=choose.of("node", ABSENT, {}, {"disk": "fast"}, {"disk": "slow", "zone": "a"}),
        tolerations=choose.of("tolerations", ABSENT, [], [{"key": "a", "operator": "Exists"}]),
        terminationGracePeriodSeconds=choose.of("grace", ABSENT, 30, 60),
    )
    labels = choose.of("podLabels", {"app": "x"}, {"app": "x", "more": "1"}, {"app": "x", "more": "2"})
    return {"metadata": {"labels": labels}, "spec": spec}


def selector(choose: Choices) -> Object:
    return choose.of("selector", *[{"matchLabels": {"app": "x"}}] * 6, {"matchLabels": {"app": "x", "more": "1"}})


def deployment(choose: Choices) -> Object:
    strategy = choose.of(
        "strategy",
        ABSENT,
        {"type": "Recreate"},
        {"type": "Recreate", "rollingUpdate": None},
        {"type": "RollingUpdate"},
        {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        {"rollingUpdate": {"maxUnavailable": "100%"}},
    )
    spec = spec_of(
        replicas=choose.of("replicas", ABSENT, 0, 1, 3),
        selector=selector(choose),
        strategy=strategy,
        revisionHistoryLimit=choose.of("history", ABSENT, 10, 3),
        minReadySeconds=choose.of("ready", ABSENT, 0, 5),
        template=pod(choose),
    )
    return made("apps/v1", "Deployment", spec=spec)


def stateful_set(choose: Choices) -> Object:
    claim = {
        "metadata": {"name": "d"},
        "spec": spec_of(
            accessModes=["ReadWriteOnce"],
            resources={"requests": {"storage": choose.of("size", "1Gi", "1024Mi", "2Gi")}},
            storageClassName=choose.of("class", ABSENT, ABSENT, "standard"),
        ),
    }
    spec = spec_of(
        replicas=choose.of("replicas", ABSENT, 0, 3),
        serviceName=choose.of("service", "x", "x", "x", "y"),
        selector=selector(choose),
        podManagementPolicy=choose.of("management", ABSENT, "OrderedReady", "Parallel"),
        updateStrategy=choose.of(
            "strategy",
            ABSENT,
            {"type": "OnDelete"},
            {"type": "OnDelete", "rollingUpdate": None},
            {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}},
        ),
        persistentVolumeClaimRetentionPolicy=choose.of("retention", ABSENT, {"whenScaled": "Delete"}),
        revisionHistoryLimit=choose.of("history", ABSENT, 10, 3),
        volumeClaimTemplates=choose.of("claims", [claim], [claim], ABSENT),
        template=pod(choose),
    )
    return made("apps/v1", "StatefulSet", spec=spec)


def daemon_set(choose: Choices) -> Object:
    strategy = choose.of("strategy", ABSENT, {"type": "OnDelete"}, {"rollingUpdate": {"maxUnavailable": 2}})
    return made(
        "apps/v1", "DaemonSet", spec=spec_of(selector=selector(choose), updateStrategy=strategy, template=pod(choose))
    )


def job(choose: Choices) -> Object:
    spec = spec_of(
        parallelism=choose.of("parallelism", ABSENT, 1, 2),
        completions=choose.of("completions", ABSENT, 1, 2),
        backoffLimit=choose.of("backoff", ABSENT, 6, 0),
        suspend=choose.of("suspend", True, False, ABSENT),
        completionMode=choose.of("mode", ABSENT, "NonIndexed", "Indexed"),
        ttlSecondsAfterFinished=choose.of("ttl", ABSENT, 3600),
        template=pod(choose, "Never"),
    )
    return made("batch/v1", "Job", spec=spec)


def cron_job(choose: Choices) -> Object:
    spec = spec_of(
        schedule=choose.of("schedule", "0 0 1 1 *", "0 1 1 1 *"),
        suspend=True,
        concurrencyPolicy=choose.of("policy", ABSENT, "Allow", "Forbid"),
        jobTemplate={"spec": {"template": pod(choose, "Never")}},
    )
    return made("batch/v1", "CronJob", spec=spec)


def service(choose: Choices) -> Object:
    kind = choose.of("type", ABSENT, "ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
    ports = choose.of(
        "ports",
        [{"port": 80}],
        [{"port": 80, "targetPort": 80, "protocol": "TCP"}],
        [{"port": 80, "name": "a", "targetPort": "http"}, {"port": 81, "name": "b"}],
        [{"port": 53, "name": "dns", "protocol": "UDP"}, {"port": 80, "name": "web"}],
    )
    spec = spec_of(
        type=kind,
        externalName="example.com" if kind == "ExternalName" else ABSENT,
        clusterIP=choose.of("address", ABSENT, ABSENT, "None", "") if kind in (ABSENT, "ClusterIP") else ABSENT,
        loadBalancerClass=choose.of("class", ABSENT, "a.io/a", "a.io/b") if kind == "LoadBalancer" else ABSENT,
        sessionAffinity=choose.of("affinity", ABSENT, "None", "ClientIP"),
        selector=choose.of("selector", {"app": "x"}, {"app": "y"}),
        ports=ports,
    )
    return made("v1", "Service", spec=spec)


def claim(choose: Choices) -> Object:
    spec = spec_of(
        accessModes=choose.of("modes", *[["ReadWriteOnce"]] * 4, ["ReadWriteMany"]),
        resources={"requests": {"storage": choose.of("size", "1Gi", "1Gi", "1024Mi", "2Gi", "500Mi")}},
        storageClassName=choose.of("class", ABSENT, ABSENT, "standard", "other"),
        volumeMode=choose.of("mode", ABSENT, ABSENT, "Filesystem", "Block"),
    )
    return made("v1", "PersistentVolumeClaim", spec=spec)


def secret(choose: Choices) -> Object:
    value = choose.of("value", "first-value", "second-value")
    how = choose.of("how", "data", "stringData")
    fields = spec_of(
        type=choose.of("type", ABSENT, "Opaque", "example.com/other"),
        immutable=choose.of("immutable", ABSENT, ABSENT, True, False),
    )
    content = {"data": {"k": base64.b64encode(value.encode()).decode()}, "stringData": {"k": value}}
    return made("v1", "Secret", **fields, **{how: content[how]})


def config_map(choose: Choices) -> Object:
    data = choose.of("data", {"a": "1"}, {"a": "2"}, {"b": "1"}, {})
    return made("v1", "ConfigMap", data=data, **spec_of(immutable=choose.of("immutable", ABSENT, ABSENT, True, False)))


def role_binding(choose: Choices) -> Object:
    return made(
        "rbac.authorization.k8s.io/v1",
        choose.of("kind", "RoleBinding"),
        roleRef={
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": choose.of("role", "view", "view", "edit"),
        },
        subjects=choose.of(
            "subjects",
            [{"kind": "ServiceAccount", "name": "x", "namespace": "default"}],
            [{"kind": "User", "name": "x"}],
            [{"kind": "User", "name": "x", "apiGroup": "rbac.authorization.k8s.io"}],
        ),
    )


def autoscaler(choose: Choices) -> Object:
    amount = choose.of("amount", 70, 80)
    metric = {"type": "Resource", "resource": {"name": "cpu"}}
    metric["resource"]["target"] = {"type": "Utilization", "averageUtilization": amount}
    spec = spec_of(
        scaleTargetRef={"apiVersion": "apps/v1", "kind": "Deployment", "name": "nothing"},
        minReplicas=choose.of("low", ABSENT, 1, 2),
        maxReplicas=choose.of("high", 3, 4),
        metrics=choose.of("metrics", ABSENT, "given"),
        behavior=choose.of("behavior", ABSENT, {"scaleDown": {"stabilizationWindowSeconds": 60}}),
    )
    if spec.get("metrics") == "given":
        spec["metrics"] = [metric]
    return made("autoscaling/v2", "HorizontalPodAutoscaler", spec=spec)


def policy(choose: Choices) -> Object:
    spec = spec_of(
        podSelector=choose.of("pods", {}, {"matchLabels": {"app": "x"}}),
        policyTypes=choose.of("types", ABSENT, ["Ingress"], ["Ingress", "Egress"]),
        ingress=choose.of("ingress", ABSENT, [], [{}], [{"ports": [{"port": 80}]}]),
        egress=choose.of("egress", ABSENT, [{"to": [{"podSelector": {}}], "ports": [{"port": 53, "protocol": "UDP"}]}]),
    )
    return made("networking.k8s.io/v1", "NetworkPolicy", spec=spec)


def storage_class(choose: Choices) -> Object:
    fields = spec_of(
        reclaimPolicy=choose.of("reclaim", ABSENT, "Delete", "Retain"),
        parameters=choose.of("parameters", ABSENT, {"a": "1"}),
        allowVolumeExpansion=choose.of("expansion", ABSENT, True),
        volumeBindingMode=choose.of("binding", ABSENT, "Immediate", "WaitForFirstConsumer"),
        mountOptions=choose.of("mount", ABSENT, ["ro"]),
    )
    return made("storage.k8s.io/v1", "StorageClass", provisioner=choose.of("by", "a.io/a", "a.io/b"), **fields)


def priority_class(choose: Choices) -> Object:
    return made(
        "scheduling.k8s.io/v1",
        "PriorityClass",
        value=choose.of("value", 1, 2),
        **spec_of(
            description=choose.of("description", ABSENT, "one"), preemptionPolicy=choose.of("preempt", ABSENT, "Never")
        ),
    )


def budget(choose: Choices) -> Object:
    spec = spec_of(
        minAvailable=choose.of("low", 1, "50%"), selector=choose.of("selector", {"matchLabels": {"app": "x"}}, {})
    )
    return made("policy/v1", "PodDisruptionBudget", spec=spec)


KINDS: dict[str, Callable[[Choices], Object]] = {
    "Deployment": deployment,
    "StatefulSet": stateful_set,
    "DaemonSet": daemon_set,
    "Job": job,
    "CronJob": cron_job,
    "Service": service,
    "PersistentVolumeClaim": claim,
    "Secret": secret,
    "ConfigMap": config_map,
    "RoleBinding": role_binding,
    "HorizontalPodAutoscaler": autoscaler,
    "NetworkPolicy": policy,
    "StorageClass": storage_class,
    "PriorityClass": priority_class,
    "PodDisruptionBudget": budget,
}

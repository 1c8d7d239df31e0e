"""The states of the Kubilitics release between which upgrades are compared: releases, profiles, changed values."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from kubilitics_chartgen.helm import EmbeddedEngine, Release, documents
from kubilitics_chartgen.kube.schemas import Standing, standing
from kubilitics_chartgen.kube.versions import newest
from tests.cluster.profiles import CHART, PROFILES, merged, profile
from tests.tools import REPOSITORY

__all__ = ["CHANGES", "EVERYDAY", "chart_states", "sources"]

AI = {"ai": {"enabled": True, "llmProvider": "openai"}}
SHARED = {"accessModes": ["ReadWriteMany"], "storageClass": "fast-ssd"}
"""Storage that several nodes may use at a time."""
EXPOSED = {"backend": {"auth": {"acknowledgeExposed": True}}}


def _ai(**values: Any) -> dict[str, Any]:
    return merged(AI, {"ai": values})


CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"backend": {"image": {"tag": "1.2.1"}}},
    {"backend": {"persistence": {"size": "50Gi"}}},
    {"backend": {"persistence": {"storageClass": "premium"}}},
    {"backend": {"persistence": {"enabled": False}}},
    {"backend": {"persistence": {"existingClaim": "mine"}}},
    {"backend": {"podAnnotations": {"team": "a"}, "podDisruptionBudget": {"enabled": True}}},
    {"frontend": {"replicas": 3}},
    {"frontend": {"autoscaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 4}}},
    {"frontend": {"service": {"annotations": {"a": "b"}, "labels": {"c": "d"}}}},
    {"rbac": {"scope": "namespaces"}},
    {"networkPolicy": {"enabled": False}},
    merged(EXPOSED, {"ingress": {"enabled": True, "className": "nginx"}}),
    AI,
    # How AI keeps its data: one claim, one for several nodes, one for each pod, somebody else's, none.
    _ai(persistence={"size": "20Gi"}),
    _ai(persistence=SHARED),
    _ai(persistence={"perReplica": True}),
    _ai(persistence={"perReplica": True}, replicas=3),
    _ai(persistence={"perReplica": True, "size": "20Gi"}),
    _ai(persistence={"existingClaim": "mine"}),
    _ai(persistence={"enabled": False}),
    _ai(image={"tag": "1.2.1"}),
    _ai(resources={"requests": {"cpu": "2"}, "limits": {"cpu": "2"}}),
    _ai(persistence={"perReplica": True}, autoscaling={"enabled": True, "minReplicas": 2, "maxReplicas": 4}),
)

EVERYDAY: tuple[dict[str, Any], ...] = (
    {"backend": {"logLevel": "debug"}},
    {"backend": {"resources": {"requests": {"cpu": "250m"}, "limits": {"memory": "2Gi"}}}},
    {"backend": {"auth": {"mode": "required", "existingSecret": "kubilitics-auth"}}},
    {"backend": {"allowedOrigins": ["https://kubilitics.example.com"], "trustedProxies": ["10.0.0.0/8"]}},
    {"backend": {"extraEnv": [{"name": "TZ", "value": "Europe/Berlin"}], "terminationGracePeriodSeconds": 60}},
    {"backend": {"serviceAccount": {"create": False, "name": "theirs"}}},
    {"backend": {"nodeSelector": {"disk": "fast"}, "tolerations": [{"key": "dedicated", "operator": "Exists"}]}},
    {"backend": {"aiDiscovery": {"enabled": True}}},
    merged(EXPOSED, {"frontend": {"service": {"type": "NodePort"}}}),
    {"frontend": {"service": {"port": 8080}}},
    {"frontend": {"image": {"tag": "1.2.1"}, "revisionHistoryLimit": 3}},
    {"frontend": {"service": {"ipFamilyPolicy": "PreferDualStack"}}},
    {"global": {"imageRegistry": "mirror.example.com", "imagePullSecrets": [{"name": "pull"}]}},
    {"global": {"proxy": {"httpsProxy": "http://proxy.example.com:3128", "noProxy": ["example.com"]}}},
    {"commonLabels": {"team": "platform"}},
    {"rbac": {"manage": True, "exec": True}},
    merged(EXPOSED, {"ingress": {"enabled": True, "host": "k.example.com", "tls": {"enabled": True}}}),
    merged(EXPOSED, {"frontend": {"service": {"type": "LoadBalancer"}}}),
    {"ai": {"enabled": True}},
    {"ai": {"enabled": True, "llmProvider": "anthropic"}},
    _ai(providers={"openai": {"model": "gpt-4o"}}, reasoning={"maxSteps": 20}),
    _ai(autonomyLevel=1, rateLimits={"perUserPerHour": 100}, tokenBudgets={"perUserPerMonth": 50000}),
    _ai(cache={"enabled": False}, features={"predictions": {"enabled": False}}),
    _ai(restartToken="2"),
    _ai(configReload="sidecar"),
    _ai(clusterAccess={"enabled": True, "scope": "cluster"}),
    _ai(podDisruptionBudget={"enabled": True}, priorityClassName="background"),
    _ai(serviceAccount={"annotations": {"iam.example.com/role": "ai"}}, podLabels={"cost": "ai"}),
)
"""Values as they are changed from day to day, each on its own."""


def sources() -> list[tuple[Path, dict[str, Any]]]:
    """Each state as a chart and its values."""
    found: list[tuple[Path, dict[str, Any]]] = [(path, {}) for path in sorted((REPOSITORY / "releases").glob("*.tgz"))]
    found += [(CHART, merged({}, change)) for change in (*CHANGES, *EVERYDAY)]
    return found + [(CHART, profile(path)) for path in PROFILES]


def chart_states(namespace: str) -> list[list[dict[str, Any]]]:
    """The ordinary objects of each state, without custom resources."""
    states = []
    for chart, values in sources():
        texts = EmbeddedEngine().load(chart).render(values, Release("kubilitics", namespace))
        found = [copy.deepcopy(dict(item.object)) for item in documents(texts) if item.object and not item.is_hook]
        states.append(
            [item for item in found if standing(item["apiVersion"], item["kind"], newest()) is Standing.SERVED]
        )
    return states

"""Rules at the edges of what an API server refuses, each read in the source of Kubernetes 1.37.2 at the place named."""

from __future__ import annotations

import base64

import pytest

from kubilitics_chartgen.kube.versions import parse_versions
from tests.verify.checks.objects import GONE, accepted, spoiled
from tests.verify.checks.rendered import context, judged, of
from tests.verify.checks.test_what_an_api_server_refuses import VALIDATING

P = "spec.template.spec"
C = f"{P}.containers[0]"
KIB = 1024
RANGES = "spec.loadBalancerSourceRanges"
BALANCED = {"spec.type": "LoadBalancer"}
QUEUE = {"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "Value", "value": "1"}}}
OLD_STYLE = {"apiVersion": "autoscaling/v1", "spec.metrics": GONE, "spec.behavior": GONE}


def encoded(size):
    return base64.b64encode(b"x" * size).decode()


def amounts(name, request, limit):
    return {
        f"{C}.resources": {
            "requests": {"cpu": 1, name: request},
            "limits": {"memory": "1Gi"} | ({name: limit} if limit else {}),
        }
    }


ACCEPTED = [
    # github.com/robfig/cron/v3 parser.go: getField (FieldsFunc), mustParseInt
    ("CronJob", {"spec.schedule": "1,,2 * * * *"}),
    ("CronJob", {"spec.schedule": "1, ,2 * * *"}),
    ("CronJob", {"spec.schedule": ", * * * *"}),
    ("CronJob", {"spec.schedule": "+5 * * * *"}),
    # core/validation: ValidateConfigMap, ValidateSecret
    ("ConfigMap", {"data": GONE, "binaryData": {"a": encoded(1024 * KIB)}}),
    ("Secret", {"type": "Opaque", "stringData": GONE, "data": {"a": encoded(1024 * KIB)}}),
    ("Secret", {"type": "Opaque", "stringData": {"a": "x" * 1024 * KIB}, "data": {"a": encoded(KIB)}}),
    ("ConfigMap", {"data": {"a..b": "c", ".a": "c"}}),
    # core/helper: IsOvercommitAllowed, IsIntegerResourceName
    ("Deployment", amounts("kubernetes.io/batch-cpu", 1, 2)),
    ("Deployment", amounts("kubernetes.io/batch-cpu", "500m", None)),
    ("Deployment", amounts("hugepages-2Mi", "2Mi", "2Mi")),
    # core/validation: ValidateSecurityContext, ValidateService, ValidateVolumeMounts
    ("Deployment", {f"{C}.securityContext.runAsUser": 0, f"{C}.securityContext.runAsGroup": 2**31 - 1}),
    (
        "Service",
        {"spec.type": "ExternalName", "spec.externalName": "db.example", "spec.ports[0].nodePort": 30080},
    ),
    ("Deployment", {f"{C}.volumeMounts[0].mountPath": "/a:b"}),
    ("Deployment", {f"{C}.volumeMounts[0].mountPath": "C:\\data"}),
    ("Service", {**BALANCED, RANGES: ["10.0.0.0/8", "fe80::/64", " 0.0.0.0/0"]}),
    ("Deployment", {f"{P}.dnsConfig.nameservers": ["fe80::1"]}),
]

REFUSED = [
    ("CronJob", {"spec.schedule": "² * * * *"}, "spec.schedule"),
    ("CronJob", {"spec.schedule": "٣ * * * *"}, "spec.schedule"),
    ("CronJob", {"spec.schedule": "*/² * * * *"}, "spec.schedule"),
    ("CronJob", {"spec.schedule": "@every ٣h"}, "spec.schedule"),
    ("CronJob", {"spec.schedule": f"*/{'9' * 5000} * * * *"}, "spec.schedule"),
    ("CronJob", {"spec.schedule": "1,-,2 * * * *"}, "spec.schedule"),
    ("ConfigMap", {"data": {"a": "ü" * 600 * KIB}}, "data"),
    ("ConfigMap", {"data": {"a": "x" * 512 * KIB}, "binaryData": {"b": encoded(512 * KIB + 1)}}, "data"),
    ("Secret", {"type": "Opaque", "stringData": {"a": "ü" * 600 * KIB}}, "data"),
    ("Secret", {"type": "Opaque", "stringData": GONE, "data": {"a": encoded(1024 * KIB + 1)}}, "data"),
    (
        "Secret",
        {"type": "kubernetes.io/dockerconfigjson", "stringData": GONE, "data": {".dockerconfigjson": "ü"}},
        'data[".dockerconfigjson"]',
    ),
    ("ConfigMap", {"data": {"..a": "c"}}, 'data["..a"]'),
    ("ConfigMap", {"data": {"..": "c"}}, 'data[".."]'),
    ("ConfigMap", {"data": {".": "c"}}, 'data["."]'),
    # apimachinery: ValidateAnnotationsSize
    ("ConfigMap", {"metadata.annotations": {"a": "ü" * 200 * KIB}}, "metadata.annotations"),
    ("Deployment", amounts("hugepages-2Mi", "2Mi", "4Mi"), f"{C}.resources.requests.hugepages-2Mi"),
    ("Deployment", amounts("hugepages-2Mi", "2Mi", None), f"{C}.resources.requests.hugepages-2Mi"),
    ("Deployment", amounts("kubernetes.io/batch-cpu", 2, 1), f"{C}.resources.requests.kubernetes.io/batch-cpu"),
    ("Deployment", amounts("example.com/batch-cpu", 1, 2), f"{C}.resources.requests.example.com/batch-cpu"),
    ("Deployment", {f"{C}.securityContext.runAsUser": -1}, f"{C}.securityContext.runAsUser"),
    ("Deployment", {f"{C}.securityContext.runAsGroup": 2**31}, f"{C}.securityContext.runAsGroup"),
    # apimachinery/pkg/util/validation/ip.go: parseIP, parseCIDR
    ("Service", {**BALANCED, RANGES: ["10.0.0.0/255.0.0.0"]}, RANGES),
    ("Service", {**BALANCED, RANGES: ["10.0.0.0/0.255.255.255"]}, RANGES),
    ("Service", {**BALANCED, RANGES: ["fe80::1%eth0/64"]}, RANGES),
    ("Deployment", {f"{P}.dnsConfig.nameservers": ["fe80::1%eth0"]}, f"{P}.dnsConfig.nameservers"),
    ("Deployment", {f"{P}.hostAliases[0].ip": "fe80::1%eth0"}, f"{P}.hostAliases[0].ip"),
    # autoscaling/validation: validateMetricTarget, after v1/conversion.go
    (
        "HorizontalPodAutoscaler",
        {**OLD_STYLE, "spec.targetCPUUtilizationPercentage": 0},
        "spec.targetCPUUtilizationPercentage",
    ),
]


def _ids(rows):
    return [f"{kind} {list(changes)[-1]} {number}" for number, (kind, changes, *_) in enumerate(rows)]


@pytest.mark.parametrize(("kind", "changes"), ACCEPTED, ids=_ids(ACCEPTED))
def test_what_an_api_server_accepts_is_no_fault(kind, changes):
    assert judged([of(spoiled(kind, changes))], context(), *VALIDATING) == []


@pytest.mark.parametrize(("kind", "changes", "path"), REFUSED, ids=_ids(REFUSED))
def test_what_it_refuses_is_found(kind, changes, path):
    found = judged([of(spoiled(kind, changes))], context(), *VALIDATING)
    assert [fault.path for _name, fault in found] == [path]


@pytest.mark.parametrize("versions", ["1.25-1.37", "1.34", "1.35", "1.37"])
@pytest.mark.parametrize("operator", ["Lt", "Gt"])
def test_no_version_compares_tolerations(operator, versions):
    """pkg/features: TaintTolerationComparisonOperators is alpha from 1.35 on, and off."""
    item = of(spoiled("Deployment", {f"{P}.tolerations[0]": {"key": "gpu", "operator": operator, "value": "5"}}))
    found = judged([item], context(versions=parse_versions(versions)), "pods")
    assert [fault.path for _name, fault in found] == [f"{P}.tolerations[0].operator"]


@pytest.mark.parametrize(
    ("least", "metrics", "versions", "messages"),
    [
        # pkg/features: HPAScaleToZero is on from 1.37; autoscaling/validation: validateMetrics
        (0, [QUEUE], "1.37", []),
        (0, [QUEUE], "1.36", ["`0` must be at least 1"]),
        (0, [QUEUE], "1.35-1.37", ["`0` must be at least 1 (in Kubernetes `1.35` to `1.36`)"]),
        (0, None, "1.37", ["`0` must be at least 1"]),
        (0, None, "1.35-1.37", ["`0` must be at least 1"]),
        (-1, [QUEUE], "1.37", ["`-1` must be at least 1"]),
        (1, [QUEUE], "1.25-1.37", []),
    ],
)
def test_zero_replicas_need_a_metric_from_outside_and_a_version_that_has_them(least, metrics, versions, messages):
    changes = {"spec.minReplicas": least} | ({"spec.metrics": metrics} if metrics else {})
    item = of(spoiled("HorizontalPodAutoscaler", changes))
    found = judged([item], context(versions=parse_versions(versions)), "scaling")
    assert [(fault.path, fault.message) for _name, fault in found] == [("spec.minReplicas", text) for text in messages]


@pytest.mark.parametrize(("percent", "paths"), [(80, [f"{P}.containers"]), (None, [])])
def test_an_old_autoscaler_measures_cpu(percent, paths):
    changes = {**OLD_STYLE, "spec.targetCPUUtilizationPercentage": percent}
    scaler = of(spoiled("HorizontalPodAutoscaler", changes))
    scaled = of(spoiled("Deployment", {"spec.replicas": GONE, f"{C}.resources": GONE}))
    found = judged([scaler, scaled], context(), "autoscaling")
    assert [fault.path for _name, fault in found] == paths


@pytest.mark.parametrize(
    ("resource", "verb", "word"),
    [
        # rbac/v1/evaluation_helpers.go: ResourceMatches
        ("*/exec", "create", "wildcard"),
        ("*/ephemeralcontainers", "patch", "wildcard"),
        ("pods/ephemeralcontainers", "patch", "runs code in any pod"),
        ("pods/ephemeralcontainers", "update", "runs code in any pod"),
        ("pods/ephemeralcontainers", "get", None),
        ("pods/log", "get", None),
    ],
)
def test_rights_to_run_code_in_pods_are_dangerous(resource, verb, word):
    role = accepted("Role")
    role["rules"] = [{"apiGroups": [""], "resources": [resource], "verbs": [verb]}]
    found = [fault.message for _name, fault in judged([of(role)], context(), "permissions")]
    assert [word in message for message in found] == ([True] if word else [])

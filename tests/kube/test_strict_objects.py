"""What an API server with strict field validation accepts and refuses, for each supported version.

Expected answers come from the Kubernetes API reference, the "Deprecated API Migration Guide" and the decoders of
apimachinery (Quantity, IntOrString, Time).
"""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from kubilitics_chartgen.kube.schemas import Reason, Standing, problems, standing
from kubilitics_chartgen.kube.versions import KubeVersion, supported

NEWEST = KubeVersion(1, 37)
Object = dict[str, Any]


def a_deployment(**pod: Any) -> Object:
    container = {"name": "app", "image": "example/app:1", "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}}}
    template = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [container], **pod}}
    spec = {"replicas": 1, "selector": {"matchLabels": {"app": "x"}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": spec}


def changed(obj: Object, path: str, value: Any) -> Object:
    """A copy of `obj` with one field set, named as `spec.template.spec.containers.0.name`."""
    result = copy.deepcopy(obj)
    *steps, last = path.split(".")
    place: Any = result
    for step in steps:
        place = place[int(step)] if step.isdigit() else place.setdefault(step, {})
    place[last] = value
    return result


def a_service(**spec: Any) -> Object:
    ports = [{"port": 80, "targetPort": "http"}]
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"ports": ports, **spec}}


def an_object(api_version: str, kind: str, **fields: Any) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, **fields}


CONTAINER = "spec.template.spec.containers.0"


@pytest.mark.parametrize("version", supported(), ids=lambda version: version.name)
def test_ordinary_objects_are_accepted_by_every_version(version: KubeVersion) -> None:
    role_ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "x"}
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}
    for obj in [
        a_deployment(),
        a_service(),
        an_object("v1", "ConfigMap", data={"a": "b"}),
        an_object("v1", "Secret", data={"key": "c2VjcmV0"}, stringData={"other": "plain"}),
        an_object("v1", "ServiceAccount", automountServiceAccountToken=False),
        an_object("v1", "PersistentVolumeClaim", spec=claim),
        an_object("networking.k8s.io/v1", "NetworkPolicy", spec={"podSelector": {}, "policyTypes": ["Ingress"]}),
        an_object("rbac.authorization.k8s.io/v1", "RoleBinding", roleRef=role_ref),
        an_object("policy/v1", "PodDisruptionBudget", spec={"minAvailable": "50%"}),
        an_object("autoscaling/v2", "HorizontalPodAutoscaler", spec={"maxReplicas": 3, "scaleTargetRef": target}),
    ]:
        assert problems(obj, version) == [], obj["kind"]


def test_an_unknown_field_is_named_with_its_path() -> None:
    wrong = changed(a_deployment(), f"{CONTAINER}.imagePullPolciy", "Always")
    [problem] = problems(wrong, NEWEST)
    assert problem.path == "spec.template.spec.containers[0].imagePullPolciy"
    assert str(problem) == "spec.template.spec.containers[0].imagePullPolciy: unknown field."


def test_all_problems_of_an_object_are_told_at_once() -> None:
    wrong = changed(changed(a_deployment(), "spec.replicas", "2"), f"{CONTAINER}.ports", [{"name": "http"}])
    wrong["spec"]["minReady"] = 3
    assert [str(problem) for problem in problems(wrong, NEWEST)] == [
        "spec.minReady: unknown field.",
        "spec.replicas: must be an integer, not a text.",
        "spec.template.spec.containers[0].ports[0].containerPort: is required.",
    ]


def test_a_key_with_dots_in_it_is_quoted_in_the_path() -> None:
    wrong = changed(a_deployment(), "metadata.annotations", {"example.com/on": True})
    assert [str(problem) for problem in problems(wrong, NEWEST)] == [
        'metadata.annotations["example.com/on"]: must be a text, not a boolean.'
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.replicas", None),
        ("spec.template.metadata.creationTimestamp", None),
        ("spec.template.spec.affinity", None),
        ("spec.template.spec.volumes", None),
        (f"{CONTAINER}.resources.limits", None),
        ("status", {}),
        ("status", None),
        ("status", {"replicas": 2, "conditions": [{"type": "Available"}]}),
    ],
)
def test_null_and_status_are_accepted_where_a_server_ignores_them(path: str, value: Any) -> None:
    found = problems(changed(a_deployment(), path, value), NEWEST)
    # A condition has required fields of its own, which a server does not check either on create.
    assert [problem for problem in found if not problem.path.startswith("status.conditions")] == []


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("spec.selector", None, "spec.selector"),
        ("spec", None, "spec"),
        (f"{CONTAINER}.name", None, "spec.template.spec.containers[0].name"),
        ("spec.template.spec.containers", [None], "spec.template.spec.containers[0]"),
        ("spec.template.metadata.labels.app", None, "spec.template.metadata.labels.app"),
        (f"{CONTAINER}.resources.limits.cpu", None, "spec.template.spec.containers[0].resources.limits.cpu"),
        (f"{CONTAINER}.args", ["--flag", None], "spec.template.spec.containers[0].args[1]"),
    ],
)
def test_null_is_refused_where_something_must_be(path: str, value: Any, where: str) -> None:
    [problem] = problems(changed(a_deployment(), path, value), NEWEST)
    assert (problem.path, "must not be null" in problem.message) == (where, True)


def test_a_status_may_lack_what_only_a_controller_knows() -> None:
    budget = an_object("policy/v1", "PodDisruptionBudget", spec={"minAvailable": 1}, status={})
    claim = an_object("apps/v1", "StatefulSet", spec=a_deployment()["spec"] | {"serviceName": "x"}, status={})
    for obj in (budget, claim):
        obj["spec"].pop("replicas", None)
        assert problems(obj, NEWEST) == []


@pytest.mark.parametrize("amount", ["500m", "1", "0.5", "12E2", "1e3", 1, 0.5, "1Gi", 134217728])
def test_a_quantity_may_be_text_or_number(amount: Any) -> None:
    assert problems(changed(a_deployment(), f"{CONTAINER}.resources.limits.memory", amount), NEWEST) == []


@pytest.mark.parametrize("amount", ["", "1GB", "1 Gi", "half", True, ["1Gi"]])
def test_a_quantity_that_does_not_parse_is_refused(amount: Any) -> None:
    [problem] = problems(changed(a_deployment(), f"{CONTAINER}.resources.limits.memory", amount), NEWEST)
    assert problem.path == "spec.template.spec.containers[0].resources.limits.memory"
    if isinstance(amount, str):
        assert problem.message == f"{amount!r} is not a quantity; write it like 500m, 0.5, 1Gi or 1e3."


@pytest.mark.parametrize(
    ("port", "accepted"), [("http", True), (8080, True), (80.5, False), (True, False), (2**31, False)]
)
def test_a_target_port_is_a_name_or_a_32_bit_integer(port: Any, accepted: bool) -> None:
    service = a_service(ports=[{"port": 80, "targetPort": port}])
    assert (problems(service, NEWEST) == []) is accepted


@pytest.mark.parametrize(
    ("path", "value", "accepted"),
    [
        ("spec.replicas", 2**31 - 1, True),
        ("spec.replicas", 2**31, False),
        ("spec.template.spec.terminationGracePeriodSeconds", 2**31, True),
        ("spec.template.spec.terminationGracePeriodSeconds", 2**63, False),
    ],
)
def test_an_integer_must_fit_its_type(path: str, value: int, accepted: bool) -> None:
    assert (problems(changed(a_deployment(), path, value), NEWEST) == []) is accepted


def test_a_time_must_be_rfc_3339() -> None:
    assert problems(changed(a_deployment(), "metadata.creationTimestamp", "2024-01-31T12:00:00Z"), NEWEST) == []
    [problem] = problems(changed(a_deployment(), "metadata.creationTimestamp", "yesterday"), NEWEST)
    assert "2024-01-31T12:00:00Z" in problem.message


@pytest.mark.parametrize("text", ["", "YQ==", "YWI=", "YWJj", "YWJj\nYWJj\n"])
def test_secret_data_is_base64(text: str) -> None:
    assert problems(an_object("v1", "Secret", data={"key": text}), NEWEST) == []


@pytest.mark.parametrize("value", ["sk-live-hunter2!", "YQ=", "hunter2", 20240131, ["hunter2"], {"hunter2": "x"}])
def test_a_bad_secret_is_reported_without_its_value(value: Any) -> None:
    found = problems(an_object("v1", "Secret", data={"key": value}, stringData={"key": value}), NEWEST)
    assert {problem.path for problem in found} >= {"data.key"}
    assert not any(text in str(problem) for problem in found for text in ("hunter2", "sk-live", "20240131", "YQ"))


def test_a_text_where_a_mapping_belongs_is_reported_without_repeating_it() -> None:
    [problem] = problems(an_object("v1", "Secret", data="hunter2"), NEWEST)
    assert str(problem) == "data: must be a mapping, not a text."


def test_a_crd_keeps_its_own_schema_with_kubernetes_extensions() -> None:
    schema = {
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": True,
        "properties": {"limit": {"x-kubernetes-int-or-string": True, "default": 3, "enum": [3, "all", None]}},
        "additionalProperties": False,
    }
    names = {"kind": "Thing", "plural": "things"}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    spec = {"group": "example.com", "names": names, "scope": "Namespaced", "versions": [version]}
    crd = an_object("apiextensions.k8s.io/v1", "CustomResourceDefinition", spec=spec)
    crd["status"] = {"acceptedNames": {"kind": "", "plural": ""}, "conditions": [], "storedVersions": []}
    assert problems(crd, NEWEST) == []
    schema["x-kubernetes-preserve-unknown-field"] = True
    assert [problem.path for problem in problems(crd, NEWEST)] == [
        "spec.versions[0].schema.openAPIV3Schema.x-kubernetes-preserve-unknown-field"
    ]


def test_a_type_without_fields_takes_none() -> None:
    # The API reference gives StorageVersionSpec no field.
    obj = an_object("internal.apiserver.k8s.io/v1alpha1", "StorageVersion", spec={}, status={})
    assert problems(obj, NEWEST) == []
    obj["spec"]["size"] = 1
    assert [str(problem) for problem in problems(obj, NEWEST)] == ["spec.size: unknown field."]


def test_a_field_is_refused_by_the_versions_that_do_not_have_it_yet() -> None:
    # "HorizontalPodAutoscaler configurable tolerance" came with Kubernetes 1.33.
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}
    behavior = {"scaleDown": {"tolerance": "0.571"}}
    spec = {"maxReplicas": 3, "scaleTargetRef": target, "behavior": behavior}
    scaler = an_object("autoscaling/v2", "HorizontalPodAutoscaler", spec=spec)
    assert problems(scaler, KubeVersion(1, 33)) == []
    assert [problem.path for problem in problems(scaler, KubeVersion(1, 32))] == ["spec.behavior.scaleDown.tolerance"]


def test_a_removed_api_is_told_apart_and_its_successor_named() -> None:
    # Deprecated API Migration Guide: autoscaling/v2beta2 is no longer served as of 1.26.
    obj = an_object("autoscaling/v2beta2", "HorizontalPodAutoscaler", spec={})
    [problem] = problems(obj, KubeVersion(1, 30))
    assert problem.reason is Reason.NOT_SERVED
    assert "1.25 only" in problem.message
    assert "autoscaling/v2" in problem.message
    assert standing("autoscaling/v2beta2", "HorizontalPodAutoscaler", KubeVersion(1, 25)) is Standing.SERVED


@pytest.mark.parametrize(
    ("api_version", "kind", "hint"),
    [
        ("extensions/v1beta1", "Ingress", "networking.k8s.io/v1"),
        ("apps/v1", "Deploymnet", ""),
        ("v1", "Deployment", "apps/v1"),
        ("networking.k8s.io/v2", "NetworkPolicy", "networking.k8s.io/v1"),
        ("v1", "DeleteOptions", ""),
    ],
)
def test_a_kind_that_no_version_serves_is_unknown(api_version: str, kind: str, hint: str) -> None:
    [problem] = problems(an_object(api_version, kind), NEWEST)
    assert problem.reason is Reason.UNKNOWN_KIND
    assert hint in problem.message


@pytest.mark.parametrize(
    "api_version", ["gateway.networking.k8s.io/v1", "monitoring.coreos.com/v1", "snapshot.storage.k8s.io/v1"]
)
def test_custom_resources_are_told_apart_and_not_judged(api_version: str) -> None:
    assert standing(api_version, "Whatever", NEWEST) is Standing.CUSTOM
    assert problems(an_object(api_version, "Whatever", anything={"goes": None}), NEWEST) == []


@pytest.mark.parametrize(
    ("obj", "paths"),
    [
        (None, [""]),
        ([], [""]),
        ("text", [""]),
        ({}, ["apiVersion", "kind"]),
        ({"apiVersion": "v1"}, ["kind"]),
        ({"apiVersion": 1, "kind": "Pod"}, ["apiVersion"]),
        ({"apiVersion": "v1", "kind": ""}, ["kind"]),
        ({"apiVersion": "v1", "kind": "ConfigMap", "data": {1: "a"}}, [""]),
        ({"apiVersion": "v1", "kind": "ConfigMap", "data": {"day": date(2024, 1, 31)}}, [""]),
    ],
)
def test_what_is_no_object_is_malformed(obj: Any, paths: list[str]) -> None:
    found = problems(obj, NEWEST)
    assert [problem.path for problem in found] == paths
    assert {problem.reason for problem in found} == {Reason.MALFORMED}


@pytest.mark.parametrize("version", supported(), ids=str)
def test_what_only_older_definitions_require_no_server_ever_asked_for(version):
    """Defaults of rbac/v1 and batch/v1; zero for a priority; a StatefulSet's Service is validated where it is set."""
    job = {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "x", "image": "x"}]}}}
    rule = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}
    spec = a_deployment()["spec"]
    for obj in (
        an_object("rbac.authorization.k8s.io/v1", "RoleBinding", roleRef={"kind": "Role", "name": "x"}),
        an_object("scheduling.k8s.io/v1", "PriorityClass"),
        an_object("apps/v1", "StatefulSet", spec=spec),
        an_object("batch/v1", "Job", spec={**job, "podFailurePolicy": {"rules": [rule]}}),
        an_object("networking.k8s.io/v1", "NetworkPolicy", spec={"policyTypes": ["Ingress"]}),
    ):
        assert problems(obj, version) == []
    role_ref = an_object("rbac.authorization.k8s.io/v1", "RoleBinding", roleRef={"kind": "Role"})
    assert [str(each) for each in problems(role_ref, version)] == ["roleRef.name: is required."]

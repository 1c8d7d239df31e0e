"""Kubernetes fragments in a values.schema.json: the same verdict in Helm 3, Helm 4 and jsonschema-rs.

Whether a value is right or wrong follows from the Kubernetes API reference.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import helm_python
import jsonschema_rs
import pytest

from kubilitics_chartgen.kube.fragments import fragments, reference, short_name
from kubilitics_chartgen.kube.packaged import raw_definitions
from kubilitics_chartgen.kube.versions import newest
from tests.tools import helm3

CORE = "io.k8s.api.core.v1."

TERM = {"labelSelector": {"matchLabels": {"app": "x"}}, "topologyKey": "kubernetes.io/hostname"}
NODE_TERM = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}
GET = {"httpGet": {"path": "/health", "port": "http"}}

GOOD: dict[str, list[Any]] = {
    "Affinity": [
        {},
        {
            "podAntiAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": TERM}]
            }
        },
        {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [NODE_TERM]}}},
        {"nodeAffinity": None},
    ],
    "Toleration": [
        {"key": "gpu", "operator": "Exists", "effect": "NoSchedule"},
        {"operator": "Exists"},
        {"operator": "Exists", "key": "", "value": "", "effect": ""},
        {"key": "gpu", "value": "a100"},
        {"key": "gpu", "operator": None, "effect": None, "tolerationSeconds": None},
        {"key": "gpu", "operator": "Equal", "value": "", "effect": "NoExecute", "tolerationSeconds": -1},
        {"key": "memory", "operator": "Gt", "value": "64", "effect": "PreferNoSchedule"},
    ],
    "ResourceRequirements": [
        {"limits": {"cpu": "500m", "memory": "1Gi"}, "requests": {"cpu": 0.5, "memory": 134217728}},
        {"limits": {"nvidia.com/gpu": 1, "ephemeral-storage": "1e9", "hugepages-2Mi": "80Mi"}},
        {"limits": None},
        {"requests": {}},
        {"limits": {"cpu": 2.0, "memory": "12E2"}},
    ],
    "LocalObjectReference": [{"name": "pull-secret"}, {}],
    "TopologySpreadConstraint": [
        {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "minDomains": 2},
        {"maxSkew": 3, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", "nodeTaintsPolicy": "Honor"},
    ],
    "Volume": [
        {"name": "v", "emptyDir": {"sizeLimit": "1Gi"}},
        {"name": "v", "emptyDir": {}},
        {"name": "v", "configMap": {"name": "x", "items": [{"key": "a", "path": "b"}], "defaultMode": 420}},
        {"name": "v", "projected": {"sources": [{"secret": {"name": "x", "optional": True}}]}},
        {"name": "v", "csi": {"driver": "example.com", "volumeAttributes": {"a": "b"}}},
    ],
    "VolumeMount": [{"name": "v", "mountPath": "/data", "readOnly": True}],
    "EnvVar": [
        {"name": "A", "value": "b"},
        {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": True}}},
        {"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}},
    ],
    "EnvFromSource": [
        {"secretRef": {"name": "s"}},
        {"secretRef": {"name": "s"}, "configMapRef": None},
        {"prefix": "A_", "configMapRef": {"name": "c", "optional": False}},
    ],
    "Container": [{"name": "side", "image": "example/side:1", "ports": [{"containerPort": 80}], "readinessProbe": GET}],
    "SecurityContext": [
        {"runAsUser": 10001, "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}}
    ],
    "PodSecurityContext": [{"fsGroup": 2000, "sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}],
    "Probe": [
        GET,
        {"exec": {"command": ["true"]}, "periodSeconds": 5},
        {"tcpSocket": {"port": 5432}},
        {"grpc": {"port": 1}},
    ],
    "Lifecycle": [{"preStop": {"exec": {"command": ["sleep", "5"]}}}, {"preStop": {"sleep": {"seconds": 5}}}],
    "HostAlias": [{"ip": "10.0.0.1", "hostnames": ["db.example.com"]}, {"ip": "fd00::1"}],
    "PodDNSConfig": [
        {"options": [{"name": "ndots", "value": "2"}], "nameservers": ["10.0.0.10"]},
        {"nameservers": None},
    ],
}

BAD: dict[str, list[Any]] = {
    "Affinity": [
        {"podAntiAfinity": {}},
        {
            "nodeAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": "1", "preference": NODE_TERM}]
            }
        },
        {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"labelSelector": {}}]}},
        {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [None]}},
        {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{**TERM, "topologyKey": ""}]}},
        *(
            {
                "podAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": weight, "podAffinityTerm": TERM}]
                },
                "nodeAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": weight, "preference": NODE_TERM}]
                },
            }
            for weight in (0, 101)
        ),
        {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}},
        {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "is", "values": ["a"]}]}]
                }
            }
        },
        ["zone"],
    ],
    "Toleration": [
        {"tolerationSeconds": "60"},
        {"keys": "gpu"},
        "gpu",
        {},
        {"key": "", "operator": "Equal"},
        {"key": "gpu", "operator": "exists"},
        {"key": "gpu", "operator": "Exists", "value": "a100"},
        {"key": "gpu", "effect": "Evict"},
        {"key": "gpu", "tolerationSeconds": 60},
        {"key": "gpu", "effect": "NoSchedule", "tolerationSeconds": 60},
    ],
    "ResourceRequirements": [
        {"limits": {"memroy": "1Gi"}},
        {"limits": {"memory": "1GB"}},
        {"limits": {"cpu": True}},
        {"limits": {"cpu": None}},
        {"limits": {"cpu": -1}},
        {"requests": {"cpu": "-500m"}},
        {"limits": {"/gpu": 1}},
        {"limits": {"cpu": "1 "}},
        {"claims": [{"name": "gpu"}]},
        {"limit": {"cpu": 1}},
    ],
    "LocalObjectReference": [{"name": 1}, {"names": "x"}, "x"],
    "TopologySpreadConstraint": [
        {"maxSkew": 1, "topologyKey": "zone"},
        {"maxSkew": 1.5, "topologyKey": "z", "whenUnsatisfiable": "ScheduleAnyway"},
        {"maxSkew": 0, "topologyKey": "z", "whenUnsatisfiable": "ScheduleAnyway"},
        {"maxSkew": 1, "topologyKey": "", "whenUnsatisfiable": "ScheduleAnyway"},
        {"maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "Never"},
    ],
    "Volume": [
        {"emptyDir": {}},
        {"name": "v", "emptydir": {}},
        {"name": "v", "emptyDir": {"sizeLimit": "lots"}},
        {"name": "v", "secret": {"secretName": "x", "defaultMode": "0644"}},
        {"name": "v", "configMap": {"items": [{"key": "a"}]}},
        {"name": None},
        {"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": None}}}}}},
    ],
    "VolumeMount": [{"name": "v"}, {"name": "v", "mountPath": "/data", "readonly": True}],
    "EnvVar": [
        {"value": "b"},
        {"name": "A", "value": 1},
        {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s"}}},
        {"name": "A", "valueFrom": {"secretKeyRef": {"key": "k"}}},
    ],
    "EnvFromSource": [
        {"secretRef": "s"},
        {"secret": {"name": "s"}},
        {},
        {"prefix": "A_"},
        {"secretRef": None},
        {"secretRef": {}},
        {"secretRef": {"name": ""}},
        {"secretRef": {"name": "s"}, "configMapRef": {"name": "c"}},
    ],
    "Container": [
        {"image": "example/side:1"},
        {"name": "side", "ports": [{"containerPort": "80"}]},
        {"name": "a", "env": [None]},
    ],
    "SecurityContext": [{"runAsUser": "root"}, {"capabilities": ["ALL"]}, {"runAsUser": 2**60}],
    "PodSecurityContext": [{"fsGroup": "2000"}, {"supplementalGroups": [None]}],
    "Probe": [
        {"httpGet": {"path": "/"}},
        {"httpGet": {"port": 80.5}},
        {"httpGet": {"port": None}},
        {"periodSeconds": 2**31},
        {"exec": "true"},
    ],
    "Lifecycle": [{"preStop": {"sleep": {}}}, {"prestop": {}}],
    "HostAlias": [
        {"hostnames": ["x"]},
        {"ip": "10.0.0.1", "hostnames": "x"},
        {"ip": "10.0.0.1", "hostnames": [""]},
        {"ip": "10.0.1", "hostnames": ["x"]},
    ],
    "PodDNSConfig": [
        {"options": [{"name": "ndots", "value": 2}]},
        {"nameserver": ["10.0.0.10"]},
        {"nameservers": ["dns.example"]},
        {"nameservers": ["10.0.0.0/8"]},
        {"nameservers": ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]},
    ],
}

CASES = {
    f"{verdict}{name}{index}": (name, value, verdict)
    for verdict, table in (("good", GOOD), ("bad", BAD))
    for name, values in table.items()
    for index, value in enumerate(values)
}
ALL_BAD = {key for key, (_, _, verdict) in CASES.items() if verdict == "bad"}


def the_schema() -> dict[str, Any]:
    """One property per case, so that one run of a validator judges them all."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {key: reference(CORE + name, nullable=False) for key, (name, _, _) in CASES.items()},
        "definitions": fragments(CORE + name for name in GOOD),
    }


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: fragments\nversion: 0.1.0\n")
    (tmp_path / "values.yaml").write_text("{}\n")
    (tmp_path / "templates" / "x.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
    (tmp_path / "values.schema.json").write_text(json.dumps(the_schema()))
    return tmp_path


def values(verdict: str) -> dict[str, Any]:
    return {key: value for key, (_, value, found) in CASES.items() if found == verdict}


def accused(text: str) -> set[str]:
    """The cases that an error text names at the start of a path."""
    return set(re.findall(r"(?<![A-Za-z])bad[A-Z][A-Za-z]*\d+", text))


def test_every_fragment_has_right_and_wrong_examples() -> None:
    assert set(GOOD) == set(BAD)


def test_jsonschema_rs_accepts_the_right_and_refuses_the_wrong() -> None:
    validator = jsonschema_rs.Draft7Validator(the_schema())
    assert [str(error.instance_path) for error in validator.iter_errors(values("good"))] == []
    assert {str(error.instance_path[0]) for error in validator.iter_errors(values("bad"))} == ALL_BAD


def test_helm_4_accepts_the_right_and_refuses_the_wrong(chart: Path) -> None:
    with helm_python.Chart.load(str(chart)) as loaded:
        assert loaded.render(values("good"), name="x")
        with pytest.raises(helm_python.HelmError) as caught:
            loaded.render(values("bad"), name="x")
    assert accused(str(caught.value)) == ALL_BAD


def test_helm_3_accepts_the_right_and_refuses_the_wrong(chart: Path, tmp_path: Path) -> None:
    binary = helm3()

    def template(verdict: str) -> subprocess.CompletedProcess[str]:
        given = tmp_path / f"{verdict}.yaml"
        given.write_text(json.dumps(values(verdict)))
        command = [binary, "template", "x", str(chart), "--values", str(given)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    right, wrong = template("good"), template("bad")
    assert (right.returncode, right.stderr) == (0, "")
    assert wrong.returncode != 0
    assert accused(wrong.stderr) == ALL_BAD


# From RFC 4291, and from Go's net.ParseIP as Kubernetes keeps it for the fields it has always had.
ADDRESSES = ["0.0.0.0", "255.255.255.255", "010.000.0.1", "::", "::1", "fe80::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::",
             "::2:3:4:5:6:7:8", "1::4:5:6:7:8", "::ffff:10.0.0.1", "1:2:3:4:5:6:10.0.0.1", "ABCD::abcd"]  # fmt: skip
NO_ADDRESSES = ["", "10.0.0", "10.0.0.256", "10.0.0.1.2", "10.0.0.1/32", "a.example", ":", ":::", "1::2::3", "1:2:3",
                "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "12345::", "fe80::1%eth0", "::g",
                "::1/128", ":1", "1:", "1:2:3:4:5:6:7:10.0.0.1", "[::1]", "::10.0.0"]  # fmt: skip


def test_an_address_is_one_of_either_family() -> None:
    name = f"{CORE}PodDNSConfig"
    validator = jsonschema_rs.Draft7Validator({**reference(name), "definitions": fragments([name])})
    assert [each for each in ADDRESSES if not validator.is_valid({"nameservers": [each]})] == []
    assert [each for each in NO_ADDRESSES if validator.is_valid({"nameservers": [each]})] == []


def test_a_misspelt_resource_is_refused_by_name() -> None:
    validator = jsonschema_rs.Draft7Validator(the_schema())
    [error] = list(validator.iter_errors({"badResourceRequirements0": {"limits": {"memroy": "1Gi"}}}))
    assert "memroy" in error.message


def every_schema(schema: Any) -> list[dict[str, Any]]:
    """The schema and all schemas in it, without mistaking a field's name for a keyword."""
    found = [schema]
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            found += every_schema(schema[key])
    for key in ("properties", "patternProperties", "definitions"):
        for inner in schema.get(key, {}).values():
            found += every_schema(inner)
    for key in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(key, []):
            found += every_schema(inner)
    return found


def test_only_keywords_that_all_validators_read_alike_are_used() -> None:
    for schema in every_schema({"definitions": fragments(CORE + name for name in GOOD)}):
        known = {"type", "enum", "pattern", "minimum", "maximum", "required", "items", "allOf", "$ref", "definitions"}
        known |= {"properties", "patternProperties", "additionalProperties", "minLength", "minItems", "maxItems"}
        assert set(schema) <= known | {"anyOf", "oneOf", "not"}
        assert "$ref" not in schema or set(schema) == {"$ref"}


def test_every_reference_leads_somewhere() -> None:
    definitions = fragments(CORE + name for name in GOOD)
    refs = {schema["$ref"] for schema in every_schema({"definitions": definitions}) if "$ref" in schema}
    assert refs
    assert {ref.removeprefix("#/definitions/") for ref in refs} <= set(definitions)


def test_names_are_short_and_never_shared() -> None:
    assert short_name(f"{CORE}Affinity") == "Affinity"
    assert short_name("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector") == "LabelSelector"
    assert short_name(f"{CORE}ResourceClaim") == "ResourceClaim"
    assert short_name("io.k8s.api.resource.v1.ResourceClaim") == "ResourceV1ResourceClaim"
    names = list(raw_definitions(newest().minor))
    assert len({short_name(name) for name in names}) == len(names)


def test_a_type_that_contains_itself_can_be_pasted_too() -> None:
    name = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps"
    validator = jsonschema_rs.Draft7Validator({**reference(name), "definitions": fragments([name])})
    assert validator.is_valid({"properties": {"a": {"x-kubernetes-preserve-unknown-fields": True}}})
    assert not validator.is_valid({"properties": {"a": {"x-kubernetes-preserve-unknown-fields": "yes"}}})


def test_an_unknown_definition_is_an_error() -> None:
    with pytest.raises(KeyError):
        fragments([f"{CORE}Affinty"])


def test_the_same_names_give_the_same_text_in_any_order() -> None:
    names = [CORE + name for name in GOOD]
    assert json.dumps(fragments(names)) == json.dumps(fragments(reversed(names)))


def test_all_fragments_together_leave_room_in_a_chart_of_200_kib() -> None:
    assert len(json.dumps(fragments(CORE + name for name in GOOD), indent=2)) < 100 * 1024

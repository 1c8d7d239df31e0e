"""Which values are accepted: the same verdict from Helm 3 and Helm 4, which use different validators."""

import json

import jsonschema_rs
import pytest

from tests.chart.helms import embedded, helm3, helm4, template
from tests.chart.objects import CHART, PROFILES, followed, profile

SCHEMA = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))

SECURITY = "security.beta.kubernetes.io"


# Distribution's grammar of references: parts of letters and digits, between them one ".", one or two "_", or some "-".
NO_REGISTRIES = ("https://reg.example", "reg.example/", "reg.example//a", "reg.example:443x", "reg.example/a/", "a..b")
REGISTRIES = ("", "reg.example", "reg.example:5000", "reg.example:5000/mirror/a__b--c", "REG.example", "my_registry")
NO_REPOSITORIES = ("a//b", "a/", "/a", "a..b", "a___b", "a./b", "A")
REPOSITORIES = ("a", "a/b.c", "a__b/c--d", "0/1")


def modes(*names):
    return {"backend": {"persistence": {"accessModes": list(names)}}}


def beside(**container):
    return {"ai": {"sidecars": [{"name": "x", "image": "y", **container}]}}


def mounted(**mount):
    return {"ai": {"extraVolumeMounts": [{"name": "data", "mountPath": "/x", **mount}]}}


def scaled(**rules):
    return {"frontend": {"autoscaling": {"behavior": {"scaleDown": rules}}}}


def policy(**other):
    return scaled(policies=[{"type": "Pods", "value": 1, "periodSeconds": 60, **other}])


GET = {"httpGet": {"path": "/", "port": 80}}
RUN = {"exec": {"command": ["true"]}}

# What every API server refuses; `pkg/apis/core/validation` and its like in Kubernetes say so.
REFUSED_BY_SERVERS = {
    "no storage": {"backend": {"persistence": {"size": "0"}}},
    "no gigabyte": {"backend": {"persistence": {"size": "0.00Gi"}}},
    "an address for a host": {"ingress": {"host": "192.0.2.1"}},
    "an unknown pull policy": beside(imagePullPolicy="Sometimes"),
    "an unknown restart policy": beside(restartPolicy="always"),
    "port 0": beside(ports=[{"containerPort": 0}]),
    "port 65536": beside(ports=[{"containerPort": 65536}]),
    "a port without a number": beside(ports=[{"name": "http"}]),
    "a probe of nothing": beside(livenessProbe={"periodSeconds": 5}),
    "a probe of two things": beside(readinessProbe={**GET, **RUN}),
    "an absolute subPath": mounted(subPath="/etc"),
    "a subPath that leads out": mounted(subPath="a/../../b"),
    "a subPathExpr that leads out": mounted(subPathExpr=".."),
    "two subPaths": mounted(subPath="a", subPathExpr="b"),
    "no policies": scaled(policies=[]),
    "an unknown choice of policies": scaled(selectPolicy="Most"),
    "a negative window": scaled(stabilizationWindowSeconds=-1),
    "a window above an hour": scaled(stabilizationWindowSeconds=3601),
    "an unknown policy": policy(type="Share"),
    "a policy of 0 pods": policy(value=0),
    "a policy for no time": policy(periodSeconds=0),
    "a policy for over half an hour": policy(periodSeconds=1801),
    "a server of DNS by name": {"ai": {"dnsConfig": {"nameservers": ["dns.example"]}}},
    "variables from nowhere": {"ai": {"extraEnvFrom": [{"prefix": "A_"}]}},
    "a toleration of no taint": {"ai": {"tolerations": [{"effect": "NoSchedule"}]}},
    "a spread that is too even": {
        "ai": {
            "topologySpreadConstraints": [{"maxSkew": 0, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]
        }
    },
}

ACCEPTED_BY_SERVERS = {
    "little storage": {"backend": {"persistence": {"size": "0.5Gi"}}},
    "storage with a leading zero": {"backend": {"persistence": {"size": "010Gi"}}},
    "a host that only looks like an address": {"ingress": {"host": "192.0.2.256"}},
    "a host of digits": {"ingress": {"host": "1.2.3"}},
    "all of a container": beside(
        imagePullPolicy="Never",
        ports=[{"containerPort": 1}, {"containerPort": 65535, "hostPort": None}],
        livenessProbe={**GET, "exec": None, "periodSeconds": 5},
        readinessProbe={"grpc": {"port": 1}},
        startupProbe=None,
        restartPolicy=None,
    ),
    "a subPath": mounted(subPath="a..b/.c/d..", subPathExpr=None),
    "a subPathExpr": mounted(subPath="", subPathExpr="$(POD)/a"),
    "the bounds of scaling": scaled(
        selectPolicy="Disabled",
        stabilizationWindowSeconds=3600,
        policies=[{"type": "Percent", "value": 900, "periodSeconds": 1800}],
    ),
    "the defaults of scaling": scaled(selectPolicy=None, stabilizationWindowSeconds=0, policies=None),
}

REFUSED = REFUSED_BY_SERVERS | {
    # Kubernetes: "may not use ReadWriteOncePod with other access modes".
    "an access mode that stands alone": modes("ReadWriteOnce", "ReadWriteOncePod"),
    "an unconfined pod": {"ai": {"podAnnotations": {f"container.apparmor.{SECURITY}/ai": "unconfined"}}},
    "a pod without seccomp": {
        "backend": {"podAnnotations": {"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}}
    },
    "a typing mistake in a name": {"ai": {"lmProvider": "openai"}},
    "a typing mistake at the top": {"backnd": {}},
    "an unknown provider": {"ai": {"llmProvider": "opanai"}},
    "text for a number": {"frontend": {"replicas": "two"}},
    "a number for text": {"backend": {"image": {"tag": 1.2}}},
    "text for a switch": {"ai": {"enabled": "yes"}},
    "a fraction of a pod": {"frontend": {"replicas": 1.5}},
    "a negative number of pods": {"frontend": {"replicas": -1}},
    "a list for a map": {"ai": ["enabled"]},
    "a port above 65535": {"frontend": {"service": {"port": 70000}}},
    "an autonomy level above 5": {"ai": {"autonomyLevel": 6}},
    "an unknown auth mode": {"backend": {"auth": {"mode": "maybe"}}},
    "an unknown resource": {"ai": {"resources": {"limits": {"memroy": "1Gi"}}}},
    "a size that is none": {"ai": {"persistence": {"size": "big"}}},
    "a digest that is none": {"ai": {"image": {"digest": "sha256:1234"}}},
    "an endpoint that is no address": {"ai": {"providers": {"ollama": {"endpoint": "ollama:11434"}}}},
    "template braces in a name": {"fullnameOverride": "{{ .Release.Name }}"},
    "a label that is none": {"commonLabels": {"a b": "c"}},
    "a label value that is none": {"commonLabels": {"a": "b c"}},
    "a toleration with a typing mistake": {"ai": {"tolerations": [{"keyy": "x"}]}},
    "an address that is no CIDR": {"backend": {"trustedProxies": ["everywhere"]}},
    "a policy that ends nginx's string": {"frontend": {"contentSecurityPolicy": "default-src 'self'\"; return 200"}},
    "an origin with a path": {"backend": {"allowedOrigins": ["https://a.example/path"]}},
    "an unknown feature": {"ai": {"features": {"telepathy": {"enabled": True}}}},
    "a namespace that is none": {"rbac": {"namespaces": ["Team_A"]}},
    "null in a list": {"imagePullSecrets": [None]},
    "null as a label": {"commonLabels": {"team": None, "x y": "z"}},
}

ACCEPTED = ACCEPTED_BY_SERVERS | {
    "several access modes": modes("ReadWriteOnce", "ReadWriteMany"),
    "the access mode that stands alone": modes("ReadWriteOncePod"),
    "a profile of AppArmor": {"ai": {"podAnnotations": {f"container.apparmor.{SECURITY}/ai": "localhost/mine"}}},
    "nothing": {},
    "anything under global": {"global": {"imageRegistry": "r.example", "storageClass": "x", "other": {"chart": 1}}},
    "enabled for a parent's condition": {"enabled": True},
    "a GPU": {"ai": {"resources": {"limits": {"nvidia.com/gpu": 1, "memory": "2Gi"}}}},
    "cpu as a number": {"ai": {"resources": {"limits": {"cpu": 2}, "requests": {"cpu": 0.5}}}},
    "tauri's origin": {"backend": {"allowedOrigins": ["tauri://localhost", "http://[::1]:3000"]}},
    "IPv6 proxies": {"backend": {"trustedProxies": ["fd00::/8", "10.0.0.1"]}},
    "every toleration field": {
        "ai": {
            "tolerations": [
                {"key": "a", "operator": "Equal", "value": "b", "effect": "NoExecute", "tolerationSeconds": 60}
            ]
        }
    },
    "affinity": {
        "ai": {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}]
                    }
                }
            }
        }
    },
    "a null that takes a default away": {
        "ai": {"nodeSelector": {"kubernetes.io/arch": None}},
        "backend": {"logLevel": None},
    },
    "service annotations with any text": {"frontend": {"service": {"annotations": {"a.b/c": "{{ x }}: 'y'\n\"z\""}}}},
}


@pytest.mark.parametrize("values", REFUSED.values(), ids=REFUSED)
def test_refused_by_every_helm(values):
    assert embedded(values) is not None
    assert template(helm3(), values)[0] is not None


@pytest.mark.parametrize("values", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted_by_every_helm(values):
    assert embedded(values) is None
    assert template(helm3(), values)[0] is None


def test_an_image_comes_from_where_one_can():
    places = {"registry": (NO_REGISTRIES, REGISTRIES), "repository": (NO_REPOSITORIES, REPOSITORIES)}
    for key, (bad, good) in places.items():
        for values in ({"image": {key: text}} for text in bad):
            assert all(embedded(each) is not None for each in ({"ai": values}, {"migrations": values})), values
        for values in ({"image": {key: text}} for text in good):
            assert all(embedded(each) is None for each in ({"ai": values}, {"migrations": values})), values
    assert [text for text in NO_REGISTRIES if embedded({"global": {"imageRegistry": text}}) is None] == []
    assert [text for text in REGISTRIES if embedded({"global": {"imageRegistry": text}}) is not None] == []


def test_helm_tells_a_name_that_does_not_fit_once():
    refusal, _ = template(helm3(), {"ai": {"enabled": True, "apiKeySecret": "Bad_Name"}})
    assert refusal.count("ai.apiKeySecret") == 1


@pytest.mark.helm4
@pytest.mark.parametrize("values", [*REFUSED.values(), *ACCEPTED.values()], ids=[*REFUSED, *ACCEPTED])
def test_helm_4_on_the_command_line_agrees(values):
    assert (template(helm4(), values)[0] is None) == (values in ACCEPTED.values())


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_profiles_are_accepted(path):
    assert embedded(profile(path)) is None


def nodes(schema, path=""):
    schema = followed(SCHEMA, schema)
    yield path, schema
    for key, child in schema.get("properties", {}).items():
        yield from nodes(followed(SCHEMA, child), f"{path}.{key}" if path else key)


def test_every_property_is_described():
    assert [path for path, node in nodes(SCHEMA) if not node.get("description")] == []


def test_every_section_is_closed_but_the_one_that_a_parent_chart_owns():
    is_section = {path: node for path, node in nodes(SCHEMA) if "properties" in node}
    assert [path for path, node in is_section.items() if node["additionalProperties"] is not False] == ["global"]


def keywords(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value, node
            yield from keywords(value)
    elif isinstance(node, list):
        for item in node:
            yield from keywords(item)


def test_the_schema_is_valid_draft_07_and_fetches_nothing():
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema_rs.meta.validate(SCHEMA)
    for key, value, node in keywords(SCHEMA):
        if key == "$ref":
            assert value.startswith("#/definitions/")
            assert set(node) <= {"$ref", "description"}, "draft-07 ignores what stands beside a $ref"
        assert key != "format" or not isinstance(value, str)


def test_patterns_are_of_the_kind_that_go_understands():
    for key, value, _ in keywords(SCHEMA):
        if key == "pattern" and isinstance(value, str):
            assert not any(mark in value for mark in ("(?=", "(?!", "(?<", "\\1")), value


def test_the_defaults_satisfy_the_schema():
    import yaml

    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    jsonschema_rs.validate(SCHEMA, defaults)

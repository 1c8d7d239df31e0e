"""The knobs that every component has: each arrives in its place of the pod, and nowhere else."""

import copy
import itertools
import json

import pytest
import yaml

from kubilitics_chartgen.kube.pod_security import violations
from tests.chart.helms import embedded, helm3, template
from tests.chart.objects import AI_ON, CHART, merged, render
from tests.chart.test_kubernetes import KNOBS

MAIN = {"backend": "backend", "frontend": "nginx", "ai": "ai"}
WITH_INIT = merged(
    AI_ON, {"ai": {"llmProvider": "ollama", "providers": {"ollama": {"endpoint": "http://ollama.example:11434"}}}}
)
FILLED_IN = {"securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}

# Knob, and what Kubernetes should get: path in the Deployment's spec (MAIN is the main container), and the value there.
POD = ("template", "spec")
ARRIVES = {
    "extraEnv": ((*POD, "MAIN", "env"), [{"name": "A", "value": "$(HOME)/b"}]),
    "extraEnvFrom": ((*POD, "MAIN", "envFrom"), [{"configMapRef": {"name": "c"}}]),
    "extraVolumes": ((*POD, "volumes"), [{"name": "extra", "emptyDir": {}}]),
    "extraVolumeMounts": ((*POD, "MAIN", "volumeMounts"), [{"name": "tmp-or-data", "mountPath": "/extra"}]),
    "initContainers": ((*POD, "initContainers"), [{"name": "before", "image": "a.example/b:1", **FILLED_IN}]),
    "sidecars": ((*POD, "containers"), [{"name": "beside", "image": "a.example/b:1", **FILLED_IN}]),
    "lifecycle": ((*POD, "MAIN", "lifecycle"), {"preStop": {"exec": {"command": ["sleep", "5"]}}}),
    "dnsPolicy": ((*POD, "dnsPolicy"), "Default"),
    "dnsConfig": ((*POD, "dnsConfig"), {"options": [{"name": "ndots", "value": "1"}]}),
    "hostAliases": ((*POD, "hostAliases"), [{"ip": "10.0.0.1", "hostnames": ["a.example"]}]),
    "runtimeClassName": ((*POD, "runtimeClassName"), "gvisor"),
    "terminationGracePeriodSeconds": ((*POD, "terminationGracePeriodSeconds"), 91),
    "revisionHistoryLimit": (("revisionHistoryLimit",), 3),
    "startupProbe": ((*POD, "MAIN", "startupProbe", "failureThreshold"), 99),
    "podSecurityContext": (
        (*POD, "securityContext"),
        {"supplementalGroups": [2000], "seLinuxOptions": {"level": "s0:c1,c2"}},
    ),
}
WRITTEN = {
    "initContainers": [{"name": "before", "image": "a.example/b:1"}],
    "sidecars": [{"name": "beside", "image": "a.example/b:1"}],
    "startupProbe": {"failureThreshold": 99},
    "podSecurityContext": {"supplementalGroups": [2000], "seLinuxLevel": "s0:c1,c2"},
}


def place(spec, path, component):
    """What stands at `path`, made where it is missing, and what holds it."""
    holder, key = spec, path[0]
    for key, following in itertools.zip_longest(path, path[1:]):
        if following is None:
            break
        if key == "MAIN":
            (holder,) = [item for item in holder["containers"] if item["name"] == MAIN[component]]
        else:
            holder = holder if key is None else holder[key] if key in holder else holder.setdefault(key, {})
    return holder, path[-1]


@pytest.mark.parametrize("component", MAIN)
@pytest.mark.parametrize("knob", ARRIVES)
def test_a_knob_arrives_in_its_place_and_nowhere_else(knob, component):
    path, expected = ARRIVES[knob]
    written = WRITTEN.get(knob, expected)
    if knob == "extraVolumeMounts":
        volume = {"backend": "tmp", "frontend": "tmp", "ai": "data"}[component]
        written = expected = [{"name": volume, "mountPath": "/extra"}]
    plain = copy.deepcopy(render(WITH_INIT).all)
    workload = next(
        item for item in plain if (item["kind"], item["metadata"]["name"]) == ("Deployment", f"kubilitics-{component}")
    )
    holder, key = place(workload["spec"], path, component)
    if isinstance(expected, list):
        holder[key] = holder.get(key, []) + expected if knob != "hostAliases" else expected
    elif knob == "podSecurityContext":
        holder[key] = holder[key] | expected
    else:
        holder[key] = expected
    assert render(merged(WITH_INIT, {component: {knob: written}})).all == plain


def test_every_knob_has_a_test():
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    older = {"labels", "annotations", "podLabels", "podAnnotations", "nodeSelector", "tolerations", "affinity"}
    older |= {"topologySpreadConstraints", "priorityClassName"}
    shared = set.intersection(*(set(schema["properties"][component]["properties"]) for component in MAIN))
    assert shared - older - {"image", "replicas", "resources", "service", "serviceAccount"} == set(ARRIVES)
    assert set(KNOBS) == set(ARRIVES)


def test_a_pod_stops_in_the_time_its_process_needs():
    """Backend and frontend 30 seconds, AI 20; the AI asks for names outside once, because ndots is 2."""
    pods = {name: item["spec"] for name, item in render(AI_ON).pods()}
    seconds = {name: spec["terminationGracePeriodSeconds"] for name, spec in pods.items()}
    assert seconds == {"kubilitics-backend": 30, "kubilitics-frontend": 30, "kubilitics-ai": 20}
    assert pods["kubilitics-ai"]["dnsConfig"] == {"options": [{"name": "ndots", "value": "2"}]}


def test_turning_ai_on_changes_no_core_object_whatever_the_knobs():
    core = dict.fromkeys(("backend", "frontend"), KNOBS) | {
        "global": {"proxy": {"httpsProxy": "http://p.example"}, "caBundle": {"secret": "ca"}}
    }
    without, with_ai = render(core), render(merged(core, AI_ON))
    for folder in ("backend", "frontend"):
        assert without.texts_of(folder) == with_ai.texts_of(folder)


SERVICE_PORT = {"appProtocol": "http", "name": "http", "protocol": "TCP", "targetPort": "http"}


@pytest.mark.parametrize("component", MAIN)
def test_service_knobs_arrive(component):
    knobs = {
        "labels": {"mesh": "on"},
        "annotations": {"a.example/b": "c"},
        "ipFamilyPolicy": "PreferDualStack",
        "ipFamilies": ["IPv6", "IPv4"],
        "appProtocol": "kubernetes.io/h2c",
    }
    service = render(merged(AI_ON, {component: {"service": knobs}})).get("Service", f"kubilitics-{component}")
    assert service["metadata"]["labels"]["mesh"] == "on"
    assert service["metadata"]["annotations"] == {"a.example/b": "c"}
    assert service["spec"]["ipFamilyPolicy"] == "PreferDualStack"
    assert service["spec"]["ipFamilies"] == ["IPv6", "IPv4"]
    assert [port["appProtocol"] for port in service["spec"]["ports"]] == ["kubernetes.io/h2c"]
    (port,) = render(AI_ON).get("Service", f"kubilitics-{component}")["spec"]["ports"]
    assert port.items() >= SERVICE_PORT.items()


def test_load_balancer_knobs_of_the_frontend_arrive():
    service = {
        "type": "LoadBalancer",
        "nodePort": 30080,
        "externalTrafficPolicy": "Local",
        "loadBalancerClass": "a.example/b",
        "loadBalancerSourceRanges": ["10.0.0.0/8"],
    }
    values = {"frontend": {"service": service}, "backend": {"auth": {"acknowledgeExposed": True}}}
    spec = render(values).get("Service", "kubilitics-frontend")["spec"]
    assert spec["ports"][0]["nodePort"] == 30080
    assert {key: spec[key] for key in service if key != "nodePort"} == {
        k: v for k, v in service.items() if k != "nodePort"
    }


def env_names(component):
    pod = render(WITH_INIT).get("Deployment", f"kubilitics-{component}")["spec"]["template"]["spec"]
    (main,) = [item for item in pod["containers"] if item["name"] == MAIN[component]]
    return [item["name"] for item in main.get("env", [])]


OWNED = [(component, name) for component in MAIN for name in env_names(component)]


@pytest.mark.parametrize(("component", "name"), OWNED)
def test_no_variable_of_the_chart_can_be_replaced(component, name):
    complaint = embedded(merged(WITH_INIT, {component: {"extraEnv": [{"name": name, "value": "x"}]}}))
    assert f"{component}.extraEnv {name}: the chart sets this environment variable itself" in complaint


def test_the_variables_of_proxy_and_certificates_are_the_charts_when_it_sets_them():
    own = [{"name": "HTTPS_PROXY", "value": "http://mine.example"}, {"name": "SSL_CERT_DIR", "value": "/certs"}]
    assert embedded({"frontend": {"extraEnv": own}}) is None
    values = {"proxy": {"httpsProxy": "http://p.example"}, "caBundle": {"configMap": "ca"}}
    complaint = embedded({"frontend": {"extraEnv": own}, "global": values})
    assert "frontend.extraEnv HTTPS_PROXY, frontend.extraEnv SSL_CERT_DIR: the chart sets" in complaint


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"frontend": {"extraVolumes": [{"name": "html", "emptyDir": {}}]}}, "frontend.extraVolumes html"),
        ({"ai": {"extraVolumes": [{"name": "data", "emptyDir": {}}]}}, "ai.extraVolumes data"),
        (
            {"backend": {"extraVolumeMounts": [{"name": "data", "mountPath": "/tmp/"}]}},
            "backend.extraVolumeMounts /tmp:",
        ),
        ({"ai": {"sidecars": [{"name": "wait-for-provider", "image": "x"}]}}, "ai.sidecars"),
        ({"frontend": {"initContainers": [{"name": "nginx", "image": "x"}]}}, "frontend.sidecars"),
        (
            {
                "backend": {
                    "sidecars": [{"name": "one", "image": "x"}],
                    "initContainers": [{"name": "one", "image": "x"}],
                }
            },
            "written twice",
        ),
        (
            {
                "backend": {"extraVolumes": [{"name": "ca-bundle", "emptyDir": {}}]},
                "global": {"caBundle": {"secret": "c"}},
            },
            "backend.extraVolumes ca-bundle",
        ),
    ],
    ids=json.dumps,
)
def test_what_collides_with_the_chart_is_refused_by_name(values, words):
    for complaint in (embedded(merged(WITH_INIT, values)), template(helm3(), merged(WITH_INIT, values))[0]):
        assert "These values cannot be used" in complaint
        assert words in complaint


def test_a_component_that_is_off_refuses_none_of_its_knobs():
    assert embedded({"frontend": {"enabled": False, "extraVolumeMounts": [{"name": "x", "mountPath": "/x"}]}}) is None


WEAKER = {
    "privileged": {"securityContext": {"privileged": True}},
    "escalation": {"securityContext": {"allowPrivilegeEscalation": True}},
    "root": {"securityContext": {"runAsUser": 0}},
    "perhaps root": {"securityContext": {"runAsNonRoot": False}},
    "a capability": {"securityContext": {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}},
    "capabilities kept": {"securityContext": {"capabilities": {"drop": ["NET_RAW"]}}},
    "no seccomp": {"securityContext": {"seccompProfile": {"type": "Unconfined"}}},
    "another SELinux type": {"securityContext": {"seLinuxOptions": {"type": "spc_t"}}},
    "proc": {"securityContext": {"procMount": "Unmasked"}},
    "a port of the node": {"ports": [{"containerPort": 8080, "hostPort": 8080}]},
    "a probe of another host": {"livenessProbe": {"httpGet": {"host": "a.example", "port": 80}}},
}


@pytest.mark.parametrize("weaker", WEAKER.values(), ids=WEAKER)
def test_an_extra_container_cannot_weaken_the_pod(weaker):
    for knob in ("sidecars", "initContainers"):
        assert embedded({"ai": {knob: [{"name": "x", "image": "y", **weaker}]}}) is not None


@pytest.mark.parametrize("source", ["hostPath", "nfs", "iscsi", "rbd", "gitRepo", "awsElasticBlockStore"])
def test_a_volume_that_restricted_keeps_out_is_refused(source):
    assert embedded({"backend": {"extraVolumes": [{"name": "x", source: {"path": "/"}}]}}) is not None


USUAL = {
    "nothing": {},
    "all that restricted asks for": {
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        }
    },
    "only some of it": {"securityContext": {"runAsUser": 2000, "capabilities": {"add": ["NET_BIND_SERVICE"]}}},
    "a port and probes": {
        "ports": [{"containerPort": 9000}],
        "livenessProbe": {"httpGet": {"path": "/", "port": 9000}},
        "readinessProbe": {"tcpSocket": {"port": 9000}},
    },
}


@pytest.mark.parametrize("container", USUAL.values(), ids=USUAL)
def test_pods_with_extra_containers_pass_the_restricted_standard(container):
    extra = {
        "sidecars": [{"name": "x", "image": "y", **container}],
        "initContainers": [{"name": "z", "image": "y", **container}],
    }
    for _, pod in render(merged(WITH_INIT, dict.fromkeys(MAIN, extra))).pods():
        assert violations(pod["spec"]) == []
        assert "x" in [item["name"] for item in pod["spec"]["containers"]]


REFUSED_ENV = [
    {"value": "no name"},
    {"name": "A=B", "value": "c"},
    {"name": "A", "value": 1},
    {"name": "A", "value": "b", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}, "fieldRef": {"fieldPath": "x"}}},
    {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "kee": "k"}}},
]


@pytest.mark.parametrize("item", REFUSED_ENV, ids=json.dumps)
def test_a_variable_that_kubernetes_would_refuse_is_refused(item):
    for complaint in (embedded({"ai": {"extraEnv": [item]}}), template(helm3(), {"ai": {"extraEnv": [item]}})[0]):
        assert complaint is not None


@pytest.mark.parametrize("character", ["\x7f", "\x80", "\x85", "\x9f", "\ufffe", "\uffff"])
@pytest.mark.parametrize(
    "values",
    [
        {"backend": {"extraEnv": [{"name": "A", "value": "TEXT"}]}},
        {"ai": {"sidecars": [{"name": "a", "image": "b", "args": ["TEXT"]}]}},
        {"frontend": {"extraVolumes": [{"name": "a", "secret": {"secretName": "TEXT"}}]}},
        {"backend": {"tolerations": [{"key": "TEXT"}]}},
        {"ai": {"lifecycle": {"preStop": {"exec": {"command": ["TEXT"]}}}}},
        {"extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "TEXT"}}]},
    ],
    ids=json.dumps,
)
def test_text_that_helm_cannot_write_is_refused_and_its_place_is_named(values, character):
    """toYaml would give nothing for the whole map, and the render would go on without it."""
    complaint = embedded(json.loads(json.dumps(values).replace("TEXT", json.dumps(f"a{character}b")[1:-1])))
    assert "cannot be written into a manifest" in complaint
    assert f"- {next(iter(values))}." in complaint


@pytest.mark.parametrize(
    "text", ["\x00", "\x07", "\t", "\n", "\u2028", "üñ日本\U0001f600", "{{ .Release.Name }}", "a: b"]
)
def test_other_text_arrives_unchanged(text):
    values = {"backend": {"sidecars": [{"name": "a", "image": "b", "args": [f"x{text}y"]}]}}
    if embedded(values) is not None:
        assert text in ("\x00", "\x07")
        return
    pod = render(values).get("Deployment", "kubilitics-backend")["spec"]["template"]["spec"]
    assert pod["containers"][1]["args"] == [f"x{text}y"]


def test_images_of_different_versions_are_warned_about():
    assert "different versions" not in render(AI_ON).notes
    assert "different versions" not in render({"ai": {"image": {"tag": "1.1.0"}}}).notes, "AI is off"
    values = merged(AI_ON, {"ai": {"image": {"tag": "1.1.0"}}})
    assert "images of different versions" in render(values).notes
    assert "ai 1.1.0 backend 1.2.0 frontend 1.2.0" in render(values).notes
    same = {name: {"image": {"tag": "1.1.0"}} for name in MAIN}
    assert "different versions" not in render(merged(AI_ON, same)).notes


OBJECT = {
    "apiVersion": "a.example/v1",
    "kind": "Widget",
    "metadata": {"name": "{{ .Release.Name }}", "namespace": "other"},
    "spec": {"text": "a\n---\nkind: Secret\n", "number": 12345678, "list": [1, "b", None, True], "empty": {}},
}


def test_extra_objects_are_installed_exactly_as_written():
    for rendered in (
        render({"extraObjects": [OBJECT, OBJECT]}).all,
        list(yaml.safe_load_all(template(helm3(), {"extraObjects": [OBJECT]})[1])),
    ):
        assert [item for item in rendered if item and item["kind"] == "Widget"][0] == OBJECT
        assert "Secret" not in {item["kind"] for item in rendered if item}
    assert len(render({"extraObjects": [OBJECT, OBJECT]}).all) == len(render().all) + 2


@pytest.mark.parametrize("missing", ["apiVersion", "kind", "metadata"])
def test_an_extra_object_that_is_none_is_refused(missing):
    item = {key: value for key, value in OBJECT.items() if key != missing}
    assert embedded({"extraObjects": [item]}) is not None
    assert embedded({"extraObjects": [{**OBJECT, "metadata": {}}]}) is not None


def test_a_secret_reference_is_fine_in_extra_objects_and_a_secrets_data_is_not_repeated():
    external = {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "x"}, "spec": {}}
    assert embedded({"extraObjects": [external]}) is None
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {"password": "aHVudGVyMg=="}}
    complaint = embedded({"extraObjects": [external, secret]})
    assert "extraObjects.1: a Secret's data in values" in complaint
    assert "aHVudGVyMg==" not in complaint


def test_argo_cds_profile_pins_what_it_cannot_ask_for():
    values = yaml.safe_load((CHART / "ci" / "gitops-argocd-values.yaml").read_text(encoding="utf-8"))
    assert values["kubeVersionOverride"]
    objects = render(values)
    for item in objects.all:
        assert "ServerSideApply=true" in item["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
        if item["kind"] == "PersistentVolumeClaim":
            assert "Prune=false" in item["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
    assert "replicas" not in objects.get("Deployment", "kubilitics-frontend")["spec"]

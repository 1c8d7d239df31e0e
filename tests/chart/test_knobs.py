"""The knobs that every component has: each arrives in its place of the pod, and nowhere else."""

import copy
import json

import pytest

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


def holder_of(spec, path, component):
    """The map that holds the last part of `path`; the first parts are always there."""
    for key in path[:-1]:
        if key == "MAIN":
            (spec,) = [item for item in spec["containers"] if item["name"] == MAIN[component]]
        else:
            spec = spec[key]
    return spec


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
    holder, key = holder_of(workload["spec"], path, component), path[-1]
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
    assert shared - older - {
        "image",
        "replicas",
        "resources",
        "service",
        "serviceAccount",
        "podDisruptionBudget",
    } == set(ARRIVES)
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

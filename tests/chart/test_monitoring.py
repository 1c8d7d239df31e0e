"""Monitors of the Prometheus operator, judged by the operator's own definitions."""

import subprocess

import pytest
import yaml

from tests.chart.crds import problems
from tests.chart.helms import embedded, helm3
from tests.chart.objects import AI_ON, CHART, merged, render

EVERYTHING = merged(
    AI_ON,
    {"vectorDatabase": {"enabled": True}, "ollama": {"enabled": True}, "ai": {"persistence": {"perReplica": True}}},
)
KINDS = {"serviceMonitor": "ServiceMonitor", "podMonitor": "PodMonitor"}
kinds = pytest.mark.parametrize("key", KINDS)


def monitored(key, **settings):
    return {"monitoring": {key: {"enabled": True, **settings}}}


def monitors(values, key):
    return {item["metadata"]["name"]: item for item in render(values).all if item["kind"] == KINDS[key]}


@kinds
def test_backend_ai_and_qdrant_have_metrics_and_nothing_else_does(key):
    """The frontend answers /metrics with its page, and Chroma and Ollama have none."""
    found = monitors(merged(EVERYTHING, monitored(key)), key)
    assert sorted(found) == ["kubilitics-ai", "kubilitics-backend", "kubilitics-qdrant"]
    assert sorted(monitors(monitored(key), key)) == ["kubilitics-backend"]


@kinds
def test_the_operators_definitions_accept_them(key):
    settings = {"interval": "1m", "scrapeTimeout": "500ms", "labels": {"release": "prometheus"}}
    secured = {"vectorDatabase": {"apiKeySecret": {"name": "qdrant"}}}
    for extra in ({}, settings, {"interval": None, "scrapeTimeout": ""}):
        for item in monitors(merged(EVERYTHING, secured, monitored(key, **extra)), key).values():
            assert problems(item) == [], item


def test_the_judge_itself_refuses_a_field_that_the_operator_does_not_know():
    (item,) = monitors(monitored("serviceMonitor"), "serviceMonitor").values()
    broken = {**item, "spec": {**item["spec"], "endpoints": [{"port": "http", "intervall": "30s"}]}}
    assert problems(broken) != []
    assert problems({**item, "spec": {}}) != []


def selects(selector, labels):
    missing = [rule["key"] for rule in selector.get("matchExpressions", []) if rule["operator"] == "DoesNotExist"]
    return selector["matchLabels"].items() <= labels.items() and not set(missing) & set(labels)


def test_each_service_monitor_finds_one_service_so_every_metric_is_read_once():
    objects = render(merged(EVERYTHING, monitored("serviceMonitor")))
    for name, monitor in monitors(merged(EVERYTHING, monitored("serviceMonitor")), "serviceMonitor").items():
        selector = monitor["spec"]["selector"]
        found = [
            item for item in objects.all if item["kind"] == "Service" and selects(selector, item["metadata"]["labels"])
        ]
        assert [item["metadata"]["name"] for item in found] == [name]
        (endpoint,) = monitor["spec"]["endpoints"]
        assert endpoint["port"] in [port["name"] for port in found[0]["spec"]["ports"]]
        assert endpoint["path"] == "/metrics"


def test_each_pod_monitor_finds_the_pods_of_one_workload():
    values = merged(EVERYTHING, monitored("podMonitor"))
    pods = dict(render(values).pods())
    for name, monitor in monitors(values, "podMonitor").items():
        selector = monitor["spec"]["selector"]
        assert [pod for pod, template in pods.items() if selects(selector, template["metadata"]["labels"])] == [name]


@kinds
def test_a_secured_qdrant_is_read_with_its_key_by_reference(key):
    values = merged(
        EVERYTHING, {"vectorDatabase": {"apiKeySecret": {"name": "qdrant", "key": "token"}}}, monitored(key)
    )
    spec = monitors(values, key)["kubilitics-qdrant"]["spec"]
    (endpoint,) = spec.get("endpoints") or spec["podMetricsEndpoints"]
    assert endpoint["authorization"] == {"credentials": {"name": "qdrant", "key": "token"}}


@kinds
def test_labels_and_intervals_are_the_operators(key):
    settings = {"interval": "15s", "scrapeTimeout": "5s", "labels": {"release": "prometheus"}}
    for item in monitors(merged(EVERYTHING, monitored(key, **settings)), key).values():
        assert item["metadata"]["labels"]["release"] == "prometheus"
        (endpoint,) = item["spec"].get("endpoints") or item["spec"]["podMetricsEndpoints"]
        assert (endpoint["interval"], endpoint["scrapeTimeout"]) == ("15s", "5s")


@kinds
def test_the_cores_monitors_are_the_same_bytes_with_ai_on_and_off(key):
    off, on = render(monitored(key)), render(merged(EVERYTHING, monitored(key)))
    assert off.texts_of("backend", "frontend") == on.texts_of("backend", "frontend")


def rendered_by_helm(values, *arguments):
    command = [helm3(), "template", "kubilitics", str(CHART), "--values", "-", *arguments]
    run = subprocess.run(command, input=yaml.safe_dump(values), capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


@kinds
@pytest.mark.parametrize(
    ("mode", "known", "outcome"),
    [
        ("alwaysRender", False, "rendered"),
        ("alwaysRender", True, "rendered"),
        ("skipIfMissing", False, "nothing"),
        ("skipIfMissing", True, "rendered"),
        ("failIfMissing", False, "refused"),
        ("failIfMissing", True, "rendered"),
    ],
)
def test_what_happens_where_the_cluster_does_not_know_the_kind(key, mode, known, outcome):
    api = ["--api-versions", f"monitoring.coreos.com/v1/{KINDS[key]}"] if known else []
    code, output = rendered_by_helm(monitored(key, renderMode=mode), *api)
    assert (code != 0) == (outcome == "refused")
    assert (f"kind: {KINDS[key]}" in output) == (outcome == "rendered")
    if outcome == "refused":
        assert f"- monitoring.{key}.renderMode: the cluster does not have" in output


def test_labels_of_a_monitor_cannot_replace_the_charts():
    labels = {"app.kubernetes.io/component": "ai"}
    assert "belongs to the chart" in embedded(monitored("serviceMonitor", labels=labels))

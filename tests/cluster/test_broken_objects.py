"""Objects broken on purpose: what the API server refuses, the offline schemas refuse too, or it is a known gap.

The gaps are of one sort: the schemas judge the shape of an object, the server its meaning as well.
"""

import copy

import pytest

from kubilitics_chartgen.kube.schemas import problems
from kubilitics_chartgen.kube.versions import parse_version
from tests.chart.objects import render
from tests.tools import REPOSITORY

POD = "spec.template.spec"
CONTAINER = f"{POD}.containers.0"
DEPLOYMENT, SERVICE = ("Deployment", "kubilitics-backend"), ("Service", "kubilitics-backend")
CLAIM, POLICY = ("PersistentVolumeClaim", "kubilitics-backend"), ("NetworkPolicy", "kubilitics-backend")
SCALER, BUDGET = ("HorizontalPodAutoscaler", "kubilitics-frontend"), ("PodDisruptionBudget", "kubilitics-frontend")
ROLE, CONFIG = ("ClusterRole", ""), ("ConfigMap", "kubilitics-frontend")
INGRESS = ("Ingress", "kubilitics-frontend")
GONE = object()

PREDICTED = {
    "an unknown field": (DEPLOYMENT, f"{CONTAINER}.imagePullSecret", "x"),
    "a misspelt section": (DEPLOYMENT, f"{CONTAINER}.resource", {}),
    "a text for a number": (DEPLOYMENT, "spec.replicas", "2"),
    "a number for a text": (DEPLOYMENT, f"{CONTAINER}.env.0.value", 8080),
    "a boolean for a label": (DEPLOYMENT, "metadata.labels.tier", True),
    "a mapping for a list": (DEPLOYMENT, f"{POD}.volumes", {}),
    "no selector": (DEPLOYMENT, "spec.selector", GONE),
    "no quantity": (DEPLOYMENT, f"{CONTAINER}.resources.limits.memory", "1 GB"),
    "a replica count beyond 32 bits": (DEPLOYMENT, "spec.replicas", 2**40),
    "a version that is gone": (DEPLOYMENT, "apiVersion", "extensions/v1beta1"),
    "a port in words": (SERVICE, "spec.ports.0.port", "http"),
    "binary data that is no base64": (CONFIG, "binaryData", {"a": "%%%"}),
    "data that is no text": (CONFIG, "data.number", 1),
    "a rule without verbs": (ROLE, "rules.0.verbs", GONE),
    "an autoscaler without a target": (SCALER, "spec.scaleTargetRef", GONE),
    "an Ingress path without a type": (INGRESS, "spec.rules.0.http.paths.0.pathType", GONE),
}
KNOWN_GAPS = {
    "a name in capitals": (DEPLOYMENT, "metadata.name", "Backend"),
    "a label value with a space": (DEPLOYMENT, "metadata.labels.tier", "a b"),
    "a selector that misses the pods": (DEPLOYMENT, "spec.selector.matchLabels", {"app": "other"}),
    "a negative replica count": (DEPLOYMENT, "spec.replicas", -1),
    "two containers of one name": (DEPLOYMENT, f"{POD}.containers.1", {"name": "backend", "image": "x"}),
    "a mount without its volume": (DEPLOYMENT, f"{POD}.volumes", []),
    "a port beyond 65535": (DEPLOYMENT, f"{CONTAINER}.ports.0.containerPort", 70000),
    "a port name with capitals": (DEPLOYMENT, f"{CONTAINER}.ports.0.name", "HTTP_PORT_NAME_TOO_LONG"),
    "requests above limits": (DEPLOYMENT, f"{CONTAINER}.resources.requests.cpu", "100"),
    "a probe with two ways": (DEPLOYMENT, f"{CONTAINER}.livenessProbe.tcpSocket", {"port": 1}),
    "Recreate with a rolling update": (DEPLOYMENT, "spec.strategy.rollingUpdate", {"maxSurge": 1}),
    "restartPolicy Never in a Deployment": (DEPLOYMENT, f"{POD}.restartPolicy", "Never"),
    "an unknown pull policy": (DEPLOYMENT, f"{CONTAINER}.imagePullPolicy", "Sometimes"),
    "an unknown Service type": (SERVICE, "spec.type", "Internal"),
    "a Service without ports": (SERVICE, "spec.ports", []),
    "an unknown protocol": (SERVICE, "spec.ports.0.protocol", "HTTP"),
    "a claim without a size": (CLAIM, "spec.resources", {}),
    "an unknown access mode": (CLAIM, "spec.accessModes", ["ReadWriteSometimes"]),
    "a network that is none": (POLICY, "spec.egress.0.to", [{"ipBlock": {"cidr": "10.0.0.0/99"}}]),
    "fewest pods above most": (SCALER, "spec.minReplicas", 99),
    "a budget with both limits": (BUDGET, "spec.minAvailable", 1),
    "a key with a slash": (CONFIG, "data", {"a/b": "x"}),
    "a host with a scheme": (INGRESS, "spec.rules.0.host", "https://example.com"),
}
VALUES = {
    "backend": {"auth": {"acknowledgeExposed": True}},
    "frontend": {"autoscaling": {"enabled": True}, "podDisruptionBudget": {"enabled": True}},
    "ingress": {"enabled": True, "host": "kubilitics.example.com"},
}


def broken(namespace, kind, name, path, value):
    """A rendered object with one thing broken."""
    rendered = render(VALUES, namespace=namespace).all
    (item,) = (
        item for item in rendered if item["kind"] == kind and item["metadata"]["name"].endswith(name or "-backend")
    )
    item = copy.deepcopy(item)
    owner, steps = item, path.split(".")
    for step in steps[:-1]:
        owner = owner[int(step)] if isinstance(owner, list) else owner.setdefault(step, {})
    last = int(steps[-1]) if isinstance(owner, list) else steps[-1]
    if value is GONE:
        del owner[last]
    elif isinstance(owner, list) and last == len(owner):
        owner.append(value)
    else:
        owner[last] = value
    return item


def offline(cluster, item):
    return problems(item, parse_version(cluster.version))


def test_what_is_not_broken_is_accepted_by_both(cluster, namespace):
    for item in render(VALUES, namespace=namespace).all:
        assert offline(cluster, item) == []
        assert cluster.refusal(item) == "", item["metadata"]["name"]


@pytest.mark.parametrize("case", PREDICTED)
def test_what_the_server_refuses_was_predicted(cluster, namespace, case):
    (kind, name), path, value = PREDICTED[case]
    item = broken(namespace, kind, name, path, value)
    assert cluster.refusal(item), "the server accepts it: it is not broken"
    assert offline(cluster, item)


@pytest.mark.parametrize("case", KNOWN_GAPS)
def test_what_only_the_server_knows_is_a_known_gap(cluster, namespace, case):
    (kind, name), path, value = KNOWN_GAPS[case]
    item = broken(namespace, kind, name, path, value)
    assert cluster.refusal(item), "the server accepts it: it is not broken"
    assert not offline(cluster, item), "predicted now: move it up"


def test_the_known_gaps_are_the_documented_ones():
    text = (REPOSITORY / "docs" / "on-a-cluster.md").read_text(encoding="utf-8")
    listed = text.partition("## What the offline checks do not know")[2].splitlines()
    assert [line.removeprefix("- ") for line in listed if line.startswith("- ")] == list(KNOWN_GAPS)

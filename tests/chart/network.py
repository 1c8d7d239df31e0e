"""Everybody who may try to talk to whom, and what the rendered policies say to it."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from helm_python import Chart

from kubilitics_chartgen.kube.network_policy import Address, Pod, allowed
from kubilitics_chartgen.kube.policy_flavors import plain_policy
from tests.chart.objects import CHART, Objects

NAMESPACE = "tools"
COMPONENTS = ("backend", "frontend", "ai", "qdrant", "chromadb", "ollama", "test", "hook", "migrate", "ai-test")
PORTS = (22, 53, 80, 443, 3128, 5353, 6333, 6334, 6443, 8000, 8080, 8081, 9090, 11434, 50051)
PROTOCOLS = ("TCP", "UDP")


def _labels(component: str, instance: str = "kubilitics") -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "kubilitics",
        "app.kubernetes.io/instance": instance,
        "app.kubernetes.io/component": component,
    }


def _pod(name: str, namespace: str, labels: dict[str, str], number: int) -> Pod:
    return Pod(name, namespace, labels, {"kubernetes.io/metadata.name": namespace}, f"10.244.0.{number}")


ACTORS: dict[str, Pod | Address] = {
    **{name: _pod(name, NAMESPACE, _labels(name), number) for number, name in enumerate(COMPONENTS, 10)},
    "dns": _pod("dns", "kube-system", {"k8s-app": "kube-dns"}, 30),
    "ingress-controller": _pod("ingress-controller", "ingress", {"app": "ingress"}, 31),
    "scraper": _pod("scraper", "monitoring", {"app.kubernetes.io/name": "prometheus"}, 32),
    "other-in-monitoring": _pod("other-in-monitoring", "monitoring", {"app.kubernetes.io/name": "grafana"}, 33),
    "neighbour": _pod("neighbour", NAMESPACE, {"app": "neighbour"}, 34),
    "other-release-ai": _pod("other-release-ai", NAMESPACE, _labels("ai", "other"), 35),
    "other-release-frontend": _pod("other-release-frontend", "elsewhere", _labels("frontend"), 36),
    "llm": _pod("llm", "ollama", {"app": "ollama"}, 37),
    "api-server": Address("10.96.0.1"),
    "node": Address("192.168.7.1"),
    "metadata": Address("169.254.169.254"),
    "internet": Address("104.18.6.192"),
    "internet-6": Address("2606:4700::6812"),
    "private-6": Address("fd00::7"),
    "other-cluster": Address("203.0.113.7"),
}
PRIVATE = [name for name, actor in ACTORS.items() if actor.ip.startswith(("10.", "192.168.", "fd"))]

Way = tuple[str, str, int, str]


def ways(objects: Objects) -> set[Way]:
    """(from, to, port, protocol) of everything that the policies allow at either end of which is a pod of the chart."""
    policies = [policy for item in objects.all if (policy := plain_policy(item))]
    return {
        (source, target, port, protocol)
        for source, target in itertools.permutations(ACTORS, 2)
        if source in COMPONENTS or target in COMPONENTS
        for port in PORTS
        for protocol in PROTOCOLS
        if allowed(policies, ACTORS[source], ACTORS[target], port, protocol)
    }


@cache
def _without_schema() -> Chart:
    """The chart without its schema, for sections that are declared elsewhere."""
    folder = Path(tempfile.mkdtemp()) / "kubilitics"
    shutil.copytree(CHART, folder)
    (folder / "values.schema.json").unlink()
    return Chart.load(folder)


def render_in(values: dict[str, Any]) -> Objects:
    """The chart rendered into the namespace that the actors live in."""
    return Objects(_without_schema().render(values, name="kubilitics", namespace=NAMESPACE))

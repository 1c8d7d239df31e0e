"""A control plane for the whole session, a namespace for each test, and the three Helms."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

# Its fixture, not its plugin: pytest warns of how that one decorates fixtures, and warnings are errors here.
from pytest_helm_charts.fixtures import kube_cluster  # noqa: F401

from tests import tools
from tests.cluster import control_plane
from tests.cluster.cluster import Cluster
from tests.cluster.helms import Helm, make_helm

HELMS = ("helm3", "helm4", "embedded")


@pytest.fixture(scope="session")
def kube_config() -> Iterator[str]:
    """The administrator's kubeconfig: KUBECONFIG with USE_EXISTING_CLUSTER=true, else of a control plane of our own."""
    if os.environ.get("USE_EXISTING_CLUSTER") == "true":
        yield os.environ["KUBECONFIG"]
        return
    binaries = tools.needed(control_plane.programs(), control_plane.MISSING)
    with control_plane.running(Path(binaries)) as plane:
        yield str(plane.kubeconfig)


@pytest.fixture(scope="session")
def cluster(kube_config: str) -> Cluster:
    return Cluster(Path(kube_config))


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace that enforces `restricted`, gone after the test."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    cluster.make_namespace(name)
    yield name
    cluster.core.delete_namespace(name)


@pytest.fixture(params=HELMS)
def helm(request: pytest.FixtureRequest, kube_config: str) -> Helm:
    return make_helm(request.param, Path(kube_config))


@pytest.fixture(params=["helm3", "helm4"])
def its_helm(request: pytest.FixtureRequest, kube_config: str) -> Helm:
    """The two that people run by hand."""
    return make_helm(request.param, Path(kube_config))


@pytest.fixture
def helm4(kube_config: str) -> Helm:
    return make_helm("helm4", Path(kube_config))


@pytest.fixture
def helm3(kube_config: str) -> Helm:
    return make_helm("helm3", Path(kube_config))

"""What the space puts where a chart hands Kubernetes' own fields through is what an API server takes."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.kube.schemas import problems
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.space.examples import kubernetes_example
from kubilitics_chartgen.verify.space.unnamed import often_meant

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}


def pod(container=None, **spec):
    return {**POD, "spec": {"containers": [{"name": "a", "image": "a", **(container or {})}], **spec}}


OBJECTS = {
    "lifecycle": lambda value: pod({"lifecycle": value}),
    "extraVolumes": lambda value: pod(volumes=value),
    "extraVolumeMounts": lambda value: pod({"volumeMounts": value}),
    "tolerations": lambda value: pod(tolerations=value),
    "affinity": lambda value: pod(affinity=value),
    "topologySpreadConstraints": lambda value: pod(topologySpreadConstraints=value),
}


@pytest.mark.parametrize("name", sorted(OBJECTS))
@pytest.mark.parametrize("version", supported(), ids=str)
def test_an_example_fits_the_schema_of_every_kubernetes(name, version):
    value = kubernetes_example(name)
    assert value, "there is one, and it is not empty"
    assert list(problems(OBJECTS[name](value), version)) == []


def deploying(value, kind="Deployment"):
    template = {"metadata": {"labels": {"a": "b"}}, "spec": POD_SPEC}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    field = {"serviceName": "a", "updateStrategy": value} if kind == "StatefulSet" else {"strategy": value}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "a"}, "spec": {**spec, **field}}


def ingress(value):
    spec = {"defaultBackend": {"service": {"name": "a", "port": {"number": 80}}}, "tls": value}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "a"}, "spec": spec}


def claim(value):
    spec = {"accessModes": value, "resources": {"requests": {"storage": "1Gi"}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "a"}, "spec": spec}


def driver(value):
    spec = {"tokenRequests": value}
    return {"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": "a"}, "spec": spec}


POD_SPEC = pod()["spec"]
OFTEN = {
    "accessModes": claim,
    "args": lambda value: pod({"args": value}),
    "command": lambda value: pod({"command": value}),
    "customReadinessProbe": lambda value: pod({"readinessProbe": value}),
    "env": lambda value: pod({"env": value}),
    "envFrom": lambda value: pod({"envFrom": value}),
    "extraArgs": lambda value: pod({"args": value}),
    "extraDeploy": lambda value: value[0],
    "extraEnv": lambda value: pod({"env": value}),
    "extraEnvVars": lambda value: pod({"env": value}),
    "extraInitContainers": lambda value: pod(initContainers=value),
    "extraManifests": lambda value: value[0],
    "livenessProbe": lambda value: pod({"livenessProbe": value}),
    "startupProbe": lambda value: pod({"startupProbe": value}),
    "strategy": deploying,
    "tls": ingress,
    "tokenRequests": driver,
    "updateStrategy": lambda value: deploying(value, "StatefulSet"),
}


@pytest.mark.parametrize("name", sorted(OFTEN))
@pytest.mark.parametrize("version", [supported()[0], supported()[-1]], ids=str)
def test_so_does_what_a_name_often_means(name, version):
    value = often_meant(name)
    assert value, "there is one, and it is not empty"
    assert list(problems(OFTEN[name](value), version)) == []


def test_a_mount_has_its_volume():
    (volume,), (mount,) = kubernetes_example("extraVolumes"), kubernetes_example("extraVolumeMounts")
    assert mount["name"] == volume["name"]

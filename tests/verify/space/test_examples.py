"""What the space puts where a chart hands Kubernetes' own fields through is what an API server takes."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.kube.schemas import problems
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.space.examples import kubernetes_example

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


def test_a_mount_has_its_volume():
    (volume,), (mount,) = kubernetes_example("extraVolumes"), kubernetes_example("extraVolumeMounts")
    assert mount["name"] == volume["name"]

"""A Service that selects nothing leads nowhere, unless somebody writes its addresses down."""

import pytest

from tests.verify.checks.objects import accepted
from tests.verify.checks.rendered import context, judged, of

SLICE = {
    "apiVersion": "discovery.k8s.io/v1",
    "kind": "EndpointSlice",
    "metadata": {"name": "web-1", "labels": {"kubernetes.io/service-name": "web"}},
    "addressType": "IPv4",
    "endpoints": [{"addresses": ["192.0.2.1"]}],
}


def found(*more, **spec):
    service = accepted("Service")
    service["metadata"] = {"name": "web"}
    service["spec"] = {"ports": [{"port": 80}], **spec}
    return [
        (fault.path, fault.message) for _name, fault in judged([of(service), *map(of, more)], context(), "selectors")
    ]


def test_it_is_found():
    assert found() == [("spec.selector", "is missing, and no Endpoints say where the Service leads")]


@pytest.mark.parametrize(
    "more",
    [
        [SLICE],
        [{"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "web"}, "subsets": []}],
    ],
)
def test_addresses_that_are_written_down_stand_in(more):
    assert found(*more) == []


def test_those_of_another_service_do_not():
    other = {**SLICE, "metadata": {"name": "x", "labels": {"kubernetes.io/service-name": "x"}}}
    assert [path for path, _message in found(other)] == ["spec.selector"]


def test_a_name_for_another_host_needs_none():
    assert found(type="ExternalName", externalName="db.example.com") == []

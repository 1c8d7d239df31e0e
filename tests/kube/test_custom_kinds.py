"""Objects of custom kinds are judged as the CRDs in tests/crds say."""

from __future__ import annotations

import json
from importlib import resources

from kubilitics_chartgen.kube.custom_kinds import custom_kinds, custom_problems
from tests.chart import crds

MONITOR = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "ServiceMonitor",
    "metadata": {"name": "web"},
    "spec": {"selector": {}, "endpoints": [{"port": "http"}]},
}


def test_the_packaged_schemas_are_those_of_the_crds():
    packaged = json.loads(resources.files("kubilitics_chartgen.kube").joinpath("custom_kinds.json").read_text())
    expected = {}
    for (api_version, kind), schema in crds._schemas().items():
        expected[f"{api_version} {kind}"] = crds.strict(schema)
        expected[f"{api_version} {kind}"]["properties"]["metadata"] = {"type": "object", "required": ["name"]}
    assert packaged == expected
    assert len(custom_kinds()) == len(expected) == 8


def test_an_unknown_field_and_a_wrong_type_are_found():
    assert custom_problems(MONITOR) == []
    spec = {"selector": {}, "endpoints": [{"port": 80, "prot": "x"}]}
    found = [(problem.path, problem.message) for problem in custom_problems({**MONITOR, "spec": spec})]
    assert found == [
        ("spec.endpoints[0].port", "must be a text, not an integer."),
        ("spec.endpoints[0].prot", "unknown field."),
    ]


def test_other_kinds_are_not_judged():
    assert custom_problems({"apiVersion": "example.com/v1", "kind": "Thing", "nonsense": 1}) == []


def test_a_text_that_does_not_fit_is_told_what_would():
    endpoint = {**MONITOR["spec"]["endpoints"][0], "interval": "often"}
    monitor = {**MONITOR, "spec": {**MONITOR["spec"], "endpoints": [endpoint]}}
    assert [(problem.path, problem.message) for problem in custom_problems(monitor)] == [
        ("spec.endpoints[0].interval", "must be a duration such as 30s.")
    ]
    route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "a"}}
    (problem,) = custom_problems({**route, "spec": {"hostnames": ["Not_A_Name"]}})
    assert problem.path == "spec.hostnames[0]"
    assert problem.message.startswith("must fit the pattern ^(")


def test_what_has_a_default_need_not_be_said():
    """`kind` and `wildcardPolicy` have one in OpenShift's CRD, which asks for the first and judges the second."""
    route = {"apiVersion": "route.openshift.io/v1", "kind": "Route", "metadata": {"name": "web"}}
    assert custom_problems({**route, "spec": {"to": {"name": "web"}}}) == []
    assert (
        custom_problems({**route, "spec": {"to": {"kind": "Service", "name": "web"}, "tls": {"termination": "edge"}}})
        == []
    )
    (problem,) = custom_problems({**route, "spec": {"to": {"kind": "Service"}}})
    assert (problem.path, problem.message) == ("spec.to.name", "is required.")
    wrong = {"to": {"name": "web"}, "wildcardPolicy": "Subdomain"}
    assert custom_problems({**route, "spec": wrong}) != []

"""Which fields never change: the answers of real servers, held against what the Kubernetes sources say."""

import json
from importlib import resources

import pytest

from kubilitics_chartgen.kube.fixed_fields import fixed_fields, is_in, probed_minors
from kubilitics_chartgen.kube.updates import IMMUTABLE, refusals, rules

NEWEST = 37
OTHERWISE = {("Job", "spec.podReplacementPolicy")}
"""The server takes a change of it, where the sources were read otherwise."""


def job(policy):
    spec = {"podReplacementPolicy": policy, "template": {"spec": {"containers": []}}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "x"}, "spec": spec}


@pytest.mark.parametrize("minor", probed_minors())
def test_what_the_sources_call_immutable_no_server_lets_change(minor):
    answers = fixed_fields(minor)
    agreed = 0
    for rule in IMMUTABLE:
        found = answers.get((rule.group, rule.kind))
        for path in rule.paths if found and not rule.but else ():
            if (rule.kind, path) not in OTHERWISE:
                assert path not in found.free, f"{rule.kind} {path}"
                agreed += path in found.fixed
    assert agreed >= 10


@pytest.mark.parametrize("minor", probed_minors())
def test_every_field_that_no_server_lets_change_has_a_rule(minor):
    """Those of a Service depend on its type and its addresses, so that a function has them."""
    for (group, kind), found in fixed_fields(minor).items():
        known = [path for rule in rules(group, kind, minor) for path in rule.paths]
        for path in found.fixed if kind != "Service" else ():
            assert any(is_in(path, other) for other in known), f"{kind} {path}"


def test_the_servers_answer_counts_where_the_minor_was_probed():
    assert NEWEST in probed_minors()
    assert list(refusals(job("Failed"), job("TerminatingOrFailed"), NEWEST)) == []
    (refused,) = refusals(job("Failed"), job("TerminatingOrFailed"), 30)
    assert refused.path == "spec.podReplacementPolicy"


def test_each_file_is_of_the_minor_in_its_name():
    for minor in probed_minors():
        text = resources.files("kubilitics_chartgen.kube.fixed_fields").joinpath(f"1.{minor}.json").read_text()
        assert json.loads(text)["kubernetes"].startswith(f"v1.{minor}.")

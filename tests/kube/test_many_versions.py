"""One answer for many Kubernetes versions is the sum of the answers for each."""

from __future__ import annotations

import copy
import random

from kubilitics_chartgen.kube.many_versions import problems_in
from kubilitics_chartgen.kube.schemas import problems
from kubilitics_chartgen.kube.versions import parse_versions, supported
from tests.verify.checks.objects import accepted, kinds, spoiled


def one_by_one(obj, versions):
    return {(problem, version) for version in versions for problem in problems(obj, version)}


def together(obj, versions):
    return {(problem, version) for problem, having in problems_in(obj, versions) for version in having}


def test_what_is_accepted_everywhere_has_no_problem():
    for kind in kinds():
        assert problems_in(accepted(kind), supported()) == []


def test_a_field_that_came_later_is_a_problem_before():
    budget = spoiled("PodDisruptionBudget", {"spec.unhealthyPodEvictionPolicy": "AlwaysAllow"})
    ((problem, having),) = problems_in(budget, supported())
    assert problem.path == "spec.unhealthyPodEvictionPolicy"
    assert [version.name for version in having] == ["1.25"]


def test_a_kind_that_is_gone_is_a_problem_where_it_is_gone():
    flow = {"apiVersion": "flowcontrol.apiserver.k8s.io/v1beta3", "kind": "FlowSchema", "metadata": {"name": "x"}}
    found = problems_in(flow, parse_versions("1.30-1.33"))
    assert {version.name for _, having in found for version in having} == {"1.32", "1.33"}


def test_the_same_is_found_as_for_each_version_alone():
    chance = random.Random(7)
    values = [None, -1, 70000, "x", [], {}, ["x"], {"x": 1}, True]
    for _ in range(400):
        obj = accepted(chance.choice(kinds()))
        owner, key = chance.choice(list(_leaves(obj)))
        if chance.random() < 0.3 and isinstance(owner, dict):
            owner[f"{key}X"] = copy.deepcopy(owner[key])
        else:
            owner[key] = chance.choice(values)
        assert together(obj, supported()) == one_by_one(obj, supported()), obj


def _leaves(value):
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(item, (dict, list)):
            yield from _leaves(item)


def test_what_is_no_object_is_said_to_be_none():
    assert [problem.message for problem, _ in problems_in([], supported())] == [
        "is not a Kubernetes object: not a mapping."
    ]

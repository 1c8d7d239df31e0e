"""A release's name is a word of a name, and no letters within one."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.verify.checks.reading import names_release
from tests.verify.checks.objects import accepted
from tests.verify.checks.rendered import RELEASE, context, judged, of


@pytest.mark.parametrize(
    ("name", "release", "named"),
    [
        ("web", "b", False),
        ("web-b", "b", True),
        ("b", "b", True),
        ("b.example", "b", True),
        ("my_b", "b", True),
        # As names of RBAC objects often are: rbac/validation takes any path segment.
        ("b:web", "b", True),
        ("my:b", "b", True),
        ("system:b:reader", "b", True),
        ("a:bc", "b", False),
        ("abc", "b", False),
        ("shop-web", "shop", True),
        ("shopping", "shop", False),
    ],
)
def test_a_word_of_it(name, release, named):
    assert names_release(name, release) is named


@pytest.mark.parametrize(
    ("name", "label", "is_told"), [(f"{RELEASE}ping", "x", False), (f"{RELEASE}-web", f"{RELEASE}ping", True)]
)
def test_a_selector_must_name_the_release_where_the_name_does(name, label, is_told):
    workload = accepted("Deployment")
    workload["metadata"] = {"name": name}
    labels = {"app": label}
    workload["spec"]["selector"] = {"matchLabels": labels}
    workload["spec"]["template"]["metadata"] = {"labels": labels}
    messages = [fault.message for _name, fault in judged([of(workload)], context(), "selectors")]
    assert any("does not name the release" in message for message in messages) is is_told

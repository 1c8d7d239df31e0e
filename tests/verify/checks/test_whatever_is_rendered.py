"""No check stumbles over anything that a template may print, and what one says does not depend on who asks first."""

from __future__ import annotations

import copy

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kubilitics_chartgen.verify.checks import CHECKS, Document
from tests.verify.checks.objects import accepted, kinds
from tests.verify.checks.rendered import EXAMPLES, context, judged, rendered

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 70000)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "a", "8080", "1Gi"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "a", "spec"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def _places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _places(item, (*path, position))


@st.composite
def disfigured(draw):
    """An accepted object with a few values replaced by anything at all."""
    obj = copy.deepcopy(accepted(draw(st.sampled_from(kinds()))))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([place for place in _places(obj) if place]))
        owner = obj
        for step in path[:-1]:
            owner = owner[step]
        owner[path[-1]] = draw(ANYTHING)
    return obj


@settings(max_examples=150, deadline=None)
@given(st.lists(disfigured(), min_size=1, max_size=3))
def test_no_check_stumbles(objects):
    items = [
        Document(f"chart/templates/{number}.yaml", 1, yaml.safe_dump(obj), obj) for number, obj in enumerate(objects)
    ]
    against = context(EXAMPLES / "reachability" / "good")
    assert judged(items, against) == judged(items, against)


@settings(max_examples=100, deadline=None)
@given(ANYTHING)
def test_no_check_stumbles_over_what_is_no_object(value):
    obj = value if isinstance(value, dict) else {"kind": value}
    judged([Document("chart/templates/x.yaml", 1, yaml.safe_dump(obj), obj)], context())


def test_the_order_of_documents_changes_nothing():
    for check in CHECKS:
        chart = EXAMPLES / check.name / "bad"
        items = rendered(chart)
        one, other = (judged(order, context(chart), check.name) for order in (items, items[::-1]))
        if check.name != "duplicates":  # which of two is the second depends on the order
            assert sorted(map(repr, one)) == sorted(map(repr, other))

"""Whatever a real API server refuses is found before it is sent, at the place where it is wrong."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.kube.schemas import problems
from kubilitics_chartgen.kube.versions import newest
from tests.verify.checks.objects import accepted, kinds, spoiled
from tests.verify.checks.refused import REFUSED, USELESS
from tests.verify.checks.rendered import context, judged, of

VALIDATING = {check for check, *_ in REFUSED}
ROWS = REFUSED + USELESS


@pytest.mark.parametrize("kind", kinds())
def test_nothing_is_said_of_an_object_that_is_accepted(kind):
    assert judged([of(accepted(kind))], context(), *VALIDATING, "schema", "drift", "pod-security", "resources") == []


@pytest.mark.parametrize(
    ("check", "kind", "changes", "path"), ROWS, ids=[f"{row[1]} {next(iter(row[2]))}" for row in ROWS]
)
def test_what_is_refused_is_found_where_it_is(check, kind, changes, path):
    found = judged([of(spoiled(kind, changes))], context(), *VALIDATING)
    assert (check, path) in {(name, fault.path) for name, fault in found}, found


@pytest.mark.parametrize(
    ("check", "kind", "changes", "path"), ROWS, ids=[f"{row[1]} {next(iter(row[2]))}" for row in ROWS]
)
def test_the_schema_alone_would_not_have_found_it(check, kind, changes, path):
    assert problems(spoiled(kind, changes), newest()) == []

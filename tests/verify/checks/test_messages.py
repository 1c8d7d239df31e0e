"""A message says where something is missing, and one mistake has one message."""

from __future__ import annotations

import pytest

from tests.verify.checks.objects import GONE, spoiled
from tests.verify.checks.rendered import RELEASE, context, judged, of

PATH = "spec.rules[0].http.paths[0]"


@pytest.mark.parametrize("gone", [{f"{PATH}.pathType": GONE}, {f"{PATH}.pathType": None}])
@pytest.mark.parametrize("path", ["/", GONE])
def test_that_a_path_has_no_type_is_told_once(gone, path):
    # networking/v1: pathType is required, and a path may be left out where it is ImplementationSpecific.
    item = of(spoiled("Ingress", {**gone, f"{PATH}.path": path}))
    assert [(name, one.path) for name, one in judged([item], context(), "schema", "ingresses")] == [
        ("schema", f"{PATH}.pathType")
    ]


@pytest.mark.parametrize(
    ("named", "where"),
    [({}, ""), ({"namespace": "store"}, ""), ({"namespace": "elsewhere"}, " in the namespace `elsewhere`")],
)
def test_what_is_missing_in_another_namespace_is_told_so(named, where):
    account = f"{RELEASE}-web"
    there = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account if where else "other"}}
    subject = {"kind": "ServiceAccount", "name": account, **named}
    binding = of(spoiled("RoleBinding", {"subjects[0]": subject, "roleRef.name": "somebody-elses"}))
    found = judged([of(there), binding], context(), "references")
    assert [(one.path, one.message) for _name, one in found] == [
        ("subjects[0].name", f"there is no ServiceAccount `{account}`{where}")
    ]


@pytest.mark.parametrize(("entry", "message"), [({"value": "a"}, "is missing"), ({"name": "a b"}, "`a b` is no name")])
def test_a_variable_without_a_name_lacks_one(entry, message):
    found = judged(
        [of(spoiled("Deployment", {"spec.template.spec.containers[0].env": [entry]}))], context(), "containers"
    )
    (one,) = [one for _name, one in found if one.path.endswith("env[0].name")]
    assert one.message.startswith(message)

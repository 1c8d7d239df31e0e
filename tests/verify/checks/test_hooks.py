"""What Helm would not heed of a hook's annotations, word by word."""

import pytest

from tests.verify.checks.objects import accepted
from tests.verify.checks.rendered import context, judged, of

HOOK, POLICY, WEIGHT = "helm.sh/hook", "helm.sh/hook-delete-policy", "helm.sh/hook-weight"


def found(notes):
    item = accepted("Deployment")
    item["metadata"]["annotations"] = notes
    return [(fault.path, fault.message) for _name, fault in judged([of(item)], context(), "hooks")]


@pytest.mark.parametrize(
    "notes",
    [
        {},
        {HOOK: "test", WEIGHT: "-5", POLICY: "before-hook-creation, hook-failed"},
        {HOOK: "test", "helm.sh/hook-output-log-policy": "hook-failed,hook-succeeded"},
        {"helm.sh/resource-policy": "keep", "helm.sh/somethingelse": "x"},
    ],
)
def test_what_helm_knows_is_no_fault(notes):
    assert found(notes) == []


@pytest.mark.parametrize(
    ("notes", "key", "message"),
    [
        ({POLICY: "hook-succeeded"}, POLICY, "means nothing without helm.sh/hook"),
        ({HOOK: "test", WEIGHT: "1.5"}, WEIGHT, "`1.5` must be a whole number"),
        (
            {HOOK: "test", POLICY: "before-hook-creation,succeeded"},
            POLICY,
            "`succeeded` must be before-hook-creation or hook-succeeded or hook-failed",
        ),
        ({"helm.sh/resource-policy": "Keep"}, "helm.sh/resource-policy", "`Keep` must be keep"),
    ],
)
def test_what_helm_would_skip_is_found(notes, key, message):
    assert found(notes) == [(f'metadata.annotations["{key}"]', message)]

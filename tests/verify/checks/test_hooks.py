"""What Helm would not heed of a hook's annotations, word by word."""

import pytest

from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.verify.charts import write_chart
from tests.verify.checks.objects import accepted
from tests.verify.checks.rendered import context, judged, of

LEFT_OUT = "that Helm knows, so that it leaves the object out"
JOB = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  annotations: {helm.sh/hook: "%s"}
"""
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
        # pkg/release/util/manifest_sorter.go: in any case, with space around; `test-success` is read as `test`.
        {HOOK: "Pre-Install , post-upgrade"},
        {HOOK: "test-success"},
        # Of Helm 2, and left out on purpose since.
        {HOOK: "crd-install"},
        {"helm.sh/resource-policy": "keep", "helm.sh/somethingelse": "x"},
    ],
)
def test_what_helm_knows_is_no_fault(notes):
    assert found(notes) == []


@pytest.mark.parametrize(
    ("notes", "key", "message"),
    [
        (
            {HOOK: "pre-install, pre-upgarde"},
            HOOK,
            f"`pre-upgarde` is no event {LEFT_OUT}; did you mean `pre-upgrade`?",
        ),
        ({HOOK: "sometime"}, HOOK, f"`sometime` is no event {LEFT_OUT}"),
        ({HOOK: "pre-install,"}, HOOK, f"an event is empty, which is none {LEFT_OUT}"),
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


def of_verify(folder, event):
    chart = write_chart(folder / "web", {"templates/hook.yaml": JOB % event})
    findings = verify(VerifyRequest(chart, random=0, workers=1)).findings
    return [(each.check, each.object) for each in findings if each.template == "web/templates/hook.yaml"]


def test_what_helm_leaves_out_is_judged_by_nobody_else(tmp_path):
    # An empty ConfigMap, which the check `config-data` would name.
    assert of_verify(tmp_path / "a", "post-install") == [("config-data", "ConfigMap/web")]
    assert of_verify(tmp_path / "b", "post-instal") == [("hooks", "ConfigMap/web")]
    assert of_verify(tmp_path / "c", "crd-install") == [("every-template", "")]

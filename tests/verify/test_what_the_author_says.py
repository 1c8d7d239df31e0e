"""`verify` holds a chart against what its author says: what is refused, what is accepted, what is there to print."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.verify.space.configuration import overrides
from kubilitics_chartgen.verify.subject import read_subject
from tests.verify.charts import DEPLOYMENT, SERVICE, VALUES, write_chart
from tests.verify.test_verify_command import found, reproduced, run

CHECKS = ("--no-nulls", "--checks", "refusals,known-values,every-template")
GATE = '{{ if lt (.Values.replicas | int64) 1 }}{{ fail "replicas: none would serve; write 1 or more" }}{{ end }}'
DECLARED = """\
declared:
  refusals:
    - {says: "replicas: none*", values: {replicas: 0}, instead: {replicas: 1}}
"""


def judged(folder, files):
    return found(write_chart(folder, {".chartgen.yaml": DECLARED, **files}), *CHECKS)[0]


def test_what_is_declared_as_refused_is_refused_in_its_words(tmp_path):
    assert judged(tmp_path / "web", {"templates/gate.yaml": GATE}) == []


def test_a_refusal_that_is_lost_or_says_something_else_is_a_finding(tmp_path):
    (lost,) = judged(tmp_path / "lost", {})
    assert (lost["check"], lost["path"]) == ("refusals", "declared.refusals[0].values")
    assert "they are accepted" in lost["message"]
    assert "kind: Deployment" in reproduced(lost)
    (other,) = judged(tmp_path / "other", {"templates/gate.yaml": GATE.replace("none would serve", "wrong")})
    assert "replicas: wrong" in other["message"]


def test_what_needs_no_search_is_found_however_short_its_time_is(tmp_path):
    files = {".chartgen.yaml": DECLARED, "ci/none-values.yaml": "replicas: none\n"}
    told, code = found(write_chart(tmp_path / "web", files), *CHECKS, "--budget", "0.001")
    assert (code, {each["check"] for each in told}) == (1, {"refusals", "known-values"})


def test_a_refusal_of_what_is_to_be_written_instead_is_a_finding(tmp_path):
    (finding,) = judged(tmp_path / "web", {"templates/gate.yaml": GATE.replace("int64) 1", "int64) 2")})
    assert (finding["check"], finding["path"]) == ("refusals", "declared.refusals[0].instead")
    assert "replicas: none would serve" in reproduced(finding)


def test_a_values_file_for_tests_that_the_chart_refuses_is_a_finding(tmp_path):
    files = {"templates/gate.yaml": GATE, "ci/none-values.yaml": "replicas: 0\n", "ci/one-values.yaml": "replicas: 1\n"}
    (finding,) = judged(tmp_path / "web", files)
    assert (finding["check"], finding["template"]) == ("known-values", "ci/none-values.yaml")


def test_a_template_that_never_prints_is_a_finding_unless_it_is_there_to_refuse(tmp_path):
    never = SERVICE.replace(
        "if .Values.service.enabled", "if and .Values.service.enabled (not .Values.service.enabled)"
    )
    files = {"templates/gate.yaml": GATE, "templates/service.yaml": never}
    (finding,) = judged(tmp_path / "web", files)
    assert (finding["check"], finding["template"]) == ("every-template", "web/templates/service.yaml")
    by_cluster = SERVICE.replace("if .Values.service.enabled", 'if .Capabilities.APIVersions.Has "example.com/v1"')
    assert judged(tmp_path / "other", {"templates/gate.yaml": GATE, "templates/service.yaml": by_cluster}) == []


@pytest.mark.parametrize("values", ["env: []", "rules: []", "rules: {}"])
def test_a_template_that_wants_something_in_an_empty_list_may_print_with_it(values, tmp_path):
    name = values.partition(":")[0]
    asks = SERVICE.replace("if .Values.service.enabled", f"if and .Values.service.enabled .Values.{name}")
    files = {"values.yaml": f"{VALUES}{values}\n", "values.schema.json": None, "templates/service.yaml": asks}
    assert judged(tmp_path / "web", {"templates/gate.yaml": GATE, **files}) == []


def test_an_optional_part_that_prints_while_it_is_off_is_a_finding(tmp_path):
    parts = "declared: {parts: [{value: service.enabled, templates: ['templates/service*']}]}\n"
    checks = ("--no-nulls", "--checks", "parts")
    assert found(write_chart(tmp_path / "fine", {".chartgen.yaml": parts}), *checks)[0] == []
    always = SERVICE.replace("if .Values.service.enabled", "if true")
    ((finding,), code) = found(
        write_chart(tmp_path / "web", {".chartgen.yaml": parts, "templates/service.yaml": always}), *checks
    )
    assert (finding["check"], finding["template"], code) == ("parts", "web/templates/service.yaml", 1)
    assert finding["message"] == "It prints an object while service.enabled is false."
    assert "kind: Service" in reproduced(finding)


def test_what_is_fixed_is_given_and_nothing_else(tmp_path):
    """The default is 8080, which would do."""
    settings = "verify: {factors: {fix: {service.port: [70000]}}}\n"
    folder = write_chart(tmp_path / "web", {".chartgen.yaml": settings, "values.schema.json": None})
    findings, code = found(folder, "--no-nulls", "--checks", "services")
    assert code == 1
    assert findings
    assert {finding["values"] for finding in findings} == {"service:\n  port: 70000\n"}


def test_null_fixes_that_nothing_is_there(tmp_path):
    settings = "verify: {factors: {fix: {greeting: [null, loud], extra.name: [null, a]}}}\n"
    changes = {".chartgen.yaml": settings, "values.yaml": VALUES.replace("extra: {}", "extra: {other: 1}")}
    changes["templates/extra.yaml"] = "{{ if .Values.extra.name }}{{ end }}"
    subject = read_subject(write_chart(tmp_path / "web", {**changes, "values.schema.json": None}))
    fixed = {
        factor.name: factor.levels for factor in subject.space.factors if factor.name in ("greeting", "extra.name")
    }
    assert {name: [level.key for level in levels] for name, levels in fixed.items()} == {
        "greeting": ["null", '"loud"'],
        "extra.name": ["null", '"a"'],
    }
    assert overrides(subject.space, subject.base) == {"greeting": None}


def test_an_optional_part_is_switched_by_a_value_that_there_is(tmp_path):
    parts = "declared: {parts: [{value: servcie.enabled, templates: [x]}]}\n"
    done = run(write_chart(tmp_path / "web", {".chartgen.yaml": parts}))
    assert done.returncode == 2
    assert "servcie.enabled is no value that is varied" in done.stderr


def test_a_value_that_nobody_defines_is_a_finding(tmp_path):
    misread = SERVICE.replace(".Values.service.port", ".Values.service.prot | default 80")
    folder = write_chart(tmp_path / "web", {"templates/service.yaml": misread})
    findings, code = found(folder, "--no-nulls", "--checks", "undefined-value")
    assert [(each["check"], each["path"], each["fix"]) for each in findings] == [
        ("undefined-value", "service.prot", "Did you mean service.port?")
    ]
    assert code == 1


def test_what_is_declared_wrongly_is_said(tmp_path):
    settings = "declared: {refusals: [{values: {}, says: x}]}\n"
    done = run(write_chart(tmp_path / "web", {".chartgen.yaml": settings}))
    assert done.returncode == 2
    assert "declared.refusals[0]" in done.stderr


ROLE = """\
{{- if .Values.service.enabled }}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules:
  - {apiGroups: [""], resources: [pods, services], verbs: [get, list]}
{{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: web, namespace: somewhere}]
"""
RIGHTS = """\
declared:
  permissions:
    - {role: web, apiGroups: [""], resources: [pods, services], verbs: [get, list], reason: looks around}
    - {role: view, reason: reads the rest}
"""


def test_a_right_that_is_declared_and_granted_nowhere_is_a_finding(tmp_path):
    checks = ("--no-nulls", "--checks", "every-right")
    files = {".chartgen.yaml": RIGHTS, "templates/role.yaml": ROLE}
    assert found(write_chart(tmp_path / "fine", files), *checks) == ([], 0)
    fewer = ROLE.replace("pods, services", "services").replace("name: view", "name: edit")
    findings, code = found(write_chart(tmp_path / "web", {**files, "templates/role.yaml": fewer}), *checks)
    assert code == 1
    assert sorted((each["path"], each["message"].partition(" in any")[0]) for each in findings) == [
        ("declared.permissions[0]", "`get pods` is declared, and no role grants it"),
        ("declared.permissions[0]", "`list pods` is declared, and no role grants it"),
        ("declared.permissions[1]", "`bind view` is declared, and no role grants it"),
    ]


def test_a_right_that_is_granted_with_other_values_than_declared_is_a_finding(tmp_path):
    on = "declared:\n  conditions: [{id: served, values: [{service.enabled: true}]}]\n"
    rights = RIGHTS.replace("declared:\n", on).replace("reason: looks around", "when: served, reason: looks around")
    checks = ("--no-nulls", "--checks", "granted")
    files = {".chartgen.yaml": rights, "templates/role.yaml": ROLE}
    assert found(write_chart(tmp_path / "fine", files), *checks) == ([], 0)
    always = ROLE.replace("if .Values.service.enabled", "if true")
    ((finding, *others), code) = found(write_chart(tmp_path / "web", {**files, "templates/role.yaml": always}), *checks)
    assert (finding["check"], finding["object"], code) == ("granted", "Role/web", 1)
    assert "though served does not hold" in finding["message"]
    assert "enabled: false" in finding["values"]
    assert "kind: Role" in reproduced(finding)
    assert {each["check"] for each in others} <= {"granted"}


@pytest.mark.parametrize(
    ("when", "told"), [("[service.enabled]", "`when` must be a text"), ("served", "'served' is no condition")]
)
def test_a_condition_of_a_right_that_nobody_declared_is_told(tmp_path, when, told):
    rights = RIGHTS.replace("reason: looks around", f"when: {when}, reason: looks around")
    done = run(write_chart(tmp_path / "web", {".chartgen.yaml": rights}))
    assert done.returncode == 2
    assert told in done.stderr
    assert "declared.permissions[0]" in done.stderr


ARRIVES = """\
declared:
  conditions: [{id: scaled, values: [{autoscaling.enabled: true}]}]
  fields:
    - {kind: Deployment, copies: {spec replicas: replicas}, when: fixed}
    - {kind: HorizontalPodAutoscaler, when: scaled}
""".replace("conditions: [", "conditions: [{id: fixed, values: [{autoscaling.enabled: false}]}, ")
SCALER = """\
{{- if CONDITION }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: {{ .Release.Name }}}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ .Release.Name }}}
  maxReplicas: 3
{{- end }}
"""


def test_a_value_that_does_not_arrive_is_a_finding_that_can_be_reproduced(tmp_path):
    checks = ("--no-nulls", "--checks", "declared-fields")
    scaler = SCALER.replace("CONDITION", ".Values.autoscaling.enabled")
    files = {".chartgen.yaml": ARRIVES, "templates/scaler.yaml": scaler}
    assert found(write_chart(tmp_path / "fine", files), *checks)[0] == []
    fixed = DEPLOYMENT.replace("{{ .Values.replicas | int64 }}", "2")
    (finding,) = found(write_chart(tmp_path / "bad", {**files, "templates/deployment.yaml": fixed}), *checks)[0]
    assert (finding["object"], finding["path"]) == ("Deployment/web", "spec.replicas")
    assert "replicas: 2" in reproduced(finding)


def test_an_object_under_the_wrong_switch_is_a_finding(tmp_path):
    checks = ("--no-nulls", "--checks", "declared-fields")
    scaler = SCALER.replace("CONDITION", "not .Values.autoscaling.enabled")
    files = {".chartgen.yaml": ARRIVES, "templates/scaler.yaml": scaler}
    messages = [each["message"] for each in found(write_chart(tmp_path / "web", files), *checks)[0]]
    assert "there is no HorizontalPodAutoscaler of *, though scaled holds" in messages
    assert "is there, though scaled does not hold" in messages

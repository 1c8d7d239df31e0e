"""`verify --from`: what an upgrade from an older chart breaks, over all values that the older one accepts."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile

import pytest

from tests.verify.charts import CONFIG, DEPLOYMENT, SCHEMA, SERVICE, VALUES, write_chart

PROGRAM = [sys.executable, "-c", "from kubilitics_chartgen.cli import main; main()", "verify"]
LEVEL = ("--random", "0", "--workers", "1")


def run(new, old, *arguments):
    command = [*PROGRAM, str(new), "--from", str(old), *LEVEL, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def found(tmp_path, changes, *arguments, old=None):
    new = write_chart(tmp_path / "new", changes)
    done = run(new, write_chart(tmp_path / "old", old), "--json", *arguments)
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert done.returncode == (1 if report["findings"] else 0)
    return [(each["check"], each["object"], each["path"], each["values"]) for each in report["findings"]], report


def test_a_chart_that_only_prints_something_else(tmp_path):
    findings, report = found(tmp_path, {"templates/service.yaml": SERVICE.replace("name: http,", "name: web,")})
    assert findings == []
    assert report["numbers"]["distinctPairs"] > 5


def test_kubernetes_that_the_new_chart_refuses_is_not_looked_at(tmp_path):
    about = "apiVersion: v2\nname: web\nversion: 2.0.0\nkubeVersion: '>=1.27.0-0'\n"
    _findings, report = found(tmp_path, {"Chart.yaml": about})
    assert report["kubeVersions"][0] == "1.27"


def test_from_an_old_chart_that_takes_no_values_there_is_nothing_to_prove(tmp_path):
    for body in ('{{ fail "not today" }}', "{{ .Values.greeting.x }}"):
        findings, report = found(tmp_path, {}, old={"templates/never.yaml": body})
        assert [each[0] for each in findings] == ["renders"]
        assert str(tmp_path / "old") in report["findings"][0]["command"]


def test_what_the_old_chart_says_to_another_version_of_this_program_is_passed_over(tmp_path):
    settings = "connections: {a: b}\nverify: {factors: {keep: [gone]}}\n"
    assert found(tmp_path, {}, old={".chartgen.yaml": settings})[0] == []


def test_a_selector_that_changes_with_one_value_is_shown_with_that_value_alone(tmp_path):
    selector = DEPLOYMENT.replace(
        "matchLabels: {app.kubernetes.io/instance: {{ .Release.Name }}}",
        "matchLabels: {app.kubernetes.io/instance: {{ .Release.Name }}{{ if .Values.autoscaling.enabled }}-a{{ end }}}",
    ).replace(
        "labels: {app.kubernetes.io/instance: {{ .Release.Name }}}",
        "labels: {app.kubernetes.io/instance: {{ .Release.Name }}{{ if .Values.autoscaling.enabled }}-a{{ end }}}",
    )
    findings, report = found(tmp_path, {"templates/deployment.yaml": selector})
    assert findings == [("immutable", "Deployment/web", "spec.selector", "autoscaling:\n  enabled: true\n")]
    (finding,) = report["findings"]
    given = "--namespace somewhere --set-json 'autoscaling={\"enabled\": true}'"
    assert finding["command"] == (f"helm install web {tmp_path}/old {given} && helm upgrade web {tmp_path}/new {given}")
    assert finding["template"] == "web/templates/deployment.yaml"


def test_what_a_guess_shows_first_is_told_with_values_that_are_valid(tmp_path):
    # A value that the old chart asks for and nothing names, which is tried before the other.
    asks = "{{- if .Values.added }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n{{- end }}\n"
    suffix = "{{ if or .Values.added .Values.autoscaling.enabled }}-a{{ end }}"
    name = "app.kubernetes.io/instance: {{ .Release.Name }}"
    changes = {"templates/deployment.yaml": DEPLOYMENT.replace(name, name + suffix), "templates/x.yaml": asks}
    findings, report = found(tmp_path, changes, old={"templates/x.yaml": asks})
    assert findings == [("immutable", "Deployment/web", "spec.selector", "autoscaling:\n  enabled: true\n")]
    assert not report["findings"][0]["made_up"]


def test_what_the_old_chart_is_by_default_is_looked_at_however_short_the_time_is(tmp_path):
    selector = DEPLOYMENT.replace("app.kubernetes.io/instance: {{ .Release.Name }}", "app: {{ .Release.Name }}")
    findings, report = found(tmp_path, {"templates/deployment.yaml": selector}, "--budget", "0.001")
    assert [each[:3] for each in findings] == [("immutable", "Deployment/web", "spec.selector")]
    assert report["complete"] is False


def test_a_field_that_only_older_versions_of_kubernetes_hold_fast(tmp_path):
    # A StatefulSet's revisionHistoryLimit may change since Kubernetes 1.33.
    pod = "{metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: 'a:1'}]}}"
    stateful = (
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\n"
        f"spec: {{serviceName: db, revisionHistoryLimit: %d, selector: {{matchLabels: {{a: b}}}}, template: {pod}}}\n"
    )
    charts = ({"templates/db.yaml": stateful % 6}, "--checks", "immutable")
    findings, report = found(tmp_path, *charts, old={"templates/db.yaml": stateful % 5})
    assert [each[1:3] for each in findings] == [("StatefulSet/db", "spec.revisionHistoryLimit")]
    assert report["findings"][0]["message"].endswith("(by Kubernetes 1.25)")
    assert report["kubeVersions"] == [f"1.{minor}" for minor in range(25, 38)]
    newer = (*charts, "--kube-versions", "1.33-1.37")
    assert found(tmp_path, *newer, old={"templates/db.yaml": stateful % 5})[0] == []


def test_a_volume_that_goes_with_the_upgrade(tmp_path):
    claim = (
        "{{ if .Values.tag }}\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, annotations: {%s}}\n"
        "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n{{ end }}\n"
    )
    findings, _ = found(tmp_path, {}, old={"templates/claim.yaml": claim % ""})
    assert [each[:2] for each in findings] == [("data", "PersistentVolumeClaim/data")]
    assert findings[0][3].startswith("tag: ")
    kept = claim % "helm.sh/resource-policy: keep"
    assert found(tmp_path, {}, old={"templates/claim.yaml": kept})[0] == []


RENAMED = {
    "values.yaml": VALUES.replace("greeting: hello", "welcome: hello"),
    "values.schema.json": SCHEMA.replace('"greeting"', '"welcome"').replace(
        '"type": "object",\n  "properties"', '"type": "object", "additionalProperties": false,\n  "properties"'
    ),
    "templates/config.yaml": "# {{ .Values.welcome }}\n",
}


def test_a_value_that_is_renamed_is_refused_without_the_new_name(tmp_path):
    findings, report = found(tmp_path, RENAMED)
    assert [each[0] for each in findings] == ["old-values"]
    assert findings[0][3].startswith("greeting: ")
    assert "helm upgrade" not in report["findings"][0]["command"]
    assert report["findings"][0]["command"].startswith(f"helm template web {tmp_path}/new ")


def test_or_answered_with_it(tmp_path):
    kind = {
        **RENAMED,
        "values.schema.json": SCHEMA.replace('"greeting"', '"welcome"'),
        "templates/answer.yaml": "{{ if hasKey .Values `greeting` }}{{ fail `greeting is now welcome` }}{{ end }}\n",
    }
    assert found(tmp_path, kind)[0] == []
    vague = {**kind, "templates/answer.yaml": "{{ if hasKey .Values `greeting` }}{{ fail `no` }}{{ end }}\n"}
    assert [each[0] for each in found(tmp_path, vague)[0]] == ["old-values"]


def test_values_to_start_from_that_the_old_chart_refuses_are_no_request_at_all(tmp_path):
    refusing = {"templates/config.yaml": CONFIG + '{{ if eq .Values.tag "no" }}{{ fail "another tag" }}{{ end }}\n'}
    old = write_chart(tmp_path / "old", refusing)
    (tmp_path / "mine.yaml").write_text("tag: 'no'\n")
    done = run(write_chart(tmp_path / "new"), old, "-f", str(tmp_path / "mine.yaml"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "refuses the values to start from: another tag" in done.stderr


def test_a_value_that_only_values_files_name_which_began_as_a_copy(tmp_path):
    # The schema of neither chart says what else it could be, so it is not varied by itself.
    old = {"values.yaml": VALUES + "zone: cluster.local\n", "templates/zone.yaml": "# {{ .Values.zone }}\n"}
    new = {
        "values.schema.json": SCHEMA.replace(
            '"type": "object",\n  "properties": {', '"type": "object", "properties": {\n"zone": false,'
        )
    }
    findings, _ = found(tmp_path, new, old=old)
    assert findings == [("old-values", "", "zone", 'zone: "cluster.local"\n')]


def test_a_chart_that_breaks_with_old_values(tmp_path):
    # Helm's error names values by chance, which makes it no answer.
    broken = SERVICE + "{{ if .Values.tag }}{{ include `tag or service.port` . }}{{ end }}\n"
    findings, _ = found(tmp_path, {"templates/service.yaml": broken})
    assert [each[0] for each in findings] == ["old-values"]
    assert findings[0][3].startswith("tag: ")


def test_exempt_with_a_reason_and_told_when_nothing_needs_it(tmp_path):
    settings = "upgrade:\n  exempt:\n"
    settings += "    - {check: old-values, path: '*', reason: it is renamed}\n"
    settings += "    - {check: immutable, path: Deployment/none, reason: long ago}\n"
    findings, _ = found(tmp_path, {**RENAMED, ".chartgen.yaml": settings})
    assert [each[:3] for each in findings] == [("exemptions", "", "Deployment/none")]
    findings, _ = found(tmp_path, {**RENAMED, ".chartgen.yaml": settings}, "--no-nulls")
    assert findings == [], "what only a null needs was not looked at"


def test_an_archive_is_an_old_chart_too(tmp_path):
    write_chart(tmp_path / "web")
    with tarfile.open(tmp_path / "web.tgz", "w:gz") as archive:
        archive.add(tmp_path / "web", "web")
    done = run(write_chart(tmp_path / "new"), tmp_path / "web.tgz")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "objects compared before and after" in done.stdout
    assert "nothing found" in done.stdout


@pytest.mark.parametrize(
    ("old", "arguments", "message"),
    [
        ("nowhere.tgz", (), "there is no chart at"),
        ("other", (), "no upgrade leads there"),
        ("old", ("--checks", "schema"), "With --from there is no check schema"),
        ("old", ("--isolate", "tag"), "give one of them"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(old, arguments, message, tmp_path):
    write_chart(tmp_path / "old")
    write_chart(tmp_path / "other", {"Chart.yaml": "apiVersion: v2\nname: other\nversion: 0.1.0\n"})
    done = run(write_chart(tmp_path / "new"), tmp_path / old, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1

"""`verify` as its users meet it: what it finds, how it shows it, how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.verify.charts import CONFIG, DEPLOYMENT, SCHEMA, SERVICE, VALUES, write_chart

PROGRAM = [sys.executable, "-c", "from kubilitics_chartgen.cli import main; main()", "verify"]
HELM = Path(sys.executable).parent / "helm"
LEVEL = ("--random", "0", "--workers", "1")


def run(folder, *arguments, **options):
    return subprocess.run(
        [*PROGRAM, str(folder), *LEVEL, *arguments], capture_output=True, text=True, check=False, timeout=300, **options
    )


def found(folder, *arguments):
    done = run(folder, "--json", *arguments)
    assert done.stderr == ""
    return json.loads(done.stdout)["findings"], done.returncode


def reproduced(finding):
    """What plain Helm says to the line that the report gives."""
    done = subprocess.run(["sh", "-c", finding["command"]], capture_output=True, text=True, check=False, env=WITH_HELM)
    return done.stdout + done.stderr


WITH_HELM = {**os.environ, "PATH": f"{HELM.parent}{os.pathsep}{os.environ['PATH']}"}


def test_a_chart_in_which_nothing_is_wrong(tmp_path):
    done = run(write_chart(tmp_path / "web"))
    assert done.returncode == 0, done.stdout
    assert "nothing found" in done.stdout
    assert "1.25 to 1.37" in done.stdout
    assert re.search(r"3 templates: \d in every combination", done.stdout)


def test_versions_between_those_that_were_named_are_not_told(tmp_path):
    done = run(write_chart(tmp_path / "web"), "--kube-versions", "1.30,1.32", "--checks", "schema")
    assert "checked for Kubernetes 1.30, 1.32\n" in done.stdout
    done = run(tmp_path / "web", "--kube-versions", "1.30-1.32", "--checks", "schema")
    assert "checked for Kubernetes 1.30 to 1.32\n" in done.stdout


def test_a_file_that_gives_what_is_no_level_takes_nothing_from_what_was_covered(tmp_path):
    schema = '{"properties": {"open": {"type": "object"}, "replicas": {"enum": [1, 2]}}}'
    changes = {"values.yaml": f"{VALUES}open: {{a: {{b: 1}}}}\n", "values.schema.json": schema}
    folder = write_chart(tmp_path / "web", changes)
    (tmp_path / "x.yaml").write_text("open: {a: {b: 1}}\n")
    plain, given = (
        json.loads(run(folder, "--checks", "ports", "--json", *more).stdout)["coverage"]
        for more in ((), ("-f", str(tmp_path / "x.yaml")))
    )
    assert [each["covered"] for each in given] == [each["covered"] for each in plain] != []
    assert all(each["covered"] for each in plain)


def test_a_fault_of_two_values_together_is_shown_with_these_two_alone(tmp_path):
    broken = SERVICE.replace(
        "port: {{ .Values.service.port }},",
        'port: {{ if and .Values.autoscaling.enabled (eq .Values.greeting "loud") }}70000{{ else }}80{{ end }},',
    )
    findings, code = found(write_chart(tmp_path / "web", {"templates/service.yaml": broken}))
    assert code == 1
    (finding,) = [each for each in findings if each["check"] == "services"]
    assert (finding["object"], finding["template"]) == ("Service/web", "web/templates/service.yaml")
    assert finding["values"] == 'autoscaling:\n  enabled: true\ngreeting: "loud"\n'
    assert "port: 70000" in reproduced(finding)


def test_values_to_start_from_that_the_chart_refuses_are_no_request_at_all(tmp_path):
    refusing = CONFIG + '{{ if eq .Values.tag "no" }}{{ fail "choose another tag" }}{{ end }}\n'
    folder = write_chart(tmp_path / "web", {"templates/config.yaml": refusing})
    (tmp_path / "mine.yaml").write_text("tag: 'no'\n")
    done = run(folder, "-f", str(tmp_path / "mine.yaml"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "refuses the values to start from: choose another tag" in done.stderr


def test_a_number_that_a_template_compares_with_is_tried(tmp_path):
    broken = CONFIG + "{{ if eq (int .Values.replicas) 6 }}data: {}{{ end }}\n"
    findings, _ = found(write_chart(tmp_path / "web", {"templates/config.yaml": broken}))
    assert "duplicate-keys" in {finding["check"] for finding in findings}
    assert {finding["values"] for finding in findings} == {"replicas: 6\n"}


def test_helm_errors_that_no_author_wrote_are_findings_and_refusals_are_not(tmp_path):
    changes = {
        "templates/config.yaml": CONFIG + '{{ if eq .Values.tag "bad" }}{{ .Values.tag.x }}{{ end }}\n',
        "templates/service.yaml": SERVICE + '{{ if eq .Values.tag "no" }}{{ fail "choose another tag" }}{{ end }}\n',
    }
    findings, code = found(write_chart(tmp_path / "web", changes))
    assert sorted(each["check"] for each in findings) == ["renders", "undefined-value"]
    (finding,) = [each for each in findings if each["check"] == "renders"]
    assert (code, finding["values"]) == (1, 'tag: "bad"\n')
    assert "can't evaluate field x" in finding["message"]
    assert "can't evaluate field x" in reproduced(finding)


@pytest.mark.parametrize("options", [(), ("--checks", "services")])
def test_of_a_chart_that_takes_no_values_at_all_this_is_the_finding(options, tmp_path):
    folder = write_chart(tmp_path / "web", {"templates/never.yaml": '{{ fail "not today" }}\n'})
    findings, code = found(folder, *options)
    assert (code, [each["check"] for each in findings]) == (1, ["renders"])
    assert "not today" in findings[0]["message"]
    assert "not today" in reproduced(findings[0])


def test_a_check_that_is_skipped_finds_nothing_whichever_it_is(tmp_path):
    changes = {"templates/config.yaml": CONFIG + '{{ if eq .Values.tag "bad" }}{{ .Values.tag.x }}{{ end }}\n'}
    folder = write_chart(tmp_path / "web", changes)
    assert found(folder, "--skip", "undefined-value")[0][0]["check"] == "renders"
    assert found(folder, "--skip", "renders,undefined-value") == ([], 0)


def test_a_removed_api_is_found_for_the_versions_without_it(tmp_path):
    budget = "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
    budget += "spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}\n"
    folder = write_chart(tmp_path / "web", {"templates/hpa.yaml": budget})
    assert "removed-apis" in {finding["check"] for finding in found(folder)[0]}
    assert "removed-apis" not in {finding["check"] for finding in found(folder, "--kube-versions", "1.25")[0]}


def test_what_the_chart_refuses_for_an_older_kubernetes_is_no_fault_there(tmp_path):
    budget = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n"
    budget += "spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}"
    budget += ", behavior: {scaleUp: {tolerance: '0.2'}}}\n"
    version = "{{ .Values.kubeVersion | default .Capabilities.KubeVersion.Version }}"
    refusal = '{{ if semverCompare "<1.35-0" (' + version[3:-3] + ') }}{{ fail "no tolerance before 1.35" }}{{ end }}'
    changes = {
        "values.yaml": VALUES + 'kubeVersion: ""\n',
        "values.schema.json": SCHEMA.replace('"greeting":', '"kubeVersion": {"type": "string"}, "greeting":'),
        ".chartgen.yaml": "kubeVersion: {value: kubeVersion}\n",
        "templates/hpa.yaml": budget,
    }
    options = ("--checks", "schema", "--no-nulls")
    assert len(found(write_chart(tmp_path / "open", changes), *options)[0]) == 1
    assert found(write_chart(tmp_path / "closed", {**changes, "templates/refusal.yaml": refusal}), *options) == ([], 0)


def test_random_values_are_no_release_twice(tmp_path):
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: r}\ndata: {a: {{ randAlphaNum 8 | quote }}}\n"
    findings, _ = found(write_chart(tmp_path / "web", {"templates/r.yaml": text}))
    assert ("determinism", "ConfigMap/r") in {(finding["check"], finding["object"]) for finding in findings}


def test_an_optional_part_that_changes_another_object(tmp_path):
    leak = {"templates/config.yaml": CONFIG + '{{ if .Values.autoscaling.enabled }}  scaled: "yes"{{ end }}\n'}
    named = {**leak, ".chartgen.yaml": "verify: {isolate: [autoscaling.enabled]}\n"}
    for changes, options in ((leak, ("--isolate", "autoscaling.enabled")), (named, ("--no-nulls",))):
        findings, _ = found(write_chart(tmp_path / "web", changes), *options)
        isolated = {finding["object"] for finding in findings if finding["check"] == "isolation"}
        assert isolated == {"ConfigMap/web-config", "Deployment/web"}


def test_a_value_that_changes_nothing(tmp_path):
    values = VALUES + "forgotten: 1\n"
    schema = SCHEMA.replace('"greeting":', '"forgotten": {"type": "integer"}, "greeting":')
    findings, _ = found(write_chart(tmp_path / "web", {"values.yaml": values, "values.schema.json": schema}))
    assert [(finding["check"], finding["path"]) for finding in findings] == [("every-value", "forgotten")]


def test_where_to_read_what_is_set_aside(tmp_path):
    faulty = CONFIG + '{{- if .Values.tag }}\nimmutable: "yes"\n{{- end }}\n'
    folder = write_chart(tmp_path / "web", {"values.schema.json": None, "templates/config.yaml": faulty})
    report = tmp_path / "report.html"
    done = run(folder, "--checks", "schema", "--report", "html", "--output", str(report))
    assert done.returncode == 0
    (said,) = re.findall(r"set aside: .*", " ".join(done.stdout.split()))
    assert said.startswith("set aside: 1 finding with values")
    assert "see --json, or --report html" in said
    assert "immutable" in report.read_text(encoding="utf-8")
    ((finding,), _) = found(folder, "--checks", "schema")
    assert (finding["path"], finding["made_up"]) == ("immutable", True)


def test_a_value_that_matters_only_with_others_is_no_finding(tmp_path):
    rare = (
        CONFIG
        + "{{ if and .Values.autoscaling.enabled (not .Values.service.enabled) }}  rare: {{ .Values.rare }}{{ end }}\n"
    )
    refusal = '{{ if and .Values.strict (eq .Values.greeting "loud") }}{{ fail "choose" }}{{ end }}\n'
    schema = SCHEMA.replace('"greeting":', '"rare": {"type": "integer"}, "strict": {"type": "boolean"}, "greeting":')
    changes = {
        "values.yaml": VALUES + "rare: 1\nstrict: false\n",
        "values.schema.json": schema,
        "templates/config.yaml": rare,
        "templates/refusal.yaml": refusal,
    }
    assert found(write_chart(tmp_path / "web", changes), "--checks", "every-value") == ([], 0)


def test_a_line_of_a_file_and_one_of_what_a_template_prints_are_told_apart(tmp_path):
    changes = {
        "templates/config.yaml": CONFIG + "# {{ .Values.nobody }}\n",
        "templates/service.yaml": SERVICE.replace("{{ .Values.service.port }}", "70000"),
    }
    page = tmp_path / "page.html"
    done = run(write_chart(tmp_path / "web", changes), "--report", "html", "--output", str(page))
    for text in (done.stdout, page.read_text()):
        assert "templates/config.yaml:9" in text
        assert "web/templates/service.yaml, line 2 of what it prints" in text
        assert text.count("of what it prints") == 1


def test_exempt_with_a_reason_and_told_when_nothing_needs_it(tmp_path):
    settings = "verify:\n  exempt:\n"
    settings += "    - {check: services, path: Service/web, reason: for the test}\n"
    settings += "    - {check: roles, path: Role/none, reason: long ago}\n"
    broken = SERVICE.replace("{{ .Values.service.port }}", "70000")
    folder = write_chart(tmp_path / "web", {"templates/service.yaml": broken, ".chartgen.yaml": settings})
    findings, _ = found(folder)
    assert [finding["path"] for finding in findings if finding["check"] == "exemptions"] == ["Role/none"]
    assert "Service/web" not in {finding["object"] for finding in findings if finding["check"] == "services"}
    findings, _ = found(folder, "--no-nulls")
    assert findings == [], "what only a null needs was not looked at"


def test_the_author_adds_fixes_and_excludes_values(tmp_path):
    broken = SERVICE.replace("{{ .Values.service.port }}", '{{ eq .Values.greeting "psst" | ternary 70000 80 }}')
    added = "verify: {factors: {add: {greeting: [psst]}}}\n"
    excluded = "verify: {factors: {exclude: [greeting]}}\n"
    compared = {"templates/service.yaml": broken}
    for settings, expected in ((added, {"services"}), (excluded, set())):
        folder = write_chart(tmp_path / "web", {**compared, ".chartgen.yaml": settings})
        assert {finding["check"] for finding in found(folder, "--no-nulls", "--checks", "services")[0]} == expected


def test_the_author_keeps_values_from_being_taken_away(tmp_path):
    needs = SERVICE.replace("{{ .Values.service.port }}", "{{ .Values.service.port | default 70000 }}")
    kept = "verify: {factors: {keep: [service, service.*]}}\n"
    for settings, is_found in (("{}\n", True), (kept, False)):
        folder = write_chart(tmp_path / "web", {"templates/service.yaml": needs, ".chartgen.yaml": settings})
        assert ("services" in {finding["check"] for finding in found(folder, "--checks", "services")[0]}) is is_found


def test_reports_are_files_that_others_can_read(tmp_path):
    folder = write_chart(
        tmp_path / "web", {"templates/service.yaml": SERVICE.replace("{{ .Values.service.port }}", "70000")}
    )
    for kind in ("junit", "json", "html"):
        assert run(folder, "--report", kind, "--output", str(tmp_path / kind)).returncode == 1
    suite = ElementTree.parse(tmp_path / "junit").getroot()
    assert [case.get("classname") for case in suite.iter("testcase") if case.find("failure") is not None] == [
        "services"
    ]
    assert json.loads((tmp_path / "json").read_text())["findings"][0]["check"] == "services"
    page = (tmp_path / "html").read_text()
    assert "Service/web" in page
    assert not re.search(r"(?:src|href)=|https?://(?!example)", page), "one page, with nothing to fetch"


def test_a_full_disk_costs_the_report_file_and_not_the_answer(tmp_path):
    (tmp_path / "report").symlink_to("/dev/full")
    done = run(write_chart(tmp_path / "web"), "--report", "html", "--output", str(tmp_path / "report"))
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "No space left on device" in done.stderr
    assert "nothing found" in done.stdout
    assert (tmp_path / "report").is_char_device(), "a device is written to, and no file takes its place"


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_an_answer_that_there_is_no_room_for_is_an_error_in_one_sentence(arguments, tmp_path):
    with Path("/dev/full").open("w") as full:
        command = [*PROGRAM, str(write_chart(tmp_path / "web")), *LEVEL, *arguments]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["error: the answer cannot be printed: No space left on device."]


def test_a_report_goes_into_a_pipe_too(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    done = run(write_chart(tmp_path / "web"), "--report", "json", "--output", str(tmp_path / "pipe"))
    assert done.returncode == 0
    assert json.loads(os.read(reader, 65536))["failed"] is False


def test_what_a_template_depends_on(tmp_path):
    done = run(write_chart(tmp_path / "web"), "--explain", "service.yaml")
    assert done.returncode == 0
    assert re.search(r"conditions depend on:\n(  \S+\n)*  service.enabled\n", done.stdout)
    assert "  service.port  (printed or used, templates/service.yaml:9)" in done.stdout
    assert "greeting" not in done.stdout


def test_a_name_that_fits_several_templates_lists_them(tmp_path):
    empty = "{{- /* nothing */ -}}"
    both = {"templates/a/web.yaml": empty, "templates/b/web.yaml": empty, "templates/a/templates/a/web.yaml": empty}
    chart = write_chart(tmp_path / "web", both)
    done = run(chart, "--explain", "b/web.yaml")
    assert (done.returncode, done.stdout.partition(":")[0]) == (0, "templates/b/web.yaml")
    done = run(chart, "--explain", "web.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    listed = "templates/a/templates/a/web.yaml, templates/a/web.yaml, templates/b/web.yaml"
    assert f"web.yaml fits several templates. Name one of them: {listed}\n" in done.stderr
    for name in listed.split(", "):
        assert run(chart, "--explain", name).stdout.partition(":")[0] == name


@pytest.mark.parametrize(
    ("changes", "arguments", "message"),
    [
        ({"templates/a.yaml": "{{ if }}"}, (), "templates/a.yaml:1"),
        ({"Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\ntype: library\n"}, (), "library chart"),
        (
            {"Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{name: db, version: 1.0.0}]\n"},
            (),
            "helm dependency build",
        ),
        ({"values.schema.json": '{"$ref": "https://example.com/s.json"}'}, (), "nothing is fetched"),
        ({"values.schema.json": "{"}, (), "not JSON"),
        ({"values.yaml": "a: &a [*a]\n"}, (), "values.yaml"),
        ({}, ("--checks", "nonsense"), "There is no check nonsense"),
        ({}, ("--skip", "sevices"), 'Did you mean "services"?'),
        ({}, ("--checks", "schema", "--skip", "schema"), "nothing would be looked at"),
        ({}, ("--budget", "0"), "seconds above 0"),
        ({}, ("--budget", "nan"), "seconds above 0"),
        ({}, ("--kube-versions", "1.99"), "1.99"),
        ({}, ("--report", "html"), "--output"),
        ({}, ("--isolate", "nothing.here"), "nothing.here"),
        ({}, ("--explain", "service.yaml", "--report", "html", "--output", "report.html"), "without --report"),
        ({}, ("--explain", "service.yaml", "--from", "old"), "and --from"),
        ({"Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\nkubeVersion: '>=2'\n"}, (), "none of the versions"),
    ],
)
def test_what_cannot_be_verified_is_said_in_a_sentence(changes, arguments, message, tmp_path):
    done = run(write_chart(tmp_path / "web", changes), *arguments)
    assert done.returncode == 2, done.stdout
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("verfy: {}", "verfy: is not known here: kubeVersion, declared, lint, verify, upgrade are"),
        ("verify: {exemptt: []}", "verify.exemptt: is not known here: isolate, factors, exempt are"),
        ("kubeVersion: {valeu: a}", "kubeVersion.valeu: is not known here"),
        (
            "verify: {factors: {fix: {greting: [a]}}}",
            "verify.factors.fix: greting: no value is called so. Did you mean greeting?",
        ),
        (
            "verify: {factors: {exclude: [service.prt]}}",
            "verify.factors.exclude: service.prt: no value is called so. Did you mean service.port?",
        ),
        ("verify: {factors: {keep: ['*.limit']}}", "verify.factors.keep: *.limit: no value"),
        ("verify: 3", "verify: a mapping with the keys isolate, factors, exempt is expected\n"),
    ],
)
def test_what_is_mistyped_in_the_authors_file_is_said_and_not_passed_over(settings, message, tmp_path):
    done = run(write_chart(tmp_path / "web", {".chartgen.yaml": settings + "\n"}))
    assert done.returncode == 2, done.stdout
    assert f".chartgen.yaml: {message}" in done.stderr.replace("  ", ""), done.stderr


@pytest.mark.parametrize("settings", ["- verify", "verify: {}\nverify: {}"])
def test_an_authors_file_that_is_no_mapping_is_not_told_as_values(settings, tmp_path):
    done = run(write_chart(tmp_path / "web", {".chartgen.yaml": settings + "\n"}))
    assert (done.returncode, done.stdout) == (2, "")
    assert ".chartgen.yaml cannot be used\n" in done.stderr
    assert not re.search("values|Helm", done.stderr.replace(str(tmp_path), "")), done.stderr


@pytest.mark.parametrize(("option", "told"), [("--nulls", False), ("--no-nulls", True)])
def test_what_is_not_tried_without_nulls_is_said(option, told, tmp_path):
    said = " ".join(run(write_chart(tmp_path / "web"), option).stdout.split())
    assert ("no release was named true in a namespace 0123" in said) == told


def test_values_to_start_from_that_the_schema_refuses_are_named_with_file_and_line(tmp_path):
    values = tmp_path / "mine.yaml"
    values.write_text("# mine\nservice:\n  port: many\n")
    done = run(write_chart(tmp_path / "web"), "-f", str(values))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{values}:3: service.port: " in done.stderr


def test_a_template_that_calls_itself_is_told_in_a_few_lines(tmp_path):
    loop = '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}'
    findings, code = found(write_chart(tmp_path / "web", {"templates/a.yaml": loop}))
    assert (code, [each["check"] for each in findings]) == (1, ["renders"])
    message = findings[0]["message"]
    assert len(message) < 1500
    assert message.startswith("the chart cannot be rendered with these values\n  web/templates/a.yaml:1: ")
    assert message.endswith("rendering template has a nested reference name: a: unable to execute template")


def test_a_template_that_ends_its_process_is_a_finding_and_the_others_are_verified(tmp_path):
    endless = "{{ tpl .Values.greeting . }}"
    changes = {
        "templates/a.yaml": "{{ tpl .Values.greeting . | trunc 0 }}",
        ".chartgen.yaml": f"verify: {{factors: {{add: {{greeting: ['{endless}']}}}}}}\n",
    }
    findings, code = found(write_chart(tmp_path / "web", changes), "--no-nulls", "--budget", "60")
    (finding,) = findings
    assert (code, finding["check"], finding["values"]) == (1, "ends", f'greeting: "{endless}"\n')


def test_ctrl_c_gives_what_is_known_and_130(tmp_path):
    broken = {"templates/service.yaml": SERVICE.replace("{{ .Values.service.port }}", "70000")}
    folder = write_chart(tmp_path / "web", broken)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, str(folder), "--random", "1000000", "--json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        # Also where these tests were started with the signal ignored, as in the background.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(theirs)
    # A terminal is told what it is at; random configurations, so many of them, are the last and take for ever.
    told = b""
    while b"random" not in told:
        told += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    out, _err = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 130
    told = json.loads(out)
    assert told["complete"] is False
    assert [(each["check"], each["object"]) for each in told["findings"]] == [("services", "Service/web")]


def test_a_budget_ends_it_in_time_and_says_so(tmp_path):
    began = time.monotonic()
    done = run(write_chart(tmp_path / "web"), "--random", "1000000", "--budget", "4")
    assert time.monotonic() - began < 60
    assert "ended before its time" in done.stdout
    assert "nothing found so far" in done.stdout


def test_a_deployment_without_a_schema_is_varied_by_its_defaults(tmp_path):
    broken = DEPLOYMENT.replace("replicas: {{ .Values.replicas | int64 }}", "replicas: none")
    findings, _ = found(
        write_chart(tmp_path / "web", {"values.schema.json": None, "templates/deployment.yaml": broken})
    )
    assert ("schema", "Deployment/web") in {(finding["check"], finding["object"]) for finding in findings}


def test_an_archive_is_verified_like_its_folder(tmp_path):
    folder = write_chart(
        tmp_path / "web", {"templates/service.yaml": SERVICE.replace("{{ .Values.service.port }}", "70000")}
    )
    subprocess.run([HELM, "package", folder, "-d", tmp_path], check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tgz")
    checks = ("--checks", "services,ports,schema,renders")
    (ours, code), (theirs, other) = found(archive, *checks), found(folder, *checks)
    assert (code, [each["check"] for each in ours]) == (other, [each["check"] for each in theirs])
    assert f" {archive} " in f"{ours[0]['command']} "
    assert "kind: Service" in reproduced(ours[0])
    told = subprocess.run(
        [*PROGRAM, str(archive), "--explain", "templates/service.yaml"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0
    assert "service.enabled" in told.stdout


def test_what_is_no_archive_of_a_chart_is_told_in_a_sentence(tmp_path):
    (tmp_path / "web.tgz").write_bytes(b"no archive")
    done = run(tmp_path / "web.tgz")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "neither a folder nor a .tgz archive" in done.stderr


def test_a_refusal_of_the_users_own_values_shows_no_secret_of_theirs(tmp_path):
    refusing = '{{ if .Values.password }}{{ fail (printf "%s is too weak" .Values.password) }}{{ end }}\n'
    changes = {"templates/check.yaml": refusing, "values.yaml": f'{VALUES}password: ""\n', "values.schema.json": None}
    (tmp_path / "mine.yaml").write_text("password: open-sesame\n")
    done = run(write_chart(tmp_path / "web", changes), "-f", str(tmp_path / "mine.yaml"))
    assert done.returncode == 2
    assert "The chart refuses the values to start from: (hidden) is too weak" in done.stderr
    assert "sesame" not in done.stdout + done.stderr


def test_no_report_shows_the_secrets_of_the_users_own_file(tmp_path):
    secret = "hunter'2\\ü"
    broken = CONFIG + '{{ if eq .Values.greeting "loud" }}kind: {{ .Values.auth.password }}{{ end }}\n'
    values = VALUES + "auth: {password: '', existingSecret: ''}\n"
    schema = SCHEMA.replace('"additionalProperties": false,', "", 1)
    changes = {"templates/config.yaml": broken, "values.yaml": values, "values.schema.json": schema}
    folder = write_chart(tmp_path / "web", changes)
    mine = {"auth": {"password": secret, "existingSecret": "theirs"}, "greeting": "loud"}
    (tmp_path / "mine.yaml").write_text(json.dumps(mine, ensure_ascii=False))
    for kind in ("json", "html", "junit"):
        done = run(folder, "-f", str(tmp_path / "mine.yaml"), "--report", kind, "--output", str(tmp_path / kind))
        assert done.returncode == 1, done.stderr
        assert "hunter" not in done.stdout
        assert "hunter" not in (tmp_path / kind).read_text()
        assert done.stderr == f"wrote {tmp_path / kind}\n"
    assert "<td>distinct documents</td>" in (tmp_path / "html").read_text()
    findings = json.loads((tmp_path / "json").read_text())["findings"]
    shown = [finding for finding in findings if "password" in finding["values"]]
    assert shown
    for finding in shown:
        assert 'password: "(hidden)"' in finding["values"]
        assert finding["values"].startswith("# for")
        assert finding["command"].endswith('# for "(hidden)" write your own')
        assert "Error: values" not in reproduced(finding)
    assert any("theirs" in finding["values"] for finding in findings)

"""`verify` on charts whose templates ask `.Files` for what the chart does not hold, but may get."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.added_files import missing_files
from kubilitics_chartgen.verify.analysis.files import example_name
from kubilitics_chartgen.verify.report import report_text
from kubilitics_chartgen.verify.subject import read_subject
from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.verify.charts import SCHEMA, VALUES, write_chart

HELM = Path(sys.executable).parent
SERVICE = """\
{{- with .Files.Get "config/custom.yaml" }}
apiVersion: v1
kind: Service
metadata: {name: custom, annotations: {custom: {{ . | quote }}}}
spec: {ports: [{name: a, port: %s, targetPort: http}], selector: {app.kubernetes.io/instance: {{ $.Release.Name }}}}
{{- end }}
"""


def look(folder, *, checks=()):
    return verify(VerifyRequest(folder, random=0, workers=1, checks=checks))


def missing(folder):
    return [file.name for file in missing_files(read_subject(folder, kube_versions=supported()))]


def tree(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_fault_that_is_there_only_with_the_file_names_it_and_is_reproduced_by_plain_helm(tmp_path):
    folder = write_chart(tmp_path / "web", {"templates/custom.yaml": SERVICE % 70000})
    before = tree(folder)
    report = look(folder)
    (finding,) = report.findings
    assert (finding.check, finding.object, finding.file) == ("services", "Service/custom", "config/custom.yaml")
    assert finding.fails
    assert "only if the chart holds the file config/custom.yaml" in finding.shown
    for kind in ("html", "junit", "json"):
        assert "config/custom.yaml" in report_text(kind, report)
    path = {"PATH": f"{HELM}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", finding.command], capture_output=True, text=True, check=True, env=path)
    assert "port: 70000" in done.stdout
    # One line of YAML, for a template may want it to be YAML.
    assert 'custom: "example: text\\n"' in done.stdout
    assert tree(folder) == before, "neither the run nor its command writes into the chart"


def test_an_error_of_helm_that_is_there_only_with_the_file(tmp_path):
    changes = {"templates/c.yaml": '{{ with .Files.Get "notes.txt" }}{{ .nothing }}{{ end }}'}
    report = look(write_chart(tmp_path / "web", changes), checks=("renders",))
    assert [(each.check, each.file) for each in report.findings] == [("renders", "notes.txt")]
    assert "can't evaluate field nothing" in report.findings[0].message


def test_what_needs_the_file_is_no_finding_where_it_is_fine_with_it(tmp_path):
    dashboards = """\
{{- range $path, $_ := .Files.Glob "dashboards/*.json" }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ base $path | trimSuffix ".json" | quote }}, labels: {color: {{ $.Values.color | quote }}}}
data:
  {{ base $path }}: {{ $.Files.Get $path | quote }}
{{- end }}
"""
    changes = {
        "templates/dashboards.yaml": dashboards,
        "values.yaml": VALUES + "color: red\n",
        "values.schema.json": SCHEMA.replace('"greeting":', '"color": {"enum": ["red", "blue"]}, "greeting":'),
    }
    report = look(write_chart(tmp_path / "web", changes))
    # Without the file the template never prints, and the color changes nothing.
    assert report.findings == ()
    assert any("dashboards/example.json" in note for note in report.notes)
    assert [one for each in report.branches for one in each.untaken] == []


def test_what_is_in_a_file_that_a_template_reads_cannot_be_known(tmp_path):
    text = SERVICE.replace('.Files.Get "config/custom.yaml"', '.Files.Get "c.yaml" | fromYaml') % "{{ .port }}"
    report = look(write_chart(tmp_path / "web", {"templates/c.yaml": text}), checks=("schema", "services"))
    assert report.findings
    assert not report.failed, [each.shown for each in report.findings if each.fails]


def test_a_fault_that_is_there_without_the_file_is_told_once(tmp_path):
    fault = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: 1}\n"
    changes = {"templates/fault.yaml": fault, "templates/c.yaml": '# {{ .Files.Get "a.txt" | trim }}\n'}
    report = look(write_chart(tmp_path / "web", changes), checks=("schema",))
    assert [(each.check, each.object, each.file) for each in report.findings] == [("schema", "ConfigMap/a", "")]
    assert any("a.txt" in note for note in report.notes)


def test_a_file_that_the_chart_holds_is_a_constant(tmp_path):
    folder = write_chart(tmp_path / "web", {"templates/c.yaml": SERVICE % 70000, "config/custom.yaml": "a: b\n"})
    report = look(folder)
    assert [(each.check, each.file) for each in report.findings] == [("services", "")]
    assert not any("ask for files" in note for note in report.notes)


@pytest.mark.parametrize(
    "template",
    [
        '{{ .Files.Get "a/b.txt" }}',
        '{{ "a/b.txt" | .Files.Get }}',
        '{{ $.Files.Lines "a/b.txt" | join "," }}',
        '{{ $files := .Files }}{{ $files.GetBytes "a/b.txt" }}',
        '{{ include "web.file" (dict "root" $ "name" "a/b.txt") }}',
        '{{ range list "b" }}{{ $.Files.Get (printf "a/%s.txt" .) }}{{ end }}',
        '{{ (.Files.Glob "a/b.*xt").AsConfig | len }}{{ (.Files.Get "a/b.example" ) }}',
    ],
)
def test_however_a_constant_name_is_asked_for(template, tmp_path):
    helper = '{{- define "web.file" }}{{ .root.Files.Get .name }}{{ end }}'
    folder = write_chart(tmp_path / "web", {"templates/a.txt": template, "templates/_file.tpl": helper})
    assert {"a/b.txt", "a/b.examplext"} & set(missing(folder))


@pytest.mark.parametrize(
    "asked",
    ['Get "../a"', 'Get "/etc/a"', 'Get "Chart.yaml"', 'Get "templates/a"', 'Get "config/a"', 'Get ""', 'Get "."',
     'Get "a//b"', 'Get "a/"', 'Get "a/../b"', "Get .Values.tag", 'Glob "config*"', 'Glob "charts/*"', 'Get "dir"'],
)  # fmt: skip
def test_what_no_chart_can_hold_or_nobody_names_is_not_added(asked, tmp_path):
    held = {"config": "a file\n", "dir/file": "a file\n"}
    folder = write_chart(tmp_path / "web", {"templates/a.txt": f"{{{{ .Files.{asked} }}}}", **held})
    assert missing(folder) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "a/*.json",
        "**.yaml",
        "a/**",
        "**/c?.txt",
        "{a,b}/*.{json,yaml}",
        "[abc]d",
        "[!a]b",
        "[!x]b",
        "[a-c]/x",
        "plain",
        r"a\*b",
    ],
)
def test_a_name_made_for_a_pattern_fits_it_as_helm_sees_it(pattern, tmp_path):
    folder = write_chart(tmp_path / "web", {example_name(pattern): "a\n"})
    assert EmbeddedEngine().load(folder).holds([pattern, "nothing/*"]) == [True, False]

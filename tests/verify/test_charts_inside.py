"""`verify` on charts with charts inside: alias, condition, tags, import-values, globals, and a library chart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kubilitics_chartgen.verify.subject import read_subject
from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.verify.charts import write_chart

HELM = Path(sys.executable).parent
SERVICE = """\
{{- if CONDITION }}
apiVersion: v1
kind: Service
metadata: {name: inside, labels: {app.kubernetes.io/instance: {{ .Release.Name }}}}
spec: {ports: [{port: 70000}], selector: {app.kubernetes.io/instance: {{ .Release.Name }}}}
{{- end }}
"""


def chart(folder, *, dependency, values, inside, inside_values="", template=None, metadata="type: application"):
    """The small chart with one inside, whose Service has a port that there is not."""
    web = folder / "web"
    service = SERVICE.replace("CONDITION", inside)
    return write_chart(
        web,
        {
            "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: 1.2.3\ndependencies:\n"
            f"  - {{name: cache, version: 1.0.0, {dependency}}}\n",
            "values.yaml": BASE + values,
            "values.schema.json": None,
            "charts/cache/Chart.yaml": f"apiVersion: v2\nname: cache\nversion: 1.0.0\n{metadata}\n",
            "charts/cache/values.yaml": inside_values,
            "charts/cache/templates/service.yaml": service,
            **({"templates/more.yaml": template} if template else {}),
        },
    )


BASE = """\
replicas: 1
labels: {}
tag: ""
greeting: hello
extra: {}
autoscaling: {enabled: false}
service: {enabled: true, port: 8080}
"""


def look(folder):
    report = verify(VerifyRequest(folder, checks=("services", "renders"), random=0, workers=1))
    (finding,) = report.findings
    assert (finding.check, finding.path) == ("services", "spec.ports[0].port")
    path = {"PATH": f"{HELM}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", finding.command], capture_output=True, text=True, check=True, env=path)
    assert "port: 70000" in done.stdout
    return finding


def test_a_chart_under_another_name_behind_a_condition(tmp_path):
    folder = chart(
        tmp_path,
        dependency="alias: store, condition: store.enabled",
        values="store: {enabled: false, broken: false}\n",
        inside=".Values.broken",
    )
    finding = look(folder)
    assert "enabled: true" in finding.values
    assert "broken: true" in finding.values
    assert finding.template == "web/charts/store/templates/service.yaml"


def test_a_chart_behind_a_tag(tmp_path):
    folder = chart(tmp_path, dependency="tags: [data]", values="tags: {data: false}\n", inside="true")
    assert look(folder).values == "tags:\n  data: true\n"


@pytest.mark.parametrize(
    ("imports", "read"), [("[data]", ".Values.color"), ("[{child: exports.data, parent: got}]", ".Values.got.color")]
)
def test_values_that_a_chart_exports_reach_the_one_around_it(tmp_path, imports, read):
    folder = chart(
        tmp_path,
        dependency=f"import-values: {imports}",
        values="broken: false\n",
        inside="false",
        inside_values="exports: {data: {color: red}}\n",
        template=SERVICE.replace("CONDITION", f'and .Values.broken (eq {read} "red")'),
    )
    assert look(folder).values == "broken: true\n"
    subject = read_subject(folder)
    assert ("cache", "exports", "data", "color") in subject.dependencies.compared
    assert any(
        each.path == ("cache", "exports", "data", "color")
        for each in subject.dependencies.templates["templates/more.yaml"].reads
    )


@pytest.mark.parametrize("asked", [".Values.global.broken", "$.Values.global.broken"])
def test_globals_reach_charts_inside(tmp_path, asked):
    folder = chart(tmp_path, dependency="alias: x", values="global: {broken: false}\n", inside=asked)
    assert look(folder).values == "global:\n  broken: true\n"


def inside_notes(folder):
    report = verify(VerifyRequest(folder, checks=("services",), random=0, workers=1))
    return [note for note in report.notes if "inside this chart" in note]


def test_which_values_of_charts_inside_are_varied_is_said_where_they_have_any(tmp_path):
    asked = {"inside": "or .Values.mode .Values.hidden .Values.global.proxy", "inside_values": "mode: good\n"}
    for dependency, varied in (("tags: [x]", ["cache.mode"]), ("alias: y", [])):
        folder = chart(tmp_path / dependency[:1], dependency=dependency, values="", **asked)
        names = [factor.name for factor in read_subject(folder).space.factors]
        assert [name for name in names if name.startswith(("cache.", "y."))] == varied
        assert "global.proxy" in names
        (note,) = inside_notes(folder)
        assert "where its own values.yaml names them" in note
        assert "under an alias, its own does not count" in note
    library = chart(tmp_path / "library", dependency="alias: x", values="", inside="true", metadata="type: library")
    assert inside_notes(library) == []


def every(folder, check):
    report = verify(VerifyRequest(folder, checks=(check,), random=0, workers=1))
    assert report.numbers["accepted"] > 1
    return [(each.path, each.template) for each in report.findings]


def test_a_template_is_told_once_where_none_of_its_charts_prints_it(tmp_path):
    folder = chart(
        tmp_path,
        dependency="alias: store, condition: store.enabled",
        values="store: {enabled: false}\n",
        inside="true",
    )
    assert every(folder, "every-template") == []
    (folder / "charts/cache/templates/never.yaml").write_text(SERVICE.replace("CONDITION", "false"))
    assert every(folder, "every-template") == [("", "web/charts/cache/templates/never.yaml")]


@pytest.mark.parametrize("name", ["cache", "x"])
def test_what_helm_copies_into_a_chart_is_nobodys_value(name, tmp_path):
    folder = chart(
        tmp_path,
        dependency=f"alias: {name}",
        values="global: {broken: false}\nunread: false\n",
        inside=".Values.global.broken",
        inside_values="own: false\n",
    )
    told = {path for path, _template in every(folder, "every-value")}
    assert "unread" in told
    assert not {path for path in told if "global" in path or path == "cache.own"} - {f"{name}.own"}


def test_what_a_library_chart_defines(tmp_path):
    folder = chart(
        tmp_path,
        dependency='repository: "file://charts/cache"',
        values="broken: false\n",
        inside="false",
        metadata="type: library",
        template='{{ include "cache.service" . }}',
    )
    define = '{{- define "cache.service" -}}\n' + SERVICE.replace("CONDITION", ".Values.broken") + "{{- end -}}\n"
    (folder / "charts/cache/templates/service.yaml").unlink()
    (folder / "charts/cache/templates/_service.tpl").write_text(define)
    assert look(folder).values == "broken: true\n"

"""What templates ask `.Chart` for and Helm 3 does not find there is an error; Helm itself tells what that is."""

from __future__ import annotations

import subprocess

import pytest

from kubilitics_chartgen.verify.analysis.contexts import CHART
from kubilitics_chartgen.verify.lint import lint
from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.tools import helm3
from tests.verify.charts import WEB, write_chart


def build(folder, template):
    changes = {"Chart.yaml": WEB["Chart.yaml"], "values.yaml": "flag: false\n", "templates/a.yaml": template}
    return write_chart(folder, dict.fromkeys(WEB) | changes)


def found(folder):
    return [(one.file, one.line, one.fix) for one in lint(folder).findings if one.check == "undefined-value"]


@pytest.mark.parametrize("name", [*sorted(CHART), "name", "appVersion", "Nothing", "Validate"])
def test_it_is_found_where_helm_3_stops(name, tmp_path):
    folder = build(tmp_path / "web", f"a: {{{{ .Chart.{name} | toJson }}}}\n")
    done = subprocess.run([helm3(), "template", str(folder)], capture_output=True, text=True, check=False)
    assert (done.returncode != 0) == (f"at <.Chart.{name}>" in done.stderr) == bool(found(folder))


def test_with_its_line_and_what_was_meant_perhaps(tmp_path):
    folder = build(
        tmp_path / "web", "# one\n{{ if .Values.flag }}a: {{ .Chart.appVersion }}{{ end }}\n# {{ $.Chart.team }}\n"
    )
    meant, other = "Did you mean .Chart.AppVersion?", "Write it under annotations in Chart.yaml: .Chart.Annotations."
    assert found(folder) == [("templates/a.yaml", 2, meant), ("templates/a.yaml", 3, other)]
    report = verify(VerifyRequest(folder, checks=("undefined-value",), random=0, workers=1))
    assert [(one.template, one.line, one.fix) for one in report.findings] == found(folder)


@pytest.mark.parametrize(
    "fine",
    [
        "# {{ (first (list .Chart.Name)).x }}{{ range .Chart.Maintainers }}{{ .Name }}{{ .x }}{{ end }}",
        "# {{ .Chart.Annotations.team }}{{ with .Chart }}{{ .Version }}{{ end }}",
        '# {{ $c := dict "name" 1 }}{{ $c.name }}{{ .Release.nothing }}',
    ],
)
def test_what_lies_deeper_or_elsewhere_is_not_judged(fine, tmp_path):
    assert found(build(tmp_path / "web", f"{fine}\n")) == []

"""For each check: a chart that it has something to say about. The chart without the fault is silent."""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path

import pytest

from kubilitics_chartgen.helm.values_file import parse_values
from kubilitics_chartgen.verify.analysis import state
from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint import lint
from tests.verify.lint.conftest import CHART, SCHEMA, TEMPLATE, VALUES, Build, without_schema


def findings(folder: Path, check: str) -> list[Finding]:
    return [finding for finding in lint(folder).findings if finding.check == check]


def only(folder: Path, check: str) -> Finding:
    (finding,) = findings(folder, check)
    return finding


def test_a_sound_chart_has_no_findings(build: Build) -> None:
    report = lint(build())
    assert report.findings == ()
    assert not report.failed


def test_what_helm_lint_says_is_told_with_file_and_line(build: Build) -> None:
    finding = only(build(append={"templates/config.yaml": "\nx: {{ .Values.greeting.missing }}"}), "helm")
    assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, "templates/config.yaml", 10)


def test_helm_also_lints_with_the_values_that_were_given(build: Build) -> None:
    folder = build(
        append={"templates/config.yaml": '{{ if eq .Values.greeting "bad" }}{{ .Values.greeting.word }}{{ end }}'}
    )
    assert findings(folder, "helm") == []
    report = lint(folder, values_files=[("mine.yaml", parse_values("greeting: bad"))])
    messages = [finding.message for finding in report.findings if finding.check == "helm"]
    assert any("with mine.yaml" in message and "greeting.word" in message for message in messages)


def test_every_template_that_cannot_be_parsed_is_named(build: Build) -> None:
    folder = build({"templates/a.yaml": "{{ end }}", "templates/b.yaml": "\n{{ .Values. }}"})
    found = [(finding.file, finding.line) for finding in findings(folder, "template-syntax")]
    assert found == [("templates/a.yaml", 1), ("templates/b.yaml", 2)]
    assert findings(folder, "unused-value") == []


def test_a_value_that_no_template_reads_is_found(build: Build) -> None:
    folder = build(
        without_schema(VALUES + "forgotten:\n  one: 1\n", "{{ toYaml .Values.service }}{{ .Values.greeting }}")
    )
    finding = only(folder, "unused-value")
    assert (finding.severity, finding.file, finding.line) == (Severity.WARNING, "values.yaml", 6)
    assert finding.path == "forgotten.one"


def test_a_value_that_only_templates_in_values_could_read_is_information(build: Build) -> None:
    folder = build(without_schema("text: a\nperhaps: 1\n", "{{ tpl .Values.text . }}"))
    finding = only(folder, "unused-value")
    assert (finding.severity, finding.path) == (Severity.INFO, "perhaps")
    assert not lint(folder).failed


def test_templates_that_are_too_much_to_follow_are_told(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "MAX_WORK", 100)
    found = {
        (finding.check, finding.severity, finding.message.rpartition(": ")[2]) for finding in lint(build()).findings
    }
    assert found == {
        ("unused-value", Severity.INFO, "whether each value is read was not judged"),
        ("undefined-value", Severity.INFO, "values that nobody defines were not judged"),
    }


def test_a_value_that_a_template_reads_and_nobody_defines_is_found_with_a_suggestion(build: Build) -> None:
    folder = build({"templates/config.yaml": TEMPLATE.replace(".service.port", ".service.prot")})
    finding = only(folder, "undefined-value")
    assert (finding.severity, finding.path) == (Severity.ERROR, "service.prot")
    assert (finding.file, finding.line) == ("templates/config.yaml", 8)
    assert finding.fix == "Did you mean service.port?"


@pytest.mark.parametrize(
    "use",
    [
        "{{ .Values.service.prot | default 80 }}",
        "{{ default 80 .Values.service.prot }}",
        '{{ if hasKey .Values.service "prot" }}x{{ end }}',
        "{{ if .Values.service.prot }}{{ .Values.service.prot }}{{ end }}",
        "{{ with .Values.service.prot }}{{ . }}{{ end }}",
    ],
)
def test_an_undefined_value_behind_a_guard_is_a_warning(build: Build, use: str) -> None:
    finding = only(build({"templates/NOTES.txt": use}), "undefined-value")
    assert (finding.severity, finding.path) == (Severity.WARNING, "service.prot")


@pytest.mark.parametrize("name", ["Release", "Chart", "Values", "Capabilities", "Template", "Files"])
@pytest.mark.parametrize(
    "use", ["{{ with .Values.a }}%s{{ end }}", "{{ range .Values.all }}{{ with $.Values.a }}%s{{ end }}{{ end }}"]
)
def test_what_the_root_context_has_is_not_to_be_defined_below_a_value(build: Build, name: str, use: str) -> None:
    text = use % f"{{{{ .b }}}}{{{{ .{name}.Name }}}}"
    finding = only(build(without_schema("a: {b: 1}\nall: [1]\n", text)), "undefined-value")
    assert finding.path == f"a.{name}"
    assert finding.message == f"the dot is the value a here, of which a template asks for `.{name}`"
    assert finding.fix.startswith(f"Write $.{name};")


@pytest.mark.parametrize(
    ("values", "use"),
    [
        ("a: {}\n", "{{ .Values.a.b }}"),
        ("a: null\n", "{{ (.Values.a | default dict).b }}"),
        ("a: []\n", "{{ range .Values.a }}{{ .b }}{{ end }}"),
        ("a: 1\n", "{{ .Values.a }}{{ .Values.global }}"),
        ("a: 1\n", "{{ .Values.a }}{{ (.Values.global | default dict).b }}"),
        ("a: {b: 1}\n", "{{ range $k, $v := .Values.a }}{{ $k }}{{ $v }}{{ end }}{{ .Values.AsMap.a.b }}"),
    ],
)
def test_what_is_open_may_hold_anything(build: Build, values: str, use: str) -> None:
    assert findings(build(without_schema(values, use)), "undefined-value") == []


def test_the_schema_says_what_is_open_and_what_is_known(build: Build) -> None:
    schema = SCHEMA.replace(
        '"port": {"type": "integer"},', '"port": {"type": "integer"}, "host": {"$ref": "#/definitions/h"},'
    )
    schema = schema.rstrip().removesuffix("}") + ', "definitions": {"h": {"properties": {"name": {}}}}}'
    folder = build(
        {
            "values.schema.json": schema,
            "templates/NOTES.txt": "{{ .Values.service.annotations.any }}{{ .Values.service.host.name }}"
            "{{ .Values.service.host.nam }}",
        }
    )
    assert [finding.path for finding in findings(folder, "undefined-value")] == ["service.host.nam"]


def test_values_of_a_subchart_belong_to_it(build: Build) -> None:
    chart = CHART + (
        "dependencies:\n  - name: db\n    version: 1.0.0\n    alias: store\n    condition: store.enabled,useStore\n"
        "    tags: [data]\n"
    )
    values = "global:\n  registry: r\n  unread: u\nstore:\n  anything: 1\ntags:\n  data: true\nuseStore: true\n"
    changes = {
        **without_schema(values, "{{ .Values.store.anything }}{{ .Values.store.else }}"),
        "Chart.yaml": chart,
        "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
        "charts/db/values.yaml": "anything: 0\n",
        "charts/db/templates/NOTES.txt": "{{ .Values.anything }}{{ .Values.global.registry }}",
    }
    folder = build(changes)
    assert [finding.path for finding in findings(folder, "unused-value")] == ["global.unread"]
    assert findings(folder, "undefined-value") == []


def test_a_packed_subchart_is_read_as_well(build: Build) -> None:
    folder = build({**without_schema("global:\n  registry: r\n", ""), "Chart.yaml": CHART})
    (folder / "charts").mkdir()
    inner = {
        "Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
        "templates/a.txt": "{{ .Values.global.registry }}",
    }
    with tarfile.open(folder / "charts" / "db-1.0.0.tgz", "w:gz") as archive:
        for name, text in inner.items():
            member = tarfile.TarInfo(f"db/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    assert findings(folder, "unused-value") == []
    (folder / "charts" / "db-1.0.0.tgz").unlink()
    assert only(folder, "unused-value").path == "global.registry"


def test_global_values_are_not_judged_while_a_subchart_is_missing(build: Build) -> None:
    chart = CHART + "dependencies:\n  - name: db\n    version: 1.0.0\n    repository: https://example.com\n"
    folder = build({**without_schema("global:\n  registry: r\n", ""), "Chart.yaml": chart})
    assert findings(folder, "unused-value") == []


def test_a_schema_that_is_none_is_found(build: Build) -> None:
    folder = build({"values.schema.json": SCHEMA.replace('"type": "integer"', '"type": "whole number"')})
    finding = only(folder, "schema")
    assert finding.severity is Severity.ERROR
    assert (finding.file, finding.line) == ("values.schema.json", 11)
    assert finding.path == "properties.service.properties.port.type"


def test_a_schema_that_would_have_to_be_fetched_is_found_and_nothing_is_fetched(build: Build) -> None:
    remote = SCHEMA.replace('{"type": "integer"}', '{"$ref": "https://schemas.invalid/port.json"}')
    folder = build({"values.schema.json": remote})
    finding = only(folder, "schema")
    assert "https://schemas.invalid/port.json" in finding.message
    assert finding.line == 11
    assert findings(folder, "helm") == []


def test_a_schema_that_is_not_json_is_found(build: Build) -> None:
    finding = only(build({"values.schema.json": '{\n "type": }'}), "schema")
    assert (finding.file, finding.line) == ("values.schema.json", 2)


def test_a_default_that_the_schema_refuses_is_found_where_it_stands(build: Build) -> None:
    finding = only(build({"values.yaml": VALUES.replace("port: 80", "port: eighty")}), "schema")
    assert (finding.file, finding.line, finding.path) == ("values.yaml", 3, "service.port")


def test_a_values_file_that_the_schema_refuses_is_found_where_it_is_wrong(build: Build) -> None:
    finding = only(build({"ci/other-values.yaml": "greeting: hi\nservice:\n  port: x\n"}), "values-file")
    assert (finding.severity, finding.file, finding.line) == (Severity.ERROR, "ci/other-values.yaml", 3)
    assert finding.path == "service.port"


def test_a_values_file_that_was_given_is_judged_like_those_in_ci(build: Build) -> None:
    given = parse_values("service: {porrt: 1}\ngreting: x\n", name="mine.yaml")
    report = lint(build(), values_files=[("mine.yaml", given)])
    found = [
        (finding.file, finding.line, finding.path) for finding in report.findings if finding.check == "values-file"
    ]
    assert found == [("mine.yaml", 2, "greting")]


def test_what_does_not_fit_the_schema_is_told_once_with_its_line_and_not_by_helm_again(build: Build) -> None:
    report = lint(build({"ci/other-values.yaml": "service:\n  port: x\n"}))
    assert [(finding.check, finding.line) for finding in report.findings] == [("values-file", 2)]
    report = lint(build({"values.yaml": VALUES.replace("port: 80", "port: eighty")}))
    assert {finding.check for finding in report.findings} == {"schema"}


def test_what_does_not_fit_a_chart_that_cannot_be_rendered_helm_tells(build: Build) -> None:
    chart = CHART + "type: library\n"
    folder = build({"Chart.yaml": chart, "ci/other-values.yaml": "service:\n  port: x\n"})
    assert any("/service/port" in finding.message for finding in findings(folder, "helm"))


def test_what_does_not_fit_the_schema_of_a_chart_inside_helm_tells(build: Build) -> None:
    folder = build(
        {
            "values.schema.json": SCHEMA.replace('"additionalProperties": false,', "", 1),
            "charts/inner/Chart.yaml": "apiVersion: v2\nname: inner\nversion: 1.0.0\n",
            "charts/inner/values.schema.json": '{"properties": {"size": {"type": "integer"}}}',
            "ci/other-values.yaml": "greeting: hi\ninner: {size: x}\n",
        }
    )
    assert any("/size" in finding.message for finding in findings(folder, "helm"))


REFUSING = '{{ if eq .Values.greeting "no" }}# {{ required "say which port" .Values.service.port }}{{ end }}'


def test_values_that_a_template_refuses_are_found_though_helm_lint_passes_them(build: Build) -> None:
    bad = 'greeting: "no"\nservice:\n  port: null\n'
    folder = build({"ci/other-values.yaml": bad}, append={"templates/a.yaml": REFUSING})
    finding = only(folder, "values-file")
    assert (finding.severity, finding.file) == (Severity.ERROR, "ci/other-values.yaml")
    assert "say which port" in finding.message


def test_files_that_were_given_are_judged_together_as_helm_merges_them(build: Build) -> None:
    folder = build(append={"templates/a.yaml": REFUSING})
    word = ("word.yaml", parse_values('greeting: "no"\nservice: {port: 1}\n', name="word.yaml"))
    port = ("port.yaml", parse_values("service: {port: null}\n", name="port.yaml"))
    assert lint(folder, values_files=[port, word]).findings == ()
    (finding,) = lint(folder, values_files=[word, port]).findings
    assert (finding.check, finding.file) == ("values-file", "word.yaml, port.yaml")


def test_a_values_file_that_cannot_be_read_is_found(build: Build) -> None:
    finding = findings(build({"ci/other-values.yaml": "a: 1\na: 2\n"}), "values-file")[0]
    assert (finding.file, finding.line) == ("ci/other-values.yaml", 2)


@pytest.mark.parametrize(
    ("chart", "path", "line"),
    [
        (CHART.replace("version: 0.1.0", "version: 1.0"), "version", 3),
        (CHART.replace("version: 0.1.0", "version: 1.0.0.0"), "version", 3),
        (CHART.replace("version: 0.1.0", "version: v1.0.0"), "version", 3),
        (CHART.replace("  - name: someone", "  - email: a@example.com"), "maintainers.0.name", 7),
        (CHART.replace("maintainers:\n  - name: someone\n", ""), "maintainers", 1),
        (CHART.replace("apiVersion: v2", "apiVersion: v9"), "apiVersion", 1),
        (CHART + "maintainer: me\n", "maintainer", 8),
        (CHART + "deprecated: true\n", "maintainers", 6),
    ],
)
def test_chart_yaml_is_held_to_what_chart_testing_asks(build: Build, chart: str, path: str, line: int) -> None:
    found = findings(build({"Chart.yaml": chart}), "chart-metadata")
    assert (path, line) in [(finding.path, finding.line) for finding in found]
    assert all(finding.severity is Severity.ERROR for finding in found)


@pytest.mark.parametrize(
    ("file", "text", "line", "rule"),
    [
        ("values.yaml", VALUES + "x:  1\n", 5, "colons"),
        ("values.yaml", VALUES.rstrip(), 4, "new-line-at-end-of-file"),
        ("values.yaml", VALUES.replace("hello", "hello "), 1, "trailing-spaces"),
        ("values.yaml", VALUES.replace("hello", "hello # word"), 1, "comments"),
        ("Chart.yaml", CHART.replace("  - name", "  -  name"), 7, "hyphens"),
        ("ci/other-values.yaml", "\n\n\n\ngreeting: hi\n", 4, "empty-lines"),
    ],
)
def test_yaml_files_are_held_to_the_style_of_chart_testing(
    build: Build, file: str, text: str, line: int, rule: str
) -> None:
    found = findings(build({file: text}), "yaml-style")
    assert (file, line, rule) in [
        (finding.file, finding.line, finding.message.rpartition("(")[2].rstrip(")")) for finding in found
    ]


def test_what_yamllint_only_warns_of_does_not_fail(build: Build) -> None:
    report = lint(build(without_schema("on_off: on\n", "{{ .Values.on_off }}")))
    assert [(finding.check, finding.severity) for finding in report.findings] == [("yaml-style", Severity.INFO)]
    assert not report.failed


@pytest.mark.parametrize(("module", "check"), [("yamllint", "yaml-style"), ("yamale", "chart-metadata")])
def test_a_tool_that_is_not_installed_is_told_and_not_passed_over(
    build: Build, monkeypatch: pytest.MonkeyPatch, module: str, check: str
) -> None:
    for name in [known for known in sys.modules if known == module or known.startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    finding = only(build(), check)
    assert finding.severity is Severity.WARNING
    assert "NOT judged" in finding.message
    assert "kubilitics-chartgen[lint]" in finding.fix

"""Values that templates ask for, and neither values.yaml nor a schema names, vary as well."""

from __future__ import annotations

import json

import pytest

from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.engine import Release, RenderError
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.space.configuration import is_doubtful, overrides
from kubilitics_chartgen.verify.subject import read_subject
from tests.verify.charts import write_chart

VALUES = "empty: {}\nimage: {repository: web}\nlist: [a]\ntext: a\nnothing:\n"
OTHERS = ("templates/config.yaml", "templates/deployment.yaml", "templates/service.yaml", "templates/_helpers.tpl")


def subject_of(folder, template, **changes):
    changes = {"values.yaml": VALUES, "values.schema.json": None, "templates/a.txt": template, **changes}
    return read_subject(write_chart(folder / "web", {**changes, **dict.fromkeys(OTHERS)}), kube_versions=supported())


def printed(subject):
    """What the template prints with each level of each factor."""
    chart = EmbeddedEngine().load(subject.files.folder)
    found = set()
    for number, factor in enumerate(subject.space.factors):
        for level in range(len(factor.levels)):
            given = overrides(subject.space, subject.base.choose({number: level}))
            try:
                found.add(chart.render(given, Release("web"))["web/templates/a.txt"])
            except RenderError:
                found.add("error")
    return found


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ("if .Values.debug", "debug"),
        ("if not .Values.debug", "debug"),
        ("if .Values.empty.debug", "empty.debug"),
        ("if .Values.nothing", "nothing"),
        ("if (.Values.tls).enabled", "tls.enabled"),
        ("if (.Values.tls | default dict).enabled", "tls.enabled"),
        ('if eq (.Values.mode | default "x") "fast"', "mode"),
        ('if eq (.Values.image.tag | default "x") "fast"', "image.tag"),
        ("if gt (int .Values.replicas) 77", "replicas"),
        ('if hasKey .Values "debug"', "debug"),
        ('if hasKey .Values.empty "debug"', "empty.debug"),
        ('if get .Values.empty "debug"', "empty.debug"),
        ('if dig "debug" "on" false .Values.empty', "empty.debug.on"),
        ('if index .Values.empty "debug"', "empty.debug"),
        ('if kindIs "map" .Values.any', "any"),
        ("with .Values.name", "name"),
        ("with .Values.tolerations", "tolerations"),
    ],
)
def test_both_ways_are_gone(condition, path, tmp_path):
    subject = subject_of(tmp_path, f"{{{{ {condition} }}}}yes{{{{ else }}}}no{{{{ end }}}}")
    assert path in {factor.name for factor in subject.space.factors}
    assert printed(subject) >= {"yes", "no"}


@pytest.mark.parametrize(
    "template",
    [
        # Something must be written there, or no one can say what.
        "{{ .Values.replicas }}",
        # What stands above is there, and is no map.
        "{{ if (index .Values.list 0).x }}{{ end }}",
        "{{ range .Values.list }}{{ if eq . .x }}{{ end }}{{ end }}",
        # Known, or another chart's.
        "{{ if .Values.text }}{{ end }}{{ if .Values.image.repository }}{{ end }}",
    ],
)
def test_what_cannot_be_guessed_is_left_alone(template, tmp_path):
    names = {factor.name for factor in subject_of(tmp_path, template).space.factors}
    assert names <= {"text", "list", "image.repository"}


@pytest.mark.parametrize(
    ("template", "element"),
    [
        ("{{ range .Values.hosts }}{{ . }}{{ end }}", "example"),
        ("{{ range .Values.hosts }}{{ .port }}{{ if .tls }}s{{ end }}{{ end }}", {"port": "example", "tls": True}),
    ],
)
def test_what_a_loop_takes_is_guessed_and_said_to_be(template, element, tmp_path):
    (hosts,) = [each for each in subject_of(tmp_path, template).space.factors if each.name == "hosts"]
    assert [element] in [level.value for level in hosts.levels]
    assert {level.origin for level in hosts.levels[1:]} == {"made up"}


def test_a_schema_that_is_closed_allows_none_and_one_that_is_open_all(tmp_path):
    template = "{{ if .Values.debug }}yes{{ end }}"
    for number, allows in enumerate((True, False)):
        schema = json.dumps({"type": "object", "properties": {"text": {}}, "additionalProperties": allows})
        changes = {"values.yaml": "text: a\n", "values.schema.json": schema}
        subject = subject_of(tmp_path / str(number), template, **changes)
        assert ("debug" in {factor.name for factor in subject.space.factors}) is allows


def test_the_author_may_exclude_one(tmp_path):
    settings = "verify: {factors: {exclude: [debug]}}\n"
    subject = subject_of(tmp_path, "{{ if .Values.debug }}yes{{ end }}", **{".chartgen.yaml": settings})
    assert "debug" not in {factor.name for factor in subject.space.factors}


@pytest.mark.parametrize("name", ["env", "extraEnvVars", "envFrom", "args", "command", "tls", "relabelings"])
def test_an_empty_list_gets_what_its_name_often_means_and_nothing_fails_by_it(name, tmp_path):
    template = f"{{{{ with .Values.{name} }}}}yes{{{{ else }}}}no{{{{ end }}}}"
    subject = subject_of(tmp_path / "list", template, **{"values.yaml": f"{name}: []\n"})
    assert printed(subject) >= {"yes", "no"}
    (factor,) = [each for each in subject.space.factors if each.name == name]
    assert factor.guessed
    assert [is_doubtful(subject.space, subject.base.choose({0: level})) for level in (0, 1)] == [False, True]
    as_map = subject_of(tmp_path / "map", template, **{"values.yaml": f"{name}: {{}}\n"})
    assert name not in {each.name for each in as_map.space.factors}


@pytest.mark.parametrize("name", ["strategy", "updateStrategy", "livenessProbe", "customReadinessProbe"])
def test_an_empty_map_gets_what_its_name_often_means(name, tmp_path):
    template = f"{{{{ with .Values.{name} }}}}yes{{{{ else }}}}no{{{{ end }}}}"
    assert printed(subject_of(tmp_path, template, **{"values.yaml": f"{name}: {{}}\n"})) >= {"yes", "no"}

"""A fault that only some values show is found, whatever in the chart hides it. Helm says which values those are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.verify.verification import VerifyRequest, verify

FAULT = 'immutable: "yes"'
CHART = "apiVersion: v2\nname: hiding\nversion: 1.0.0\n"
TWO = "flag: false\nother: false\n"
FLAG = {"flag": True}
SETS = "{{ if .Values.flag }}{{ $_ := set .Values `other` true }}{{ end }}"


def config(body, name="b"):
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{{{ .Release.Name }}}}-{name}\n{body}\n"


def faulty_if(condition, name="b"):
    return config(f"{{{{- if {condition} }}}}\n{FAULT}\n{{{{- end }}}}", name)


def defining(text, action='define "x"'):
    return f"{{{{- {action} }}}}{text}{{{{- end }}}}\n"


SAYS = f"{{{{ if .Values.flag }}}}\n{FAULT}\n{{{{- end }}}}"
FINE = "\nimmutable: false\n"
USE = config('{{ include "x" . }}')


@dataclass(frozen=True)
class Hidden:
    """A chart, and values that show its fault."""

    templates: Mapping[str, str]
    shows: Mapping[str, Any]
    values: str = TWO
    schema: Any = None
    name: str = "hiding"
    upgrade: bool = False


def booleans(count):
    return [f"f{number:02}" for number in range(count)]


MANY = booleans(12)
CHOICES = [f"mode{number}" for number in range(90)]
TLS = {
    "if": {"properties": {"enabled": {"const": True}}},
    "then": {"properties": {"secretName": {"minLength": 1}}},
    "type": "object",
    "properties": {"enabled": {"type": "boolean"}, "secretName": {"type": "string"}},
}
NOT_BOTH = {
    "properties": {"flag": {"const": True}, "other": {"const": False}},
    "required": ["flag", "other"],
}
CHARTS = {
    "a chart's name that no release may have": Hidden(
        {"templates/b.yaml": faulty_if(".Values.flag")}, FLAG, name="hiding_Chart"
    ),
    "a name defined twice, of which the later file's counts": Hidden(
        {"templates/_names.tpl": defining(SAYS), "templates/a.yaml": defining(FINE), "templates/b.yaml": USE}, FLAG
    ),
    "a name defined twice, in a template and a helper": Hidden(
        {"templates/0.yaml": defining(SAYS), "templates/_h.tpl": defining(FINE), "templates/b.yaml": USE}, FLAG
    ),
    "a block that a helper replaces": Hidden(
        {"templates/_n.tpl": defining(SAYS), "templates/b.yaml": config(defining(FINE, 'block "x" .'))}, FLAG
    ),
    "a value that is valid only with another": Hidden(
        {"templates/b.yaml": faulty_if(".Values.tls.enabled")},
        {"tls": {"enabled": True, "secretName": "s"}},
        values='tls: {enabled: false, secretName: ""}\n',
        schema={"properties": {"tls": TLS}},
    ),
    "values that are not valid without each other": Hidden(
        {"templates/b.yaml": faulty_if(".Values.flag")},
        {"flag": True, "other": True},
        schema={"type": "object", "not": NOT_BOTH},
    ),
    "one of very many choices": Hidden(
        {"templates/b.yaml": faulty_if('eq .Values.mode "mode77"')},
        {"mode": "mode77"},
        values="mode: mode0\n",
        schema={"properties": {"mode": {"enum": CHOICES}}},
    ),
    "a null that the schema allows": Hidden(
        {"templates/b.yaml": faulty_if('kindIs "invalid" .Values.list')},
        {"list": None},
        values="list: [a]\n",
        schema={"properties": {"list": {"type": ["array", "null"]}}},
    ),
    "one of the choices in a list": Hidden(
        {"templates/b.yaml": faulty_if('has "c" .Values.list')},
        {"list": ["c"]},
        values="list: [a]\n",
        schema={"properties": {"list": {"type": "array", "items": {"enum": ["a", "b", "c"]}}}},
    ),
    "an empty list that Kubernetes knows by its name": Hidden(
        {"templates/b.yaml": config("{{- with .Values.tolerations }}\ntolerationz: {{ toJson . }}\n{{- end }}")},
        {"tolerations": [{"operator": "Exists"}]},
        values="tolerations: []\n",
    ),
    "annotations that are empty by default": Hidden(
        {"templates/b.yaml": config("{{- with .Values.podAnnotations }}\nannotations: {{ toJson . }}\n{{- end }}")},
        {"podAnnotations": {"a": "b"}},
        values="podAnnotations: {}\n",
    ),
    "a text that is asked for": Hidden(
        {"templates/b.yaml": faulty_if("not .Values.host")},
        {"host": ""},
        values="host: a.example\n",
        schema={"properties": {"host": {"type": "string", "pattern": "^(a.example)?$"}}},
    ),
    "a number that is asked for": Hidden(
        {"templates/b.yaml": faulty_if("not .Values.count")},
        {"count": 0},
        values="count: 3\n",
        schema={"properties": {"count": {"type": "integer"}}},
    ),
    "a chart inside that a condition without a value turns off": Hidden(
        {
            "Chart.yaml": f"{CHART}dependencies: [{{name: sub, version: 1.0.0, condition: sub.enabled}}]\n",
            "charts/sub/Chart.yaml": CHART.replace("hiding", "sub"),
            "charts/sub/templates/a.yaml": config("", "a"),
            "templates/b.yaml": faulty_if('not (hasKey .Subcharts "sub")'),
        },
        {"sub": {"enabled": False}},
    ),
    "a chart inside that a tag without a value turns off": Hidden(
        {
            "Chart.yaml": f"{CHART}dependencies: [{{name: sub, version: 1.0.0, tags: [front]}}]\n",
            "charts/sub/Chart.yaml": CHART.replace("hiding", "sub"),
            "charts/sub/templates/a.yaml": config("", "a"),
            "templates/b.yaml": faulty_if('not (hasKey .Subcharts "sub")'),
        },
        {"tags": {"front": False}},
    ),
    "a text in values that sets another value": Hidden(
        {"templates/b.yaml": faulty_if(".Values.other"), "templates/z.yaml": "{{- tpl .Values.first $ }}\n"},
        FLAG,
        values=f"{TWO}first: '{SETS}'\n",
        schema={"properties": {"flag": {"type": "boolean"}, "other": {"const": False}}},
    ),
    "a text in a file that sets another value": Hidden(
        {
            "templates/b.yaml": faulty_if(".Values.other"),
            "templates/z.yaml": '{{- tpl (.Files.Get "first.txt") $ }}\n',
            "first.txt": SETS,
        },
        FLAG,
        schema={"properties": {"flag": {"type": "boolean"}, "other": {"const": False}}},
    ),
    "an upgrade with one value of many": Hidden(
        {
            "templates/b.yaml": faulty_if("and .Release.IsUpgrade .Values.f00")
            + "data:\n  a: b\n"
            + "".join(f"{{{{- if .Values.{each} }}}}\n  {each}: x\n{{{{- end }}}}\n" for each in MANY)
        },
        {"f00": True},
        values="".join(f"{each}: false\n" for each in MANY),
        upgrade=True,
    ),
    "an upgrade of a chart inside with one value of many": Hidden(
        {
            "Chart.yaml": f"{CHART}dependencies: [{{name: sub, version: 1.0.0}}]\n",
            "charts/sub/Chart.yaml": CHART.replace("hiding", "sub"),
            "charts/sub/templates/a.yaml": faulty_if("and .Release.IsUpgrade .Values.f00", "a")
            + "data:\n  a: b\n"
            + "".join(f"{{{{- if .Values.{each} }}}}\n  {each}: x\n{{{{- end }}}}\n" for each in MANY),
        },
        {"sub": {"f00": True}},
        values="sub:\n" + "".join(f"  {each}: false\n" for each in MANY),
        upgrade=True,
    ),
    "an install with two values": Hidden(
        {"templates/b.yaml": faulty_if("and (not .Release.IsInstall) .Values.flag .Values.other")},
        {"flag": True, "other": True},
        upgrade=True,
    ),
}


@pytest.fixture
def write(tmp_path):
    def written(hidden):
        files = {
            "Chart.yaml": CHART.replace("hiding", hidden.name),
            "values.yaml": hidden.values,
            **hidden.templates,
        }
        if hidden.schema is not None:
            files["values.schema.json"] = json.dumps(hidden.schema)
        for name, text in files.items():
            path = tmp_path / "chart" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "chart"

    return written


def rendered(folder, values, *, upgrade):
    texts = EmbeddedEngine().load(folder).render(values, Release("web", upgrade=upgrade))
    return "".join(texts.values())


def faults(folder):
    report = verify(VerifyRequest(folder, workers=1, checks=("schema", "renders")))
    return [finding for finding in report.findings if not finding.made_up]


@pytest.mark.parametrize("hidden", CHARTS.values(), ids=CHARTS)
def test_it_is_found(write, hidden):
    folder = write(hidden)
    shown = rendered(folder, dict(hidden.shows), upgrade=hidden.upgrade)
    assert shown != rendered(folder, {}, upgrade=False)

    assert {finding.check for finding in faults(folder)} == {"schema"}


def test_what_the_schema_refuses_whatever_else_is_set_is_not_tried(write):
    schema = {"properties": {"flag": {"const": False}, "other": {"type": "boolean"}}}
    folder = write(Hidden({"templates/b.yaml": faulty_if(".Values.flag")}, FLAG, schema=schema))

    report = verify(VerifyRequest(folder, workers=1, checks=("schema",)))

    assert report.findings == ()
    assert report.numbers["factors"] == 1


def test_choices_that_were_left_out_are_told(write):
    schema = {"properties": {"mode": {"enum": CHOICES}}}
    template = {"templates/b.yaml": config("data: {mode: {{ .Values.mode }}}")}
    folder = write(Hidden(template, {}, values="mode: mode0\n", schema=schema))

    report = verify(VerifyRequest(folder, workers=1, checks=("schema",)))

    assert any("not all that the chart allows were tried: mode." in note for note in report.notes)

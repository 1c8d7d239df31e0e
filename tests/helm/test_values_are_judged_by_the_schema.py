"""The sentences a user reads when values do not fit a chart's schema, and Helm's verdict beside ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm import (
    EmbeddedEngine,
    Judge,
    RefusedError,
    Release,
    RenderError,
    RenderRequest,
    parse_values,
    render_chart,
)
from tests.helm.conftest import BuildChart, RunHelm

SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "additionalProperties": False,
    "definitions": {
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "probe": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"path": {"type": "string", "pattern": "^/"}, "port": {"$ref": "#/definitions/port"}},
            "required": ["path"],
        },
    },
    "properties": {
        "global": {},
        "ai": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "llmProvider": {"enum": ["none", "openai", "anthropic", "ollama"]},
                "apiKey": {"type": "string", "maxLength": 0},
            },
        },
        "replicas": {"type": "integer", "minimum": 1},
        "probe": {"$ref": "#/definitions/probe"},
        "probes": {"type": "array", "maxItems": 2, "uniqueItems": True, "items": {"$ref": "#/definitions/probe"}},
        "size": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        "mode": {"oneOf": [{"const": "a"}, {"enum": ["bee", "sea"]}]},
        "source": {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"name": {"type": "string"}, "key": {"type": "string"}},
                    "required": ["name"],
                },
            ]
        },
        "forbidden": False,
        "closed": {"type": "object", "additionalProperties": False},
        "not": {"not": {"type": "string"}},
        "labels": {"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}, "maxProperties": 2},
        "if": {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
        "name": {"type": "string", "minLength": 1, "maxLength": 5},
        "ratio": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5},
        "has": {"type": "array", "minItems": 1, "contains": {"const": 1}},
        "maybe": {"type": ["boolean", "null"]},
        "both": {"oneOf": [{"type": "string"}, {"minLength": 1}]},
    },
}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('ai: {llmProvider: opanai}',
         'v:1: ai.llmProvider: "opanai" is not one of none, openai, anthropic, ollama. Did you mean "openai"?'),
        ("ai: {llmProvider: 5}", "v:1: ai.llmProvider: 5 is not one of none, openai, anthropic, ollama."),
        ('replicas: "2"', 'v:1: replicas: "2" is text, but a whole number is expected.'),
        ("replicas: 1.5", "v:1: replicas: 1.5 is a number, but a whole number is expected."),
        ("replicas: {a: 1}", "v:1: replicas: this is a mapping, but a whole number is expected."),
        ("name: on", "v:1: name: true is true or false, but text is expected."),
        ("maybe: x", 'v:1: maybe: "x" is text, but true or false is expected.'),
        ("replicas: 0", "v:1: replicas: 0 is too small: 1 or more is expected."),
        ("\nreplcas: 2", 'v:2: replcas: there is no value "replcas" here. Did you mean "replicas"?'),
        ("zzz: 2", 'v:1: zzz: there is no value "zzz" here.'),
        ("probe:\n  path: /\n  prt: 1", 'v:3: probe.prt: there is no value "prt" here. Did you mean "port"?'),
        ("probe:\n  port: 1", 'v:1: probe.path: "path" is missing here.'),
        ("probe: {path: x}", 'v:1: probe.path: "x" does not have the expected form, which is the pattern ^/'),
        ("probe: {path: /, port: 70000}", "v:1: probe.port: 70000 is too large: 65535 or less is expected."),
        ("probes:\n- path: /\n- port: 1\n", 'v:3: probes[1].path: "path" is missing here.'),
        ("probes: [{path: /}, {path: /}]", "v:1: probes: an entry stands in this list twice."),
        ("size: true", "v:1: size: true is true or false, but text or a whole number is expected."),
        ("mode: seea", 'v:1: mode: "seea" is not one of a, bee, sea. Did you mean "sea"?'),
        ("source: {nam: x}", 'v:1: source.nam: there is no value "nam" here. Did you mean "name"?'),
        ("source: {nam: x}", 'v:1: source.name: "name" is missing here.'),
        ("source: 1", "v:1: source: 1 is a whole number, but text or a mapping is expected."),
        ("forbidden: 1", 'v:1: forbidden: there is no value "forbidden" here.'),
        ("closed: {a: 1}", 'v:1: closed.a: there is no value "a" here.'),
        ("not: x", 'v:1: not: "x" is not allowed here.'),
        ("labels: {A: x}", 'v:1: labels: a key is not allowed here: "A" does not have the expected form'),
        ("if: {a: 1}", 'v:1: if.b: "b" is missing here.'),
        ("name: ''", "v:1: name: the text is empty, and it must not be."),
        ("name: longer", 'v:1: name: "longer" is too long: 5 characters or fewer are expected.'),
        ("ratio: 0", "v:1: ratio: 0 is too small: more than 0 is expected."),
        ("ratio: 0.7", "v:1: ratio: 0.7 is not a multiple of 0.5."),
        ("has: []", "v:1: has: the list is too short: 1 or more entries are expected."),
        ("has: [2]", "v:1: has: no entry of this list is the one that has to be in it."),
        ("both: x", 'v:1: both: "x" fits more than one of several forms that exclude each other.'),
    ],
)  # fmt: skip
def test_each_refusal_is_a_sentence_with_its_place(
    build_chart: BuildChart, helm3: RunHelm, text: str, told: str
) -> None:
    chart = build_chart({"values.schema.json": json.dumps(SCHEMA), "templates/x.yaml": ""})
    given = parse_values(text, name="v")
    problems = Judge(SCHEMA).problems(EmbeddedEngine().load(chart).coalesce(given.data), given)
    assert any(str(problem).startswith(told) for problem in problems), problems
    assert "don't meet the specifications" in helm3("template", str(chart), "-f", "-", stdin=text, check=False)


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    given = parse_values("name: ''\nreplicas: x\nprobe: {}\nbogus: 1\nother: 2\n", name="v")
    problems = Judge(SCHEMA).problems(given.data, given)
    assert [(problem.line, problem.path) for problem in problems] == [
        (1, "name"), (2, "replicas"), (3, "probe.path"), (4, "bogus"), (5, "other"),
    ]  # fmt: skip


def test_a_value_that_may_be_a_secret_is_not_repeated() -> None:
    problems = Judge(SCHEMA).problems({"ai": {"apiKey": "sk-live-1234"}})
    assert [str(problem) for problem in problems] == [
        "ai.apiKey: the value is too long: 0 characters or fewer are expected."
    ]


def test_values_that_fit_are_accepted_and_nothing_is_said() -> None:
    judge = Judge(SCHEMA)
    good = {"replicas": 2, "ai": {"llmProvider": "none"}, "source": {"name": "x"}, "maybe": None}
    assert judge.accepts(good)
    assert judge.problems(good) == ()
    assert not judge.accepts({"replicas": "2"})
    assert Judge(None).accepts({"anything": 1})


def test_a_chart_wide_refusal_names_the_last_file_and_set(build_chart: BuildChart, tmp_path: Path) -> None:
    chart = build_chart({"values.schema.json": json.dumps(SCHEMA), "values.yaml": "replicas: 1\n"})
    file = tmp_path / "v.yaml"
    file.write_text("replicas: x\nname: fine\n")
    with pytest.raises(RefusedError) as caught:
        render_chart(RenderRequest(chart, files=(str(file),), sets=("nam=x",)))
    assert [str(problem) for problem in caught.value.problems] == [
        '--set: nam: there is no value "nam" here. Did you mean "name"?',
        f'{file}:1: replicas: "x" is text, but a whole number is expected.',
    ]


def test_null_deletes_a_default_before_the_schema_looks(build_chart: BuildChart) -> None:
    chart = build_chart({"values.schema.json": json.dumps(SCHEMA), "values.yaml": "replicas: 1\n"})
    assert "replicas" not in render_chart(RenderRequest(chart, sets=("replicas=null",))).values


@pytest.mark.parametrize(
    "reference", ["http://example.com/s.json", "https://example.com/s.json", "file:///etc/passwd", "other.json"]
)
def test_a_schema_that_leads_elsewhere_is_refused_and_nothing_is_fetched(reference: str) -> None:
    with pytest.raises(InputError, match="a schema must stand on its own, and nothing is fetched"):
        Judge({"properties": {"a": {"$ref": reference}}})


def test_not_even_a_sound_file_beside_the_chart_is_read_for_a_schema(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{}")
    with pytest.raises(InputError, match="nothing is fetched"):
        Judge({"properties": {"a": {"$ref": (tmp_path / "s.json").as_uri()}}})


@pytest.mark.parametrize(
    "schema", [{"type": "strin"}, {"properties": {"a": {"pattern": "("}}}, {"$ref": "#/definitions/no"}]
)
def test_a_broken_schema_is_refused_in_a_sentence(schema: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="the chart's schema cannot be used"):
        Judge(schema)


def test_a_schema_of_one_word_takes_everything_or_nothing(build_chart: BuildChart) -> None:
    # JSON Schema draft-07, section 4.3.2: `true` is {}, `false` is {"not": {}}.
    files = {"templates/x.yaml": "kind: ConfigMap\n"}
    assert render_chart(RenderRequest(build_chart({**files, "values.schema.json": "true"}))).values == {}
    with pytest.raises(InputError, match="the values do not fit the chart's schema"):
        render_chart(RenderRequest(build_chart({**files, "values.schema.json": "false"})))


def test_a_schema_that_is_not_json_is_refused_in_a_sentence(build_chart: BuildChart) -> None:
    chart = build_chart({"values.schema.json": "{not json"})
    with pytest.raises(InputError, match="schema"):
        render_chart(RenderRequest(chart))


def test_a_subcharts_schema_counts_too(build_chart: BuildChart) -> None:
    chart = build_chart(
        {
            "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
            "charts/sub/values.schema.json": '{"properties": {"port": {"type": "integer"}}}',
            "templates/x.yaml": "kind: ConfigMap\n",
        }
    )
    with pytest.raises(RefusedError) as caught:
        render_chart(RenderRequest(chart, sets=("sub.port=http",)))
    assert "port" in str(caught.value)
    assert "sub/values.schema.json" in str(caught.value)


@pytest.mark.parametrize("how", ['fail "- a: no.\\n- b: no."', 'required "- a: no.\\n- b: no." .Values.nothing'])
def test_a_templates_own_refusal_stands_alone(build_chart: BuildChart, how: str) -> None:
    chart = build_chart(
        {"templates/validate.yaml": f'{{{{ define "v" }}}}{{{{ {how} }}}}{{{{ end }}}}{{{{ include "v" . }}}}'}
    )
    with pytest.raises(RefusedError) as caught:
        EmbeddedEngine().load(chart).render({}, Release())
    assert str(caught.value) == "- a: no.\n- b: no."


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("a: {{ .Values.x.y }}", "demo/templates/t.yaml:1: executing"),
        ("a: {{ if }}", "demo/templates/t.yaml:1: missing value for if"),
        ("\n\na: {{ include `nope` . }}", "demo/templates/t.yaml:3: executing"),
    ],
)
def test_a_broken_template_is_told_with_its_line_and_is_no_refusal(
    build_chart: BuildChart, template: str, told: str
) -> None:
    from kubilitics_chartgen.helm import CommandEngine

    chart = build_chart({"templates/t.yaml": template})
    for engine in (EmbeddedEngine(), CommandEngine()):
        with pytest.raises(RenderError) as caught:
            engine.load(chart).render({}, Release())
        assert not isinstance(caught.value, RefusedError)
        assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: b: c", "YAML parse error on demo/templates/t.yaml: yaml: mapping values are not allowed in this context"),
        ("- a", "YAML parse error on demo/templates/t.yaml: a mapping is expected at the top, not array"),
        ("words", "YAML parse error on demo/templates/t.yaml: a mapping is expected at the top, not string"),
        ("metadata: [a]", "YAML parse error on demo/templates/t.yaml: metadata must be a mapping"),
        ("metadata: {annotations: {a: [1]}}", "YAML parse error on demo/templates/t.yaml: the annotation a is no text"),
        ("kind: [Pod]", "YAML parse error on demo/templates/t.yaml: kind must be text"),
    ],
)
def test_output_that_is_not_a_kubernetes_object_is_refused_as_helm_does(
    build_chart: BuildChart, helm3: RunHelm, text: str, told: str
) -> None:
    chart = build_chart({"templates/t.yaml": text, "templates/u.yaml": "x: y: z"})
    with pytest.raises(RenderError) as caught:
        render_chart(RenderRequest(chart))
    assert told in str(caught.value)
    assert "YAML parse error on demo/templates/u.yaml" in str(caught.value)
    assert "YAML parse error on demo/templates/t.yaml" in helm3("template", str(chart), check=False)


def test_a_broken_secret_is_not_shown(build_chart: BuildChart) -> None:
    chart = build_chart({"templates/t.yaml": "kind: Secret\nstringData: {a: hunter2: x\n"})
    with pytest.raises(RenderError) as caught:
        render_chart(RenderRequest(chart))
    assert "hunter2" not in str(caught.value)

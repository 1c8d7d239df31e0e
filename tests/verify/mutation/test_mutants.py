"""Faults put into templates: what the operators make of a text, and by which check a fault is found."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.verify.chart_files import read_chart
from kubilitics_chartgen.verify.gotemplate import parse
from tests.chart.objects import CHART
from tests.verify.charts import write_chart
from tests.verify.mutation.baseline import sweep
from tests.verify.mutation.judge import judge
from tests.verify.mutation.operators import OPERATORS, Mutant, candidates, sample
from tests.verify.mutation.score import page, share

TEMPLATE = """\
{{- if and .Values.on (eq .Values.mode "fast") }}
# A comment says: nothing.
metadata:
  name: {{ include "web.name" . | quote }}
  {{- include "web.labels" . | nindent 2 }}
spec:
  port: 8080
  replicas: {{ .Values.replicas | default 2 }}
{{- end }}
"""
HELPERS = '{{ define "web.name" }}a{{ end }}{{ define "web.labels" }}port: 9090{{ end }}'
MADE = [
    ("drop line", "  port: 8080\n", ""),
    ("drop field", '  name: {{ include "web.name" . | quote }}\n  {{- include "web.labels" . | nindent 2 }}\n', ""),
    ("negate condition", "if and", "if not (and"),
    ("move out of a condition", 'and .Values.on (eq .Values.mode "fast")', "true"),
    ("condition never holds", 'and .Values.on (eq .Values.mode "fast")', "false"),
    ("swap and/or", "and .Values", "or .Values"),
    ("swap comparison", "(eq ", "(ne "),
    ("change text in an action", '"fast"', '"fastx"'),
    ("change number in an action", "default 2", "default 3"),
    ("change literal in YAML", "port: 8080", "port: 8081"),
    ("swap port", "port: 8080", "port: 9090"),
    ("drop label", '  {{- include "web.labels" . | nindent 2 }}\n', ""),
    ("remove quote", " | quote", ""),
    ("drop step of a pipeline", " | default 2", ""),
    ("change indentation", "nindent 2", "nindent 0"),
    ("include another helper", '"web.name"', '"web.labels"'),
    ("change name", "| quote", '| printf "%s-x" | quote'),
]


@pytest.mark.parametrize(("operator", "before", "after"), MADE, ids=[made[0] for made in MADE])
def test_an_operator_changes_one_place(operator, before, after):
    made = candidates({"templates/a.yaml": TEMPLATE, "templates/_helpers.tpl": HELPERS})
    texts = [each.text for each in made if (each.file, each.operator) == ("templates/a.yaml", operator)]
    if operator == "negate condition":
        assert (
            TEMPLATE.replace('and .Values.on (eq .Values.mode "fast")', 'not (and .Values.on (eq .Values.mode "fast"))')
            in texts
        )
        return
    if operator == "drop field":
        before = "metadata:\n" + before
    others = {text for each in made if each.file == "templates/a.yaml" for text in [each.text]}
    assert TEMPLATE.replace(before, after) in (texts or others)


def test_comments_and_blocks_stay_whole():
    made = candidates({"templates/a.yaml": TEMPLATE, "templates/_helpers.tpl": HELPERS})
    assert all("# A comment says: nothing." in each.text for each in made if each.file == "templates/a.yaml")
    for each in made:
        parse(each.text, file=each.file)


def test_a_sample_is_the_same_for_a_seed_and_holds_every_file_and_operator():
    templates = read_chart(CHART).templates
    first = sample(templates, count=200, seed=5)
    assert first == sample(templates, count=200, seed=5)
    assert first != sample(templates, count=200, seed=6)
    assert {each.file for each in first} == set(templates) - {"templates/NOTES.txt"}
    assert {each.operator for each in first} == set(OPERATORS)


FAULTS = {
    "services": ("templates/service.yaml", "port: {{ .Values.service.port }}", "port: 70000"),
    "schema": ("templates/deployment.yaml", "replicas:", "replica:"),
    "references": (
        "templates/deployment.yaml",
        "      containers:",
        "      serviceAccountName: web-other\n      containers:",
    ),
    "ports": ("templates/service.yaml", "targetPort: http", "targetPort: https"),
    "selectors": ("templates/service.yaml", "app.kubernetes.io/instance: {{ .Release.Name }}}", "app: other}"),
    "every-value": ("templates/config.yaml", "{{ .Values.greeting | quote }}", "hello"),
    "undefined-value": (
        "templates/service.yaml",
        "spec:",
        'spec:\n  sessionAffinity: {{ .Values.service.sticky | default "ClientIP" }}',
    ),
    "renders": ("templates/config.yaml", "\ndata:", "\ndata"),
    "parses": ("templates/config.yaml", "{{- end }}", ""),
    "isolation": (
        "templates/config.yaml",
        "\ndata:",
        "\ndata:\n  scaled: {{ empty .Values.autoscaling.enabled | ternary `no` `yes` | quote }}",
    ),
}
QUIET = {
    "as it was": ("templates/config.yaml", "greeting: {{ .Values.greeting", "greeting: {{   .Values.greeting"),
    "survives": ("templates/config.yaml", "\ndata:", '\ndata:\n  more: "of it"'),
}


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    return sweep(write_chart(tmp_path_factory.mktemp("mutants") / "web"), random=20, isolate="autoscaling.enabled")


def mutant(baseline, file, before, after):
    text = baseline.subject.files.templates[file]
    assert before in text
    return Mutant(file, "by hand", 1, before, after, text.replace(before, after, 1))


@pytest.mark.parametrize("check", FAULTS)
def test_a_fault_is_killed_by_the_check_for_it(check, web):
    assert judge(web, mutant(web, *FAULTS[check])).killed == check


def test_bytes_that_stay_are_equivalent_and_what_nothing_finds_survives(web):
    same = judge(web, mutant(web, *QUIET["as it was"]))
    other = judge(web, mutant(web, *QUIET["survives"]))
    assert same.equivalent
    assert (other.killed, other.equivalent) == ("", False)
    assert "ConfigMap.data.more" in other.where
    killed = judge(web, mutant(web, *FAULTS["services"]))
    assert share([same, other, killed]) == (1, 2)
    text = page([same, other, killed], seed=3, date="2026-01-01", files=2, accepted=9, budget=240, asked=3)
    assert "**1 of 2 mutants killed, 50.0 %**" in text
    assert "### The text of a configuration file (1)" in text

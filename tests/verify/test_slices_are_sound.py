"""A template's bytes depend on nothing but its slice; and each rule of the analyser is needed for that."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from itertools import islice, product

import pytest

from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify import reading
from kubilitics_chartgen.verify.analysis import blanks, functions, interpreter, state
from kubilitics_chartgen.verify.analysis.values import NOTHING, OTHER
from kubilitics_chartgen.verify.gotemplate import nodes
from kubilitics_chartgen.verify.reading import ValueTexts
from kubilitics_chartgen.verify.space.configuration import overrides
from kubilitics_chartgen.verify.subject import read_subject
from kubilitics_chartgen.verify.sweep.renderer import Refusal, Renderer
from kubilitics_chartgen.verify.sweep.task import Slice
from tests.chart.objects import CHART
from tests.verify import soundness
from tests.verify.charts import WEB, write_chart
from tests.verify.soundness import agreement, broken_answers, broken_guards, broken_promises, readings_of

DEEP = bool(os.environ.get("VERIFY_DEEP"))
VALUES = """\
secret: {hidden: one, other: two}
list: [{a: 1, b: x}, {a: 2, b: y}]
names: {first: 1, second: 2}
text: plain
flag: true
number: 3
"""
ADDED = """\
verify:
  factors:
    add:
      secret.hidden: [three, ""]
      list: [[{a: 5, b: z}], []]
      names: [{third: 3}]
      text: [other, "t-{{ .Values.secret.hidden }}"]
      flag: [false]
      number: [4, 5]
"""


def build(folder, template, helpers=""):
    files = dict.fromkeys(WEB) | {
        "Chart.yaml": WEB["Chart.yaml"],
        "values.yaml": VALUES,
        ".chartgen.yaml": ADDED,
        "templates/_helpers.tpl": helpers,
        "templates/a.yaml": template,
    }
    return write_chart(folder, files)


HELPERS = (
    '{{ define "plain" }}{{ .Values.secret.hidden }}{{ end }}'
    '{{ define "dot" }}{{ . }}{{ end }}'
    '{{ define "second" }}{{ index . 1 }}{{ end }}'
    '{{ define "name" }}{{ .Values.text }}{{ end }}'
    '{{ define "case.plain" }}{{ .Values.secret.hidden }}{{ end }}'
    '{{ define "case.other" }}{{ .Values.number }}{{ end }}'
)
# Each rule with a template that cannot be told without it.
TEMPLATES = {
    "and": "{{ (and true .Values.secret).hidden }}",
    "or": "{{ (or .Values.secret .Values.flag).hidden }}",
    "default": "{{ (default dict .Values.secret).hidden }}",
    "coalesce": "{{ (coalesce nil .Values.secret).hidden }}",
    "ternary": "{{ (ternary .Values.secret dict true).hidden }}",
    "required": '{{ (required "x" .Values.secret).hidden }}',
    "dict": '{{ (dict "a" .Values.secret).a.hidden }}',
    "set": '{{ $d := dict }}{{ $_ := set $d "a" .Values.secret }}{{ $d.a.hidden }}',
    "merge": "{{ $d := dict }}{{ $_ := merge $d .Values.secret }}{{ $d.hidden }}",
    "mergeOverwrite": "{{ (mergeOverwrite (dict) .Values.secret).hidden }}",
    "deepCopy": "{{ (deepCopy .Values.secret).hidden }}",
    "omit": '{{ (omit .Values.secret "other").hidden }}',
    "pick": '{{ (pick .Values.secret "hidden").hidden }}',
    "pluck": '{{ first (pluck "hidden" .Values.secret) }}',
    "get": '{{ get .Values.secret "hidden" }}',
    "dig": '{{ dig "hidden" "" .Values.secret }}',
    "index": '{{ index .Values "secret" "hidden" }}',
    "keys": "{{ keys .Values.names | sortAlpha }}",
    "len": "{{ len .Values.list }}",
    "values": "{{ (values .Values.names) | join `,` | splitList `,` | sortAlpha | toJson }}",
    "hasKey": '{{ hasKey .Values.names "third" }}',
    "list": "{{ index (list 1 .Values.secret) 1 | toJson }}",
    "first": "{{ (first (list .Values.secret)).hidden }}",
    "last": "{{ (last (list .Values.secret)).hidden }}",
    "rest": "{{ (first (rest (list 1 .Values.secret))).hidden }}",
    "append": "{{ (last (append (list) .Values.secret)).hidden }}",
    "concat": "{{ (first (concat (list .Values.secret) (list))).hidden }}",
    "include": '{{ include "plain" . }}',
    "tpl": '{{ tpl "{{ .Values.secret.hidden }}" . }}',
    "printf": '{{ printf "%s" .Values.secret.hidden }}',
    "print": "{{ print .Values.secret.hidden }}",
    "empty": "{{ empty .Values.secret.hidden }}",
    "int": "{{ int .Values.number }}",
}
FURTHER = {
    "range": "{{ range .Values.list }}{{ .b }}{{ end }}",
    "range with names": "{{ range $k, $v := .Values.names }}{{ $k }}{{ end }}",
    "with": "{{ with .Values.secret }}{{ .hidden }}{{ end }}",
    "if": "{{ if .Values.flag }}a{{ end }}",
    "else if": "{{ if false }}{{ else if .Values.flag }}a{{ end }}",
    "variable": "{{ $x := .Values.secret }}{{ $x.hidden }}",
    "assignment": "{{ $x := 1 }}{{ if true }}{{ $x = .Values.secret.hidden }}{{ end }}{{ $x }}",
    "chain": "{{ (.Values).secret.hidden }}",
    "pipe": '{{ .Values.secret.hidden | default "x" }}',
    "root": "{{ with 1 }}{{ $.Values.secret.hidden }}{{ end }}",
    "template action": '{{ template "plain" . }}',
    "argument": '{{ include "second" (list 1 .Values.secret.hidden) }}',
    "a name from values": '{{ include (printf "case.%s" (include "name" .)) . }}',
    "text from values": "{{ tpl .Values.text . }}",
    "block": '{{ block "b" .Values.secret }}{{ .hidden }}{{ end }}',
    "values written to": '{{ $_ := set .Values.secret "seen" .Values.text }}{{ toJson .Values.secret }}',
    "a copy written to": '{{ $c := deepCopy .Values.secret }}{{ $_ := set $c "x" .Values.text }}{{ toJson $c }}',
}


@pytest.mark.parametrize("rule", [*TEMPLATES, *FURTHER])
def test_nothing_but_the_slice_changes_the_bytes(rule, tmp_path):
    folder = build(tmp_path / "web", {**TEMPLATES, **FURTHER}[rule], HELPERS)
    assert broken_promises(folder, contexts=3, flips=4) == []


@pytest.mark.parametrize("rule", [*TEMPLATES, *FURTHER])
def test_whole_values_that_a_template_cannot_tell_apart_print_the_same(rule, tmp_path):
    subject = read_subject(build(tmp_path / "web", {**TEMPLATES, **FURTHER}[rule], HELPERS))
    renderer = Renderer(subject.files.folder)
    levels = [range(len(factor.levels)) for factor in subject.space.factors]
    printed: dict[bytes, dict[str, str]] = {}
    (one,) = readings_of(subject, renderer).values()
    for chosen in islice(product(*levels), 0, None, 7):
        values = overrides(subject.space, subject.base.choose(dict(enumerate(chosen))))
        texts = renderer.single(values, subject.base.release)
        if not isinstance(texts, Refusal):
            assert printed.setdefault(one.key(ValueTexts(renderer.whole(values))), texts) == texts
    assert len(printed) > 1


@pytest.mark.parametrize("rule", TEMPLATES)
def test_without_the_rule_for_a_function_a_promise_is_broken(rule, tmp_path, monkeypatch):
    folder = build(tmp_path / "web", TEMPLATES[rule], HELPERS)
    monkeypatch.setattr(functions, "FUNCTIONS", {**functions.FUNCTIONS, rule: lambda _state, _site, _args: OTHER})
    monkeypatch.setattr(state.State, "_field_of_path", _quiet(state.State._field_of_path))
    assert broken_promises(folder, contexts=6, flips=6)


def _quiet(field):
    """Fields of values are followed, but what was asked for on the way is not written down: then only rules see it."""

    def follow(self, path, name):
        before, self.record = self.record, lambda *_args: None
        try:
            return field(self, path, name)
        finally:
            self.record = before

    return follow


RULES = {
    "range": (interpreter.Interpreter, "range", lambda _self, _node: None),
    "with": (interpreter.Interpreter, "branches", lambda _self, _node: None),
    "else if": (interpreter.Interpreter, "branches", lambda _self, _node: None),
    "variable": (interpreter.Interpreter, "fields", lambda _self, _value, _names: NOTHING),
    "template action": (state.State, "call", lambda _self, _names, _argument: None),
    "a name from values": (state.State, "call", lambda _self, _names, _argument: None),
    "text from values": (state.State, "consume", lambda _self, _value, _use=None, **_options: None),
    "pipe": (state.State, "field", lambda _self, _value, _name, **_options: NOTHING),
}


@pytest.mark.parametrize("rule", RULES)
def test_without_a_rule_of_the_language_a_promise_is_broken(rule, tmp_path, monkeypatch):
    folder = build(tmp_path / "web", FURTHER[rule], HELPERS)
    where, name, instead = RULES[rule]
    monkeypatch.setattr(where, name, instead)
    assert broken_promises(folder, contexts=6, flips=6)


def test_the_templates_of_the_chart_keep_to_their_slices():
    contexts, flips = (50, 10) if DEEP else (1, 2)
    assert broken_promises(CHART, contexts=contexts, flips=flips) == []


def test_a_web_chart_keeps_to_its_slices(tmp_path):
    assert broken_promises(write_chart(tmp_path / "web"), contexts=20, flips=5) == []


def test_what_prints_nothing_goes_on_so_until_what_decides_it_changes():
    contexts, flips = (50, 10) if DEEP else (2, 4)
    assert broken_guards(CHART, contexts=contexts, flips=flips) == []
    assert sum(part.guard is not None for part in read_subject(CHART, kube_versions=supported()).slices.values()) > 50


GUARDED = {
    "a block": "{{ if .Values.flag }}a: {{ .Values.text }}{{ end }}",
    "a block inside": "{{ if .Values.flag }}{{ with .Values.text }}a: {{ . }}{{ $.Values.number }}{{ end }}{{ end }}",
    "an else": "{{ if .Values.flag }}{{ .Values.text | trunc 0 }}{{ else }}a: {{ .Values.number }}{{ end }}",
    "a loop": "{{ range .Values.list }}a: {{ .b }}{{ $.Values.text }}{{ end }}",
    "a loop that goes on": "{{ range .Values.list }}{{ if $.Values.flag }}{{ continue }}{{ end }}a: 1{{ end }}",
    "a loop that is left": "{{ range .Values.list }}{{ if $.Values.flag }}{{ break }}{{ end }}a: {{ .b }}{{ end }}",
    "no text of its own": "{{ if .Values.flag }}{{ .Values.secret.hidden }}{{ end }}",
    "text around": "a: 1\n{{ if .Values.flag }}b: {{ .Values.text }}{{ end }}",
}
UNGUARDED = ("a loop that goes on", "a loop that is left", "no text of its own", "text around")


@pytest.mark.parametrize("body", GUARDED)
def test_what_decides_whether_a_template_prints_anything(body, tmp_path):
    folder = build(tmp_path / "web", GUARDED[body])
    assert broken_guards(folder, contexts=20, flips=6) == []
    (part,) = read_subject(folder).slices.values()
    known = part.guard is not None and len(part.guard.factors) < len(part.factors)
    assert known == (body not in UNGUARDED)


def test_a_block_that_may_print_nothing_decides_nothing(tmp_path, monkeypatch):
    folder = build(tmp_path / "web", GUARDED["no text of its own"])
    monkeypatch.setattr(blanks, "_prints", lambda body: bool(body) and not isinstance(body[0], nodes.If))
    assert broken_guards(folder, contexts=20, flips=6)


def test_the_named_templates_of_the_chart_keep_to_what_they_read(tmp_path):
    contexts, flips = (50, 10) if DEEP else (1, 3)
    assert len(read_subject(CHART, kube_versions=supported()).parts) > 40
    assert broken_answers(CHART, tmp_path / "kubilitics", contexts=contexts, flips=flips) == []


SAYS = '{{ define "say" }}{{/* ' + "long enough to be remembered; " * 18 + "*/}}%s{{ end }}"


@pytest.mark.parametrize("rule", [*TEMPLATES, *FURTHER])
def test_nothing_but_what_a_named_template_reads_changes_its_answer(rule, tmp_path):
    body = {**TEMPLATES, **FURTHER}[rule]
    folder = build(tmp_path / "web", '{{ include "say" . }}', HELPERS + SAYS % body)
    assert broken_answers(folder, tmp_path / "copy" / "web", contexts=3, flips=4) == []
    assert set(read_subject(folder).parts) == {"say"}


def test_without_a_rule_an_answer_is_taken_for_another(tmp_path, monkeypatch):
    folder = build(tmp_path / "web", '{{ include "say" . }}', HELPERS + SAYS % TEMPLATES["pluck"])
    monkeypatch.setattr(functions, "FUNCTIONS", {**functions.FUNCTIONS, "pluck": lambda _state, _site, _args: OTHER})
    monkeypatch.setattr(state.State, "_field_of_path", _quiet(state.State._field_of_path))
    assert broken_answers(folder, tmp_path / "copy" / "web", contexts=6, flips=6)


def test_whole_renders_of_the_chart_agree_with_its_slices(capsys):
    found = agreement(CHART, count=10_000 if DEEP else 200)
    if DEEP:
        with capsys.disabled():
            sys.stdout.write(f"{found}\n")
    assert found.wrong == []
    assert found.renders == (10_000 if DEEP else 200)
    assert found.alone >= 8
    assert found.objects > 20 * found.renders
    assert found.slices > 5 * found.renders
    assert found.renders < found.read < 0.7 * found.renders * len(list((CHART / "templates").rglob("*.yaml")))


def test_a_slice_that_misses_a_value_is_told_by_whole_renders(tmp_path, monkeypatch):
    folder = write_chart(tmp_path / "web")

    def blind(folder, **options):
        subject = read_subject(folder, **options)
        return replace(subject, slices={name: Slice((), frozenset()) for name in subject.slices})

    assert agreement(folder, count=30).wrong == []
    monkeypatch.setattr(soundness, "read_subject", blind)
    assert agreement(folder, count=30).wrong


def test_a_reading_that_misses_a_value_is_told_by_whole_renders(tmp_path, monkeypatch):
    folder = write_chart(tmp_path / "web")
    monkeypatch.setattr(reading, "_all_of", lambda _read: False)
    assert any("by the values it reads" in name for name, _configuration in agreement(folder, count=30).wrong)

"""What one template changes in place is seen by others: no whole render by Helm contradicts the slices."""

from __future__ import annotations

from itertools import product

import pytest

from kubilitics_chartgen.verify.analysis.heap import Heap
from kubilitics_chartgen.verify.analysis.state import State
from kubilitics_chartgen.verify.dependencies import find_dependencies
from kubilitics_chartgen.verify.lint.undefined_value import undefined_values
from kubilitics_chartgen.verify.run_texts import texts_to_run
from kubilitics_chartgen.verify.space.configuration import overrides
from kubilitics_chartgen.verify.subject import read_subject
from kubilitics_chartgen.verify.sweep.renderer import Refusal, Renderer
from tests.verify.charts import WEB, write_chart

VALUES = "flag: false\nother: false\nsec: {key: text, more: {on: false}}\n"
OWN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata:\n  a: %s\n"


def build(folder, *, first="", then, files=None):
    """A chart of two templates: Helm renders z.yaml before b.yaml."""
    texts = {"templates/b.yaml": OWN % ("b", f"'{then}'"), "templates/z.yaml": OWN % ("z", f"'{first}'")}
    changes = {"Chart.yaml": WEB["Chart.yaml"], "values.yaml": VALUES, **texts, **(files or {})}
    return write_chart(folder, dict.fromkeys(WEB) | changes)


def contradicted(folder):
    """Templates that print something else in two whole renders in which all that they are said to read is the same."""
    subject = read_subject(folder)
    renderer = Renderer(folder)
    printed, found = {}, set()
    for levels in product(*(range(len(factor.levels)) for factor in subject.space.factors)):
        values = overrides(subject.space, subject.base.choose(dict(enumerate(levels))))
        texts = renderer.single(values, subject.base.release)
        assert not isinstance(texts, Refusal), texts.message
        for name, text in texts.items():
            key = (name, *(levels[number] for number in subject.slices[name].factors))
            if printed.setdefault(key, text) != text:
                found.add(name)
    return found


IF = "{{ if .Values.flag }}%s{{ end }}"
SHARED = {
    "a key taken away": (IF % '{{ $_ := unset .Values.sec "key" }}', "{{ .Values.sec.key }}"),
    "a value taken away": (IF % '{{ $_ := unset .Values "sec" }}', '{{ hasKey .Values "sec" }}'),
    "the release": ('{{ $_ := set .Release "seen" .Values.flag }}', "{{ .Release.seen }}"),
    "the release, merged": ('{{ $_ := merge .Release (dict "seen" .Values.flag) }}', "{{ .Release.seen }}"),
    "the release, in a variable": ('{{ $r := .Release }}{{ $_ := set $r "x" .Values.flag }}', "{{ .Release.x }}"),
    "the charts inside": ('{{ $_ := set .Subcharts "seen" .Values.flag }}', "{{ .Subcharts.seen }}"),
    "the root": ('{{ $_ := set . "mine" .Values.flag }}', "{{ .mine }}"),
    "parts of a list": (
        '{{ range chunk 1 (list .Values.sec) }}{{ range . }}{{ $_ := set . "x" $.Values.flag }}{{ end }}{{ end }}',
        "{{ .Values.sec.x }}",
    ),
    "what is left of a list": (
        '{{ range without (list .Values.sec "q") "q" }}{{ $_ := set . "x" $.Values.flag }}{{ end }}',
        "{{ .Values.sec.x }}",
    ),
    "what a method gives": ('{{ $_ := set (.Values.Table "sec") "x" .Values.flag }}', "{{ .Values.sec.x }}"),
    "something of the root": (
        '{{ range $k, $v := . }}{{ if eq $k "Release" }}{{ $_ := set $v "x" $.Values.flag }}{{ end }}{{ end }}',
        "{{ .Release.x }}",
    ),
}


@pytest.mark.parametrize("way", SHARED)
def test_what_one_template_changes_counts_for_all(way, tmp_path):
    first, then = SHARED[way]
    folder = build(tmp_path / "web", first=first, then=then)
    assert contradicted(folder) == set()
    assert read_subject(folder).dependencies.shared


def test_it_is_helm_that_tells(tmp_path, monkeypatch):
    folder = build(tmp_path / "web", first=SHARED["the release"][0], then=SHARED["the release"][1])
    monkeypatch.setattr(Heap, "written_roots", lambda _self, _given: frozenset())
    monkeypatch.setattr(State, "sites_to_change", lambda _self, value: value.sites)
    assert contradicted(folder) == {"web/templates/b.yaml"}


@pytest.mark.parametrize(
    "own",
    [
        '{{ $d := dict "a" 1 }}{{ $_ := unset $d "a" }}{{ $_ := set $d "b" .Values.flag }}{{ toJson $d }}',
        '{{ $d := fromYaml "a: 1" }}{{ $_ := set $d "a" .Values.flag }}{{ toJson $d }}',
        '{{ $d := deepCopy .Values.sec }}{{ $_ := unset $d "key" }}{{ toJson $d }}',
        '{{ .Release.Name }}{{ .Chart.Name }}{{ .Capabilities.APIVersions.Has "v1" }}{{ .Template.Name }}',
    ],
)
def test_what_a_template_changes_of_its_own_counts_for_none(own, tmp_path):
    folder = build(tmp_path / "web", then=own)
    assert contradicted(folder) == set()
    assert not read_subject(folder).dependencies.shared


READ = {
    "a path": '{{ .Values.PathValue "flag" }}',
    "a table": '{{ with .Values.Table "sec.more" }}{{ .on }}{{ end }}',
    "text": "{{ (fromYaml .Values.YAML).flag }}",
    "a plain map": "{{ .Values.AsMap.flag }}",
    "what only a text defines": '{{ tpl "{{ define `q` }}{{ .Values.flag }}{{ end }}{{ include `q` . }}" . }}',
    "what it defines anew": '{{ tpl "{{ define `p` }}{{ .Values.flag }}{{ end }}{{ include `r` . }}" . }}',
}
HELPERS = "{{ define `p` }}{{ end }}{{ define `r` }}{{ if true }}{{ include `p` . }}{{ end }}{{ end }}"


@pytest.mark.parametrize("way", READ)
def test_what_is_read_in_a_way_that_is_seldom_used_counts(way, tmp_path):
    folder = build(tmp_path / "web", then=READ[way], files={"templates/_helpers.tpl": HELPERS})
    assert contradicted(folder) == set()
    subject = read_subject(folder)
    reads = subject.dependencies.templates["templates/b.yaml"].reads
    assert list(undefined_values(subject.files, subject.loaded.schema, reads)) == []


CHANGES = "{{ if .Values.flag }}{{ $_ := set .Values.sec `x` true }}{{ end }}"
PLAIN = "{{ $d := dict }}{{ $_ := set $d `x` .Values.flag }}"
RUN = {
    "a value": ("{{ tpl .Values.text . }}", {"values.yaml": f'{VALUES}text: "%s"\n'}),
    "a value in a list": ("{{ tpl (first .Values.text) . }}", {"values.yaml": f'{VALUES}text: ["%s"]\n'}),
    "a file": ('{{ tpl (.Files.Get "i.tpl") . }}', {"i.tpl": "%s"}),
    "what a file includes": (
        '{{ tpl (.Files.Get "i.tpl") . }}',
        {"i.tpl": "{{ include `init` . }}", "templates/_helpers.tpl": "{{ define `init` }}%s{{ end }}"},
    ),
    "what a file defines": (
        '{{ tpl (.Files.Get "i.tpl") . }}',
        {"i.tpl": "{{ define `i` }}%s{{ end }}{{ template `i` . }}"},
    ),
    "a constant, or a value": ('{{ tpl (default "%s" .Values.text) . }}', {"values.yaml": f'{VALUES}text: ""\n'}),
}


@pytest.mark.parametrize("text", [CHANGES, PLAIN])
@pytest.mark.parametrize("way", RUN)
def test_what_a_text_changes_counts_for_all_only_where_it_does(way, text, tmp_path):
    first, files = RUN[way]
    first, files = first.replace("%s", text), {name: file.replace("%s", text) for name, file in files.items()}
    folder = build(tmp_path / "web", first=first, then="{{ .Values.sec.x }}", files=files)
    subject = read_subject(folder)
    texts = texts_to_run(subject.loaded.contents, [subject.loaded.coalesce({})])
    found = find_dependencies(subject.files.templates, texts=texts)
    # By Helm: whether b.yaml prints something else with the flag on.
    renderer = Renderer(folder)
    off, on = (renderer.single({"flag": flag}, subject.base.release)["web/templates/b.yaml"] for flag in (False, True))
    assert found.shared == (off != on) == (text == CHANGES)


def test_a_text_that_is_put_together_may_change_anything():
    parts = '{{ tpl (print "{{ $_ := set .Values `x` " .Values.flag " }}") . }}'
    assert find_dependencies({"templates/a.yaml": parts}).shared
    assert not find_dependencies({"templates/a.yaml": parts.replace("set", "get")}).shared


def test_a_template_that_is_too_much_to_follow_may_change_what_others_see():
    much = "{{ toJson .Values }}" * 50
    assert not find_dependencies({"templates/a.yaml": much}, max_work=100).shared
    assert find_dependencies({"templates/a.yaml": much + "{{ unset .Values `a` }}"}, max_work=100).shared

"""The parser and Helm's own give the same verdict on the same text."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import helm_python
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kubilitics_chartgen.verify.gotemplate import TemplateSyntaxError, parse

ACCEPTED = [
    "plain text with { and } and }}",
    "{{ .Values.a }}",
    "{{.Values.a}}",
    "{{- .Values.a -}}",
    "a {{- /* comment */ -}} b",
    "{{/* a\nb }} c */}}",
    '{{ "a" | quote }}',
    "{{ `raw \"' }} \n text` }}",
    "{{ (.Values.a).b }}",
    '{{ (dict "a" (dict "b" 1)).a.b }}',
    "{{ $x := 1 }}{{ $x = 2 }}{{ $x }}",
    "{{ $x:=1 }}{{$x}}",
    "{{ $ }}",
    "{{ $.Values.a }}",
    "{{ range .Values.list }}{{ . }}{{ end }}",
    "{{ range $i, $v := .Values.list }}{{ $i }}{{ $v }}{{ else }}none{{ end }}",
    "{{ range $v := .Values.list }}{{ break }}{{ continue }}{{ end }}",
    "{{ range $i, $v := until 3 }}{{ if $i }}{{ break }}{{ end }}{{ end }}",
    "{{ if true }}a{{ else if false }}b{{ else }}c{{ end }}",
    "{{ if 1 }}{{ else if 2 }}{{ else if 3 }}{{ end }}",
    "{{ with .Values.a }}{{ . }}{{ else }}x{{ end }}",
    "{{ with .Values.a }}{{ else with .Values.b }}{{ . }}{{ else }}x{{ end }}",
    '{{ define "t" }}a{{ end }}{{ template "t" }}{{ template "t" . }}',
    '{{ block "b" . }}{{ . }}{{ end }}',
    '{{ if true }}{{ block "inner" . }}x{{ end }}{{ end }}',
    "{{ define `raw` }}a{{ end }}{{ include `raw` . }}",
    "{{ 'a' }}{{ '\\n' }}{{ '\\'' }}{{ '\\x41' }}{{ '\\u00e9' }}",
    "{{ 1 }}{{ -1 }}{{ +1 }}{{ 1.5 }}{{ .5 }}{{ 1e3 }}{{ 0x1F }}{{ 0b11 }}{{ 0o17 }}{{ 017 }}{{ 1_000 }}{{ 08.5 }}",
    "{{ 1i }}{{ 1+2i }}{{ 0x1p4 }}{{ 1e+3 }}",
    "{{ true }}{{ false }}",
    "{{ print nil }}",
    '{{ "a\\tb\\"c\\x41\\u00e9\\U0001F600\\101" }}',
    '{{ .Values.a | default "x" | quote }}',
    '{{ printf "%d" (len (list 1 2)) }}',
    "{{ $a := (index .Values.list 0) }}{{ $a }}",
    "{{ if (and (eq 1 1) (not false)) }}a{{ end }}",
    "{{ if $x := .Values.a }}{{ $x }}{{ end }}",
    "{{ with $x := .Values.a }}{{ $x }}{{ end }}",
    "{{ if $x := 1 }}{{ else }}{{ $x }}{{ end }}",
    "{{ .Values.übung }}",
    "{{ $über := 1 }}{{ $über }}",
    "{{\n .Values.a \n| quote\n}}",
    "{{ .Values.a|quote }}",
    "{{ print 1 2 }}",
    "{{ nil }}",
    "{{- -1 }}",
    "{{ 3 -}} a",
    "{{ print -1 }}",
    "{{ (list 1 2) | first }}",
    "{{ list|len }}",
    "{{ dict.a }}",
    "{{ range $i, $v := (list 1) }}{{ end }}",
    '{{ define "a" }}{{ end }}{{ define "a" }}x{{ end }}',
    '{{ define "a" }}x{{ end }}{{ define "a" }} {{ end }}',
    "{{ if true -}} a {{- end -}} b",
    "{{ `a` }}{{ `a\rb` }}",
    "{{ .Values.a }}}}",
    "{{range .Values.list}}{{end}}",
    "{{ range 3 }}{{ . }}{{ end }}",
    '{{ "\\\\" }}',
    "{{ .Values.a | }}",
    "{{ $x := .Values.a | }}",
]

REFUSED = [
    "{{",
    "{{ ",
    "{{ .Values.a",
    "{{ }}",
    "{{- -}}",
    "{{ .Values.b. }}",
    "{{ .Values..b }}",
    "{{ .Values.a-b }}",
    "{{ .Values.a$ }}",
    "{{ end }}",
    "{{ else }}",
    "{{ if true }}",
    "{{ if }}a{{ end }}",
    "{{ if true }}a{{ else }}b{{ else }}c{{ end }}",
    "{{ if true }}a{{ else with 1 }}b{{ end }}",
    "{{ with 1 }}a{{ else if 1 }}b{{ end }}",
    "{{ range }}{{ end }}",
    "{{ range .Values.list }}{{ else if true }}{{ end }}",
    "{{ break }}",
    "{{ continue }}",
    "{{ range .Values.list }}{{ else }}{{ break }}{{ end }}",
    "{{ range .Values.list }}{{ break 1 }}{{ end }}",
    "{{ range $i, $j, $k := .Values.list }}{{ end }}",
    "{{ range $i, 1 := .Values.list }}{{ end }}",
    "{{ $x, $y := 1 }}",
    "{{ $x }}",
    "{{ if $x := 1 }}{{ end }}{{ $x }}",
    '{{ $x := 1 }}{{ define "t" }}{{ $x }}{{ end }}',
    '{{ $x := 1 }}{{ block "t" . }}{{ $x }}{{ end }}',
    "{{ $x := }}",
    "{{ := 1 }}",
    "{{ $x : 1 }}",
    "{{ (1 }}",
    "{{ 1) }}",
    "{{ () }}",
    "{{ ( ) }}",
    "{{ 1 | 2 }}",
    "{{ .Values.a | 1 }}",
    '{{ .Values.a | "x" }}',
    "{{ .Values.a | . }}",
    "{{ .Values.a | true }}",
    "{{ | quote }}",
    "{{ .Values.a || quote }}",
    '{{ "a" "unterminated }}',
    '{{ "a\nb" }}',
    "{{ 'a }}",
    "{{ 'ab' }}",
    "{{ '' }}",
    "{{ `a }}",
    '{{ "\\q" }}',
    '{{ "\\\'" }}',
    '{{ "\\x4" }}',
    '{{ "\\ud800" }}',
    '{{ "a""b" }}',
    '{{ print "a"1 }}',
    "{{ 1a }}",
    "{{ 0x }}",
    "{{ 08 }}",
    "{{ 1.2.3 }}",
    "{{ 1__0 }}",
    "{{ 99999999999999999999 }}",
    "{{ 1+2 }}",
    "{{ 1.a }}",
    '{{ "a".b }}',
    "{{ true.b }}",
    "{{ nil.b }}",
    "{{/* unclosed }}",
    "{{/* a */ }} b",
    "{{/* a */ .b }}",
    "{{ /* a */ }}",
    "{{ define t }}{{ end }}",
    '{{ define "t" . }}{{ end }}',
    '{{ define "t" }}',
    '{{ define "t" }}{{ else }}{{ end }}',
    '{{ if true }}{{ define "t" }}{{ end }}{{ end }}',
    '{{ define "a" }}x{{ end }}{{ define "a" }}y{{ end }}',
    "{{ template }}",
    "{{ template .Values.a }}",
    '{{ block "b" }}{{ end }}',
    "{{ . . . | }}x{{ if }}",
    "{{ print # }}",
    "{{ ä-b }}",
    "{{ \u00a7 }}",
    "{{ list := 1 }}",
    "{{ .a := 1 }}",
    "{{ end }",
    "{{ if true }}{{ end 1 }}",
    "{{ if true }}{{ else 1 }}{{ end }}",
    "{{ 'a\n' }}",
]


WORDS = r"""
    {{ }} {{- -}} . .a .Values.b .a.b $ $x $x.y := = | ( ) , "s" `r` 'c' 1 0x1 1.5 08 1e5 +1 .5 - if else end range with
    define block template break continue nil true include list dict text {{end}} {{.a}} #
"""
PIECES = [
    *WORDS.split(), "{{- ", " -}}", " ", " ", "\n", "{{ if 1 }}", "{{ else }}", "{{ else if 1 }}", "{{ else with 1 }}",
    "{{ range .Values.list }}", "{{ range $i, $v := list }}", "{{ with $x := 1 }}", "{{ $x := 1 }}", '{{ define "t" }}',
    '{{ block "t" . }}', "{{/* comment */}}",
]  # fmt: skip
JOINED = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def helm_accepts(text: str) -> bool | None:
    """Helm's verdict; None where it stumbles over a function that does not exist, which says nothing of the grammar."""
    files = {
        "t/Chart.yaml": "apiVersion: v2\nname: t\nversion: 0.1.0\n",
        "t/values.yaml": "a: 1\nlist: []\n",
        "t/templates/NOTES.txt": text,
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content.encode())
            archive.addfile(member, io.BytesIO(content.encode()))
    with helm_python.Chart.load_archive(packed.getvalue()) as loaded:
        try:
            loaded.render()
        except helm_python.HelmError as error:
            if "function" in str(error) and "not defined" in str(error):
                return None
            return "parse error" not in str(error)
    return True


def we_accept(text: str) -> bool:
    try:
        parse(text)
    except TemplateSyntaxError:
        return False
    return True


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_helm_accepts_is_parsed(text: str) -> None:
    assert helm_accepts(text), "the example is wrong: Helm refuses it"
    assert we_accept(text)


@pytest.mark.parametrize("text", REFUSED)
def test_what_helm_refuses_is_refused(text: str) -> None:
    assert helm_accepts(text) is False, "the example is wrong: Helm accepts it"
    assert not we_accept(text)


@settings(max_examples=400, deadline=None)
@given(st.one_of(JOINED, JOINED.map(lambda text: "{{ " + text + " }}")))
def test_any_text_gets_the_same_verdict_from_helm_and_from_us(text: str) -> None:
    verdict = helm_accepts(text)
    assume(verdict is not None)
    assert we_accept(text) is verdict


def test_the_chart_that_helm_creates_is_parsed(tmp_path: Path) -> None:
    with helm_python.Chart.create("demo", str(tmp_path)) as chart:
        templates = chart.templates
    assert len(templates) > 5
    for template in templates:
        parse(template["data"], file=template["name"])

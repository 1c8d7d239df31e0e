"""Branches that no accepted values take are told with file, line and condition, and no others are."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.branches.instrument import SEEN, instrument, notes_in
from kubilitics_chartgen.verify.branches.taken import branches_taken
from kubilitics_chartgen.verify.subject import read_subject
from tests.verify.charts import CONFIG, HELPERS, SERVICE, write_chart

PROGRAM = [sys.executable, "-c", "from kubilitics_chartgen.cli import main; main()", "verify"]
LEVEL = ("--random", "0", "--workers", "1")


def run(folder, *arguments):
    return subprocess.run(
        [*PROGRAM, str(folder), *LEVEL, *arguments], capture_output=True, text=True, check=False, timeout=300
    )


def untaken(folder):
    told = json.loads(run(folder, "--json").stdout)["branches"]
    assert all(each["decided"] for each in told)
    return {
        each["file"]: [(one["line"], one["kind"], one["condition"], one["refused"]) for one in each["untaken"]]
        for each in told
        if each["untaken"]
    }


def test_of_a_chart_that_takes_all_its_branches_none_is_listed(tmp_path):
    assert untaken(write_chart(tmp_path / "web")) == {}
    # Two named templates, a with, a range and two ifs.
    assert "6 of 6 branches of the templates were taken\n" in run(tmp_path / "web").stdout


DEAD = """\
{{- if and .Values.service.enabled (not .Values.service.enabled) }}
dead: {{ if .Values.greeting }}inside{{ end }}
{{- else if eq .Values.greeting "loud" }}
# loud
{{- else if and (eq .Values.greeting "loud") .Values.tag }}
# never, since loud was asked before
{{- else }}
# otherwise
{{- end }}
{{- range list }}
# of nothing
{{- else }}
# there is nothing
{{- end }}
{{- with .Values.replicas | int | add 1 }}
# one or more
{{- else }}
# never zero
{{- end }}
"""


def test_every_kind_of_branch_that_none_takes_is_told_with_its_line(tmp_path):
    assert untaken(write_chart(tmp_path / "web", {"templates/config.yaml": CONFIG + DEAD})) == {
        "templates/config.yaml": [
            (9, "if", "and .Values.service.enabled (not .Values.service.enabled)", False),
            (13, "else if", 'and (eq .Values.greeting "loud") .Values.tag', False),
            (18, "range", "list", False),
            (25, "else", "of with .Values.replicas | int | add 1", False),
        ]
    }


def test_in_named_templates_whoever_calls_them_and_however(tmp_path):
    helpers = HELPERS + (
        '{{- define "web.deep" -}}{{ with index . 1 }}{{ . }}{{ else }}none{{ end }}{{- end -}}\n'
        '{{- define "web.root" -}}{{ if $.flag }}on{{ end }}{{ if $.never }}never{{ end }}{{- end -}}\n'
        '{{- define "web.named" -}}{{ if .Values.tag }}b{{ end }}{{- end -}}\n'
        '{{- define "web.unused" -}}{{ if .Values.tag }}a{{ end }}{{- end -}}\n'
    )
    use = (
        '# {{ .Values.greeting | list . | include "web.deep" }}\n'
        '# {{ template "web.root" (dict "flag" .Values.autoscaling.enabled "never" false) }}\n'
    )
    named = '# {{ include (print "web." "named") . | upper }}\n'
    changes = {"templates/_helpers.tpl": helpers, "templates/config.yaml": CONFIG + use, "templates/named.yaml": named}
    assert untaken(write_chart(tmp_path / "web", changes)) == {
        "templates/_helpers.tpl": [
            (10, "if", "$.never", False),
            (12, "define", "web.unused", False),
        ]
    }


def test_what_templates_change_for_others_is_seen(tmp_path):
    changes = {
        "templates/zone.yaml": '# {{ $_ := set . "late" .Values.tag }}\n',
        "templates/config.yaml": CONFIG + '# {{ if eq (toString .late) "1.2.3" }}late{{ end }}\n',
        ".chartgen.yaml": "verify: {factors: {add: {tag: [1.2.3]}}}\n",
    }
    assert untaken(write_chart(tmp_path / "web", changes)) == {}


def test_a_root_of_its_own_is_not_the_one_that_was_handed_over(tmp_path):
    own = (
        "{{ $ := .Values.service }}# {{ if $.enabled }}on{{ end }}{{ with 1 }}{{ if $.port }}port{{ end }}{{ end }}"
        "{{ $ = .Values.autoscaling }}{{ if $.enabled }}scaled{{ end }}{{ if $.port }}never{{ end }}\n"
    )
    assert untaken(write_chart(tmp_path / "web", {"templates/own.yaml": own})) == {
        "templates/own.yaml": [(1, "if", "$.port", False)]
    }


TEXTS = {
    "a constant": {"templates/own.yaml": '# {{ tpl "{{ include `web.deep` . }}" . }}\n'},
    "a file": {"own.txt": "{{ include `web.deep` . }}", "templates/own.yaml": '# {{ tpl (.Files.Get "own.txt") . }}\n'},
}


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_is_said_of_what_a_text_may_call(text, tmp_path):
    deep = '{{- define "web.deep" -}}{{ if .Values.tag }}{{ include "web.deeper" . }}{{ end }}{{- end -}}\n'
    deeper = '{{- define "web.deeper" -}}{{ if .Values.tag }}deeper{{ end }}{{- end -}}\n'
    unused = '{{- define "web.unused" -}}{{- end -}}\n'
    changes = TEXTS[text] | {"templates/_helpers.tpl": HELPERS + deep + deeper + unused}
    assert untaken(write_chart(tmp_path / "web", changes)) == {
        "templates/_helpers.tpl": [(11, "define", "web.unused", False)]
    }


def test_in_files_with_odd_names(tmp_path):
    changes = {'templates/a"b {{x}}.yaml': "# {{ if .Values.tag }}tag{{ else if .Values.tag }}never{{ end }}\n"}
    assert untaken(write_chart(tmp_path / "web", changes)) == {
        'templates/a"b {{x}}.yaml': [(1, "else if", ".Values.tag", False)]
    }


def test_what_values_that_are_refused_take_is_told_apart(tmp_path):
    refusal = '{{ if eq .Values.tag "no" }}{{ fail "choose another tag" }}{{ end }}\n'
    assert untaken(write_chart(tmp_path / "web", {"templates/service.yaml": refusal + SERVICE})) == {
        "templates/service.yaml": [(1, "if", 'eq .Values.tag "no"', True)]
    }


def test_what_a_long_name_takes_is_seen_though_there_is_no_time(tmp_path):
    cut = "{{ if gt (len .Release.Name) 40 }}# cut{{ end }}\n"
    subject = read_subject(write_chart(tmp_path / "web", {"templates/cut.yaml": cut}), kube_versions=supported())
    usual = [subject.base] * 200
    longer = replace(subject.base, release=replace(subject.base.release, name="a" * 53))
    for accepted, taken in ((usual, 0), ([*usual, longer, *usual], 1)):
        told = {each.file: each for each in branches_taken(subject, accepted, {}, seconds=0)}
        assert told["templates/cut.yaml"].taken == taken


def test_people_read_it_on_the_terminal_and_in_the_page(tmp_path):
    folder = write_chart(tmp_path / "web", {"templates/config.yaml": CONFIG + DEAD})
    done = run(folder, "--report", "html", "--output", str(tmp_path / "page.html"))
    assert "4 by none:" in done.stdout
    assert "  templates/config.yaml:18 (range list)" in done.stdout
    page = (tmp_path / "page.html").read_text()
    assert "<li>line 13: <code>else if and (eq .Values.greeting &quot;loud&quot;) .Values.tag</code>" in page


SUB = {
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 0.1.0\n",
    "charts/db/values.yaml": "on: true\n",
    "charts/db/templates/db.yaml": "{{ if .Values.on }}# {{ include `lib.name` . }}{{ end }}\n",
    "charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 0.1.0\ntype: library\n",
    "charts/lib/templates/_lib.tpl": "{{ define `lib.name` }}{{ if .Chart }}{{ .Chart.Name }}{{ end }}{{ end }}\n",
    "templates/name.yaml": "# {{ include `lib.name` . }}{{ if not .Chart }}# never{{ end }}\n",
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies:\n"
    "  - {name: db, version: 0.1.0}\n  - {name: db, version: 0.1.0, alias: cache}\n  - {name: lib, version: 0.1.0}\n",
}


def test_of_a_chart_with_charts_inside_its_own_files_are_told(tmp_path):
    folder = write_chart(tmp_path / "web", {**SUB, "values.schema.json": None})
    told = untaken(folder)
    assert told["templates/name.yaml"] == [(1, "if", "not .Chart", False)]
    assert not any(file.startswith("charts/") for file in told)


ODD = {
    "templates/_odd.tpl": """\
{{- define "odd.nil" }}{{ if . }}some{{ else }}{{ printf "%v" . }}{{ end }}{{ end }}
{{- define "odd.loop" }}{{ range $i, $e := . -}}
{{ if eq $i 1 }}{{ continue }}{{ end }}{{ if eq $i 3 }}{{ break }}{{ end }}{{ $e }}
{{- end }}{{ end }}
{{- define "odd.scope" }}{{ $x := 1 }}{{ if $ }}{{ $x = add $x 1 }}{{ end }}{{ $x }}{{ end }}
""",
    "templates/odd.yaml": """\
# {  {{- if true }} { {{- end }}{{ "}}" }} {{`raw " \\ text {{ x }}`}} {{ 'a' }} {{ 0xF }} {{ 1_0 }} {{ "é\\t\\u00e9" }}
# {{ template "odd.nil" }} {{ include "odd.nil" nil }} {{ include "odd.nil" 0 }} {{ template "odd.nil" 2 }}
# {{ include "odd.loop" (list "a" "b" "c" "d" "e") }} {{ list 1 2 3 | include "odd.loop" }} {{ include "odd.scope" . }}
# {{ (dict "x" (include "odd.nil" 1)).x }}{{ block "odd.block" .Values.service }}{{ .port }}{{ end }}
# {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }} {{ tpl "{{ include \\"odd.nil\\" . }}" "t" }}
# {{ with $y := .Values.greeting }}{{ $y }}{{ $.Release.Name }}{{ end }}
# {{ range $k, $v := .Values.service }}{{ $k }}{{ $v }}{{ end }}
# {{ .Files.Get "values.yaml" | b64enc }} {{- /* a remark */ -}} {{ $.Capabilities.KubeVersion.Version }}
""",
}


@pytest.mark.parametrize("values", [{}, {"greeting": "", "service": {"port": 1}}])
def test_templates_that_tell_print_what_they_did_before(values, tmp_path):
    loaded = EmbeddedEngine().load(write_chart(tmp_path / "web", ODD)).without_schema()
    count = 0

    def telling(name, data):
        nonlocal count
        if "/templates/" not in name:
            return data
        found = instrument(name, name, data.decode(), first=count)
        count += len(found.branches)
        return found.text.encode()

    release = Release("web", "default")
    plain, told = loaded.render_texts(values, release), loaded.rewritten(telling).render_texts(values, release)
    assert "odd.yaml" in " ".join(plain)
    assert {name: notes_in(text)[0] for name, text in told.items()} == plain
    assert all(SEEN in text for text in told.values())

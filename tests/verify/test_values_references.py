"""Which values templates read, case by case; each expectation follows from what Helm does with the template."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.verify.analysis import state
from kubilitics_chartgen.verify.references import Subchart, Use, find_references


def whole(*templates: str, helpers: str = "") -> set[str]:
    """Paths that are read with everything below them."""
    files = {f"templates/{number}.yaml": text for number, text in enumerate(templates)}
    found = find_references({**files, "templates/_helpers.tpl": helpers})
    assert not found.errors
    return {".".join(read.path) for read in found.all if read.use is Use.VALUE}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ .Values.a.b }}", {"a.b"}),
        ("{{ $.Values.a }}", {"a"}),
        ("{{ (.Values.a).b }}", {"a.b"}),
        ("{{ ((.Values.a | default dict).b | default dict).c }}", {"a.b.c"}),
        ("{{ $x := .Values.ai | default dict }}{{ $x.service.port }}", {"ai.service.port"}),
        ("{{ $x := .Values.a }}{{ if true }}{{ $x = .Values.b }}{{ end }}{{ $x.c }}", {"a.c", "b.c"}),
        ("{{ $x := .Values.a }}{{ range .Values.l }}{{ $x.c }}{{ $x = $.Values.b }}{{ end }}", {"a.c", "b.c"}),
        ("{{ with .Values.x }}{{ .y }}{{ $.Values.z }}{{ end }}", {"x.y", "z"}),
        ("{{ with .Values.x }}{{ else }}{{ .Values.y }}{{ end }}", {"y"}),
        ("{{ with $x := .Values.x }}{{ $x.y }}{{ end }}", {"x.y"}),
        ("{{ range .Values.list }}{{ .name }}{{ end }}", {"list.*.name"}),
        ("{{ range $i, $v := .Values.list }}{{ $v.name }}{{ end }}", {"list.*.name"}),
        ('{{ index .Values "a" "b-c" }}', {"a.b-c"}),
        ("{{ index .Values .Values.which }}", {"*", "which"}),
        ("{{ (index .Values.list 0).name }}", {"list.*.name"}),
        ('{{ get .Values.a "b" }}', {"a.b"}),
        ('{{ dig "a" "b" "none" .Values.x }}', {"x.a.b"}),
        ('{{ dig "a" "b" .Values.fallback .Values.AsMap }}', {"a.b", "fallback"}),
        ("{{ toYaml .Values.a }}", {"a"}),
        ("{{ .Values.a | toYaml | nindent 2 }}", {"a"}),
        ("{{ .Values.a | default .Values.b }}", {"a", "b"}),
        ("{{ coalesce .Values.a .Values.b }}", {"a", "b"}),
        ("{{ ternary .Values.a .Values.b .Values.c }}", {"a", "b", "c"}),
        ("{{ (or .Values.a .Values.b).c }}", {"a.c", "b.c"}),
        ("{{ (merge dict .Values.a .Values.b).c }}", {"a.c", "b.c"}),
        ("{{ $d := dict }}{{ $_ := merge $d .Values.a }}{{ $d.c }}", {"a.c"}),
        ("{{ $d := deepCopy .Values.a }}{{ $_ := mergeOverwrite $d .Values.b }}{{ $d.c }}", {"a.c", "b.c"}),
        ('{{ $d := dict }}{{ $_ := set $d "v" .Values.a }}{{ $d.v.w }}', {"a.w"}),
        ('{{ $d := dict }}{{ $e := $d }}{{ $_ := set $e "v" .Values.a }}{{ $d.v.w }}', {"a.w"}),
        ('{{ $_ := set .Values "x" .Values.a }}{{ .Values.x.y }}', {"a.y", "x.y"}),
        ('{{ $_ := set . "x" .Values.a }}{{ .x.y }}', {"a.y"}),
        ('{{ (pick .Values.a "b" "c").b }}', {"a.b"}),
        ("{{ (first .Values.a).b }}", {"a.*.b"}),
        ("{{ (append (list) .Values.a | last).b }}", {"a.b"}),
        ("{{ range values .Values.a }}{{ .b }}{{ end }}", {"a.*.b"}),
        ('{{ range pluck "p" .Values.a .Values.b }}{{ . }}{{ end }}', {"a.p", "b.p"}),
        ('{{ range list "a" "b" }}{{ (index $.Values .).port }}{{ end }}', {"a.port", "b.port"}),
        ('{{ range $k, $v := dict "a" .Values.x }}{{ index $.Values.m $k }}{{ $v.p }}{{ end }}', {"m.a", "x.p"}),
        ('{{ index .Values (printf "%s-%s" "a" "b") }}', {"a-b"}),
        ('{{ tpl "{{ .Values.a }}" . }}', {"a"}),
        ("{{ required \"no\" .Values.a }}", {"a"}),
        ("{{ .Values.global.registry }}", {"global.registry"}),
        ("{{ toYaml . }}", {""}),
        ('{{ block "b" .Values.a }}{{ .c }}{{ end }}', {"a.c"}),
        ("{{ range $k := keys .Values.m }}{{ index $.Values.m $k }}{{ end }}", {"m.*"}),
    ],
)  # fmt: skip
def test_what_a_template_reads(template: str, expected: set[str]) -> None:
    assert whole(template) == expected


@pytest.mark.parametrize(
    ("template", "helpers", "expected"),
    [
        (
            '{{ include "x" (dict "ctx" . "component" .Values.backend) }}',
            '{{ define "x" }}{{ .component.port }}{{ .ctx.Values.name }}{{ end }}',
            {"backend.port", "name"},
        ),
        (
            '{{ include "x" (list $ .Values.backend) }}',
            '{{ define "x" }}{{ $c := index . 1 }}{{ (index . 0).Values.name }}{{ $c.port }}{{ end }}',
            {"backend.port", "name"},
        ),
        ('{{ template "x" .Values.a }}', '{{ define "x" }}{{ .b }}{{ end }}', {"a.b"}),
        (
            '{{ include "x" . }}',
            '{{ define "x" }}{{ include "y" . }}{{ end }}{{ define "y" }}{{ .Values.a }}{{ end }}',
            {"a"},
        ),
        ('{{ include (printf "%s.y" "x") . }}', '{{ define "x.y" }}{{ .Values.a }}{{ end }}', {"a"}),
        ("{{ include .Values.which . }}", '{{ define "x" }}{{ .Values.a }}{{ end }}', {"which", "a"}),
        ('{{ include "x" . }}', '{{ define "x" }}{{ .Values.a }}{{ include "x" . }}{{ end }}', {"a"}),
        (
            '{{ template "merged" (append (list .) "own") }}',
            '{{ define "merged" }}{{ template "both" (append . "base") }}{{ end }}'
            '{{ define "both" }}{{ include (index . 1) (first .) }}{{ include (last .) (index . 0) }}{{ end }}'
            '{{ define "own" }}{{ .Values.a }}{{ end }}{{ define "base" }}{{ .Values.b }}{{ end }}'
            '{{ define "other" }}{{ .Values.c }}{{ end }}',
            {"a", "b"},
        ),
        ("nothing", '{{ define "unused" }}{{ .Values.a }}{{ end }}', set()),
        ('{{ include "x" . | fromYaml }}', '{{ define "x" }}{{ $.Values.a | toYaml }}{{ end }}', {"a"}),
    ],
)  # fmt: skip
def test_what_a_named_template_reads(template: str, helpers: str, expected: set[str]) -> None:
    assert whole(template, helpers=helpers) == expected


def test_a_template_that_includes_another_file_reads_what_that_reads() -> None:
    files = {
        "templates/app/a.yaml": '{{ include (print $.Template.BasePath "/app/b.yaml") .Values | sha256sum }}',
        "templates/app/b.yaml": "{{ .inner }}",
    }
    assert {read.path for read in find_references(files).all if read.use is Use.VALUE} == {("inner",)}


def test_asking_whether_a_map_is_empty_does_not_read_what_is_in_it() -> None:
    found = find_references({"templates/a.yaml": "{{ if .Values.a }}x{{ end }}"})
    assert found.uses(("a",))
    assert not found.uses(("a", "b"))


def test_a_loop_over_keys_reads_the_keys_and_not_what_is_below_them() -> None:
    found = find_references({"templates/a.yaml": "{{ range $k, $v := .Values.a }}{{ $k }}{{ end }}"})
    assert found.uses(("a", "one"))
    assert not found.uses(("a", "one", "two"))


def test_text_from_values_run_as_a_template_may_read_anything() -> None:
    found = find_references({"templates/a.yaml": "{{ tpl .Values.text . }}"})
    assert not found.uses(("a",))
    assert found.uses(("a",), certain=False)


def test_a_reference_knows_its_place_and_its_guard() -> None:
    found = find_references(
        {"templates/a.yaml": '\n{{ .Values.a }}\n{{ .Values.b | default 1 }}\n{{ hasKey .Values.c "d" }}'}
    )
    tests = {(read.path, read.line, read.guarded) for read in found.all if read.use is Use.TEST}
    assert tests == {(("a",), 2, False), (("b",), 3, True), (("c",), 4, True), (("c", "d"), 4, True)}


def test_a_subchart_reads_below_its_own_key_and_the_global_values() -> None:
    inner = {"charts/db/templates/a.yaml": "{{ .Values.port }}{{ .Values.global.registry }}"}
    found = find_references({}, subcharts=[Subchart(("db",), inner)])
    assert {read.path for read in found.all if read.use is Use.VALUE} == {("db", "port"), ("global", "registry")}


def test_a_chart_reads_what_the_named_templates_of_its_library_read() -> None:
    library = {"charts/common/templates/_x.tpl": '{{ define "common.x" }}{{ .Values.a }}{{ end }}'}
    found = find_references(
        {"templates/a.yaml": '{{ include "common.x" . }}'}, subcharts=[Subchart(("common",), library, library=True)]
    )
    assert {read.path for read in found.all if read.use is Use.VALUE} == {("a",)}


def test_a_library_chart_reads_what_its_named_templates_read() -> None:
    found = find_references({"templates/_x.tpl": '{{ define "x" }}{{ .Values.a }}{{ end }}'}, library=True)
    assert {read.path for read in found.all if read.use is Use.VALUE} == {("a",)}


def test_templates_that_call_each_other_without_end_are_followed_to_a_bound() -> None:
    helpers = '{{ define "x" }}{{ include "x" (dict "in" . "b" .b) }}{{ include "x" .a }}{{ include "x" .c }}{{ end }}'
    found = find_references({"templates/a.yaml": '{{ include "x" .Values }}', "templates/_h.tpl": helpers})
    assert found.uses(("a", "c", "a"))


def test_a_loop_that_makes_a_list_longer_ends() -> None:
    template = (
        "{{ $l := list .Values.a }}{{ range .Values.n }}{{ $l = append $l .b }}{{ end }}{{ range $l }}{{ .c }}{{ end }}"
    )
    found = find_references({"templates/a.yaml": template})
    assert found.complete
    assert found.uses(("a", "c"))
    assert found.uses(("n", "x", "b", "c"))
    assert not found.uses(("a", "d"))


def test_templates_that_are_too_much_to_follow_count_as_reading_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "MAX_WORK", 100_000)
    loops = "".join("{{ range list 1 2 3 4 5 6 7 8 9 10 }}" for _ in range(8)) + "x" + "{{ end }}" * 8
    found = find_references({"templates/a.yaml": loops})
    assert not found.complete
    assert found.uses(("anything",))


def test_a_template_that_cannot_be_parsed_is_named() -> None:
    found = find_references({"templates/a.yaml": "\n{{ if }}", "templates/b.yaml": "{{ .Values.b }}"})
    assert [(error.file, error.line) for error in found.errors] == [("templates/a.yaml", 2)]
    assert found.uses(("b",))

"""A named template called with the root context is followed once: what is found is as if it were done each time."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.verify import dependencies
from kubilitics_chartgen.verify.analysis.follower import Follower, SharedError
from kubilitics_chartgen.verify.analysis.reads import Reads
from kubilitics_chartgen.verify.chart_files import read_chart
from kubilitics_chartgen.verify.dependencies import MAX_WORK, find_dependencies
from kubilitics_chartgen.verify.references import Use, read_program
from kubilitics_chartgen.verify.space.schema_nodes import closed_texts
from tests.tools import REPOSITORY, needed

FETCHED = REPOSITORY / ".cache" / "charts"
CHARTS = ("kubilitics", "external-dns", "gpu-operator", "kueue", "metrics-server", "secrets-store-csi-driver")


def entry_and(*named: str) -> dict[str, str]:
    """An entry that calls named templates a, b, … with the root context."""
    names = "abcdef"[: len(named)]
    helpers = "".join(f'{{{{ define "{name}" }}}}{body}{{{{ end }}}}' for name, body in zip(names, named, strict=True))
    calls = "".join(f'{{{{ include "{name}" . }}}}' for name in names)
    return {"templates/_helpers.tpl": helpers, "templates/x.yaml": calls}


def whole(templates: dict[str, str]) -> set[str]:
    """The paths of which an entry reads everything."""
    found = find_dependencies(templates).templates["templates/x.yaml"]
    return {".".join(read.path) for read in found.reads if read.use is Use.VALUE}


@pytest.mark.parametrize("name", CHARTS)
def test_the_same_is_found_as_where_all_run_together(name, monkeypatch):
    folder = REPOSITORY / "charts" / name if name == "kubilitics" else FETCHED / name
    if not folder.is_dir():
        needed(None, "the charts of others are not there: make test-tools")
    chart = read_chart(folder)
    options = {"subcharts": chart.subcharts, "choices": closed_texts(EmbeddedEngine().load(folder).schema)}
    options["parts"] = [define for define in read_program(chart.templates).known if not define.startswith("templates/")]
    once = find_dependencies(chart.templates, **options)
    assert once.templates

    def together(program, asked, _follower):
        return found(program, asked, Follower(program.known, program.bases, choices=options["choices"], together=True))

    found = dependencies._found
    monkeypatch.setattr(dependencies, "_found", together)
    each_time = find_dependencies(chart.templates, **options)
    assert once.templates == each_time.templates
    assert once.guards == each_time.guards
    assert once.compared.keys() == each_time.compared.keys()
    anywhere = set().union(*once.compared.values())
    for path, constants in once.compared.items():
        # Run together, a named template that two call with other arguments compares what either hands on with both.
        mixed = set(each_time.compared[path]) - set(constants)
        assert set(constants) <= set(each_time.compared[path])
        assert mixed <= anywhere
    # Bounds of work are met later where less is done twice.
    assert each_time.parts.items() <= once.parts.items()


@pytest.mark.parametrize(
    ("write", "show"),
    [
        ('{{ $_ := set . "box" .Values.hidden }}', "{{ .box }}"),
        ('{{ $_ := set .Template "box" .Values.hidden }}', "{{ .Template.box }}"),
        ('{{ $_ := set .Values "box" .Values.hidden }}', "{{ .Values.box }}"),
        ('{{ $_ := mergeOverwrite .Values (dict "box" .Values.hidden) }}', "{{ .Values.box }}"),
    ],
    ids=["the root context", "what a template knows of itself", "the values", "the values, merged"],
)
@pytest.mark.parametrize("turned", [False, True])
def test_what_one_hands_to_another_by_what_both_see(write, show, turned):
    named = (show, write) if turned else (write, show)
    assert "hidden" in whole(entry_and(*named))


def test_what_is_handed_on_beside_the_root_context():
    templates = entry_and("{{ .box }}x")
    templates["templates/x.yaml"] = '{{ include "a" . }}{{ include "a" (merge (dict "box" .Values.hidden) .) }}'
    assert "hidden" in whole(templates)


def test_of_two_reads_in_one_place_the_one_without_a_guard_counts():
    for first, second in ((True, False), (False, True)):
        one, other = Reads(), Reads()
        one.add(("a",), Use.VALUE, "x", 1, guarded=first)
        other.add(("a",), Use.VALUE, "x", 1, guarded=second)
        one.add_all(other)
        assert [read.guarded for read in one.all()] == [False]


def test_templates_that_call_each_other():
    first = '{{ .Values.one }}{{ if .Values.more }}{{ include "b" . }}{{ end }}'
    second = '{{ .Values.two }}{{ if .Values.less }}{{ include "a" . }}{{ end }}'
    assert whole(entry_and(first, second)) >= {"one", "two"}
    found = find_dependencies(entry_and(first, second), parts=["a", "b"])
    assert {name: {read.path for read in part.reads} for name, part in found.parts.items()} == {
        name: {("one",), ("two",), ("more",), ("less",)} for name in ("a", "b")
    }


def test_what_one_prints_is_compared_where_it_is_printed():
    templates = entry_and("{{ .Values.kind }}", '{{ if eq (include "a" .) "big" }}x{{ end }}')
    compared = find_dependencies(templates).compared[("kind",)]
    assert any("big" in str(constant) for constant in compared)


def test_a_copy_is_of_the_one_that_makes_it():
    """Nobody else sees what is written to a copy, so it is no reason to run all together."""
    templates = entry_and(
        '{{ $own := deepCopy .Values.a }}{{ $_ := set $own "b" 1 }}{{ toYaml $own }}', "{{ .Values.c }}"
    )
    program = read_program(templates)
    found = Follower(program.known, program.bases).follow(program.rendered[0], MAX_WORK)
    assert {read.path for read in found.reads.all() if read.use is Use.VALUE} == {("a",), ("c",)}


def test_it_says_that_templates_change_what_others_see():
    program = read_program(entry_and('{{ $_ := set .Values "a" 1 }}'))
    with pytest.raises(SharedError):
        Follower(program.known, program.bases).follow(program.rendered[0], MAX_WORK)
    together = Follower(program.known, program.bases, together=True).follow(program.rendered[0], MAX_WORK)
    assert together.writes


def test_one_that_many_call_is_run_once(monkeypatch):
    templates = entry_and('{{ include "c" . }}x', '{{ include "c" . }}y', "{{ .Values.deep }}z")
    program = read_program({**templates, "templates/y.yaml": '{{ include "a" . }}{{ include "c" . }}'})
    ran = []
    run = Follower._run
    monkeypatch.setattr(
        Follower, "_run", lambda self, task, most: ran.append(task.target.name) or run(self, task, most)
    )
    follower = Follower(program.known, program.bases)
    for entry in program.rendered:
        assert ("deep",) in {read.path for read in follower.follow(entry, MAX_WORK).reads.all()}
    assert sorted(ran) == ["a", "b", "c", "templates/x.yaml", "templates/y.yaml"]


@pytest.mark.parametrize(("parts", "length", "solved"), [(2, 3, True), (3, 3, True), (3, 99, False), (4, 3, False)])
def test_a_text_is_taken_apart_only_where_that_cannot_take_for_ever(parts, length, solved):
    """All ways to split a text between its parts may have to be tried: more for each part, and each character."""
    values = [f".Values.a{number}" for number in range(parts)]
    form, text = "-".join(["%s"] * parts), "-".join(["x" * length] * parts)
    template = f"{{{{ if eq (printf `{form}` {' '.join(values)}) `{text}` }}}}x{{{{ end }}}}"
    compared = find_dependencies({"templates/a.yaml": template}).compared
    assert compared == ({(f"a{number}",): ("x" * length,) for number in range(parts)} if solved else {})

"""The embedded engine against the real programs, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kubilitics_chartgen.helm import (
    HELM_3,
    HELM_4,
    CommandEngine,
    EmbeddedEngine,
    Release,
    documents,
    documents_text,
    read_values,
)
from kubilitics_chartgen.helm.manifests import Dialect
from tests.helm import charts
from tests.helm.conftest import BuildChart, RunHelm

CHARTS = {
    "odd documents": (charts.ODD_DOCUMENTS, ""),
    "hooks beside objects": (charts.HOOKS, ""),
    "hooks alone": (charts.ONLY_HOOKS, ""),
    "numbers and booleans": (charts.VALUES_AND_NUMBERS, ""),
    "release facts": (charts.RELEASE, ""),
    "nothing at all": ({"templates/NOTES.txt": "only notes"}, ""),
    "a subchart switched on by default": (
        {**charts.SUBCHART, "values.yaml": "global: {word: w}\n"},
        charts.DEPENDS_ON_SUB,
    ),
    "a subchart switched off": (
        {**charts.SUBCHART, **charts.RELEASE, "values.yaml": "sub: {enabled: false}\n"},
        charts.DEPENDS_ON_SUB,
    ),
    "webhooks": (
        {
            "templates/w.yaml": "kind: ValidatingWebhookConfiguration\nmetadata: {name: v}\n---\nkind: Apple\n"
            "metadata: {name: w}\n---\nkind: MutatingWebhookConfiguration\nmetadata: {name: m}\n"
        },
        "",
    ),
}


def embedded(
    chart: Path, *, tests: bool = False, dialect: Dialect = HELM_3, values: dict[str, object] | None = None
) -> str:
    texts = EmbeddedEngine().load(chart).render(values or {}, Release())
    return documents_text(documents(texts, dialect=dialect), include_tests=tests)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("tests", [False, True])
def test_embedded_prints_the_bytes_of_helm_3(build_chart: BuildChart, helm3: RunHelm, name: str, tests: bool) -> None:
    files, about = CHARTS[name]
    chart = build_chart(files, chart=about)
    flags = [] if tests else ["--skip-tests"]
    assert embedded(chart, tests=tests) == helm3("template", str(chart), *flags)


@pytest.mark.helm4
@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("tests", [False, True])
def test_embedded_prints_the_bytes_of_helm_4(build_chart: BuildChart, helm4: RunHelm, name: str, tests: bool) -> None:
    files, about = CHARTS[name]
    chart = build_chart(files, chart=about)
    flags = [] if tests else ["--skip-tests"]
    assert embedded(chart, tests=tests, dialect=HELM_4) == helm4("template", str(chart), *flags)


@pytest.mark.parametrize("name", CHARTS)
def test_the_command_line_engine_gives_back_what_helm_printed(
    build_chart: BuildChart, helm3: RunHelm, name: str
) -> None:
    files, about = CHARTS[name]
    chart = build_chart(files, chart=about)
    engine = CommandEngine()
    texts = engine.load(chart).render({}, Release())
    assert documents_text(documents(texts, dialect=engine.dialect), include_tests=True) == helm3("template", str(chart))


@pytest.mark.helm4
@pytest.mark.parametrize("name", CHARTS)
def test_the_command_line_engine_speaks_helm_4_with_a_helm_4_program(
    build_chart: BuildChart, helm4: RunHelm, helm4_binary: Path, name: str
) -> None:
    files, about = CHARTS[name]
    chart = build_chart(files, chart=about)
    engine = CommandEngine(helm4_binary)
    texts = engine.load(chart).render({}, Release())
    assert documents_text(documents(texts, dialect=engine.dialect), include_tests=True) == helm4("template", str(chart))


def test_an_archive_renders_like_its_folder(build_chart: BuildChart, helm3: RunHelm, tmp_path: Path) -> None:
    chart = build_chart(
        {**charts.SUBCHART, **charts.HOOKS, "values.yaml": "global: {word: w}\n"}, chart=charts.DEPENDS_ON_SUB
    )
    helm3("package", str(chart), "--destination", str(tmp_path))
    archive = tmp_path / "demo-0.1.0.tgz"
    assert embedded(archive) == helm3("template", str(archive), "--skip-tests") == embedded(chart)


def test_a_subchart_comes_back_after_it_was_switched_off(build_chart: BuildChart, helm3: RunHelm) -> None:
    chart = build_chart({**charts.SUBCHART, "values.yaml": "global: {word: w}\n"}, chart=charts.DEPENDS_ON_SUB)
    loaded = EmbeddedEngine().load(chart)
    assert loaded.render({"sub": {"enabled": False}}, Release()) == {}
    assert "colour: blue" in loaded.render({}, Release())["demo/charts/sub/templates/map.yaml"]


def test_leaving_the_schema_out_changes_no_byte(build_chart: BuildChart) -> None:
    schema = '{"type": "object", "properties": {"word": {"type": "integer"}}}'
    chart = build_chart({**charts.RELEASE, **charts.HOOKS, "values.schema.json": schema})
    without = EmbeddedEngine().load(chart, with_schema=False)
    assert without.render({}, Release()) == EmbeddedEngine().load(chart).render({}, Release())
    assert 'unicode: "word"' in without.render({"word": "word"}, Release())["demo/templates/release.yaml"]


def test_values_reach_both_engines_as_from_a_file(build_chart: BuildChart, helm3: RunHelm, tmp_path: Path) -> None:
    chart = build_chart(charts.VALUES_AND_NUMBERS | {"templates/each.yaml": ""})
    values = {"bytes": 20971520, "word": "é😀\\\\ud83d \x7f\u2028\ufeff", "map": {"b": None}, "list": [None, {}, []]}
    file = tmp_path / "values.yaml"
    file.write_text(
        'bytes: 20971520\nword: "é😀\\\\\\\\ud83d \\x7f\\u2028\\ufeff"\nmap: {b: null}\nlist: [null, {}, []]\n',
        encoding="utf-8",
    )
    expected = helm3("template", str(chart), "--values", str(file))
    for loaded in (EmbeddedEngine().load(chart), CommandEngine().load(chart)):
        assert documents_text(documents(loaded.render(values, Release()))) == expected


def test_a_default_of_null_is_absent_as_in_helm_4_where_helm_3_shows_it(
    build_chart: BuildChart, helm3: RunHelm
) -> None:
    template = "kind: ConfigMap\nmetadata: {name: {{ hasKey .Values `empty` }}}\n"
    chart = build_chart({"values.yaml": "empty:\n", "templates/x.yaml": template})
    assert "{name: false}" in embedded(chart)
    assert "{name: true}" in helm3("template", str(chart))


@pytest.mark.helm4
def test_a_default_of_null_is_absent_in_helm_4(build_chart: BuildChart, helm4: RunHelm) -> None:
    template = "kind: ConfigMap\nmetadata: {name: {{ hasKey .Values `empty` }}}\n"
    chart = build_chart({"values.yaml": "empty:\n", "templates/x.yaml": template})
    assert "{name: false}" in helm4("template", str(chart))


def test_an_upgrade_another_name_and_namespace_are_told_to_the_templates(
    build_chart: BuildChart, helm3: RunHelm
) -> None:
    chart = build_chart(charts.RELEASE)
    release = Release("other", "elsewhere", upgrade=True)
    expected = helm3("template", "other", str(chart), "--namespace", "elsewhere", "--is-upgrade")
    for loaded in (EmbeddedEngine().load(chart), CommandEngine().load(chart)):
        assert documents_text(documents(loaded.render({}, release))) == expected


def test_rendering_twice_gives_the_same_bytes(build_chart: BuildChart) -> None:
    chart = build_chart({**charts.ODD_DOCUMENTS, **charts.HOOKS})
    assert embedded(chart) == embedded(chart)


def test_documents_know_their_kind_name_and_hooks(build_chart: BuildChart) -> None:
    chart = build_chart(
        {**charts.HOOKS, "templates/t.yaml": "kind: Deployment\nmetadata: {name: 0x1F}\nspec: {on: yes}\n"}
    )
    found = {str(document): document for document in documents(EmbeddedEngine().load(chart).render({}, Release()))}
    assert set(found) == {
        "ConfigMap/plain",
        "Deployment/31",
        "ConfigMap/before",
        "Pod/check",
        "Pod/old-check",
        "Job/after",
        "Job/loud",
    }
    assert found["Job/after"].hooks == ("post-install", "post-upgrade")
    assert [name for name, document in found.items() if document.is_test] == ["Pod/check", "Pod/old-check"]
    assert not found["ConfigMap/plain"].is_hook
    assert found["Deployment/31"].object["spec"] == {"true": True}


def test_the_notes_are_those_of_the_chart_itself(build_chart: BuildChart) -> None:
    from kubilitics_chartgen.helm import notes

    chart = build_chart(
        {**charts.SUBCHART, "values.yaml": "global: {word: w}\n", "templates/NOTES.txt": "hello {{ .Release.Name }}\n"},
        chart=charts.DEPENDS_ON_SUB,
    )
    assert notes(EmbeddedEngine().load(chart).render({}, Release())) == "hello release-name\n"


def test_the_package_loads_nothing_heavy_until_it_is_used() -> None:
    heavy = "{'helm_python', 'yaml', 'jsonschema_rs'}"
    code = f"import sys, kubilitics_chartgen.helm as h; h.Release(); print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_whole_number_from_a_set_reaches_templates_as_from_a_file(build_chart: BuildChart, helm3: RunHelm) -> None:
    chart = build_chart(
        {"templates/x.yaml": "kind: ConfigMap\ndata: {a: {{ .Values.a }}, b: {{ .Values.b | int64 }}}\n"}
    )
    values = read_values(sets=["a=10485760,b=10485760"]).data
    assert "{a: 1.048576e+07, b: 10485760}" in embedded(chart, values=values)
    # Helm itself tells the two apart, so that a template which prints such a number unguarded is wrong for files only.
    assert "{a: 10485760, b: 10485760}" in helm3("template", str(chart), "--set", "a=10485760,b=10485760")
    file_like = helm3("template", str(chart), "--values", "-", stdin="a: 10485760\nb: 10485760\n")
    assert "{a: 1.048576e+07, b: 10485760}" in file_like


def test_a_block_of_text_that_ends_a_document_keeps_its_line_break() -> None:
    """As Helm sends it to the server, which tests/cluster/test_plan_live.py sees."""
    found = documents({"c/templates/x.yaml": "kind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: |\n    text\n"})
    assert found[0].object == {"kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": "text\n"}}

"""Many sets of values in one call of Helm give the bytes of as many single renders, and the same refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubilitics_chartgen.helm import EmbeddedEngine, RefusedError, Release, read_values_file
from kubilitics_chartgen.helm.batch import BatchChart, Context
from kubilitics_chartgen.helm.remembering import remembering
from kubilitics_chartgen.verify.sweep.softening import refusal_in, soften
from tests.chart.objects import CHART, PROFILES
from tests.verify.charts import write_chart

RELEASE = Release("demo", "example")


def compare(folder: Path, sets, release=RELEASE, *, remembers=False):
    loaded = EmbeddedEngine().load(folder)
    batch = BatchChart(loaded)
    batch.remembers = remembers
    assert batch.batchable
    contexts = [Context(loaded.coalesce(values), release, batch.entries) for values in sets]
    alone = loaded.without_schema()
    for values, texts in zip(sets, batch.render(contexts), strict=True):
        whole = alone.render(values, release)
        assert texts == {name: whole[name] for name in batch.entries}
        assert set(whole) == set(batch.entries)


@pytest.mark.parametrize("remembers", [False, True])
def test_every_profile_of_the_chart(remembers):
    sets = [{}, *(read_values_file(str(path)).data for path in PROFILES)]
    compare(CHART, sets, Release("kubilitics", "x"), remembers=remembers)


LONG = "{{- /* " + "so long that it pays to remember what it prints; " * 11 + "*/ -}}"
HELPER = f'{{{{- define "say" -}}}}{LONG}[{{{{ .Values.greeting }}}}{{{{ .more }}}}]{{{{- end -}}}}\n'


@pytest.mark.parametrize(
    "text",
    [
        'a: {{ include "say" . }}{{ include "say" $ }}{{ template "say" . }}\n',
        'a: {{ include "say" . }}{{ include "say" (merge (dict "Values" (dict "greeting" "other")) .) }}\n',
        'a: {{ include "say" (merge (dict "more" "and more") .) }}{{ include "say" . }}\n',
        'a: {{ include "say" . }}{{ include "say" (dict "Values" .Values "more" 1) }}\n',
        'a: {{ include "say" . }}{{ include "l" (list . 1) }}{{ define "l" }}{{ include "say" (first .) }}{{ end }}\n',
        'a: {{ range list 1 2 }}{{ include "say" $ }}{{ end }}{{ include (print $.Template.BasePath "/b.yaml") . }}\n',
        'a: {{ include "say" . }}{{ .Template.Name }}\n',
    ],
)
def test_what_is_remembered_is_what_would_be_printed_again(tmp_path, text):
    files = {"templates/_say.tpl": HELPER, "templates/a.yaml": text, "templates/b.yaml": '{{ include "say" . }}\n'}
    folder = write_chart(tmp_path / "web", {**files, "values.schema.json": None})
    compare(folder, [{"greeting": "hi"}, {"greeting": "ho"}], remembers=True)


@pytest.mark.parametrize("differs", ["{{ .Template.Name }}", "{{ randAlpha 3 }}", "{{ now }}", '{{ genCA "a" 1 }}'])
def test_where_the_answer_may_differ_nothing_is_remembered(differs):
    texts = {"a.yaml": f'{{{{ include "say" . }}}}{differs}', "_say.tpl": HELPER}
    assert remembering(texts) is None
    base = '{{ include "say" . }}{{ include (print .Template.BasePath "/b.yaml") . }}'
    assert remembering({**texts, "a.yaml": base}) is not None


def test_the_chart_answers_from_memory():
    texts = {str(path): path.read_text(encoding="utf-8") for path in (CHART / "templates").rglob("*") if path.is_file()}
    found = remembering(texts)
    assert found is not None
    assert '{{ define "kubilitics.ai.activeProviders" }}' in found.helpers


def test_a_template_runs_once_where_it_is_remembered(tmp_path):
    """What counts its own runs in a value, which no chart that is remembered may do, tells how often it ran."""
    count = '{{- $_ := set .Values "runs" (add1 (.Values.runs | default 0)) -}}'
    helper = HELPER.replace("[", f"{count}[", 1)
    text = '{{ range list 1 2 3 }}{{ $_ := include "say" $ }}{{ end }}runs: {{ .Values.runs }}\n'
    files = {"templates/_say.tpl": helper, "templates/a.yaml": text, "values.schema.json": None}
    loaded = EmbeddedEngine().load(write_chart(tmp_path / "web", files))
    found = {}
    for remembers in (False, True):
        batch = BatchChart(loaded)
        batch.remembers = remembers
        context = Context(loaded.coalesce({}), RELEASE, ["web/templates/a.yaml"])
        found[remembers] = batch.render([context])[0]["web/templates/a.yaml"].strip()
    assert found == {False: "runs: 3", True: "runs: 1"}


def test_an_answer_is_kept_for_all_sets_of_values_with_its_key(tmp_path):
    """What is told by a key that lies is the answer that was given first, so it was not asked again."""
    files = {"templates/_say.tpl": HELPER, "templates/a.yaml": 'a: {{ include "say" . }}\n', "values.schema.json": None}
    loaded = EmbeddedEngine().load(write_chart(tmp_path / "web", files))
    batch = BatchChart(loaded)
    batch.remembers = True
    assert batch.remembered == ("say",)

    def said(*asked):
        contexts = [Context(loaded.coalesce({"greeting": word}), RELEASE, batch.entries, keys) for word, keys in asked]
        return [texts["web/templates/a.yaml"] for texts in batch.render(contexts) if "web/templates/a.yaml" in texts]

    one, other = {"say": "1"}, {"say": "2"}
    assert said(("hi", one), ("ho", one), ("ho", other), ("ho", {})) == ["a: [hi]\n", "a: [hi]\n", *["a: [ho]\n"] * 2]
    assert said(("he", one), ("he", {}), ("he", {"say": "3"})) == ["a: [hi]\n", "a: [he]\n", "a: [he]\n"]


def test_a_template_that_includes_another_file_by_its_path(tmp_path):
    compare(write_chart(tmp_path / "web"), [{}, {"greeting": "hi"}, {"service": {"enabled": False}}, {"tag": None}])


@pytest.mark.parametrize("upgrade", [False, True])
def test_what_templates_see_of_the_release_and_of_themselves(tmp_path, upgrade):
    text = "release: {{ toJson .Release }}\nname: {{ .Template.Name }}\nmissing: {{ .Values.no }}\nhtml: '<&>'\n"
    text += '{{ .Files.Get "a.txt" }}{{ .Chart.Version }}{{ tpl "{{ .Values.greeting }}" . }}'
    folder = write_chart(tmp_path / "web", {"templates/all.yaml": text, "a.txt": "file: é\n"})
    compare(folder, [{}, {"greeting": "<no value> & more"}], Release("other", "there", upgrade=upgrade))


def test_numbers_print_as_they_do_in_a_render_of_their_own(tmp_path):
    text = "a: {{ .Values.big }}\nb: {{ .Values.big | int64 }}\nc: {{ .Values.part }}\nd: {{ toYaml .Values }}\n"
    folder = write_chart(tmp_path / "web", {"templates/n.yaml": text, "values.schema.json": None})
    compare(folder, [{"big": 10485760, "part": 0.5}, {"big": 1e21, "part": 3.0}])


def test_the_types_of_values_are_the_same(tmp_path):
    text = "".join(
        f'{name}: {{{{ typeOf .Values.{name} }}}} {{{{ typeIs "string" $.Values.{name} }}}} '
        f'{{{{ typeIsLike "map[string]interface {{}}" .Values.{name} }}}}\n'
        for name in ("text", "whole", "part", "yes", "list", "map", "map.inner", "none")
    )
    folder = write_chart(tmp_path / "web", {"templates/t.yaml": text, "values.schema.json": None})
    values = {"text": "a", "whole": 3, "part": 0.5, "yes": True, "list": [1], "map": {"inner": {"a": 1}}}
    compare(folder, [values, {**values, "map": {"inner": [1]}, "whole": "3"}])


def test_one_that_fails_does_not_spoil_the_others(tmp_path):
    text = '{{ if eq .Values.greeting "no" }}{{ fail "not this" }}{{ end }}a: {{ .Values.greeting }}\n'
    loaded = EmbeddedEngine().load(write_chart(tmp_path / "web", {"templates/a.yaml": text}))
    batch = BatchChart(loaded)
    sets = [{"greeting": word} for word in ("one", "no", "two", "no", "three")]
    contexts = [Context(loaded.coalesce(values), RELEASE, ("web/templates/a.yaml",)) for values in sets]
    found = batch.render_each(contexts)
    assert [type(one) for one in found] == [dict, RefusedError, dict, RefusedError, dict]
    assert [str(one) for one in found if isinstance(one, RefusedError)] == ["not this", "not this"]
    assert found[4] == {"web/templates/a.yaml": "a: three\n"}


def test_a_softened_refusal_is_told_and_nothing_else_changes(tmp_path):
    text = '{{ if eq .Values.greeting "no" }}{{ fail (printf "not %s" .Values.greeting) }}{{ end }}a: 1\n'
    loaded = EmbeddedEngine().load(write_chart(tmp_path / "web", {"templates/a.yaml": text}))
    batch = BatchChart(loaded, soften=soften)
    sets = [{"greeting": "yes"}, {"greeting": "no"}]
    contexts = [Context(loaded.coalesce(values), RELEASE, ("web/templates/a.yaml",)) for values in sets]
    fine, refused = (texts["web/templates/a.yaml"] for texts in batch.render(contexts))
    assert (fine, refusal_in(fine)) == ("a: 1\n", None)
    assert (refusal_in(refused) or "").startswith("not no")


@pytest.mark.parametrize(
    "changes",
    [
        {"templates/a.yaml": "a: {{ typeOf .Values }}\n"},
        {"templates/a.yaml": "a: {{ typeOf . }}{{ typeOf .Values.a }}\n"},
        {"templates/a.yaml": 'a: {{ with .Values }}{{ typeIs "common.Values" . }}{{ end }}\n'},
        {"charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n"},
        {"Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\ntype: library\n"},
    ],
    ids=["asks for a Go type", "asks for two", "asks whether it is one", "holds another chart", "renders nothing"],
)
def test_what_a_batch_would_change_is_not_rendered_in_one(tmp_path, changes):
    assert not BatchChart(EmbeddedEngine().load(write_chart(tmp_path / "web", changes))).batchable

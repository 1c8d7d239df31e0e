"""`plan --fleet`: one line for each cluster that somebody should look at, and silence about the others."""

import json
import random
from dataclasses import replace
from itertools import islice

import pytest

from kubilitics_chartgen.helm import documents
from kubilitics_chartgen.kube.versions import newest
from kubilitics_chartgen.transition.fleet import FleetRequest, plan_fleet
from kubilitics_chartgen.transition.remembered import Case, RememberedChart
from kubilitics_chartgen.upgrade import Apply
from kubilitics_chartgen.upgrade.source import Side, Target
from kubilitics_chartgen.verify.space.configuration import overrides
from kubilitics_chartgen.verify.subject import read_subject
from kubilitics_chartgen.verify.sweep.renderer import Refusal, Renderer
from tests.tools import REPOSITORY
from tests.upgrade.test_command import NEW, OLD, plan
from tests.verify.soundness import accepted


@pytest.fixture
def clusters(tmp_path):
    texts = {
        "fine": "frontend: {replicas: 2}",
        "same": "frontend: {replicas: 2}",
        "typing-error": "backend: {replicsa: 2}",
        "broken": "a: [",
        "refused": "ai: {enabled: true}",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def test_only_clusters_that_need_attention_have_a_line(clusters):
    answer = plan(OLD, NEW, "--fleet", clusters / "*.yaml")
    lines = answer.stdout.splitlines()
    assert answer.returncode == 1
    assert [line.partition(": ")[0] for line in lines[:-1]] == [
        str(clusters / f"{name}.yaml") for name in ("broken", "refused", "typing-error")
    ]
    assert 'there is no value "replicsa" here' in lines[2]
    assert lines[-1] == "3 of 5 clusters need attention"


def test_the_values_for_all_lie_under_each_clusters_own(clusters, tmp_path):
    common = tmp_path / "common"
    common.write_text("backend: {persistence: {size: 1Gi}}")
    before = tmp_path / "before"
    before.write_text("backend: {persistence: {size: 9Gi}}")
    answer = plan(NEW, NEW, "--old-values", before, "-f", common, "--fleet", clusters / "fine.yaml", "--json")
    found = json.loads(answer.stdout)
    assert (answer.returncode, found["clusters"]) == (1, 1)
    assert found["attention"][0]["verdict"] == "refused"
    assert "a claim cannot shrink (9Gi to 1Gi)" in found["attention"][0]["reasons"][0]


def test_a_fleet_that_is_fine_is_one_line_and_exit_code_0(clusters):
    answer = plan(OLD, NEW, "--fleet", clusters / "[fs]*.yaml")
    assert (answer.returncode, answer.stdout) == (0, "0 of 2 clusters need attention\n")


def test_a_pattern_that_names_nothing_is_an_error(tmp_path):
    answer = plan(OLD, NEW, "--fleet", tmp_path / "*.yaml")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "no file fits" in answer.stderr


@pytest.fixture
def request_for():
    """The upgrade within one release, where the old side has values of its own for all."""

    def make(before):
        old = Side(REPOSITORY / NEW, files=(str(before),))
        return FleetRequest(old, Side(REPOSITORY / NEW), Target("kubilitics", "default"), newest(), tuple(Apply))

    return make


TEXTS = {
    "backend: {persistence: {size: 60Gi}}": "unchanged",
    "backend: {persistence: {size: [1]}}": "cannot be used",
    "a: [": "cannot be used",
    "{}": "refused",
    "backend: {nodeSelector: {a: b}}": "refused",
}


def test_a_large_fleet_is_shared_out_and_answered_in_order_as_by_one_process(tmp_path, request_for):
    large = tmp_path / "large"
    large.write_text("backend: {persistence: {size: 50Gi}}")
    texts, files = list(TEXTS), []
    for number in range(160):
        files.append(str(tmp_path / f"c{number:03}.yaml"))
        (tmp_path / f"c{number:03}.yaml").write_text(f"# cluster {number}\n{texts[number % len(texts)]}")
    shared = list(plan_fleet(request_for(large), files, workers=2))
    assert [(answer.file, answer.verdict) for answer in shared] == [
        (file, TEXTS[texts[number % len(texts)]]) for number, file in enumerate(files)
    ]
    assert shared == list(plan_fleet(request_for(large), files, workers=1))


@pytest.mark.parametrize("text", ["ai: {enabled: true, llmProvider: openai}", "{}", "frontend: {replicas: 4}"])
def test_a_cluster_of_the_fleet_gets_the_verdict_of_its_own_plan(tmp_path, text, request_for):
    one, before = tmp_path / "one.yaml", tmp_path / "before"
    one.write_text(text)
    before.write_text("backend: {persistence: {size: 2Gi}}")
    answer = next(plan_fleet(request_for(before), [str(one)]))
    own = plan(NEW, NEW, "--old-values", before, "--old-values", one, "-f", one, "--reset-values", "--json")
    found = json.loads(own.stdout)
    assert answer.verdict == found["verdict"]
    assert answer.needs_attention == found["dangerous"]


def test_a_chart_with_charts_in_it_is_planned_too(tmp_path):
    for side, tag in (("old", 1), ("new", 2)):
        sub = tmp_path / side / "charts" / "sub"
        (sub / "templates").mkdir(parents=True)
        (tmp_path / side / "Chart.yaml").write_text("apiVersion: v2\nname: parent\nversion: 1.0.0\n")
        (sub / "Chart.yaml").write_text("apiVersion: v2\nname: sub\nversion: 1.0.0\n")
        (sub / "values.yaml").write_text("own: default\n")
        (sub / "templates" / "a.yaml").write_text(
            f"apiVersion: v1\nkind: Secret\ntype: t/{tag}\nmetadata: {{name: {{{{ .Values.own }}}}}}\n"
        )
    (tmp_path / "one.yaml").write_text("sub: {own: mine}")
    answer = plan(tmp_path / "old", tmp_path / "new", "--fleet", tmp_path / "*.yaml")
    assert answer.returncode == 1
    assert "refused: Secret/mine: type: cannot be changed" in answer.stdout


ENDLESS = "{{ with .Values.text }}{{ tpl . $ }}{{ end }}"


def test_a_cluster_whose_values_end_a_worker_costs_its_own_line_only(tmp_path):
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    (tmp_path / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: small\nversion: 1.0.0\n")
    (tmp_path / "chart" / "values.yaml").write_text("name: x\ntext: ''\n")
    (tmp_path / "chart" / "templates" / "a.yaml").write_text(
        f"{ENDLESS}\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {{{{ .Values.name }}}}}}\n"
    )
    files = [tmp_path / f"c{number:03}.yaml" for number in range(130)]
    for number, file in enumerate(files):
        file.write_text(f"name: n{number}\n")
    files[70].write_text(json.dumps({"text": "{{ tpl .Values.text . }}"}))
    answer = plan(tmp_path / "chart", tmp_path / "chart", "--fleet", tmp_path / "c*.yaml")
    lines = answer.stdout.splitlines()
    assert answer.returncode == 1
    assert [line.partition(": ")[::2] for line in lines] == [
        (str(files[70]), "cannot be used: Rendering does not end well: the process that rendered it came to an end."),
        ("1 of 130 clusters need attention", ""),
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_remembered_of_templates_is_what_helm_renders_anew(seed):
    """Over accepted values near the profiles, with releases of other names and keys set to null."""
    subject = read_subject(REPOSITORY / NEW, kube_versions=[newest()])
    renderer = Renderer(subject.files.folder)
    drawn = islice(accepted(subject, renderer, random.Random(seed)), 60)
    configurations = [replace(each, release=subject.base.release) for each in drawn]
    given = [overrides(subject.space, each) for each in configurations]
    chart = RememberedChart(subject.files.folder, subject.dependencies, remembered=500)
    cases = [Case(values, renderer.whole(values), subject.base.release) for values in given]
    objects = chart.objects(cases)
    for values, found in zip(given, objects, strict=True):
        assert not isinstance(found, Refusal)
        assert found == documents(renderer.single(values, subject.base.release))
    assert objects == chart.objects(cases)


def test_templates_that_write_to_values_are_rendered_together(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: small\nversion: 1.0.0\n")
    (tmp_path / "values.yaml").write_text("a: {}\nb: 1\n")
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {seen: '{{ .Values.a.seen }}'}\n"
    # Helm renders in the reverse order of paths.
    (tmp_path / "templates" / "z.yaml").write_text("{{ $_ := set .Values.a `seen` .Values.b }}" + text % "z")
    (tmp_path / "templates" / "a.yaml").write_text(text % "a")
    subject = read_subject(tmp_path)
    chart = RememberedChart(tmp_path, subject.dependencies, remembered=100)
    for number in (1, 2, 1):
        values = {"a": {}, "b": number}
        (found,) = chart.objects([Case(values, values, subject.base.release)])
        assert [each.object["data"]["seen"] for each in found] == [str(number)] * 2

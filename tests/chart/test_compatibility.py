"""The chart judges versions as the command line does, refuses what is blocked, and warns of what is not recommended."""

import itertools
import json
import shutil

import pytest
from helm_python import Chart

from kubilitics_chartgen.model.compatibility import MATRIX, decide
from tests.chart.helms import embedded, helm3, template
from tests.chart.objects import AI_ON, CHART, merged, render

JUDGE_ALL = """
{{- $found := list }}
{{- range .Values.cases }}
{{- $found = append $found (include "kubilitics.compatibility.judge" (list $ .) | fromJsonArray) }}
{{- end }}
{{- toJson (dict "kind" "Judged" "found" $found) }}
"""
"""Stands in a copy of the chart, so that one render judges many versions."""

RELEASES = ("1.0.0", "1.0.7", "1.1.0", "1.1.5", "1.1.9", "1.2.0", "1.2.4", "1.3.0", "1.3.11")
BEYOND = ("0.9.9", "1.4.0", "1.12.0", "2.0.0", "2.1.3", "999999999.0.0")
ODD = (
    *("v1.2.0", "v1.3.0-rc.1", "1.3.0-rc.1", "1.3.0-rc.2", "1.2.0-alpine", "2.0.0-alpha", "1.4.0-0", "1.0.0-x.7.z.92"),
    *("1.2.0+build.5", "1.2.0_build.5", "1.3.0-rc.1_5", "1.2.0+a-b", "1.2.0_a-b", "1.3.0--", "v1.1.9-rc_1"),
    *(
        "",
        "latest",
        "main",
        "sha-0a1b2c3",
        "1",
        "1.2",
        "v1",
        "V1.2.0",
        "01.2.0",
        "1.02.0",
        "1.2.0.0",
        "1.2.0-",
        "1.2.0_",
    ),
    *("1e3", "9999999999.1.1", "99999999999999999999.0.0", "_1.2.0", "2026.1.15", "2026.01.15", "1.2.0-rc.1-x_y.z"),
)


def parsed_judgements(manifest):
    return [json.loads(line)["found"] for line in manifest.splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def judged_chart(tmp_path_factory):
    """A copy of the chart that does nothing but judge versions."""
    copy = tmp_path_factory.mktemp("judge") / "kubilitics"
    shutil.copytree(CHART, copy)
    (copy / "values.schema.json").unlink()
    for path in copy.glob("templates/**/*"):
        if path.is_file() and not path.name.startswith("_"):
            path.unlink()
    (copy / "templates" / "judge.yaml").write_text(JUDGE_ALL, encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def judge(judged_chart):
    """Judges many versions in one render of the chart's own helpers."""
    chart = Chart.load(judged_chart)

    def run(cases):
        texts = chart.render({"cases": cases}, name="kubilitics", namespace="default")
        return json.loads(texts["kubilitics/templates/judge.yaml"])["found"]

    return run


def compare(judge, cases):
    found = judge(cases)
    assert len(found) == len(cases) > 0
    for case, answer in zip(cases, found, strict=True):
        assert answer == decide(case, MATRIX).as_dict()["findings"], case


def case(frontend, backend, ai):
    given = {"chart": "1.2.0", "frontend": frontend, "backend": backend, "ai": ai}
    return {subject: tag for subject, tag in given.items() if tag is not None}


def test_every_triple_of_releases_gets_the_same_answer_in_the_chart_and_on_the_command_line(judge):
    compare(judge, [case(*tags) for tags in itertools.product(RELEASES, RELEASES, (None, *RELEASES))])


def test_so_does_every_pair_with_an_odd_tag_or_one_beyond_the_matrix(judge):
    tags = (*BEYOND, *ODD)
    pairs = [*itertools.product(tags, (*tags, "1.2.0", "1.3.0"))]
    compare(judge, [case(one, other, None) for one, other in pairs])
    compare(judge, [case("1.2.0", one, other) for one, other in pairs])
    compare(judge, [case(one, "1.3.0", other) for one, other in pairs])


def test_helm_3_gives_the_same_answers(judged_chart):
    cases = [case(one, other, one) for one in (*RELEASES, *BEYOND, *ODD) for other in ("1.2.0", "1.3.0-rc.1")]
    complaint, manifest = template(helm3(), {"cases": cases}, judged_chart)
    assert complaint is None, complaint
    (found,) = parsed_judgements(manifest)
    assert found == [decide(given, MATRIX).as_dict()["findings"] for given in cases]


def test_and_sets_of_one_tag(judge):
    compare(judge, [case(tag, tag, tag) for tag in (*RELEASES, *BEYOND, *ODD)])


def tags(**components):
    return {component: {"image": {"tag": tag}} for component, tag in components.items()}


BLOCKED = tags(frontend="1.3.0", backend="1.0.0")
AI_BLOCKED = merged(AI_ON, tags(ai="1.0.0"))


def warnings(values):
    return [line for line in render(values).notes.splitlines() if "recommended" in line or "blocked" in line]


def test_what_is_blocked_is_refused_with_the_rules_own_reason():
    for complaint in (embedded(BLOCKED), template(helm3(), BLOCKED)[0]):
        assert "frontend.image.tag, backend.image.tag: " in complaint
        assert "frontend 1.3.0 with backend 1.0.0: more than two minor versions apart" in complaint


@pytest.mark.parametrize("enforce", ["off", False])
def test_enforce_off_looks_at_nothing_also_without_quotes(enforce):
    assert embedded(merged(BLOCKED, {"compatibility": {"enforce": enforce}})) is None
    assert warnings(merged(BLOCKED, {"compatibility": {"enforce": enforce}})) == []


def test_enforce_warn_installs_and_says_so():
    (line,) = warnings(merged(BLOCKED, {"compatibility": {"enforce": "warn"}}))
    assert line.startswith("WARNING: blocked: frontend 1.3.0 with backend 1.0.0: ")


@pytest.mark.parametrize("missing", [{"compatibility": None}, {"compatibility": {"enforce": None}}])
def test_after_an_upgrade_that_reuses_old_values_blocked_stays_blocked(missing):
    assert "more than two minor versions apart" in embedded(merged(BLOCKED, missing))


def test_any_other_word_is_refused_by_the_schema():
    assert "compatibility" in embedded({"compatibility": {"enforce": "never"}})


def test_not_recommended_is_installed_and_shown_with_what_is_missing():
    notes = render(merged(AI_ON, tags(ai="1.1.9"))).notes
    assert "WARNING: not recommended: backend 1.2.0 with ai 1.1.9: AI is behind and misses features." in notes
    assert "  Missing: what AI 1.2 adds." in notes


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (tags(backend="latest"), "backend latest: this names no single release"),
        (tags(backend="1.3.0-rc.1"), "backend 1.3.0-rc.1: a pre-release"),
        (tags(frontend="1.4.0"), "frontend 1.4.0: newer than everything"),
        ({"backend": {"image": {"digest": "sha256:" + "a" * 64}}}, "backend (a digest without a tag): "),
    ],
)
def test_what_cannot_be_judged_is_installed_with_a_warning(values, words):
    (line,) = warnings(values)
    assert words in line


@pytest.mark.parametrize(
    "values",
    [
        {},
        AI_ON,
        tags(backend="1.2.0"),
        tags(backend="v1.2.0", frontend="1.2.7"),
        tags(backend="1.1.5"),
        {"backend": {"image": {"tag": "1.2.0", "digest": "sha256:" + "a" * 64}}},
    ],
)
def test_what_goes_together_says_nothing(values):
    assert warnings(values) == []


def test_with_ai_off_its_version_means_nothing():
    off = merged(AI_BLOCKED, {"ai": {"enabled": False}})
    assert embedded(off) is None
    assert warnings(off) == []
    assert "turn AI off with ai.enabled: false" in embedded(AI_BLOCKED)


def test_without_the_frontend_its_version_means_nothing():
    assert embedded(merged(BLOCKED, {"frontend": {"enabled": False}})) is None


def test_images_of_the_charts_own_release_cost_no_look_at_the_matrix(tmp_path):
    copy = tmp_path / "kubilitics"
    shutil.copytree(CHART, copy)
    (copy / "files" / "compatibility.json").write_text("not JSON", encoding="utf-8")
    assert embedded(AI_ON, copy) is None
    assert embedded(tags(backend="1.2.1"), copy) is not None, "another version is looked up"


def test_the_core_is_the_same_whatever_version_ai_has():
    core = [
        {path: text for path, text in render(values).texts.items() if "/ai/" not in path and "NOTES" not in path}
        for values in (AI_ON, merged(AI_ON, tags(ai="1.1.9")), merged(AI_ON, tags(ai="latest")))
    ]
    assert core[0] == core[1] == core[2]

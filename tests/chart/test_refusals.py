"""Every refusal is refused with its own words, its fix is accepted, and nothing ever crashes on a null."""

import fnmatch
import re

import pytest

from kubilitics_chartgen.model.refusals import REFUSALS
from kubilitics_chartgen.model.values import Values, tree
from tests.chart.helms import embedded, helm3, template
from tests.chart.objects import AI_ON, CHART, REPOSITORY, merged

CONDITIONS = [
    found
    for path in sorted(CHART.glob("templates/**/_validate.tpl"))
    for found in re.findall(r"^- \{?id: ([a-z0-9-]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
]

each = pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.id)
each_example = pytest.mark.parametrize(
    ("refusal", "example"),
    [
        pytest.param(refusal, example, id=f"{refusal.id}-{example.path}")
        for refusal in REFUSALS
        for example in refusal.examples
    ],
)


def said(message):
    """The refusals' lines in what Helm says."""
    return [line for line in message.splitlines() if line.startswith("- ")]


BEFORE_TEMPLATES = {"unwritable-text": "yaml: control characters are not allowed"}
"""What Helm 3 refuses by itself, in its own words; Helm 4 goes on to the templates."""


@each_example
def test_the_bad_example_is_refused_for_this_reason_alone(refusal, example):
    for complaint in (embedded(example.bad), template(helm3(), example.bad)[0]):
        assert complaint is not None
        if "templates/validate.yaml" not in complaint and refusal.id in BEFORE_TEMPLATES:
            assert BEFORE_TEMPLATES[refusal.id] in complaint
            continue
        (line,) = said(complaint)
        assert refusal.reason in line
        assert refusal.fix in line
        assert fnmatch.fnmatch(line, f"- {example.path}*")


@each_example
def test_the_good_example_is_accepted(refusal, example):
    assert embedded(example.good) is None
    assert template(helm3(), example.good)[0] is None


@each
def test_the_condition_stands_in_the_chart_and_the_page_lists_it(refusal):
    assert refusal.id in CONDITIONS
    assert f"| `{refusal.id}` |" in (REPOSITORY / "docs" / "refused-values.md").read_text(encoding="utf-8")


def test_the_chart_refuses_nothing_that_has_no_words():
    assert set(CONDITIONS) == {refusal.id for refusal in REFUSALS}


def test_everything_wrong_is_said_at_once():
    values = {
        "backend": {"replicas": 3, "allowedOrigins": ["*"]},
        "ai": {"enabled": True, "replicas": 2, "apiKey": "sk-1"},
    }
    assert len(said(embedded(values))) == 4


def test_a_key_in_values_is_refused_without_being_repeated():
    for values in ({"ai": {"apiKey": "sk-secret"}}, {"ai": {"providers": {"openai": {"apiKey": "sk-secret"}}}}):
        complaint = embedded(values)
        assert "kubectl create secret generic" in complaint
        assert "sk-secret" not in complaint


def paths(node):
    for child in node.children:
        if not child.hidden:
            yield child.path
            yield from paths(child)


PATHS = sorted(paths(tree(Values())))
SCALED = {"autoscaling": {"enabled": True}, "podDisruptionBudget": {"enabled": True}}


@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_null_anywhere_renders_or_is_refused_by_a_sentence(path):
    values = None
    for key in reversed(path):
        values = {key: values}
    on = {
        "ai": {"enabled": True, "llmProvider": "ollama", "persistence": {"perReplica": True}, **SCALED},
        "frontend": SCALED,
        "backend": {"podDisruptionBudget": {"enabled": True}},
        "vectorDatabase": {"enabled": True, "apiKeySecret": {"name": "memory"}},
        "ollama": {"enabled": True, "gpu": {"enabled": True}},
        "monitoring": {"serviceMonitor": {"enabled": True}},
        "kubeVersionOverride": "1.36",
    }
    for base in ({}, on) if path[0] != "ai" else (on,):
        complaint = embedded(merged(base, values))
        if complaint is not None:
            assert "These values cannot be used" in complaint, complaint
            named = path if len(path) < 4 else path[:-1]
            assert ".".join(named) in complaint


def test_everything_null_is_refused_by_a_sentence():
    values = {path[0]: None for path in PATHS}
    complaint = embedded(values)
    assert "These values cannot be used" in complaint


def test_values_of_a_release_without_ai_can_be_reused():
    """With --reuse-values the new chart gets the old values, in which there is no `ai` at all."""
    assert embedded({"ai": None}) is None
    complaint = embedded(merged({"ai": dict.fromkeys(tree(Values()).default["ai"])}, AI_ON))
    assert "--reset-then-reuse-values" in complaint

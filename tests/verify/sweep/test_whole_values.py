"""The values that templates see are those that Helm makes of what is given, whoever works them out."""

import random
from pathlib import Path

import pytest

from kubilitics_chartgen.verify.sweep.renderer import Renderer
from tests.chart.objects import CHART
from tests.verify.charts import write_chart

VALUES = """\
text: a
empty: {}
nothing:
section: {one: 1, two: {three: x, four: [1, null]}}
list: [{a: b}]
"""
GIVEN = [
    {"text": None},
    {"section": None},
    {"section": {"two": None}},
    {"section": {"two": {"three": None}, "one": 2}},
    {"section": {"two": {"three": None, "four": None}}},
    {"empty": None},
    {"empty": {"a": None}},
    {"nothing": None},
    {"unknown": None},
    {"unknown": {"a": None, "b": 1}},
    {"section": {"unknown": None}},
    {"section": {"one": {"a": None}}},
    {"text": {"a": None}},
    {"list": None},
    {"list": [None, {"a": None}]},
    {"section": {"two": {"four": [None]}}, "text": None},
]


@pytest.fixture
def renderer(tmp_path):
    return Renderer(write_chart(tmp_path / "web", {"values.yaml": VALUES, "values.schema.json": None}))


@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_a_null_takes_away_what_it_takes_away_in_helm(renderer, given):
    assert renderer.batch.batchable
    assert renderer.whole(given) == renderer.loaded.coalesce(given)


def test_the_defaults_stay_as_they_are(renderer):
    renderer.whole({"section": {"two": {"three": None}}, "text": None})
    assert renderer.whole({}) == renderer.loaded.coalesce({})


def nulled(value, chance):
    """Some of a chart's defaults, some of them null."""
    if not isinstance(value, dict) or chance.random() < 0.2:
        return None if chance.random() < 0.5 else value
    return {key: nulled(below, chance) for key, below in value.items() if chance.random() < 0.5}


def test_nulls_anywhere_in_the_charts_own_values():
    renderer, chance = Renderer(Path(CHART)), random.Random(7)
    for _ in range(60):
        given = nulled(renderer.defaults, chance) or {}
        assert renderer.whole(given) == renderer.loaded.coalesce(given)

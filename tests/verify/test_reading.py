"""What a template reads of whole values: what it cannot tell apart has one key, what it can has two."""

from itertools import combinations

import pytest

from kubilitics_chartgen.verify.dependencies import find_dependencies
from kubilitics_chartgen.verify.reading import Reading, ValueTexts


def keys(text, *several):
    reading = Reading(find_dependencies({"templates/a.yaml": text}).templates["templates/a.yaml"])
    return [reading.key(ValueTexts(values)) for values in several]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{{ .Values.a }}", [{"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 1}]),
        ("{{ if .Values.a }}x{{ end }}", [{"a": 1}, {"a": 2}]),
        ("{{ if .Values.a }}x{{ end }}", [{}, {"b": 3}]),
        ("{{ .Values.a.b }}", [{"a": {"b": 1, "c": 1}}, {"a": {"c": 2, "b": 1}}]),
        ("{{ range .Values.list }}{{ .name }}{{ end }}", [{"list": [{"name": 1}], "x": 1}, {"list": [{"name": 1}]}]),
        ("{{ toYaml .Values.a }}", [{"a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}}]),
    ],
)
def test_what_a_template_does_not_read_does_not_count(text, values):
    assert len(set(keys(text, *values))) == 1


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "{{ .Values.a }}",
            [{"a": 1}, {"a": "1"}, {"a": True}, {"a": None}, {}, {"a": 1.5}, {"a": [1]}, {"a": {"b": 1}}],
        ),
        ("{{ if .Values.a }}x{{ end }}", [{"a": 0}, {"a": 1}, {"a": ""}, {"a": {}}, {}]),
        ("{{ .Values.a.b }}", [{"a": {"b": 1}}, {"a": {}}, {"a": None}, {"a": {"b": 2}}]),
        ("{{ range $key, $_ := .Values.a }}{{ $key }}{{ end }}", [{"a": {"b": 1}}, {"a": {"c": 1}}, {"a": {}}]),
        ("{{ range .Values.list }}{{ .name }}{{ end }}", [{"list": [{"name": 1}]}, {"list": [{"name": 2}]}]),
        ("{{ toYaml .Values }}", [{"a": 1}, {"a": 1, "b": 2}]),
        ("{{ .Values.a }}{{ .Values.b }}", [{"a": "1\n2", "b": "3"}, {"a": "1", "b": "2\n3"}]),
        ("{{ tpl .Values.a . }}", [{"a": "{{ .Values.b }}", "b": 1}, {"a": "{{ .Values.b }}", "b": 2}]),
    ],
)
def test_what_a_template_reads_counts(text, values):
    for one, other in combinations(keys(text, *values), 2):
        assert one != other


def test_a_template_of_which_nothing_is_known_reads_everything():
    reading = Reading(None)
    assert reading.key(ValueTexts({"a": 1})) != reading.key(ValueTexts({"a": 1, "b": 0}))

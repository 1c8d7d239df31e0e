"""Both sides of each literal that a template compares a value with are tried."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.engine import Release, RenderError
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.space.examples import fitting
from kubilitics_chartgen.verify.subject import read_subject
from tests.verify.charts import write_chart

VALUES = 'name: ""\nversion: "1.0.0"\ncount: 2\nitems: []\nany: 1\n'
SCHEMA = {
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "count": {"type": "integer"},
        "items": {"type": "array", "items": {"type": "string"}},
        "any": {},
    }
}


@pytest.mark.parametrize("schema", [json.dumps(SCHEMA), None])
@pytest.mark.parametrize(
    "condition",
    [
        'eq .Values.name "red"',
        'has .Values.name (list "red" "blue")',
        'has "red" .Values.items',
        'eq (trimSuffix "-x" .Values.name) "red"',
        'regexMatch "^v[0-9]+-(red|blue)$" .Values.name',
        'semverCompare ">=2.5.0" .Values.version',
        'semverCompare "<1.0.0" (.Values.version | default "3.0.0")',
        'semverCompare "~1.4" .Values.version',
        "gt (int .Values.count) 77",
        "gt (len .Values.items) 3",
        "eq (len .Values.items) 1",
        "gt (len .Values.name) 63",
        "le (.Values.name | len) 10",
        'kindIs "map" .Values.any',
        'kindIs "string" .Values.any',
        'kindIs "slice" .Values.any',
        'eq (kindOf .Values.any) "map"',
        'ne "slice" (.Values.any | kindOf)',
        'has (kindOf .Values.any) (list "map" "slice")',
        'eq (typeOf .Values.any) "string"',
        'typeIs "map[string]interface {}" .Values.any',
        'typeIsLike "[]interface {}" .Values.any',
    ],
)
def test_some_level_is_on_each_side(condition, schema, tmp_path):
    template = f"{{{{ {condition} | print }}}}"
    changes = {"values.yaml": VALUES, "values.schema.json": schema, "templates/a.txt": template}
    folder = write_chart(tmp_path / "web", {**changes, **dict.fromkeys(OTHERS)})
    subject = read_subject(folder, kube_versions=supported())
    said = set()
    for factor in subject.space.factors:
        for level in factor.levels:
            # An empty text is no version, and Helm stops there: that is on no side.
            with suppress(RenderError):
                texts = EmbeddedEngine().load(folder).render({factor.name: level.value}, Release("web"))
                said.add(texts["web/templates/a.txt"] == "true")
    assert said == {True, False}


OTHERS = ("templates/config.yaml", "templates/deployment.yaml", "templates/service.yaml", "templates/_helpers.tpl")


@pytest.mark.parametrize(
    "pattern",
    [r"^zz-[0-9]+$", r"^(app\.kubernetes\.io|helm\.sh)/", "^[0-9]+(k|M|Gi)?$", r"^[0-9]+(\.[0-9]+){3}$", "a|b",
     r"^v?\d+\.\d+$", "^x{2,}y*$", r"^(?:foo|bar)-\w+$", "^a?b+c*$", r"\.svc$"],
)  # fmt: skip
def test_a_text_made_for_a_pattern_fits_it_as_helm_sees_it(pattern, tmp_path):
    (text,) = fitting(pattern)
    template = "{{ regexMatch .Values.pattern .Values.text }}"
    folder = write_chart(tmp_path / "web", {"values.schema.json": None, "templates/a.txt": template})
    rendered = EmbeddedEngine().load(folder).render({"pattern": pattern, "text": text}, Release("web"))
    assert rendered["web/templates/a.txt"] == "true"


@pytest.mark.parametrize("pattern", ["(", "[[:alpha:]]x", "(?i)abc", r"\p{L}", "^(?P<a>x)$"])
def test_a_pattern_that_is_too_much_gives_no_text(pattern):
    assert fitting(pattern) in ([], ["x"])

"""Texts that YAML takes for numbers, and a release that it takes for a boolean, meet in one configuration."""

from __future__ import annotations

from kubilitics_chartgen.verify.space.configuration import overrides
from tests.verify.charts import write_chart
from tests.verify.mutation.baseline import sweep

SCHEMA = """\
{"type": "object", "properties": {
  "one": {"type": "string"}, "two": {"type": "string"}, "three": {"type": "string"},
  "many": {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9]+$"}}
}}
"""
GATE = """\
{{- if and (eq .Values.one "0123") (eq .Values.two "0123") }}{{ fail "one, two: they must differ" }}{{ end }}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name | quote }}}
data:
  all: {{ list .Values.one .Values.two .Values.three .Values.many | toJson | quote }}
"""


def test_every_text_is_once_like_a_number_in_a_release_called_true(tmp_path):
    files = {
        "values.yaml": 'one: ""\ntwo: ""\nthree: ""\nmany: []\n',
        "values.schema.json": SCHEMA,
        ".chartgen.yaml": "{}",
        "templates/gate.yaml": GATE,
        "templates/config.yaml": CONFIG,
        "templates/deployment.yaml": "",
        "templates/service.yaml": "",
    }
    baseline = sweep(write_chart(tmp_path / "web", files), random=0)
    seen = [overrides(baseline.subject.space, each) for each in baseline.accepted if each.release.name == "true"]
    # Both that the chart refuses together are tried with all the others.
    assert {"two": "0123", "three": "0123", "many": ["0123"]} in seen or {
        "one": "0123",
        "three": "0123",
        "many": ["0123"],
    } in seen
    assert {key for values in seen for key, value in values.items() if value in ("0123", ["0123"])} == {
        "one",
        "two",
        "three",
        "many",
    }

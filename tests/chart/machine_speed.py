"""How fast this machine runs Helm now: the time of a fixed chart, beside which the time of ours means something.

A limit in milliseconds says little on a machine that is shared: the same render takes half as long again while others
work. The chart made here is rendered in turn with the one that is measured, so that both meet the same machine.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import Any

from helm_python import Chart

REFERENCE_MS = 10.5
"""What a render of the fixed chart takes on a quiet machine with two cores, where 25 ms are asked of ours."""

TEMPLATE = """{{- $root := . -}}
{{- range $name, $settings := .Values.parts }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ printf "%s-%s" $root.Release.Name $name | trunc 63 | quote }}
  labels:
    {{- include "fixed.labels" (dict "name" $name "root" $root) | nindent 4 }}
data:
  {{- if and $settings.enabled (regexMatch "^[a-z]+$" $name) }}
  settings: {{ omit $settings "enabled" | toJson | fromJson | toYaml | quote }}
  {{- end }}
{{- end }}
"""
HELPERS = """{{- define "fixed.labels" -}}
name: {{ .name | quote }}
instance: {{ .root.Release.Name | quote }}
{{- with .root.Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}
"""


def fixed_chart(folder: Path) -> Path:
    """A chart of one template twelve times over, and a schema of some four hundred nodes."""
    part: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "enabled": {"type": "boolean"},
            **{f"text{number}": {"type": "string", "pattern": "^[a-z0-9-]*$", "maxLength": 63} for number in range(40)},
        },
    }
    names = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "parts": {"type": "object", "properties": dict.fromkeys(names, part)},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }
    values = {"labels": {"a": "b"}, "parts": {name: {"enabled": True, "text1": "x", "text2": "y"} for name in names}}
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: fixed\nversion: 1.0.0\n", encoding="utf-8")
    (folder / "values.yaml").write_text(json.dumps(values), encoding="utf-8")
    (folder / "values.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    (folder / "templates" / "_helpers.tpl").write_text(HELPERS, encoding="utf-8")
    for number in range(12):
        (folder / "templates" / f"part-{number}.yaml").write_text(TEMPLATE, encoding="utf-8")
    return folder


def ratio(fixed: Path, measured: Path, values: dict[str, Any], *, rounds: int = 150) -> float:
    """How many times as long as the fixed chart's a render of the other takes: the median over renders in turn.

    The two of a round meet the same machine. The least times of each would not: they come from different moments.
    """
    opened = ((Chart.load(fixed), {}), (Chart.load(measured), values))
    found = []
    for _ in range(rounds):
        spent = []
        for chart, given in opened:
            start = time.process_time()
            chart.render(given, name="kubilitics", namespace="default")
            spent.append(time.process_time() - start)
        found.append(spent[1] / spent[0])
    return statistics.median(found)


if __name__ == "__main__":
    import sys
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        sys.stdout.write(
            json.dumps(ratio(fixed_chart(Path(temporary) / "fixed"), Path(sys.argv[1]), json.loads(sys.argv[2])))
        )

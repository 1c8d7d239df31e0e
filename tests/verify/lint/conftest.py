"""A chart that lint has nothing to say about, and a way to change it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

CHART = """\
apiVersion: v2
name: demo
version: 0.1.0
description: A chart for tests
icon: https://example.com/icon.svg
maintainers:
  - name: someone
"""
VALUES = """\
greeting: hello
service:
  port: 80
  annotations: {}
"""
SCHEMA = """\
{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "global": {"type": "object"},
    "greeting": {"type": "string"},
    "service": {
      "type": "object",
      "properties": {
        "port": {"type": "integer"},
        "annotations": {"type": "object", "additionalProperties": {"type": "string"}}
      }
    }
  }
}
"""
TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: demo
  annotations: {{ toJson .Values.service.annotations }}
data:
  greeting: {{ .Values.greeting | quote }}
  port: {{ .Values.service.port | quote }}
"""
FILES = {
    "Chart.yaml": CHART,
    "values.yaml": VALUES,
    "values.schema.json": SCHEMA,
    "templates/config.yaml": TEMPLATE,
    "ci/other-values.yaml": "greeting: hi\n",
}


def without_schema(values: str, template: str) -> dict[str, str | None]:
    """Changes that leave a chart with these values and NOTES.txt, and no schema."""
    return {
        "values.schema.json": None,
        "ci/other-values.yaml": None,
        "values.yaml": values,
        "templates/config.yaml": "kind: A\nmetadata:\n  name: a\n",
        "templates/NOTES.txt": template,
    }


Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Writes the chart: `changes` replace files by path, None leaves one out, `append` adds to files."""

    def write(changes: dict[str, str | None] | None = None, *, append: dict[str, str] | None = None) -> Path:
        folder = tmp_path / "demo"
        files = {**FILES, **(changes or {})}
        for name, text in (append or {}).items():
            files[name] = (files.get(name) or "") + text
        for name, content in files.items():
            if content is not None:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(content)
        return folder

    return write

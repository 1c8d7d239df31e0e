"""Where Helm's output changes with a value, the analysis knows that the value is read."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import helm_python
import yaml

from kubilitics_chartgen.verify.references import References, find_references

VALUES = """
plain: one
guarded: null
nested: {deep: {leaf: 1, other: 2}, unread: x}
components:
  backend: {port: 1, image: {repository: r, tag: t}, unread: u}
  frontend: {port: 2, image: {repository: r, tag: t}}
list: [{name: a, extra: b}, {name: c}]
names: [x, y]
map: {one: {enabled: true, more: 1}, two: {enabled: false}}
merged: {base: {a: 1}, over: {b: 2}}
switch: {on: false, then: 1, otherwise: 2}
wanted: one
text: "{{ .Values.viaText }}"
viaText: hidden
set: {source: 5}
dynamic: {key: leaf}
labels: {team: x}
checked: {kind: {a: 1}}
unread: {a: 1}
"""

HELPERS = """
{{ define "image" }}{{ .repository }}:{{ .tag | default "latest" }}{{ end }}
{{ define "component" }}
{{ $c := index .root.Values.components .name }}{{ $c.port }} {{ include "image" $c.image }}
{{ end }}
{{ define "assigned" }}{{ $x := .Values.nested }}{{ range until 1 }}{{ $x = $x.deep }}{{ end }}{{ $x.leaf }}{{ end }}
{{ define "listed" }}
{{ $root := first . }}{{ $rest := rest . }}{{ (first $rest).source }}{{ $root.Values.plain }}
{{ end }}
{{ define "changed" }}{{ $_ := set . "late" .Values.set }}{{ end }}
{{ define "reads-late" }}{{ .late.source }}{{ end }}
"""

MAIN = """
{{- range $name := list "backend" "frontend" }}
{{ include "component" (dict "root" $ "name" $name) }}
{{- end }}
{{ .Values.guarded | default "fallback" }}
{{ include "assigned" . }} {{ include "listed" (list $ .Values.set) }}
{{- range $i, $item := .Values.list }}{{ $i }}{{ $item.name }}{{ end }}
{{ join "," .Values.names }}
{{- range $key, $value := .Values.map }}{{ if $value.enabled }}{{ $key }}{{ end }}{{ end }}
{{ $all := mergeOverwrite (deepCopy .Values.merged.base) .Values.merged.over }}{{ toJson $all }}
{{ if .Values.switch.on }}{{ .Values.switch.then }}{{ else }}{{ .Values.switch.otherwise }}{{ end }}
{{ dig .Values.wanted "enabled" "none" .Values.map }}
{{ tpl .Values.text . }}
{{ include "changed" . }}{{ include "reads-late" . }}
{{ get .Values.nested.deep .Values.dynamic.key }}
{{ with .Values.labels }}{{ toYaml . }}{{ end }}
{{ kindOf .Values.checked.kind }} {{ len .Values.names }} {{ .Values.AsMap.plain }}
"""


def leaves(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    if not entries or not data:
        yield path
        return
    for key, value in entries:
        yield from leaves(value, (*path, key))


def changed(data: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    result = copy.deepcopy(data)
    place: Any = result
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return result


def render(chart: Path, values: Mapping[str, Any]) -> str:
    with helm_python.Chart.load(str(chart)) as loaded:
        try:
            return str(loaded.render(dict(values)))
        except helm_python.HelmError as error:
            return f"error: {error}"


def unseen(chart: Path, values: dict[str, Any], found: References) -> tuple[list[str], int]:
    """Leaves that change the output though no reference covers them, and how many leaves change it."""
    before = render(chart, {})
    missed, matter = [], 0
    for path in leaves(values):
        for value in ("changed-value", False, 17):
            if render(chart, changed(values, path, value)) != before:
                matter += 1
                if not found.uses(tuple(str(part) for part in path), certain=False):
                    missed.append(".".join(str(part) for part in path))
                break
    return missed, matter


def test_no_value_that_changes_the_output_is_called_unread(tmp_path: Path) -> None:
    (tmp_path / "c" / "templates").mkdir(parents=True)
    chart = tmp_path / "c"
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 0.1.0\n")
    (chart / "values.yaml").write_text(VALUES)
    templates = {"templates/_helpers.tpl": HELPERS, "templates/NOTES.txt": MAIN}
    for name, text in templates.items():
        (chart / name).write_text(text)
    assert not render(chart, {}).startswith("error")
    found = find_references(templates)
    missed, matter = unseen(chart, yaml.safe_load(VALUES), found)
    assert missed == []
    assert matter > 20
    for path in (("unread", "a"), ("nested", "unread"), ("components", "backend", "unread"), ("map", "one", "more")):
        assert not found.uses(path), path


def test_the_chart_that_helm_creates_misses_nothing_and_reads_all_its_values(tmp_path: Path) -> None:
    with helm_python.Chart.create("demo", str(tmp_path)) as chart:
        templates = {template["name"]: template["data"] for template in chart.templates}
    values = yaml.safe_load((tmp_path / "demo" / "values.yaml").read_text())
    found = find_references(templates)
    missed, matter = unseen(tmp_path / "demo", values, found)
    assert missed == []
    assert matter > 10
    assert [path for path in leaves(values) if not found.uses(tuple(str(part) for part in path))] == []

"""What an analysis does not run again, because nothing it looked at has changed, would have found nothing new."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.verify.analysis.state import State
from kubilitics_chartgen.verify.chart_files import read_chart
from kubilitics_chartgen.verify.dependencies import find_dependencies
from kubilitics_chartgen.verify.references import Use, find_references
from kubilitics_chartgen.verify.space.schema_nodes import closed_texts
from tests.tools import REPOSITORY

CHART = REPOSITORY / "charts" / "kubilitics"

READ_KEYS = "{{ range $key, $_ := .box }}{{ index $.from.Values.a $key }}{{ end }}"
# What runs first looks at what is changed afterwards: the template that writes, the one that reads, what is read then.
LATE = {
    "a field of a map": ('{{ $_ := set .box "v" .from.Values.a }}', "{{ .box.v.w }}", "a.w"),
    "the keys of a map": ('{{ $_ := set .box "port" true }}', READ_KEYS, "a.port"),
    "all that is in another map": ("{{ $_ := merge .box .from.Values.a }}", "{{ .box.c }}", "a.c"),
    "values, in place": ('{{ $_ := set .from.Values "x" .from.Values.a }}', "{{ .from.Values.x.y }}", "a.y"),
    "what another one prints": ("{{ .from.Values.z }}", '{{ index .from.Values.a (include "name" .) }}', "a.port"),
}


@pytest.mark.parametrize("order", [("write", "read"), ("read", "write")])
@pytest.mark.parametrize("name", LATE)
def test_what_changes_later_is_seen(name: str, order: tuple[str, str]) -> None:
    write, read, expected = LATE[name]
    calls = "".join(f'{{{{ include "{each}" $both }}}}' for each in order)
    helpers = f'{{{{ define "write" }}}}{write}{{{{ end }}}}{{{{ define "read" }}}}{read}{{{{ end }}}}'
    named = '{{ define "name" }}{{ "port" }}{{ end }}'
    entry = '{{ $both := dict "box" dict "from" . }}' + calls
    found = find_references({"templates/_helpers.tpl": helpers + named, "templates/a.yaml": entry})
    assert expected in {".".join(read.path) for read in found.all if read.use is Use.VALUE}


def test_it_finds_what_running_everything_again_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    chart = read_chart(CHART)
    choices = closed_texts(EmbeddedEngine().load(CHART).schema)
    # The most that a test can wait for: the whole chart as one, and the template with the most maps call by call.
    one = {
        name: text
        for name, text in chart.templates.items()
        if name.rsplit("/", 1)[-1].startswith("_") or name == "templates/ai/statefulset.yaml"
    }
    quick = find_dependencies(chart.templates, choices=choices), find_references(one).all
    assert quick[1]
    monkeypatch.setattr(State, "repeated", lambda _state, _task: False)
    assert (find_dependencies(chart.templates, choices=choices), find_references(one).all) == quick

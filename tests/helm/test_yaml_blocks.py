"""A document that is read in blocks is the one that Helm's reader makes of the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubilitics_chartgen.helm import yaml_blocks
from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.helm.manifests import documents
from kubilitics_chartgen.helm.values_file import read_values_file

CHART = Path(__file__).parents[2] / "charts/kubilitics"

LINES = st.tuples(
    st.sampled_from(["", "  ", "    ", "      ", " ", "- ", "  - ", "    - ", "\t"]),
    st.sampled_from(
        [
            *("a:", "b: 1", "c: on", "on: x", "d: 'it", "e': 2", 'f: "x', 'y": z"', "g: [1,", "2]"),
            *("h: |", "i: >-", "j: |+", "# note", "a: x # note", "b: &one x", "c: *one", "<<: {a: 1}", "- x"),
            *("- a: 1", "-", "text", "---", "...", "", '"q": 1', "? k", ": v", "{a: 1}", "a: {b: 1}", "a: {"),
            *("}", "n: 017", "m: 1e3", "t: 12:30:00", "a : 1", "a:b: 1", "u: x\u2028v: y", "w: x\x85v: y"),
            *("r: x\rs: y", "null: 1", "1: 2", "x/y.z-w: !!str 1", "!!map", "%YAML 1.1"),
        ]
    ),
)


def _helm(text: str) -> dict[str, Any]:
    try:
        return helm_python.values_from_yaml(text)
    except helm_python.HelmError as error:
        raise ValueError(str(error)) from error


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block is taken apart as far as it goes."""
    monkeypatch.setattr(yaml_blocks, "_SMALL", 0)


@settings(max_examples=3000, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=9), st.booleans())
def test_any_text_reads_alike(lines: list[tuple[str, str]], ends: bool) -> None:
    text = "\n".join(f"{indent}{content}" for indent, content in lines) + ("\n" if ends else "")
    found = yaml_blocks.read_blocks(text, _helm)
    if found is not None:
        assert repr(found) == repr(_helm(text))


def test_the_charts_documents_read_alike_and_in_blocks() -> None:
    chart = EmbeddedEngine().load(CHART, with_schema=False)
    texts = {
        document.text
        for file in sorted((CHART / "ci").glob("*.yaml"))
        for document in documents(chart.render(read_values_file(str(file)).data, Release("kubilitics", "example")))
    }
    assert len(texts) > 60
    found = {text: yaml_blocks.read_blocks(text, _helm) for text in texts}
    for text, value in found.items():
        assert value is None or repr(value) == repr(_helm(text))
    assert sum(value is not None for value in found.values()) > 0.9 * len(texts)


def test_a_text_that_is_not_plain_is_left_to_the_reader_of_the_whole() -> None:
    for text in ("a: &x 1\nb: *x\n", 'a: "one\nb: two"\nc: 1\n', "a: 1\na: 2\n", "on: 1\nb: 2\n", "a: 1\n---\nb: 2\n"):
        assert yaml_blocks.read_blocks(text, _helm) is None

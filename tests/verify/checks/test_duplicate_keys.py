"""A key that stands twice is found however it is written, and text that looks like one is left alone."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.helm.manifests import documents
from kubilitics_chartgen.verify.checks import Document
from tests.verify.checks.rendered import context, judged, of

TWICE = [
    "a: 1\nb: 2\na: 3\n",
    "a:\n  b: 1\n  b: 2\n",
    "a:\n- b: 1\n  b: 2\n",
    "a:\n- b: 1\na: 2\n",
    "a: {x: 1, x: 2}\n",
    "a:\n  - - x: 1\n      x: 2\n",
    '{"a": {"b": 1}, "a": 2}\n',
    'labels:\n  "a/b": 1\n  a/b: 2\n',
    "a:\n  x: >-\n    text\n  x: 1\n",
    "'a': 1\n\"a\": 2\n",
    "log level: 1\nlog level: 2\n",
    "a:\n- c: |\n    k: 1\n  c: 2\n",
    "a: |\n  k: 1\n  k: 2\na: 2\n",
    "a: 1 # k\nb: [\n  {x: 1,\n   x: 2}]\n",
    "? a\n: 1\n? a\n: 2\n",
    "a:\n- {x: 1, x: 2}\n",
    "a:\n- {x: 1}\n- {y: {z: 1, z: 2}}\n",
    "a:\n- {x: 1}\nb: 2\na: 3\n",
    "a:\n- {'x': 1, 'x': 2}\n",
    "k8s:io.cilium/x: 1\nk8s:io.cilium/x: 2\n",
]
ONCE = [
    "a:\n- b: 1\n- b: 2\n",
    "a:\n  x: {k: 1}\n  y: {k: 1}\n",
    "a: |\n  k: 1\n  k: 2\nb: 1\n",
    "a:\n- c: |-\n    k: 1\n    k: 2\n\n    k: 3\n  d: 1\n- c: 1\n",
    "# a: 1\na: 1\n# a: 2\n",
    'a: "x: 1\n  x: 2"\n',
    "a:\n  b: 1\nc:\n  b: 1\n",
    'a:\n- {x: 1, y: UDP}\n- {x: "2"}\n',
    "k8s:io.cilium/x: 1\nk8s:io.cilium/y: 2\n",
    "a: [x, x]\nb: {c: {d: 1}, e: {d: 1}}\n",
]


def found(text):
    return judged([Document("chart/templates/x.yaml", 1, text, of({"kind": "x"}).object)], context(), "duplicate-keys")


@pytest.mark.parametrize("text", TWICE)
def test_a_key_that_stands_twice_is_found(text):
    assert len(found(text)) == 1


@pytest.mark.parametrize("text", ONCE)
def test_nothing_else_is(text):
    assert found(text) == []


def test_a_key_twice_is_found_deep_inside_a_long_document():
    filler = "".join(f"    k{number}: 1\n" for number in range(20))
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  labels:\n"
    text = f"{head}{filler}    inner:\n      a: 1\n      a: 2\n"
    (document,) = documents({"chart/templates/x.yaml": text})
    (once,) = documents({"chart/templates/x.yaml": text.replace("a: 2", "b: 2")})
    assert not document.distinct_keys
    assert once.distinct_keys
    seen = Document("chart/templates/x.yaml", 1, document.text, document.object, document.distinct_keys)
    assert len(judged([seen], context(), "duplicate-keys")) == 1

"""A list that Helm prints as one document is checked as what an API server is sent: its items."""

from __future__ import annotations

from kubilitics_chartgen.helm.list_objects import with_items
from kubilitics_chartgen.helm.manifests import documents
from kubilitics_chartgen.helm.yaml_objects import yaml_object

LIST = """\
apiVersion: v1
kind: List
metadata: {}
items:
  # é, the first
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: "é"}
    data:
      text: |
        one

        two
  - {apiVersion: apps/v1, kind: Deployment, metadata: {name: b}}
"""
TYPED = "apiVersion: v1\nkind: %sList\nitems:\n- metadata:\n    name: x\n- metadata: {name: z}\n"


def parts(text):
    return with_items(documents({"c/templates/a.yaml": text}))


def test_each_item_stands_for_itself():
    first, second = parts(LIST)
    assert (first.kind, first.name, second.kind, second.name) == ("ConfigMap", "é", "Deployment", "b")
    assert first.text.startswith('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "é"}\n')
    assert first.object["data"] == {"text": "one\n\ntwo\n"}
    assert second.object == {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "b"}}


def test_the_items_of_a_list_of_one_kind_are_of_that_kind():
    found = [part for kind in ("ConfigMap", "Secret") for part in parts(TYPED % kind)]
    assert [part.object["kind"] for part in found] == ["ConfigMap", "ConfigMap", "Secret", "Secret"]
    assert all(part.object["apiVersion"] == "v1" for part in found)
    # What was seen of one text is remembered, so the same text never stands for two objects.
    assert len({part.text for part in found}) == 4


def test_a_text_says_all_of_its_item():
    shared = "apiVersion: v1\nkind: List\nitems:\n- &one {kind: A, apiVersion: v1}\n- *one\n- {kind: B, x: %s, y: 1}\n"
    anchored = "apiVersion: v1\nkind: List\nx: &x {a: %s}\nitems:\n- {kind: A, apiVersion: v1, x: *x}\n"
    found = [part for text in (shared, anchored) for value in (1, 2) for part in parts(text % value)]
    told = {part.text: part.object for part in found}
    assert all(told[part.text] == part.object for part in found)


def test_what_is_no_list_stays():
    for text in ("kind: ConfigMap\nitems: [{a: 1}]\n", "kind: List\n", "kind: List\nitems: [text]\n"):
        (part,) = parts(text)
        assert part.object == yaml_object(text)
    assert parts("kind: List\nitems: []\n") == ()


def test_it_is_known_where_an_item_begins():
    first, second = parts(LIST)
    assert (first.lines_above, second.lines_above) == (5, 13)
    assert first.around == second.around == LIST.strip()

"""What a YAML file in a ConfigMap may look like."""

from __future__ import annotations

import pytest

from tests.verify.checks.rendered import context, judged, of


def faults_of(text: str) -> list[str]:
    item = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"settings.yaml": text}}
    return [fault.message for _name, fault in judged([of(item)], context(), "config-files")]


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n---\nb: 2\n",
        "---\na: 1\n---\n- b\n- c\n",
        "# what this is\n---\na: 1\n",
        "%YAML 1.2\n---\na: 1\n",
        "a: 1\n...\n",
        "a: |\n  ----\n  b\n--- # c\nd: 1\n",
        "- a\n- b\n",
        "x: !Ref Foo\n",
    ],
)
def test_several_documents_comments_and_directives_are_yaml(text):
    assert faults_of(text) == []


@pytest.mark.parametrize("text", ["a: b: c\n", "a: 1\n---\nb: [\n"])
def test_what_is_broken_in_any_document_is_told_once(text):
    (message,) = faults_of(text)
    assert message.startswith("is no YAML: ")

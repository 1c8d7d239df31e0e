"""Where a secret is told to show, and that it is not shown again."""

from __future__ import annotations

from tests.verify.checks.rendered import context, document, judged, of

KEY = "AKIA" + "Q7RT" * 4
CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}}


def told(item) -> list[tuple[str, str]]:
    return [(fault.path, fault.message) for _name, fault in judged([item], context(), "plain-secrets")]


def test_a_known_kind_of_key_is_told_with_the_place_that_holds_it():
    text = f"region = eu\nuser = {KEY}\n"
    ((path, message),) = told(of({**CONFIG, "data": {"other": "a", "app.conf": text}}))
    assert path == 'data["app.conf"]'
    assert message == "what looks like a key or password stands in plain sight"


def test_in_a_comment_the_line_is_told():
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  a: b\n# {KEY}\n"
    ((path, message),) = told(document(text))
    assert (path, message) == ("", "what looks like a key or password stands in line 7 of the document")

"""Kubeconfigs that cannot be used are refused in words, with nothing of a library's own on standard error."""

from __future__ import annotations

import pytest
import yaml

from kubilitics_chartgen.cluster import connect
from kubilitics_chartgen.errors import ChartgenError


@pytest.fixture
def refusal(tmp_path, capfd):
    """What is said of a kubeconfig with these things in its cluster and its user."""

    def said(cluster=None, user=None):
        text = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "it", "user": "me"}}],
            "clusters": [{"name": "it", "cluster": {"server": "https://127.0.0.1:1", **(cluster or {})}}],
            "users": [{"name": "me", "user": user or {"token": "hunter2"}}],
        }
        (tmp_path / "config").write_text(yaml.safe_dump(text))
        with pytest.raises(ChartgenError) as raised:
            connect(kubeconfig=str(tmp_path / "config"))
        assert capfd.readouterr() == ("", "")
        return str(raised.value)

    return said


@pytest.mark.parametrize(
    ("cluster", "user", "words"),
    [
        ({"server": 5}, None, "a value in it is of another kind"),
        ({"certificate-authority-data": "!!x"}, None, "is not base64"),
        (None, {"tokenFile": "/nowhere"}, "/nowhere cannot be read"),
    ],
)
def test_what_cannot_be_used_is_said(refusal, cluster, user, words):
    said = refusal(cluster, user)
    assert 'the context "here"' in said
    assert words in said
    assert "hunter2" not in said


def test_what_the_program_says_that_should_give_the_credentials_is_in_the_message(refusal):
    plugin = {
        "command": "sh",
        "args": ["-c", "echo log in first >&2; exit 3"],
        "apiVersion": "client.authentication.k8s.io/v1",
    }
    assert "gives no credentials: exec: process returned 3. log in first" in refusal(user={"exec": plugin})


@pytest.mark.parametrize(
    ("text", "words"), [("a: [1\nb", "line 2 is not YAML"), ("\0", "it is not YAML"), ("just text", "of another kind")]
)
def test_a_file_that_is_no_kubeconfig(tmp_path, text, words):
    (tmp_path / "config").write_text(text)
    with pytest.raises(ChartgenError, match=words):
        connect(kubeconfig=str(tmp_path / "config"))


def test_a_folder_is_called_a_folder(tmp_path):
    with pytest.raises(ChartgenError, match="is a folder"):
        connect(kubeconfig=str(tmp_path))


@pytest.mark.parametrize("current", [{}, {"current-context": ""}, {"current-context": "gone"}])
def test_a_named_context_needs_no_current_one(tmp_path, current):
    contexts = [{"name": name, "context": {"cluster": "it", "user": "me", "namespace": name}} for name in ("a", "b")]
    clusters = [{"name": "it", "cluster": {"server": "https://127.0.0.1:1"}}]
    users = [{"name": "me", "user": {"token": "t"}}]
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump({"contexts": contexts, "clusters": clusters, "users": users, **current}))
    found = connect(kubeconfig=str(file), context="b")
    assert (found.context, found.namespace) == ("b", "b")
    with pytest.raises(ChartgenError, match=r"it has: a, b\. Name one with --context"):
        connect(kubeconfig=str(file))

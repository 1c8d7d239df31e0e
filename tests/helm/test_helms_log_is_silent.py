"""Helm's library writes its log, values and all, to standard error; none of it comes out."""

from __future__ import annotations

import os

import pytest

from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.linting import lint
from kubilitics_chartgen.helm.quiet import log_silenced

TEMPLATE = '{{ if .Values.no }}{{ fail "nope" }}{{ end }}{{ required "need it" .Values.x }}'


@pytest.fixture
def chart(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 0.1.0\n")
    (tmp_path / "values.yaml").write_text("auth: {user: a}\n")
    (tmp_path / "templates" / "a.yaml").write_text(TEMPLATE)
    return tmp_path


@pytest.mark.parametrize("values", [{"no": True}, {}, {"auth": "hunter2"}])
def test_a_lint_and_a_merge_write_nothing(chart, capfd, values):
    assert lint(chart, values)
    EmbeddedEngine().load(chart).coalesce(values)
    assert capfd.readouterr().err == ""


def test_standard_error_is_there_again_once_the_last_block_has_ended(capfd):
    with log_silenced():
        with log_silenced():
            os.write(2, b"inner ")
        os.write(2, b"outer ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"

"""Charts and values come from others: what they hold cannot steer the terminal of whoever looks at them."""

import pytest

from kubilitics_chartgen.cli.output import escaped
from tests.cli.test_commands import run

NAME = "a\x1b[31m\x9b2J\u202eb\x7f"
"""Colors a terminal, clears it (C1), and turns the direction of writing."""
SIGNS = "\x1b\x9b\u202e\x7f\x07"


@pytest.fixture
def chart(tmp_path):
    folder = tmp_path / "steering"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: steering\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text("on: false\n")
    return folder


def template(chart, text):
    (chart / "templates" / "a.yaml").write_text(text)


def answers(*arguments):
    found = run(*map(str, arguments))
    assert "Traceback" not in found.stderr
    return found.stdout + found.stderr


@pytest.mark.parametrize("command", [["render"], ["verify", "--budget", "20"], ["lint"]], ids=lambda words: words[0])
def test_what_an_author_says_is_escaped(chart, command):
    template(chart, f'{{{{ fail "mind {NAME}\x07" }}}}\n')

    said = answers(command[0], chart, *command[1:])

    assert not set(SIGNS) & set(said)
    if command[0] != "lint":
        assert r"mind a\x1b[31m\x9b2J\u202eb\x7f" in said


def test_a_finding_that_quotes_a_name_is_escaped(chart):
    template(chart, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "a\\e[31m\\u202eb"\n')

    said = answers("verify", chart, "--budget", "20")

    assert not set(SIGNS) & set(said)
    assert r"a\x1b[31m\u202eb" in said


def test_a_key_in_values_is_escaped(tmp_path):
    values = tmp_path / "values.yaml"
    values.write_text('commonLabels:\n  "a\\u202eb": "\\x9b2J"\n')

    said = answers("render", "charts/kubilitics", "-f", values)

    assert not set(SIGNS) & set(said)
    assert r"a\u202eb" in said


@pytest.mark.parametrize("text", ["plain", "two\nlines\tand a tab", "übergrößen 漢字"])
def test_what_everybody_sees_stays(text):
    assert escaped(text) == text

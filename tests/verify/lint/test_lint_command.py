"""`lint` on the command line: what it prints, and its exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from kubilitics_chartgen.cli.lint import lint
from kubilitics_chartgen.errors import InputError
from tests.verify.lint.conftest import TEMPLATE, Build

APP = typer.Typer()
APP.command()(lint)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(APP, list(arguments))


def test_a_sound_chart_exits_with_0(build: Build) -> None:
    result = run(str(build()))
    assert result.exit_code == 0
    assert result.output.strip().endswith("demo: nothing found")


def test_a_finding_is_a_line_with_place_severity_message_and_fix(build: Build) -> None:
    result = run(str(build({"templates/config.yaml": TEMPLATE.replace(".service.port", ".service.prot")})))
    assert result.exit_code == 1
    assert "  templates/config.yaml:8: error: service.prot: neither values.yaml nor the schema" in result.output
    assert "Did you mean service.port?" in result.output
    assert "\x1b" not in result.output


def test_a_refusal_of_several_lines_stands_by_itself_below_its_place(build: Build, tmp_path: Path) -> None:
    refusal = '{{ if eq .Values.greeting "no" }}{{ fail "\\nThis is refused:\\n- greeting: say more\\n" }}{{ end }}'
    (tmp_path / "mine.yaml").write_text('greeting: "no"\n')
    result = run(str(build(append={"templates/config.yaml": refusal})), "-f", str(tmp_path / "mine.yaml"))
    assert result.exit_code == 1
    assert "mine.yaml: error: This is refused:\n      - greeting: say more\n" in result.output


def test_information_alone_does_not_fail(build: Build) -> None:
    chart = build()
    text = (chart / "Chart.yaml").read_text()
    (chart / "Chart.yaml").write_text(text.replace("icon: https://example.com/icon.svg\n", ""))
    result = run(str(chart))
    assert result.exit_code == 0
    assert "Chart.yaml: info: icon is recommended" in result.output


def test_json_is_one_document_for_programs(build: Build) -> None:
    result = run("--json", str(build({"templates/NOTES.txt": "{{ .Values.nowhere }}"})))
    assert result.exit_code == 1
    report = json.loads(result.output)
    assert report["failed"] is True
    (finding,) = report["findings"]
    assert (finding["check"], finding["path"], finding["file"]) == ("undefined-value", "nowhere", "templates/NOTES.txt")


def test_a_values_file_that_was_named_is_judged(build: Build, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("greting: hi\n")
    result = run(str(build()), "-f", str(tmp_path / "mine.yaml"))
    assert result.exit_code == 1
    assert "mine.yaml:1: error: greting" in result.output


@pytest.mark.parametrize(("make", "words"), [(False, "there is no chart at"), (True, "is not a chart")])
def test_a_folder_that_is_no_chart_is_refused_in_a_sentence(tmp_path: Path, make: bool, words: str) -> None:
    folder = tmp_path / "somewhere"
    if make:
        folder.mkdir()
    result = run(str(folder))
    assert isinstance(result.exception, InputError)
    assert words in str(result.exception)


def test_help_needs_none_of_the_heavy_modules() -> None:
    code = (
        "import sys; import kubilitics_chartgen.cli.lint; "
        "heavy = {'helm_python', 'yaml', 'jsonschema_rs', 'yamale', 'rich', 'kubilitics_chartgen.verify.lint'}; "
        "print(*sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.stdout.strip(), result.stderr) == ("", "")

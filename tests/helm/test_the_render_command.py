"""The `render` command as its user meets it: what is printed, what is written, how it ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from kubilitics_chartgen.cli.render import render
from kubilitics_chartgen.errors import ChartgenError
from tests.helm import charts
from tests.helm.conftest import BuildChart, RunHelm
from tests.tools import REPOSITORY

app = typer.Typer(rich_markup_mode=None)
app.command()(render)


@dataclass
class Outcome:
    code: int
    out: str
    err: str


def run(*args: str | Path, stdin: str = "") -> Outcome:
    """Run the command as `main` does: an error of ours ends with 2 and its sentence."""
    result = CliRunner().invoke(app, [str(arg) for arg in args], input=stdin)
    if isinstance(result.exception, ChartgenError):
        return Outcome(2, result.stdout, f"error: {result.exception}")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout_bytes.decode(), result.stderr)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def chart(build_chart: BuildChart) -> Path:
    return build_chart({**charts.HOOKS, **charts.ODD_DOCUMENTS, **charts.RELEASE})


def test_it_prints_what_helm_template_prints(chart: Path, helm3: RunHelm) -> None:
    # Through a real process: the bytes that reach a pipe are compared.
    code = "import typer; from kubilitics_chartgen.cli.render import render; typer.run(render)"
    args = ["--release", "mine", "--namespace", "there", "--upgrade", "-f", "-", "--set-string", "word=8"]
    done = subprocess.run(
        [sys.executable, "-c", code, str(chart), *args], input=b"other: \xc3\xa9\n", capture_output=True
    )
    expected = helm3(
        "template", "mine", str(chart), "--skip-tests", "--namespace", "there", "--is-upgrade", "--set-string", "word=8"
    )
    assert done.stdout.decode() == expected
    assert done.stderr == b""


def test_tests_are_printed_when_asked_for(chart: Path, helm3: RunHelm) -> None:
    assert run(chart, "--include-tests").out == helm3("template", str(chart))


@pytest.mark.parametrize("engine", ["embedded", "cli"])
def test_both_engines_print_the_same(chart: Path, helm3: RunHelm, engine: str) -> None:
    assert run(chart, "--engine", engine).out == helm3("template", str(chart), "--skip-tests")


def test_another_engine_is_refused(chart: Path) -> None:
    assert run(chart, "--engine", "other").code == 2


def test_only_prints_the_chosen_objects(chart: Path) -> None:
    one = run(chart, "--only", "ConfigMap/plain")
    assert one.out.count("# Source: ") == 1
    assert "name: plain" in one.out
    assert run(chart, "--only", "configmap").out.count("# Source: ") == 4
    both = run(chart, "--only", "Service", "--only", "ServiceAccount/early")
    assert [line for line in both.out.splitlines() if line.startswith("kind")] == [
        "kind: ServiceAccount",
        "kind: Service",
    ]


def test_only_names_what_there_is_when_nothing_matches(chart: Path) -> None:
    nothing = run(chart, "--only", "Deployment/web", "--only", "Service")
    assert (nothing.code, nothing.out) == (2, "")
    assert "the chart renders no Deployment/web." in nothing.err
    assert "\n  Service/late" in nothing.err
    assert "Pod/check" not in nothing.err
    assert "Pod/check" in run(chart, "--only", "Pod/nope", "--include-tests").err


@pytest.mark.parametrize(
    ("wanted", "meant"), [("ConfgMap", "ConfigMap"), ("Servce/late", "Service/late"), ("Service/lat", "Service/late")]
)
def test_only_guesses_what_was_meant(chart: Path, wanted: str, meant: str) -> None:
    assert f"the chart renders no {wanted}. Did you mean {meant}?" in run(chart, "--only", wanted).err


@pytest.mark.parametrize("wanted", ["", " ", "/"])
def test_only_of_nothing_is_refused(chart: Path, wanted: str) -> None:
    nothing = run(chart, "--only", wanted)
    assert (nothing.code, nothing.out) == (2, "")
    assert "--only is empty" in nothing.err


def test_the_readmes_example_of_only_works() -> None:
    readme = (REPOSITORY / "README.md").read_text()
    (wanted,) = re.findall(r"`--only (\S+)`", readme)
    assert run(REPOSITORY / "charts" / "kubilitics", "--only", wanted).code == 0


@pytest.mark.parametrize("engine", ["embedded", "cli"])
def test_a_refusal_in_words_alone_is_told_with_its_place(chart: Path, engine: str) -> None:
    template = chart / "templates" / "refusing.yaml"
    template.write_text('\n{{ required "need it" .Values.nowhere }}')
    assert run(chart, "--engine", engine).err == "error: need it (templates/refusing.yaml:2)"
    template.write_text('{{ fail "These cannot be used:\\n- a: no." }}')
    assert run(chart, "--engine", engine).err == "error: These cannot be used:\n- a: no."


def test_values_and_settings_are_used_and_all_their_problems_told(chart: Path, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("word: from-file\n")
    assert "from-file" in run(chart, "-f", tmp_path / "a.yaml").out
    assert "from-stdin" in run(chart, "-f", "-", stdin="word: from-stdin\n").out
    assert "from-set" in run(chart, "-f", tmp_path / "a.yaml", "--set", "word=from-set").out
    bad = run(chart, "-f", tmp_path / "no.yaml", "-f", "-", "--set", "oops", stdin="a: 1\na: 2\n")
    assert bad.code == 2
    assert "no such file" in bad.err
    assert "standard input:2: a:" in bad.err
    assert 'key "oops" has no value' in bad.err


def test_the_default_chart_is_named_when_it_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    missing = run()
    assert (missing.code, missing.out) == (2, "")
    assert "there is no chart at charts/kubilitics" in missing.err


def test_output_writes_one_file_for_each_template_as_helm_does(chart: Path, helm3: RunHelm, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "deep" / "ours", tmp_path / "theirs"
    helm3("template", str(chart), "--output-dir", str(theirs), "--skip-tests")
    outcome = run(chart, "--output", ours)
    assert outcome.code == 0
    assert outcome.out == ""
    assert tree(ours) == tree(theirs)


def test_output_replaces_an_earlier_output_whole(chart: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(chart, "--output", out)
    (chart / "templates/b.yaml").unlink()
    assert run(chart, "--output", out).code == 0
    assert "demo/templates/b.yaml" not in tree(out)
    assert "demo/templates/a.yaml" in tree(out)


@pytest.mark.parametrize("broken", [KeyboardInterrupt, OSError(28, "No space left on device")])
@pytest.mark.parametrize("step", ["write_text", "rename"])
def test_an_interruption_leaves_the_old_output_whole(
    chart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: BaseException, step: str
) -> None:
    out = tmp_path / "out"
    run(chart, "--output", out)
    before = tree(tmp_path)
    real = getattr(Path, step)
    calls = []

    def second_time_unlucky(self: Path, *args: object, **options: object) -> object:
        calls.append(self)
        if len(calls) == 2:
            raise broken
        return real(self, *args, **options)

    monkeypatch.setattr(Path, step, second_time_unlucky)
    try:
        outcome = run(chart, "--output", out, "--release", "changed")
    except KeyboardInterrupt:
        outcome = Outcome(130, "", "")
    assert len(calls) >= 2
    assert outcome.code in (2, 130)
    assert tree(tmp_path) == before
    assert {path.name for path in tmp_path.iterdir()} == {"demo", "out"}


def test_a_folder_that_holds_something_else_is_not_touched(chart: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    (mine / "sub").mkdir(parents=True)
    (mine / "sub" / "precious.txt").write_text("precious")
    outcome = run(chart, "--output", mine)
    assert outcome.code == 2
    assert "holds sub/precious.txt, which would be lost" in outcome.err
    assert tree(mine) == {"sub/precious.txt": b"precious"}
    assert "is not a folder" in run(chart, "--output", mine / "sub" / "precious.txt").err
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    assert "is not a folder" in run(chart, "--output", tmp_path / "link").err
    assert "which would be lost" in run(chart, "--output", chart).err
    assert (chart / "Chart.yaml").is_file()


def test_an_empty_folder_is_filled(chart: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run(chart, "--output", tmp_path / "empty").code == 0
    assert tree(tmp_path / "empty")


def test_the_current_folder_is_not_replaced(chart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert "is the current folder" in run(chart, "--output", ".").err
    assert "is the current folder" in run(chart, "--output", "").err


def test_a_folder_below_a_file_cannot_be_written(chart: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    outcome = run(chart, "--output", tmp_path / "file" / "out")
    assert outcome.code == 2
    assert f"{tmp_path / 'file'}" in outcome.err
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told(chart: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert "cannot" in run(chart, "--output", locked / "out").err


def test_nothing_is_written_when_the_values_are_refused(chart: Path, tmp_path: Path) -> None:
    assert run(chart, "--output", tmp_path / "out", "--set", "oops").code == 2
    assert not (tmp_path / "out").exists()

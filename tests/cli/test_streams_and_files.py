"""Streams that are closed, readers that go away, files that cannot be read: answers in words, and honest exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kubilitics_chartgen.cli import app
from kubilitics_chartgen.cli.generate import plan
from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.verify.chart_files import read_chart
from tests.tools import REPOSITORY
from tests.verify.charts import write_chart

PROGRAM = [sys.executable, "-c", "from kubilitics_chartgen.cli import main; main()"]
CHART = "charts/kubilitics"


def shell(command):
    """The exit code, and what is printed, of a line in which PROGRAM stands for the command line."""
    line = command.replace("PROGRAM", f"'{PROGRAM[0]}' -c '{PROGRAM[2]}'")
    return subprocess.run(["sh", "-c", line], cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=120)


def test_standard_output_that_is_closed_is_no_fault():
    done = shell("PROGRAM --version >&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_standard_error_that_is_closed_takes_nothing_from_the_answer(tmp_path):
    folder = write_chart(tmp_path / "web")
    done, usual = shell(f"PROGRAM lint {folder} 2>&-"), shell(f"PROGRAM lint {folder}")
    assert (done.returncode, done.stdout) == (usual.returncode, usual.stdout)


def test_standard_input_that_is_closed_holds_nothing(tmp_path):
    folder = write_chart(tmp_path / "web")
    done = shell(f"PROGRAM render {folder} -f - <&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == shell(f"PROGRAM render {folder}").stdout


@pytest.mark.parametrize("arguments", [("render", CHART), ("compat", "matrix"), ("--help",)], ids="-".join)
def test_a_reader_that_goes_away_is_no_fault(arguments):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*PROGRAM, *arguments], cwd=REPOSITORY, stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def unreadable(monkeypatch, name):
    """Reading files of this name fails, as for a user who may not."""

    def refusing(read):
        def wrapped(self, *arguments, **options):
            if self.name == name:
                raise PermissionError(13, "Permission denied", str(self))
            return read(self, *arguments, **options)

        return wrapped

    for method in ("read_text", "read_bytes"):
        monkeypatch.setattr(Path, method, refusing(getattr(Path, method)))


def test_a_file_of_a_chart_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    folder = write_chart(tmp_path / "web")
    unreadable(monkeypatch, "service.yaml")
    with pytest.raises(InputError) as raised:
        read_chart(folder)
    (problem,) = raised.value.problems
    assert (problem.file, problem.message) == ("templates/service.yaml", "Permission denied")


def test_a_pipe_in_a_chart_is_not_waited_for(tmp_path):
    folder = write_chart(tmp_path / "web")
    (folder / "values.yaml").unlink()
    os.mkfifo(folder / "values.yaml")
    with pytest.raises(InputError, match="neither a file nor a folder"):
        read_chart(folder)


def test_any_file_that_cannot_be_read_is_named_without_a_traceback(monkeypatch, capsys):
    unreadable(monkeypatch, "azure.yaml")
    monkeypatch.setattr(sys, "argv", ["kubilitics-chartgen", "generate", "--check", "--root", str(REPOSITORY)])
    with pytest.raises(OSError, match="Permission denied"):
        plan(REPOSITORY)
    with pytest.raises(SystemExit) as ended:
        app.main()
    assert ended.value.code == 2
    assert "azure.yaml cannot be used: Permission denied." in capsys.readouterr().err

"""The hooks for other repositories: their commands exist, take the arguments, and tell good charts from bad ones."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml

from tests.tools import REPOSITORY
from tests.verify.charts import SERVICE, write_chart

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())}
BAD = {
    "chartgen-lint": {"values.yaml": "greeting: 1\n"},
    "chartgen-verify": {"templates/service.yaml": SERVICE.replace("{{ .Values.service.port }}", "70000")},
}


def run(hook, folder, args):
    """As pre-commit does: in the repository's root, the entry and then the arguments, no file names."""
    program, *rest = hook["entry"].split()
    assert (program, hook["pass_filenames"]) == ("kubilitics-chartgen", False)
    command = [sys.executable, "-c", "from kubilitics_chartgen.cli import main; main()", *rest, *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


def test_there_is_one_to_lint_and_one_to_verify():
    assert sorted(HOOKS) == ["chartgen-lint", "chartgen-verify"]


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_a_good_chart_passes_and_a_bad_one_does_not(name, tmp_path):
    hook = HOOKS[name]
    chart = "maintainers: [{name: a, email: a@example.com}]\ndescription: A chart.\ntype: application\n"
    good = {"Chart.yaml": f"apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: 1.2.3\n{chart}"}
    more = ["--random", "0", "--workers", "1"] if name == "chartgen-verify" else []
    folder = write_chart(tmp_path / "web", good)
    done = run(hook, folder, [*hook["args"], *more])
    assert done.returncode == 0, done.stdout + done.stderr
    write_chart(tmp_path / "web", BAD[name])
    assert run(hook, tmp_path, ["web", *more]).returncode == 1


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_they_run_whatever_file_of_a_chart_changes_or_is_deleted(name):
    """pre-commit passes over deleted files, so no pattern of names would do."""
    hook = HOOKS[name]
    assert hook["always_run"] is True
    assert not {"files", "exclude", "types", "types_or"} & set(hook)

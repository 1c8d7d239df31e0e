"""Every generated workflow: valid, least privilege, nothing unpinned, no text that becomes code."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.delivery.pipeline import FLOWS, OWN, PRODUCT, read, steps
from tests.tools import REPOSITORY, actionlint

each = pytest.mark.parametrize("path", FLOWS, ids=lambda path: str(path.relative_to(REPOSITORY)))


def check_schema(schema, *paths):
    assert importlib.util.find_spec("check_jsonschema"), "check-jsonschema is a development dependency"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_there_are_workflows():
    assert {path.name for path in OWN.glob("*.yml")} == {"checks.yml", "chart.yml", "deep-verify.yml", "release.yml"}
    assert len(FLOWS) == 9


def test_all_workflows_fit_githubs_schema():
    done = check_schema("vendor.github-workflows", *FLOWS)
    assert done.returncode == 0, done.stdout


def test_dependency_updates_fit_their_schemas():
    for schema, path in (
        ("vendor.dependabot", PRODUCT / ".github" / "dependabot.yml"),
        ("vendor.renovate", REPOSITORY / "renovate.json"),
    ):
        done = check_schema(schema, path)
        assert done.returncode == 0, done.stdout


def test_the_schema_would_find_a_mistake(tmp_path):
    broken = tmp_path / "broken.yml"
    broken.write_text((OWN / "checks.yml").read_text(encoding="utf-8").replace("runs-on:", "run-on:"), encoding="utf-8")
    assert check_schema("vendor.github-workflows", broken).returncode == 1


def lint(folder):
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return subprocess.run([actionlint(), "-color=false"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.actionlint
@pytest.mark.parametrize("source", [OWN.parents[1], PRODUCT], ids=["this repository", "product"])
def test_actionlint_finds_nothing(tmp_path, source):
    shutil.copytree(source / ".github", tmp_path / ".github")
    done = lint(tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.actionlint
def test_actionlint_would_find_a_job_that_is_not_there(tmp_path):
    shutil.copytree(PRODUCT / ".github", tmp_path / ".github")
    path = tmp_path / ".github" / "workflows" / "release.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("- gate\n", "- gat\n"), encoding="utf-8")
    assert "gat" in lint(tmp_path).stdout


@each
def test_a_workflow_may_read_the_code_and_nothing_else_unless_a_job_publishes(path):
    flow = read(path)
    assert flow["permissions"] == {"contents": "read"}
    for name, job in flow["jobs"].items():
        more = {scope for scope, access in job.get("permissions", {}).items() if access != "read"}
        assert not more or name.startswith("publish"), f"{name}: {more}"
        assert "secrets" not in job, "no called workflow gets secrets"
    if path.name in ("backend.yml", "ai.yml", "frontend.yml", "checks.yml", "chart.yml", "deep-verify.yml"):
        assert "write" not in str([job.get("permissions") for job in flow["jobs"].values()])
        assert "secrets." not in path.read_text(encoding="utf-8"), "changes of strangers run here"


@each
def test_publishing_waits_for_an_environment_that_people_can_guard(path):
    for name, job in read(path)["jobs"].items():
        if name.startswith("publish"):
            assert job["environment"] == "release"
            assert job["needs"]


@each
def test_every_action_is_pinned_by_a_commit_with_its_version_beside_it(path):
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used
    for reference, rest in used:
        if not reference.startswith("./.github/workflows/"):
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", reference), reference
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", rest), f"{reference}{rest}"


def test_one_action_is_the_same_commit_everywhere():
    found = {}
    for path in FLOWS:
        for name, commit in re.findall(r"uses: ([\w.-]+/[\w.-]+)@(\S+)", path.read_text(encoding="utf-8")):
            assert found.setdefault(name, commit) == commit, name


@each
def test_no_script_holds_an_expression_so_that_no_text_becomes_code(path):
    for name, step in steps(read(path)):
        assert "${{" not in step.get("run", ""), f"{name}: {step['name']}"


@each
def test_the_token_does_not_stay_in_the_working_copy(path):
    for name, step in steps(read(path)):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False, name


@each
def test_every_job_has_a_limit_of_time_and_a_runner_that_does_not_move(path):
    for name, job in read(path)["jobs"].items():
        if "uses" not in job:
            assert 1 <= job["timeout-minutes"] <= 180, name
            assert "latest" not in str(job["runs-on"]) + str(job.get("strategy")), name


@each
def test_it_says_where_it_comes_from(path):
    assert path.read_text(encoding="utf-8").startswith("# Generated by `kubilitics-chartgen generate`")


def test_only_pull_requests_of_the_usual_kind_are_run():
    for path in FLOWS:
        assert "pull_request_target" not in path.read_text(encoding="utf-8"), path.name


def test_a_workflow_that_is_not_generated_is_reported_and_removed(tmp_path):
    from kubilitics_chartgen.cli.generate import apply, plan

    shutil.copytree(REPOSITORY / "values", tmp_path / "values")
    apply(plan(tmp_path))
    stray = tmp_path / ".github" / "workflows" / "stray.yml"
    stray.write_text("on: push\n", encoding="utf-8")
    planned = plan(tmp_path)
    assert planned.changed == [Path(".github/workflows/stray.yml").as_posix()]
    apply(planned)
    assert not stray.exists()
    assert plan(tmp_path).changed == []

"""`plan` as its users meet it: answers, formats and exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools import REPOSITORY

PROGRAM = str(Path(sys.executable).parent / "kubilitics-chartgen")
OLD, NEW = "releases/kubilitics-1.1.0.tgz", "charts/kubilitics"


def plan(*arguments, stdin=None):
    return subprocess.run(
        [PROGRAM, "plan", *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        input=stdin,
    )


@pytest.fixture
def values(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def test_the_first_release_with_ai_is_planned_and_nothing_is_dangerous():
    answer = plan(OLD, NEW, "--json")
    found = json.loads(answer.stdout)
    assert (answer.returncode, answer.stderr) == (0, "")
    verdicts = {f"{item['kind']}/{item['name']}": item["verdict"] for item in found["changes"]}
    assert verdicts["Deployment/kubilitics-backend"] == "recreated with downtime"
    assert verdicts["Deployment/kubilitics-frontend"] == "rolling restart"
    assert set(found["counts"]) == {"recreated with downtime", "rolling restart", "changed in place"}
    assert found["run"] == "helm upgrade kubilitics charts/kubilitics --namespace default"
    assert (found["undo"], found["undoVerdict"]) == ("helm rollback kubilitics --namespace default", "possible")


def test_turning_ai_on_touches_no_object_of_core(values):
    off, on = values("off.yaml", "{}"), values("on.yaml", "ai: {enabled: true, llmProvider: openai}")
    answer = plan(NEW, NEW, "--old-values", off, "-f", on, "--json")
    found = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert set(found["counts"]) == {"created", "unchanged"}


def test_both_sides_get_what_standard_input_says(values):
    text = "backend: {revisionHistoryLimit: 3}"
    answer = plan(NEW, NEW, "-f", "-", "--json", stdin=text)
    assert set(json.loads(answer.stdout)["counts"]) == {"unchanged"}
    answer = plan(NEW, NEW, "--old-values", values("o.yaml", "{}"), "-f", "-", "--json", stdin=text)
    assert set(json.loads(answer.stdout)["counts"]) == {"unchanged", "changed in place"}


def test_a_smaller_claim_is_refused_with_its_field_and_exit_code_1(values):
    answer = plan(NEW, NEW, "--old-values", values("o.yaml", "{}"), "--set", "backend.persistence.size=1Gi")
    assert answer.returncode == 1
    assert "refused: PersistentVolumeClaim/kubilitics-backend" in answer.stdout
    assert "a claim cannot shrink (5Gi to 1Gi)" in answer.stdout


def test_what_cannot_be_undone_is_said(values):
    big = values("big.yaml", "backend: {persistence: {size: 50Gi}}")
    answer = plan(NEW, NEW, "--old-values", values("o.yaml", "{}"), "-f", big)
    assert answer.returncode == 1
    assert "undo:    helm rollback kubilitics --namespace default   (not possible: " in answer.stdout
    assert "a claim cannot shrink (50Gi to 5Gi)" in answer.stdout


def test_markdown_is_a_table_with_the_differences_folded():
    text = plan(OLD, NEW, "--format", "markdown").stdout
    assert "| Object | Verdict | What happens |" in text
    assert "<details><summary>Deployment/kubilitics-frontend</summary>" in text
    assert "+ spec.template.spec.containers[nginx].image:" in text


def test_definitions_that_helm_never_upgrades_and_versions_not_tried_are_noted(tmp_path):
    charts = []
    for name in ("one", "two"):
        folder = tmp_path / name
        (folder / "crds").mkdir(parents=True)
        (folder / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 0.1.0\n")
        (folder / "crds" / "same.yaml").write_text("kind: CustomResourceDefinition\nmetadata: {name: same}\n")
        (folder / "crds" / "other.yaml").write_text(f"kind: CustomResourceDefinition\nmetadata: {{name: {name}}}\n")
        charts.append(folder)
    found = json.loads(plan(*charts, "--json").stdout)
    assert (found["verdict"], len(found["notes"])) == ("unchanged", 1)
    assert found["notes"][0].endswith("Apply it first: crds/other.yaml")
    notes = json.loads(plan(NEW, NEW, "--kube-version", "1.30", "--json").stdout)["notes"]
    assert [note for note in notes if note.startswith("the rules for Kubernetes 1.30 come from its sources")] == notes
    assert json.loads(plan(NEW, NEW, "--json").stdout)["notes"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((OLD,), "Name the new chart alone with --live"),
        ((OLD, "nowhere"), "there is no chart at nowhere"),
        ((OLD, NEW, "-f", "values/openai.yaml"), "Name those it runs with by --old-values"),
        ((OLD, NEW, "--set", "backend.replicsa=2"), "replicsa"),
        ((OLD, NEW, "--kube-version", "1.99"), "not supported"),
        ((NEW, "--live", "--kubeconfig", "nowhere"), "there is no kubeconfig at nowhere"),
    ],
)
def test_what_cannot_be_used_is_one_error_and_exit_code_2(arguments, said):
    answer = plan(*arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("error: ")
    assert said in answer.stderr


@pytest.mark.parametrize("kind", ["table", "markdown", "json"])
def test_the_command_shows_no_secret_that_was_given_with_set(tmp_path, kind):
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: a\nversion: 0.1.0\n")
    answer = plan(tmp_path, tmp_path, "--set", "auth.password=hunter2,tag=b", "--format", kind)
    assert answer.returncode == 0
    assert "hunter2" not in answer.stdout
    assert "auth.password=(hidden),tag=b" in answer.stdout
    assert '# for "(hidden)" write your own' in answer.stdout.replace("\\", "")


def test_a_fleet_is_not_printed_as_markdown(tmp_path):
    answer = plan(NEW, NEW, "--fleet", f"{tmp_path}/*.yaml", "--format", "markdown")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "--format markdown" in answer.stderr

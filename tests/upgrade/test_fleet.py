"""`plan --fleet`: one line for each cluster that somebody should look at, and silence about the others."""

import json

import pytest

from tests.upgrade.test_command import NEW, OLD, plan


@pytest.fixture
def clusters(tmp_path):
    texts = {
        "fine": "frontend: {replicas: 2}",
        "same": "frontend: {replicas: 2}",
        "typing-error": "backend: {replicsa: 2}",
        "broken": "a: [",
        "refused": "ai: {enabled: true}",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def test_only_clusters_that_need_attention_have_a_line(clusters):
    answer = plan(OLD, NEW, "--fleet", clusters / "*.yaml")
    lines = answer.stdout.splitlines()
    assert answer.returncode == 1
    assert [line.partition(": ")[0] for line in lines[:-1]] == [
        str(clusters / f"{name}.yaml") for name in ("broken", "refused", "typing-error")
    ]
    assert 'there is no value "replicsa" here' in lines[2]
    assert lines[-1] == "3 of 5 clusters need attention"


def test_the_values_for_all_lie_under_each_clusters_own(clusters, tmp_path):
    common = tmp_path / "common"
    common.write_text("backend: {persistence: {size: 1Gi}}")
    before = tmp_path / "before"
    before.write_text("backend: {persistence: {size: 9Gi}}")
    answer = plan(NEW, NEW, "--old-values", before, "-f", common, "--fleet", clusters / "fine.yaml", "--json")
    found = json.loads(answer.stdout)
    assert (answer.returncode, found["clusters"]) == (1, 1)
    assert found["attention"][0]["verdict"] == "refused"
    assert "a claim cannot shrink (9Gi to 1Gi)" in found["attention"][0]["reasons"][0]


def test_a_fleet_that_is_fine_is_one_line_and_exit_code_0(clusters):
    answer = plan(OLD, NEW, "--fleet", clusters / "[fs]*.yaml")
    assert (answer.returncode, answer.stdout) == (0, "0 of 2 clusters need attention\n")


def test_a_pattern_that_names_nothing_is_an_error(tmp_path):
    answer = plan(OLD, NEW, "--fleet", tmp_path / "*.yaml")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "no file fits" in answer.stderr

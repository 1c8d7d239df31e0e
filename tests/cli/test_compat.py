"""`compat` as release engineers, operators and the updater meet it."""

import json
import os

import pytest

from tests.chart.objects import CHART
from tests.cli.test_commands import run
from tests.publishing.charts import shop

BLOCKED_UPDATE = (
    "A new version of Kubilitics is available but requires an updated system configuration. Please contact support."
)
"""Section 7 of the delivery architecture."""


def compat(*arguments):
    return run("compat", *arguments)


def answer(*arguments):
    done = compat(*arguments)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_check_says_compatible_not_recommended_or_blocked():
    for versions, code, words in (
        (("1.2.0", "1.1.9", "1.1.9"), 0, ": compatible"),
        (("1.3.0", "1.3.0", "1.2.0"), 0, ": not recommended"),
        (("1.3.0", "1.0.0", "1.2.0"), 1, ": blocked"),
    ):
        frontend, backend, ai = versions
        done = compat("check", "--frontend", frontend, "--backend", backend, "--ai", ai)
        assert done.returncode == code, versions
        assert words in done.stdout.splitlines()[0]


def test_strict_fails_for_what_is_not_recommended():
    versions = ("--frontend", "1.3.0", "--backend", "1.3.0", "--ai", "1.2.0")
    assert compat("check", *versions, "--strict").returncode == 1
    assert compat("check", *versions[:4], "--strict").returncode == 0


def test_check_answers_programs():
    code, found = answer("check", "--frontend", "1.3.0", "--backend", "1.3.0", "--ai", "1.2.0", "--json")
    assert code == 0
    assert (found["status"], found["coreStatus"]) == ("not-recommended", "compatible")
    assert "AI 1.3" in found["missing"][0]


@pytest.mark.parametrize(
    ("values", "versions"),
    [
        ("", {"frontend": "1.2.0", "backend": "1.2.0"}),
        ("ai: {enabled: true, image: {tag: 1.1.9}}", {"frontend": "1.2.0", "backend": "1.2.0", "ai": "1.1.9"}),
        ("frontend: {enabled: false}\nbackend: {image: {tag: latest}}", {"backend": "latest"}),
        (f"backend: {{image: {{digest: 'sha256:{'a' * 64}'}}}}", {"frontend": "1.2.0", "backend": ""}),
        ("backend: null\nai: null", {"frontend": "1.2.0", "backend": "1.2.0"}),
    ],
)
def test_check_reads_values_as_the_chart_would(tmp_path, values, versions):
    file = tmp_path / "values.yaml"
    file.write_text(values, encoding="utf-8")
    _, found = answer("check", "-f", str(file), "--json")
    assert found["versions"] == {**versions, "chart": "1.2.0"}


@pytest.mark.parametrize("command", ["check", "explain"])
def test_values_that_the_chart_refuses_are_judged_by_its_schema_first(tmp_path, command):
    file = tmp_path / "values.yaml"
    file.write_text("ai:\n  llmProvder: openai\nbackend: 5\n", encoding="utf-8")
    done = compat(command, "-f", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert f'{file}:2: ai.llmProvder: there is no value "llmProvder" here. Did you mean "llmProvider"?' in done.stderr
    assert f"{file}:3: backend: 5 is a whole number, but a mapping is expected." in done.stderr


def test_a_chart_of_something_else_is_refused(tmp_path):
    (tmp_path / "values.yaml").write_text("{}\n", encoding="utf-8")
    chart = shop(tmp_path / "shop")
    done = compat("check", "-f", str(tmp_path / "values.yaml"), "--chart", str(chart))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {chart} is not a chart of Kubilitics")
    assert done.stderr.count("\n") == 1


def test_what_is_given_wins_over_the_values_file(tmp_path):
    file = tmp_path / "values.yaml"
    file.write_text("backend: {image: {tag: 1.1.0}}", encoding="utf-8")
    _, found = answer("check", "-f", str(file), "--backend", "1.3.0", "--kubernetes", "1.24", "--json")
    assert found["versions"]["backend"] == "1.3.0"
    assert found["status"] == "blocked", "Kubernetes 1.24"


def test_a_cluster_is_judged_with_this_releases_chart():
    assert compat("check", "--kubernetes", "1.24").returncode == 1
    assert compat("check", "--kubernetes", "v1.31.2-eks-7f9249a").returncode == 0


def test_the_matrix_as_a_table_markdown_and_json():
    assert "not recommended" in compat("matrix").stdout
    markdown = compat("matrix", "--format", "markdown").stdout
    assert markdown.count("\n") == 2 + 3 * 3 * 3
    assert "| 1.2.0 | 1.1.9 | 1.1.9 | compatible |" in markdown
    _, found = answer("matrix", "--window", "2", "--format", "json")
    assert len(found["window"]) == 8
    shipped = json.loads((CHART / "files" / "compatibility.json").read_text(encoding="utf-8"))
    assert found["matrix"] == {key: value for key, value in shipped.items() if key != "$comment"}


def test_the_table_of_a_narrow_terminal_leaves_nothing_out():
    done = run("compat", "matrix", env={**os.environ, "COLUMNS": "40"})
    assert "…" not in done.stdout
    cells = [line.split("│") for line in done.stdout.splitlines() if line.count("│") > 3]
    assert "".join(row[4].strip() for row in cells[:1] + cells[1:2]) == "compatible"


def test_updates_in_an_order_through_compatible_states():
    code, found = answer("updates", "--installed", "frontend=1.1.0,backend=1.1.0,ai=1.1.9", "--json")
    assert code == 0
    assert {(step["component"], step["version"]) for step in found["full"]} == {
        ("ai", "1.2.0"),
        ("frontend", "1.2.0"),
        ("backend", "1.2.0"),
    }
    assert found["message"] == ""


def test_a_blocked_update_shows_the_message_of_the_delivery_architecture():
    arguments = ("updates", "--installed", "frontend=1.0.0,backend=1.0.0", "--to", "frontend=1.3.0")
    done = compat(*arguments)
    assert done.returncode == 1
    assert BLOCKED_UPDATE in done.stdout
    assert answer(*arguments, "--json")[1]["message"] == BLOCKED_UPDATE


def test_another_major_version_goes_all_at_once_only():
    done = compat("updates", "--installed", "frontend=1.2.0,backend=1.2.0", "--to", "2.0.0")
    assert done.returncode == 0
    assert "all only at once" in done.stdout
    assert BLOCKED_UPDATE not in done.stdout


def test_nothing_to_update():
    assert "nothing to update" in compat("updates", "--installed", "frontend=1.2.0,backend=1.2.0").stdout


def test_explain_names_the_rules_and_their_ranges():
    done = compat("explain", "--frontend", "1.3.0", "--backend", "1.3.0", "--ai", "1.2.0")
    assert "ai-misses-1.3: backend >=1.3.0, <1.4.0, ai >=1.2.0, <1.3.0: not recommended" in done.stdout
    assert compat("explain", "ai-none").stdout.startswith("ai-none: ai <1.1.0: blocked")


def test_lint_judges_this_matrix_and_another(tmp_path):
    assert compat("lint").returncode == 0
    data = json.loads((CHART / "files" / "compatibility.json").read_text(encoding="utf-8"))
    other = tmp_path / "matrix.json"
    other.write_text(json.dumps({**data, "rules": data["rules"][1:]}), encoding="utf-8")
    done = compat("lint", "--matrix", str(other))
    assert done.returncode == 1
    assert "no rule says how frontend 1.0.0 with backend 1.0.0 go together" in done.stdout
    data["rules"][0]["status"] = "blocked"
    other.write_text(json.dumps(data), encoding="utf-8")
    done = compat("check", "--frontend", "1.0.0", "--backend", "1.0.0", "--matrix", str(other))
    assert done.returncode == 1, "the other matrix decides"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check",), "nothing to judge"),
        (("check", "--backend", "1.2.0", "--kubernetes", "banana"), "invalid kube version 'banana'"),
        (("check", "-f", "no-such.yaml"), "no-such.yaml: there is no such file"),
        (("check", "--backend", "1.2.0", "--matrix", "no-such.json"), "no-such.json: the file cannot be read"),
        (("lint", "--matrix", "Makefile"), "Makefile:1: this is not JSON"),
        (("updates", "--installed", "frontend=1.2.0"), "backend missing"),
        (("updates", "--installed", "frontend=1.2,bakend=1.2.0"), '"bakend" is no component'),
        (("updates", "--installed", "frontend=1.2.0,backend=1.2.0", "--to", "1.1.0"), "is older than the 1.2.0"),
        (("updates", "--installed", "frontend=1.2.0,backend=1.2.0", "--to", "latest"), "no full version"),
        (("updates", "--installed", "frontend=1.2.0,backend=1.2.0", "--to", "ai=1.2.0"), "ai is not installed"),
        (("updates", "--installed", "frontend=1.1.0,frontend=1.2.0,backend=1.2.0"), "frontend is given more than once"),
        (
            ("updates", "--installed", "frontend=1.1.0,backend=1.1.0", "--to", "backend=1.2.0,backend=1.3.0"),
            "--to: backend is given more than once",
        ),
        (("explain", "ai-non"), 'Did you mean "ai-none"?'),
    ],
)
def test_mistakes_get_a_sentence_and_exit_code_2(arguments, words):
    done = compat(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_matrix_that_is_too_deep_or_too_large_is_refused(tmp_path):
    file = tmp_path / "matrix.json"
    for text in ("[" * 200_000, '"' + "x" * 2**20 + '"'):
        file.write_text(text, encoding="utf-8")
        done = compat("lint", "--matrix", str(file))
        assert done.returncode == 2
        assert "Traceback" not in done.stderr

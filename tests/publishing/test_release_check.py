"""The gate before a release: all that must hold, and each thing that does not is named."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kubilitics_chartgen.cli.app import app
from kubilitics_chartgen.cli.generate import plan
from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.publishing import gate
from kubilitics_chartgen.verify import verification
from tests.publishing.charts import refused, run
from tests.tools import REPOSITORY

VERSION = "1.2.0"
CHECKS = {
    "tree",
    "versions",
    "changelog",
    "generated",
    "lint",
    "verify",
    "package",
    "plan",
    "matrix",
    "pipeline",
    "images",
    "notes",
}


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(root), *who, *arguments], check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "--quiet", "--allow-empty", "-m", "Release")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which everything holds."""
    root = tmp_path_factory.mktemp("repository") / "ready"
    for name in ("values", "charts", "schemas", "docs", "delivery", ".github"):
        shutil.copytree(REPOSITORY / name, root / name)
    shutil.copy(REPOSITORY / "renovate.json", root)
    (root / "releases").mkdir()
    shutil.copy(REPOSITORY / "releases" / "kubilitics-1.1.0.tgz", root / "releases")
    (root / "kubilitics_chartgen").mkdir()
    (root / "kubilitics_chartgen" / "__init__.py").write_text(f'__version__ = "{VERSION}"\n')
    (root / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## {VERSION} (2026-11-23)\n\n- A thing.\n\n## 1.1.0 (2026-01-01)\n\n- Old.\n"
    )
    git(root.parent, "init", "--quiet", str(root))
    (root / "issues.md").write_text("None are known.\n")
    notes = root / "releases" / "notes" / f"{VERSION}.md"
    chart = root / "charts" / "kubilitics"
    done = run("release", "notes", chart, chart, "--known-issues", root / "issues.md", "-o", notes)
    assert done.returncode == 0, done.stderr
    commit(root)
    return root


@pytest.fixture
def repository(ready: Path, tmp_path: Path) -> Path:
    return shutil.copytree(ready, tmp_path / "repository")


def check(root: Path, version: str = VERSION) -> dict[str, list[str]]:
    """The problems of each check that does not hold, but for lint and verify: these take long, and have own tests."""
    listed = gate.checks(root, version, stale=lambda: plan(root).changed)
    assert {one.name for one in listed} == CHECKS
    results = gate.run_checks([one for one in listed if one.name not in ("lint", "verify")])
    return {result.check.name: [str(problem) for problem in result.problems] for result in results if result.problems}


def check_all(root: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    """The command itself, but for `verify`, which `make demo` runs whole: here it looks for some seconds."""
    monkeypatch.setattr(verification, "VerifyRequest", partial(verification.VerifyRequest, budget=15, workers=1))
    return CliRunner().invoke(app, ["release", "check", VERSION, "--root", str(root), *options])


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_repository_in_which_everything_holds_may_be_released(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = check_all(repository, monkeypatch)
    assert done.exit_code == 0, done.output
    assert f"{VERSION} may go out: {len(CHECKS)} of {len(CHECKS)} checks hold" in done.output


def test_the_check_changes_nothing(repository: Path) -> None:
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file() and ".git" not in path.parts}
    check(repository)
    after = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file() and ".git" not in path.parts}
    assert after == before


def test_a_dirty_tree_is_refused(repository: Path) -> None:
    (repository / "stray.txt").write_text("x")
    assert check(repository) == {"tree": ["stray.txt: it is not committed. Commit it, or take it back."]}
    shutil.rmtree(repository / ".git")
    (problem,) = check(repository)["tree"]
    assert "no git repository" in problem


def test_another_version_is_refused_wherever_it_stands(repository: Path) -> None:
    failed = check(repository, "1.3.0")
    assert set(failed) == {"versions", "changelog", "matrix", "images", "notes"}
    places = " ".join(failed["versions"])
    for place in ("model/release.py: version", "__version__", "Chart.yaml: version", "Chart.yaml: appVersion"):
        assert place in places
    assert len(failed["images"]) == 3


@pytest.mark.parametrize("version", ["v1.2.0", "1.2", "latest", "1.2.0 ", "01.2.0"])
def test_what_is_no_version_is_refused_before_anything_is_checked(version: str) -> None:
    with pytest.raises(InputError, match="is no version"):
        gate.checks(Path("nowhere"), version, stale=list)


def test_a_toolkit_of_another_version_is_refused(repository: Path) -> None:
    edit(repository / "kubilitics_chartgen" / "__init__.py", VERSION, "0.1.0")
    commit(repository)
    (problem,) = check(repository)["versions"]
    assert "it says 0.1.0, and the release is 1.2.0" in problem


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (f"## {VERSION} (2026-11-23)", f"## {VERSION} (unreleased)", "has no date"),
        (f"## {VERSION} (2026-11-23)", "## 1.1.9 (2026-11-23)", "nothing is told of 1.2.0"),
        ("- A thing.", "", "tells of no change"),
        ("# Changelog\n", "# Changelog\n\n## 1.3.0 (2026-12-01)\n\n- New.\n", "1.3.0 stands above 1.2.0"),
    ],
)
def test_a_changelog_that_does_not_tell_is_refused(old: str, new: str, said: str, repository: Path) -> None:
    edit(repository / "CHANGELOG.md", old, new)
    commit(repository)
    failed = check(repository)
    assert set(failed) == {"changelog"}
    assert said in failed["changelog"][0]


def test_a_chart_that_is_not_what_the_model_makes_is_refused(repository: Path) -> None:
    edit(repository / "charts" / "kubilitics" / "values.yaml", 'clusterDomain: "cluster.local"', 'clusterDomain: "x.y"')
    commit(repository)
    assert set(check(repository)) == {"generated"}


def test_lint_and_verify_must_be_clean_and_programs_can_read_the_verdict(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "charts" / "kubilitics" / "templates" / "stray.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Values.nobody.knows }}}\n"
    )
    commit(repository)
    done = check_all(repository, monkeypatch, "--json")
    said = json.loads(done.stdout)
    assert done.exit_code == 1
    assert said["releasable"] is False
    assert {name for name, problems in said["checks"].items() if problems} == {
        "generated",
        "lint",
        "verify",
        "plan",
        "images",
    }
    assert any("templates/stray.yaml" in problem for problem in said["checks"]["lint"])


def test_a_profile_with_another_image_of_the_product_is_refused(repository: Path) -> None:
    with (repository / "values" / "openai.yaml").open("a") as profile:
        profile.write("backend: {image: {tag: 1.1.5}}\n")
    commit(repository)
    failed = check(repository)
    assert set(failed) == {"generated", "images"}
    assert failed["images"] == ["kubilitics/kubilitics-backend: 1.1.5 instead of 1.2.0, with openai."]


def test_a_chart_that_does_not_load_is_told_by_every_check_that_needs_it(repository: Path) -> None:
    (repository / "charts" / "kubilitics" / "Chart.yaml").write_text("name: [\n")
    commit(repository)
    assert set(check(repository)) == {"versions", "generated", "package", "plan", "images"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("None are known.", "TO BE WRITTEN: something"), "still to be written"),
        (lambda text: text.replace("## Egress\n", ""), "the section 'Egress' is missing or empty"),
        (lambda text: re.sub(r"## Cost\n\n.*\n", "## Cost\n", text), "the section 'Cost' is missing or empty"),
        (lambda text: text.replace("# kubilitics 1.2.0", "# kubilitics 1.1.0"), "names 1.2.0"),
    ],
)
def test_release_notes_must_be_complete(change, said: str, repository: Path) -> None:
    notes = repository / "releases" / "notes" / f"{VERSION}.md"
    notes.write_text(change(notes.read_text()))
    commit(repository)
    failed = check(repository)
    assert set(failed) == {"notes"}
    assert said in failed["notes"][0]


def test_release_notes_must_be_there(repository: Path) -> None:
    (repository / "releases" / "notes" / f"{VERSION}.md").unlink()
    commit(repository)
    (problem,) = check(repository)["notes"]
    assert "there are no release notes" in problem


def test_another_folder_is_no_repository(tmp_path: Path) -> None:
    assert "not this project's repository" in refused("release", "check", VERSION, "--root", tmp_path)


def test_the_matrix_must_know_the_version(repository):
    problems = check(repository, "9.9.9")["matrix"]
    assert [problem.split()[0] for problem in problems] == ["kubilitics_chartgen/model/compatibility/rules.py:"] * 4
    assert "AI 9.9.9" not in "".join(problems)
    assert "backend 9.9.9 is not among its releases" in problems[2]


def test_an_upgrade_that_the_api_server_would_refuse_is_named(repository):
    edit(repository / "charts/kubilitics/templates/backend/deployment.yaml", "matchLabels:", "matchLabels:\n      a: b")
    problems = check(repository)["plan"]
    assert len(problems) == 1
    assert problems[0].startswith("releases/kubilitics-1.1.0.tgz: from 1.1.0, Deployment kubilitics-backend: refused")


def test_a_release_needs_one_before_it(repository):
    (repository / "releases" / "kubilitics-1.1.0.tgz").unlink()
    assert check(repository)["plan"] == ["releases: there is no release before it to upgrade from."]

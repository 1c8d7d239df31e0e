"""A chart in a classic repository: a folder with an index that Helm reads over http."""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from kubilitics_chartgen.publishing import chart_index
from kubilitics_chartgen.publishing.archive import read_archive
from tests import tools
from tests.publishing.charts import PROGRAM, ok, refused, shop
from tests.publishing.conftest import Keys


def packed(folder: Path, version: str = "1.0.0", *options: str, env: dict[str, str] | None = None, **changed: str):
    about = f"apiVersion: v2\nname: shop\nversion: {version}\ndescription: Sells things\n"
    chart = shop(folder / f"shop-{version}", **{"Chart.yaml": about, **changed})
    ok("package", chart, "-o", folder / f"dist-{version}", *options, env=env)
    return next((folder / f"dist-{version}").glob("*.tgz"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.mark.parametrize("binary", [tools.helm3, tools.helm4], ids=["helm3", "helm4"])
def test_helm_finds_pulls_and_verifies_what_was_published(binary, keys: Keys, tmp_path: Path) -> None:
    archive = packed(tmp_path, "1.0.0", "--key", "open@example.com", env=keys.env)
    newer = packed(tmp_path, "1.1.0", "--key", "open@example.com", env=keys.env)
    repository, pulled = tmp_path / "repository", tmp_path / "pulled"
    pulled.mkdir()
    for one in (archive, newer):
        ok("publish", one, repository)
    with served(repository) as url:
        places = {f"HELM_{name}_HOME": str(tmp_path / name) for name in ("CACHE", "CONFIG", "DATA")}

        def helm(*arguments: str | Path) -> str:
            return subprocess.run(
                [binary(), *map(str, arguments)],
                env={**os.environ, **places},
                capture_output=True,
                text=True,
                check=True,
            ).stdout

        helm("repo", "add", "ours", url)
        assert [line.split()[1] for line in helm("search", "repo", "ours", "-l").splitlines()[1:]] == ["1.1.0", "1.0.0"]
        keyring = keys.public("open", tmp_path)
        helm("pull", "ours/shop", "--version", "1.0.0", "-d", pulled, "--verify", "--keyring", keyring)
    assert (pulled / archive.name).read_bytes() == archive.read_bytes()


def test_the_index_says_what_helms_own_says(tmp_path: Path) -> None:
    archive = packed(tmp_path)
    ok("publish", archive, tmp_path / "ours", "--url", "https://charts.example/stable/")
    (tmp_path / "theirs").mkdir()
    shutil.copy(archive, tmp_path / "theirs")
    command = [tools.helm3(), "repo", "index", str(tmp_path / "theirs"), "--url", "https://charts.example/stable"]
    subprocess.run(command, check=True)
    ours, theirs = (yaml.safe_load((tmp_path / name / "index.yaml").read_text()) for name in ("ours", "theirs"))
    assert set(ours) == set(theirs)
    assert {**ours["entries"]["shop"][0], "created": ""} == {**theirs["entries"]["shop"][0], "created": ""}


def test_other_charts_in_the_index_stay_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    other = {
        "name": "other",
        "version": "1e3",
        "digest": "00",
        "urls": ["https://else.example/o.tgz"],
        "created": "then",
    }
    before = {"apiVersion": "v1", "entries": {"other": [other]}, "generated": "2020-01-01T00:00:00Z"}
    (folder / "index.yaml").write_text(json.dumps(before))
    ok("publish", packed(tmp_path), folder)
    after = yaml.safe_load((folder / "index.yaml").read_text())
    assert after["entries"]["other"] == [other]
    assert list(after["entries"]) == ["other", "shop"]


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    archive, folder = packed(tmp_path), tmp_path / "repository"
    assert ok("publish", archive, folder).startswith("published ")
    before = contents(folder)
    assert ok("publish", archive, folder).startswith("already published ")
    assert contents(folder) == before


def test_a_digest_with_its_algorithm_and_entries_that_are_none_are_no_obstacle(tmp_path: Path) -> None:
    archive, repository = packed(tmp_path), tmp_path / "repository"
    repository.mkdir()
    index = repository / "index.yaml"
    index.write_text("apiVersion: v1\nentries: {shop: [x]}\n")
    ok("publish", archive, repository)
    written = yaml.safe_load(index.read_text())
    written["entries"]["shop"][0]["digest"] = "sha256:" + written["entries"]["shop"][0]["digest"]
    index.write_text(yaml.safe_dump(written))
    ok("publish", archive, repository)


def test_a_published_version_is_never_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    ok("publish", packed(tmp_path / "a"), folder)
    before = contents(folder)
    other = packed(tmp_path / "b", **{"templates__NOTES.txt": "Other.\n"})
    assert "is published already" in refused("publish", other, folder)
    assert contents(folder) == before
    (folder / "shop-1.0.0.tgz").unlink()
    assert "is published already" in refused("publish", other, folder), "the index alone says so"
    (folder / "index.yaml").unlink()
    (folder / "shop-1.0.0.tgz").write_bytes(before["shop-1.0.0.tgz"])
    assert "is published already" in refused("publish", other, folder), "the file alone says so"


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_run_that_is_cut_off_publishes_nothing_and_can_be_repeated(after: int, keys: Keys, tmp_path: Path) -> None:
    """The program dies before its first, second and third write."""
    folder = tmp_path / "repository"
    ok("publish", packed(tmp_path, "0.9.0"), folder)
    index = (folder / "index.yaml").read_bytes()
    archive = packed(tmp_path, "1.0.0", "--key", "open@example.com", env=keys.env)
    script = (
        "import os, sys\nfrom kubilitics_chartgen.cli import main, writing\nreal, done = writing.replace_file, []\n"
        f"def replace_file(path, data):\n    if len(done) == {after}:\n        os._exit(9)\n"
        "    done.append(path)\n    real(path, data)\n"
        f"writing.replace_file = replace_file\nsys.argv = ['x', 'publish', {str(archive)!r}, {str(folder)!r}]\nmain()\n"
    )
    python = str(Path(PROGRAM).parent / "python")
    assert subprocess.run([python, "-c", script], capture_output=True, check=False).returncode == 9
    assert (folder / "index.yaml").read_bytes() == index
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    ok("publish", archive, folder)
    versions = [entry["version"] for entry in yaml.safe_load((folder / "index.yaml").read_text())["entries"]["shop"]]
    assert versions == ["1.0.0", "0.9.0"]
    assert (folder / f"{archive.name}.prov").is_file()


def test_a_file_that_vanished_is_put_back(tmp_path: Path) -> None:
    archive, folder = packed(tmp_path), tmp_path / "repository"
    ok("publish", archive, folder)
    before = contents(folder)
    (folder / archive.name).unlink()
    ok("publish", archive, folder)
    assert contents(folder) == before


@pytest.mark.parametrize(
    "index", ["{", "[]", "apiVersion: v1\nentries: 5\n", "apiVersion: v1\nentries: {shop: 5}\n", "a: 1\n"]
)
def test_an_index_that_is_none_is_left_alone(index: str, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "index.yaml").write_text(index)
    said = refused("publish", packed(tmp_path), folder)
    assert "index.yaml is no index of a chart repository" in said
    assert "the values" not in said
    assert contents(folder) == {"index.yaml": index.encode()}


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    archive = packed(tmp_path)
    chart, folder = read_archive(archive), tmp_path / "repository"
    folder.mkdir()
    planned = chart_index.plan(folder, chart, None)
    for name, data in planned.files.items():
        (folder / name).write_bytes(data)
    chart_index.check(planned, chart)
    (folder / archive.name).write_bytes(b"cut off")
    with pytest.raises(Exception, match="does not hold what was published"):
        chart_index.check(planned, chart)


def test_an_archive_that_changed_after_it_was_packed_is_not_published(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a")
    other = packed(tmp_path / "b", **{"templates__NOTES.txt": "Other.\n"})
    shutil.copy(other, archive)
    assert "changed after it was packed" in refused("publish", archive, tmp_path / "repository")
    assert not (tmp_path / "repository").exists()
    (archive.parent / "SHA256SUMS").unlink()
    ok("publish", archive, tmp_path / "repository")


def test_wrong_targets_are_refused(tmp_path: Path) -> None:
    archive = packed(tmp_path)
    assert "no address" in refused("publish", archive, tmp_path / "r", "--url", "charts.example")
    (tmp_path / "file").write_text("x")
    assert "not a folder" in refused("publish", archive, tmp_path / "file")
    assert "needs none" in refused("publish", archive, "oci://r.example/x", "--url", "https://charts.example")

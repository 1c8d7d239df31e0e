"""A packed chart: the same bytes everywhere, and the chart that Helm would have packed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests import tools
from tests.chart.objects import CHART
from tests.publishing.charts import ok, refused, shop, write_tree


def members(archive: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(archive) as packed:
        return packed.getmembers()


def helm(*arguments: str | Path, binary: str = "") -> str:
    return subprocess.run(
        [binary or tools.helm3(), *map(str, arguments)], capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def umbrella(tmp_path: Path) -> Path:
    """A chart with subcharts, as a folder and as an archive, and with files that .helmignore leaves out."""
    chart = shop(
        tmp_path / "shop",
        **{
            "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n"
            "  - {name: one, version: 0.1.0}\n  - {name: two, version: 0.1.0}\n",
            ".helmignore": "secret*\nci/\n*.bak\n",
            "ci__default-values.yaml": "{}\n",
            "secret.pem": "key",
            "notes.bak": "x",
            "files__blob.txt": "é\r\n",
            "charts__one__Chart.yaml": "apiVersion: v2\nname: one\nversion: 0.1.0\n",
            "charts__one__values.yaml": "a: 1\n",
            "crds__thing.yaml": "kind: CustomResourceDefinition\nmetadata: {name: t}\n",
        },
    )
    two = write_tree(tmp_path / "two", {"Chart.yaml": "apiVersion: v2\nname: two\nversion: 0.1.0\n", "values.yaml": ""})
    helm("package", two, "-d", chart / "charts")
    return chart


def test_the_same_bytes_from_another_folder_time_zone_umask_and_day(umbrella: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "deeper"
    shutil.copytree(umbrella, other / "renamed")
    for file in (other / "renamed").rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
        if file.is_file():
            file.chmod(0o600)
    ok("package", umbrella, "-o", tmp_path / "a", env={"TZ": "Asia/Tokyo", "LC_ALL": "C"}, umask=0o022)
    ok("package", "renamed", "-o", tmp_path / "b", cwd=other, env={"TZ": "America/Lima"}, umask=0o077)
    first, second = ((tmp_path / name / "shop-1.0.0.tgz").read_bytes() for name in "ab")
    assert first == second


def test_our_own_chart_comes_out_the_same_twice(tmp_path: Path) -> None:
    shutil.copytree(CHART, tmp_path / "copy")
    ok("package", CHART, "-o", tmp_path / "a", env={"TZ": "Asia/Tokyo"})
    ok("package", tmp_path / "copy", "-o", tmp_path / "b", env={"TZ": "America/Lima"})
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "b").iterdir())
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_every_file_has_one_owner_one_mode_and_the_asked_date(umbrella: Path, tmp_path: Path) -> None:
    ok("package", umbrella, "-o", tmp_path / "out", env={"SOURCE_DATE_EPOCH": "1700000000"})
    found = members(tmp_path / "out" / "shop-1.0.0.tgz")
    assert {(m.uid, m.gid, m.uname, m.gname, m.mode, m.mtime) for m in found} == {(0, 0, "", "", 0o644, 1700000000)}
    names = [member.name for member in found]
    assert names[0] == "shop/Chart.yaml"
    assert names[1:] == sorted(names[1:])


@pytest.mark.parametrize("date", ["yesterday", "-1", "1.5", "9" * 13])
def test_a_date_that_is_none_gets_a_sentence(date: str, tmp_path: Path) -> None:
    said = refused("package", shop(tmp_path / "shop"), "-o", tmp_path / "out", env={"SOURCE_DATE_EPOCH": date})
    assert "SOURCE_DATE_EPOCH" in said
    assert not (tmp_path / "out").exists()


def test_it_holds_the_files_that_helm_package_packs(umbrella: Path, tmp_path: Path) -> None:
    ok("package", umbrella, "-o", tmp_path / "ours")
    helm("package", umbrella, "-d", tmp_path / "helm")

    def contents(archive: Path) -> dict[str, bytes]:
        with tarfile.open(archive) as packed:
            return {m.name: packed.extractfile(m).read() for m in packed if not m.name.endswith("Chart.yaml")}

    ours, theirs = (contents(tmp_path / name / "shop-1.0.0.tgz") for name in ("ours", "helm"))
    assert ours == theirs
    assert not any("secret" in name or "/ci/" in name or name.endswith(".bak") for name in ours)
    assert "shop/charts/two/values.yaml" in ours


@pytest.mark.parametrize("binary", [tools.helm3, tools.helm4], ids=["helm3", "helm4"])
def test_helm_reads_it_and_renders_the_same(binary, tmp_path: Path) -> None:
    program = binary()
    ok("package", CHART, "-o", tmp_path)
    archive = next(tmp_path.glob("*.tgz"))
    values = ["-f", tools.REPOSITORY / "values" / "openai.yaml"]
    assert helm("template", "x", archive, *values, binary=program) == helm(
        "template", "x", CHART, *values, binary=program
    )
    assert helm("show", "values", archive, binary=program) == helm("show", "values", CHART, binary=program)
    assert helm("show", "readme", archive, binary=program) == helm("show", "readme", CHART, binary=program)
    assert "version: 1.2.0" in helm("show", "chart", archive, binary=program)
    helm("lint", archive, binary=program)


def test_embedded_helm_renders_the_same(tmp_path: Path) -> None:
    ok("package", CHART, "-o", tmp_path)
    archive = next(tmp_path.glob("*.tgz"))
    assert ok("render", archive) == ok("render", CHART) != ""


def test_an_archive_can_be_packed_again_to_the_same_bytes(umbrella: Path, tmp_path: Path) -> None:
    helm("package", umbrella, "-d", tmp_path / "helm")
    ok("package", umbrella, "-o", tmp_path / "a")
    ok("package", tmp_path / "helm" / "shop-1.0.0.tgz", "-o", tmp_path / "b")
    first, second = (members(tmp_path / name / "shop-1.0.0.tgz") for name in "ab")
    assert [(m.name, m.mtime) for m in first] == [(m.name, m.mtime) for m in second]


def test_sha256sum_accepts_the_checksums_and_sees_a_changed_byte(tmp_path: Path) -> None:
    ok("package", shop(tmp_path / "shop"), "-o", tmp_path / "out")
    check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path / "out", capture_output=True, check=False).returncode == 0
    listed = (tmp_path / "out" / "SHA256SUMS").read_text().split()[1::2]
    assert sorted([*listed, "SHA256SUMS"]) == sorted(path.name for path in (tmp_path / "out").iterdir())
    with (tmp_path / "out" / "shop-1.0.0.tgz").open("ab") as archive:
        archive.write(b"x")
    assert subprocess.run(check, cwd=tmp_path / "out", capture_output=True, check=False).returncode == 1


def test_programs_can_read_what_was_written(tmp_path: Path) -> None:
    said = json.loads(ok("package", shop(tmp_path / "shop"), "-o", tmp_path / "out", "--json"))
    assert (said["chart"], said["version"]) == ("shop", "1.0.0")
    assert set(said["files"]) == {path.name for path in (tmp_path / "out").iterdir()}


def test_no_chart_no_archive(tmp_path: Path) -> None:
    assert "no chart at" in refused("package", tmp_path / "nothing", "-o", tmp_path / "out")
    broken = shop(tmp_path / "broken", **{"values.yaml": "a: [\n"})
    assert "not a chart that Helm can read" in refused("package", broken, "-o", tmp_path / "out")
    unnamed = shop(tmp_path / "unnamed", **{"Chart.yaml": "apiVersion: v2\nname: ''\nversion: 1.0.0\n"})
    refused("package", unnamed, "-o", tmp_path / "out")
    unversioned = shop(tmp_path / "unversioned", **{"Chart.yaml": "apiVersion: v2\nname: shop\nversion: one\n"})
    refused("package", unversioned, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_missing_subchart_is_named(tmp_path: Path) -> None:
    about = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - {name: gone, version: 0.1.0}\n"
    chart = shop(tmp_path / "shop", **{"Chart.yaml": about})
    assert "gone" in refused("package", chart, "-o", tmp_path / "out")


def test_a_link_that_leads_out_of_the_chart_is_refused(tmp_path: Path) -> None:
    chart = shop(tmp_path / "shop", **{".helmignore": "ignored\n"})
    (tmp_path / "id_rsa").write_text("a key")
    (chart / "ignored").symlink_to(tmp_path / "id_rsa")
    (chart / "inside.yaml").symlink_to(chart / "values.yaml")
    ok("package", chart, "-o", tmp_path / "out")
    (chart / "files").mkdir()
    (chart / "files" / "key").symlink_to(tmp_path / "id_rsa")
    said = refused("package", chart, "-o", tmp_path / "out2")
    assert "files/key: this link leads out of the chart" in said


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    chart = shop(tmp_path / "shop")
    out = tmp_path / "out"
    ok("package", chart, "-o", out)
    (out / "diary.txt").write_text("mine")
    assert "diary.txt" in refused("package", chart, "-o", out)
    assert (out / "diary.txt").read_text() == "mine"
    (out / "diary.txt").unlink()
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    shop(chart, **{"values.yaml": "a: [\n"})
    refused("package", chart, "-o", out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before

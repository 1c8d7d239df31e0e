"""Values for a private registry: rendered by Helm, every image comes from there."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests import tools
from tests.chart.objects import CHART, PROFILES
from tests.publishing.charts import ok, refused, run, shop

PLAIN = (
    "image:\n  repository: acme/shop\n  tag: '7'\nsidecars: []\n",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n"
    '    - {name: shop, image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"}\n'
    "    {{- with .Values.sidecars }}{{ toYaml . | nindent 4 }}{{ end }}\n",
)


def images(chart: Path, *files: Path) -> set[str]:
    values = [part for file in files for part in ("-f", str(file))]
    done = subprocess.run(
        [tools.helm3(), "template", "x", str(chart), *values], capture_output=True, text=True, check=True
    )
    return set(re.findall(r'image: "?([^"\s{}]+)', done.stdout))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.stem)
def test_every_profile_of_our_chart_can_move(profile: Path, tmp_path: Path) -> None:
    ok("relocate", "reg.example:5000/mirror", CHART, "-f", profile, "-o", tmp_path / "moved.yaml")
    before, after = images(CHART, profile), images(CHART, profile, tmp_path / "moved.yaml")
    assert after == {f"reg.example:5000/mirror/{image.split('/', 1)[1]}" for image in before}
    assert after


def test_further_containers_move_too_and_keep_their_other_settings(tmp_path: Path) -> None:
    chart = shop(tmp_path / "shop")
    mine = tmp_path / "mine.yaml"
    mine.write_text("sidecars: [{name: a, image: 'quay.io/a:1', args: [x]}, {name: b, image: busybox}]\n")
    ok("relocate", "reg.example", chart, "-f", mine, "-o", tmp_path / "moved.yaml")
    assert images(chart, mine, tmp_path / "moved.yaml") == {
        "reg.example/acme/shop:7.1",
        "reg.example/a:1",
        "reg.example/library/busybox",
    }
    said = json.loads(ok("relocate", "reg.example", chart, "-f", mine, "--json"))
    assert said["values"]["sidecars"][0] == {"name": "a", "image": "reg.example/a:1", "args": ["x"]}


@pytest.mark.parametrize("target", ["reg.example", "reg.example/m/n"])
def test_charts_without_a_common_registry_move_by_their_repositories(target: str, tmp_path: Path) -> None:
    values, template = PLAIN
    plain = shop(tmp_path / "a", **{"values.yaml": values, "templates__deployment.yaml": template})
    ok("relocate", target, plain, "-o", tmp_path / "moved.yaml")
    assert images(plain, tmp_path / "moved.yaml") == {f"{target}/acme/shop:7"}
    parted = shop(tmp_path / "b", **{"values.yaml": "image: {registry: quay.io, repository: a/b, tag: '1'}\n"})
    ok("relocate", target, parted, "-o", tmp_path / "moved.yaml")
    assert images(parted, tmp_path / "moved.yaml") == {f"{target}/a/b:1"}


def test_relocating_twice_changes_nothing_more(tmp_path: Path) -> None:
    chart = shop(tmp_path / "shop")
    ok("relocate", "reg.example", chart, "-o", tmp_path / "moved.yaml")
    ok("relocate", "reg.example", chart, "-f", tmp_path / "moved.yaml", "-o", tmp_path / "again.yaml")
    assert (tmp_path / "moved.yaml").read_text() == (tmp_path / "again.yaml").read_text()


def test_values_that_are_read_are_not_written_over(tmp_path: Path) -> None:
    chart, mine, link = shop(tmp_path / "shop"), tmp_path / "mine.yaml", tmp_path / "link.yaml"
    mine.write_text("replicas: 2\n")
    link.symlink_to(mine)
    for output in (mine, tmp_path / "shop" / ".." / "mine.yaml", link, chart / "values.yaml"):
        before = output.read_text()
        said = refused("relocate", "reg.example", chart, "-f", mine, "-o", output)
        assert f"{output} is read as well, and would be lost." in said
        assert output.read_text() == before
    ok("package", chart, "-o", tmp_path / "dist")
    archive = tmp_path / "dist" / "shop-1.0.0.tgz"
    assert "would be lost" in refused("relocate", "reg.example", archive, "-o", archive)


def test_what_was_written_is_said_beside_the_answer(tmp_path: Path) -> None:
    done = run("relocate", "reg.example", shop(tmp_path / "shop"), "-o", tmp_path / "moved.yaml")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[0] == f"wrote {tmp_path / 'moved.yaml'}"


def test_an_image_that_no_value_moves_is_named(tmp_path: Path) -> None:
    fixed = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'quay.io/fixed:1'}]}\n"
    )
    chart = shop(tmp_path / "shop", **{"templates__fixed.yaml": fixed})
    said = refused("relocate", "reg.example", chart, "-o", tmp_path / "moved.yaml")
    assert "Pod/p: c: quay.io/fixed:1 stays where it is" in said
    assert not (tmp_path / "moved.yaml").exists()


@pytest.mark.parametrize(
    "registry", ["", "mirror", "https://reg.example", "reg.example/", "reg.example/A", "a b", "r.e:x"]
)
def test_what_is_no_registry_is_refused(registry: str, tmp_path: Path) -> None:
    assert "no registry" in refused("relocate", registry, shop(tmp_path / "shop"))


def test_a_chart_without_values_of_its_own_can_move(tmp_path: Path) -> None:
    chart = shop(tmp_path)
    (chart / "values.yaml").unlink()
    (chart / "templates" / "deployment.yaml").write_text("{{- /* nothing that names an image */ -}}")
    assert "{}" in ok("relocate", "reg.example", chart)

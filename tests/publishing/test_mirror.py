"""The script that copies a release's images into a registry of one's own; crane, skopeo and docker only write down."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.publishing.image import Image
from kubilitics_chartgen.publishing.mirror import mirror_script
from tests import tools
from tests.chart.objects import CHART
from tests.publishing.charts import helm_images

DIGEST = "sha256:" + "ab" * 32


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """A folder with a crane, a skopeo and a docker that write down what they are asked to do, and a log of it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("crane", "skopeo", "docker"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> "{tmp_path}/log"\n[ "$FAIL" != "$1" ]\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


def mirror(script: Path, recorder: Path, *arguments: str, code: int = 0, **env: str) -> list[str]:
    """What the programs were asked to do."""
    log = recorder.parent / "log"
    log.unlink(missing_ok=True)
    environment = {**os.environ, "PATH": f"{recorder}{os.pathsep}{os.environ['PATH']}", **env}
    done = subprocess.run(["sh", str(script), *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return log.read_text().splitlines() if log.exists() else []


def test_the_mirror_script_is_clean_posix_shell(release: Path) -> None:
    script = release / "mirror.sh"
    subprocess.run(["/bin/sh", "-n", str(script)], check=True)
    run = subprocess.run([tools.shellcheck(), "--shell=sh", str(script)], capture_output=True, text=True, check=False)
    assert run.stdout == ""


def test_crane_copies_every_image_to_where_relocated_values_look(release: Path, recorder: Path) -> None:
    done = mirror(release / "mirror.sh", recorder, "--tool", "crane", "copy", "reg.example/m")
    images = (release / "images.txt").read_text().split()
    assert sorted(done) == sorted(f"crane copy {image} reg.example/m/{image.split('/', 1)[1]}" for image in images)
    pulled = helm_images("-f", CHART / "ci" / "openai-values.yaml", "--set", "global.imageRegistry=reg.example/m")
    assert pulled <= {line.split()[-1] for line in done}


def test_skopeo_keeps_all_platforms_and_docker_pulls_tags_and_pushes(recorder: Path, tmp_path: Path) -> None:
    script = tmp_path / "mirror.sh"
    script.write_text(mirror_script("shop 1.0.0", [Image("quay.io", "a/b", "1")]))
    assert mirror(script, recorder, "copy", "reg.example", MIRROR_TOOL="skopeo") == [
        "skopeo copy --all --preserve-digests docker://quay.io/a/b:1 docker://reg.example/a/b:1"
    ]
    assert mirror(script, recorder, "--tool", "docker", "copy", "reg.example") == [
        "docker pull quay.io/a/b:1",
        "docker tag quay.io/a/b:1 reg.example/a/b:1",
        "docker push reg.example/a/b:1",
    ]


@pytest.mark.parametrize(
    ("tool", "saved", "loaded"),
    [
        ("crane", "crane pull --format=oci quay.io/a/b:1 {0}", "crane push {0} reg.example/a/b:1"),
        (
            "skopeo",
            "skopeo copy --all --preserve-digests docker://quay.io/a/b:1 dir:{0}",
            "skopeo copy --all --preserve-digests dir:{0} docker://reg.example/a/b:1",
        ),
        ("docker", "docker save --output {0}.tar quay.io/a/b:1", "docker load --input {0}.tar"),
    ],
)
def test_images_travel_in_a_folder(tool: str, saved: str, loaded: str, recorder: Path, tmp_path: Path) -> None:
    script, folder = tmp_path / "mirror.sh", tmp_path / "images"
    script.write_text(mirror_script("shop 1.0.0", [Image("quay.io", "a/b", "1")]))
    place = f"{folder}/a/b+1/image"
    assert saved.format(place) in mirror(script, recorder, "--tool", tool, "save", str(folder))
    assert loaded.format(place) in mirror(script, recorder, "--tool", tool, "load", str(folder), "reg.example")


def test_saving_again_begins_anew(recorder: Path, tmp_path: Path) -> None:
    script, left = tmp_path / "mirror.sh", tmp_path / "images" / "a" / "b+1" / "image" / "half"
    script.write_text(mirror_script("shop 1.0.0", [Image("quay.io", "a/b", "1")]))
    left.parent.mkdir(parents=True)
    left.write_text("of an image")
    mirror(script, recorder, "--dry-run", "save", str(tmp_path / "images"))
    assert left.exists()
    mirror(script, recorder, "save", str(tmp_path / "images"))
    assert not left.exists()


def test_a_dry_run_starts_nothing(release: Path, recorder: Path, tmp_path: Path) -> None:
    assert mirror(release / "mirror.sh", recorder, "--dry-run", "copy", "reg.example") == []
    assert mirror(release / "mirror.sh", recorder, "--dry-run", "save", str(tmp_path / "images")) == []
    assert not (tmp_path / "images").exists()


def test_the_mirror_stops_at_the_first_image_that_fails(release: Path, recorder: Path) -> None:
    assert (
        len(mirror(release / "mirror.sh", recorder, "--tool", "crane", "copy", "r.example", code=1, FAIL="copy")) == 1
    )
    docker = mirror(release / "mirror.sh", recorder, "--tool", "docker", "copy", "r.example", code=1, FAIL="pull")
    assert len(docker) == 1


def test_a_pinned_image_is_not_left_to_docker(recorder: Path, tmp_path: Path) -> None:
    script = tmp_path / "mirror.sh"
    script.write_text(mirror_script("shop 1.0.0", [Image("quay.io", "a", "1", DIGEST), Image("quay.io", "a", "1")]))
    assert mirror(script, recorder, "--tool", "docker", "copy", "reg.example", code=2) == []
    assert mirror(script, recorder, "--tool", "crane", "copy", "reg.example") == [
        f"crane copy quay.io/a@{DIGEST} reg.example/a:1"
    ]


@pytest.mark.parametrize(
    "arguments",
    [(), ("copy",), ("copy", ""), ("copy", "https://reg.example"), ("copy", "-x"), ("--tool", "podman", "copy", "r")],
)
def test_wrong_use_of_the_mirror_script_does_nothing(arguments, release: Path, recorder: Path) -> None:
    assert mirror(release / "mirror.sh", recorder, *arguments, code=2) == []


def test_two_images_that_would_meet_in_the_mirror_are_refused() -> None:
    with pytest.raises(InputError, match="cannot lie in one mirror"):
        mirror_script("shop", [Image("quay.io", "a/b", "1"), Image("ghcr.io", "a/b", "1")])
    with pytest.raises(InputError, match="cannot lie in one mirror"):
        mirror_script("shop", [Image("quay.io", "a", "1", DIGEST), Image("quay.io", "a", "1", DIGEST[:-1] + "c")])

"""The images of a release: every one that is rendered, in lists, SBOM and mirror, and none that is made up."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.publishing.image import Image, parse_image
from kubilitics_chartgen.publishing.mirror import mirror_script
from tests import tools
from tests.chart.objects import CHART, PROFILES
from tests.publishing.charts import ok, refused, shop

DIGEST = "sha256:" + "ab" * 32


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own chart, packed."""
    folder = tmp_path_factory.mktemp("release") / "out"
    ok("package", CHART, "-o", folder, env={"SOURCE_DATE_EPOCH": "1700000000"})
    return folder


def helm_images(*arguments: str | Path) -> set[str]:
    """What Helm 3 renders behind `image:`, found without our code."""
    done = subprocess.run(
        [tools.helm3(), "template", "x", str(CHART), *map(str, arguments)], capture_output=True, text=True, check=True
    )
    found = set()

    def walk(node):
        if isinstance(node, dict):
            found.update([node["image"]] if isinstance(node.get("image"), str) else [])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    for document in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader):
        walk(document)
    return found


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("busybox", Image("docker.io", "library/busybox")),
        ("acme/shop:7", Image("docker.io", "acme/shop", "7")),
        ("ghcr.io/acme/shop:7", Image("ghcr.io", "acme/shop", "7")),
        ("localhost/shop", Image("localhost", "shop")),
        ("reg.example:5000/a/b:1", Image("reg.example:5000", "a/b", "1")),
        (f"reg.example/a@{DIGEST}", Image("reg.example", "a", "", DIGEST)),
        (f"reg.example/a:1@{DIGEST}", Image("reg.example", "a", "1", DIGEST)),
    ],
)
def test_references_are_read_as_container_runtimes_read_them(text: str, image: Image) -> None:
    assert parse_image(text) == image


@pytest.mark.parametrize(
    "text", ["", "A/B", "a b", "a:", "a@sha256:12", "a;rm -rf /", "$(x)/a", "a\nb", "-a", "a/../b"]
)
def test_what_is_no_image_is_none(text: str) -> None:
    assert parse_image(text) is None


def test_every_image_of_every_profile_is_listed_with_who_uses_it(release: Path) -> None:
    listed = json.loads((release / "images.json").read_text())["images"]
    for profile in PROFILES:
        rendered = helm_images("-f", profile, "--set", "global.imageRegistry=")
        assert rendered == {image["image"] for image in listed if profile.stem in image["profiles"]}, profile.stem
    assert helm_images() == {image["image"] for image in listed if "defaults" in image["profiles"]}
    assert (release / "images.txt").read_text().split() == [image["image"] for image in listed]
    assert all(image["digest"] is None for image in listed)
    backend = next(image for image in listed if image["repository"] == "kubilitics/kubilitics-backend")
    assert (backend["registry"], backend["tag"]) == ("ghcr.io", "1.2.0")
    assert "Deployment/kubilitics-backend: backend" in backend["usedBy"]


def test_images_of_hooks_init_containers_and_image_volumes_are_found(tmp_path: Path) -> None:
    job = (
        "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: c\n  annotations: {helm.sh/hook: test}\nspec:\n"
        "  jobTemplate: {spec: {template: {spec: {initContainers: [{name: i, image: init:1}],\n"
        "    containers: [{name: m, image: 'quay.io/main:2'}],\n"
        "    volumes: [{name: v, image: {reference: 'quay.io/data:3'}}]}}}}\n"
    )
    chart = shop(tmp_path / "shop", **{"templates/job.yaml": job})
    ok("package", chart, "-o", tmp_path / "out")
    assert (tmp_path / "out" / "images.txt").read_text().split() == [
        "docker.io/acme/shop:7.1",
        "docker.io/library/init:1",
        "quay.io/data:3",
        "quay.io/main:2",
    ]


def test_the_sbom_fits_the_cyclonedx_schema(release: Path) -> None:
    text = (release / "kubilitics-1.2.0.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    broken = json.loads(text)
    broken["components"][0]["type"] = "image"
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(broken)) is not None


def test_the_sbom_names_the_chart_by_its_digest_and_says_what_is_unknown(release: Path) -> None:
    bom = json.loads((release / "kubilitics-1.2.0.cdx.json").read_text())
    chart = bom["metadata"]["component"]
    sums = dict(reversed(line.split("  ")) for line in (release / "SHA256SUMS").read_text().splitlines())
    assert chart["hashes"] == [{"alg": "SHA-256", "content": sums["kubilitics-1.2.0.tgz"]}]
    assert chart["licenses"] == [{"expression": "Apache-2.0"}]
    assert bom["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"
    images = [part for part in bom["components"] if part["type"] == "container"]
    assert len(images) == len((release / "images.txt").read_text().split())
    for image in images:
        assert "hashes" not in image
        assert {"name": "kubilitics:digest", "value": "unknown"} in image["properties"]
    unknown = [part for part in bom["compositions"] if part["aggregate"] == "unknown"]
    assert unknown == [{"aggregate": "unknown", "assemblies": [image["bom-ref"] for image in images]}]


def test_the_serial_number_follows_the_content(tmp_path: Path) -> None:
    def serial(name: str, **changed: str) -> str:
        ok("package", shop(tmp_path / name, **changed), "-o", tmp_path / f"{name}-out")
        return json.loads((tmp_path / f"{name}-out" / "shop-1.0.0.cdx.json").read_text())["serialNumber"]

    assert serial("a") == serial("b") != serial("c", **{"templates__NOTES.txt": "Other.\n"})


def test_subcharts_stand_in_the_sbom(tmp_path: Path) -> None:
    inner = "apiVersion: v2\nname: inner\nversion: 0.3.0\n"
    about = "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies: [{name: inner, version: 0.3.0}]\n"
    chart = shop(tmp_path / "shop", **{"Chart.yaml": about, "charts__inner__Chart.yaml": inner})
    ok("package", chart, "-o", tmp_path / "out")
    bom = json.loads((tmp_path / "out" / "shop-1.0.0.cdx.json").read_text())
    found = [part for part in bom["components"] if part["type"] == "application"]
    assert [(part["name"], part["version"], part["purl"]) for part in found] == [
        ("inner", "0.3.0", "pkg:helm/inner@0.3.0")
    ]


def test_known_digests_pin_lists_sbom_and_mirror(tmp_path: Path) -> None:
    chart = shop(tmp_path / "shop")
    (tmp_path / "digests.json").write_text(json.dumps({"acme/shop:7.1": DIGEST, "quay.io/other:1": DIGEST}))
    ok("package", chart, "-o", tmp_path / "out", "--digests", tmp_path / "digests.json")
    assert (tmp_path / "out" / "images.txt").read_text() == f"docker.io/acme/shop:7.1@{DIGEST}\n"
    bom = json.loads((tmp_path / "out" / "shop-1.0.0.cdx.json").read_text())
    (image,) = bom["components"]
    assert image["hashes"] == [{"alg": "SHA-256", "content": DIGEST[7:]}]
    assert image["purl"].startswith(f"pkg:oci/shop@sha256%3A{DIGEST[7:]}?")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bom)) is None
    assert f"docker.io/acme/shop@{DIGEST} acme/shop:7.1\n" in (tmp_path / "out" / "mirror.sh").read_text()


def test_digests_that_cannot_be_right_are_refused(tmp_path: Path) -> None:
    chart = shop(tmp_path / "shop", **{"ci__pinned-values.yaml": f"image: {{digest: '{DIGEST}'}}\n"})
    digests = tmp_path / "digests.json"
    options = ("package", chart, "-o", tmp_path / "out", "--digests", digests)
    digests.write_text(json.dumps({"acme/shop:7.1": DIGEST.replace("ab", "cd")}))
    assert "the chart pins" in refused(*options)
    for text, said in (
        ('{"acme/shop:7.1": "latest"}', "no image with its digest"),
        ("[]", "no image"),
        ("{", "not JSON"),
    ):
        digests.write_text(text)
        assert said in refused(*options)


def test_a_profile_that_cannot_be_rendered_is_named(tmp_path: Path) -> None:
    chart = shop(tmp_path / "shop", **{"ci__broken-values.yaml": "image: {repository: 'NOT AN IMAGE'}\n"})
    said = refused("package", chart, "-o", tmp_path / "out")
    assert "profile broken" in said
    assert "NOT AN IMAGE" in said


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

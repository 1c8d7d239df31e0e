"""The images of a release: every one that is rendered, in lists and SBOM, and none that is made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from kubilitics_chartgen.publishing.image import Image, parse_image
from tests.chart.objects import PROFILES
from tests.publishing.charts import helm_images, ok, refused, shop

DIGEST = "sha256:" + "ab" * 32


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
    (tmp_path / "digests.json").write_text(json.dumps({"acme/shop:7.1": DIGEST}))
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


def test_digests_of_images_that_the_chart_does_not_start_are_named(tmp_path: Path) -> None:
    digests = tmp_path / "digests.json"
    digests.write_text(json.dumps({"acme/shop:7.1": DIGEST, "acme/shpo:7.1": DIGEST, "quay.io/a:1": DIGEST}))
    said = refused("package", shop(tmp_path / "shop"), "-o", tmp_path / "out", "--digests", digests)
    assert 'docker.io/acme/shpo:7.1: the chart starts no such image. Did you mean "docker.io/acme/shop:7.1"?' in said
    assert "quay.io/a:1: the chart starts no such image. Leave it out" in said
    assert not (tmp_path / "out").exists()


def test_a_folder_of_profiles_without_any_is_refused(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "notes.txt").write_text("nothing")
    chart = shop(tmp_path / "shop", **{"ci__notes.txt": "none here either"})
    said = refused("package", chart, "-o", tmp_path / "out", "--profiles", tmp_path / "profiles")
    assert f"{tmp_path / 'profiles'} holds no values files" in said
    ok("package", chart, "-o", tmp_path / "out")


def test_a_profile_that_cannot_be_rendered_is_named(tmp_path: Path) -> None:
    chart = shop(tmp_path / "shop", **{"ci__broken-values.yaml": "image: {repository: 'NOT AN IMAGE'}\n"})
    said = refused("package", chart, "-o", tmp_path / "out")
    assert "profile broken" in said
    assert "NOT AN IMAGE" in said

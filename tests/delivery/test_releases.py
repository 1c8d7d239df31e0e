"""Which failure stops what: a full release is stopped by any, a release of the core not by AI."""

import re

import pytest
import yaml

from tests.chart.objects import render
from tests.delivery.pipeline import FAILURE, PRODUCT, SKIPPED, SUCCESS, jobs, product, read, run

FULL = product("release.yml")
CORE = product("release-core.yml")
BUILDS = {name for name, _ in jobs(FULL) if not name.startswith("publish")} - {"gate"}
PUBLISHING = {"publish-images", "publish-chart", "publish-files"}


def published(ended):
    return {name for name, end in ended.items() if name.startswith("publish") and end == SUCCESS}


def test_without_a_failure_everything_is_published():
    assert published(run(FULL)) == PUBLISHING
    assert published(run(CORE)) == {"publish-core", "publish-ai"}


@pytest.mark.parametrize("failing", sorted(BUILDS))
def test_any_failure_blocks_a_full_release(failing):
    ended = run(FULL, {failing})
    assert ended[failing] == FAILURE
    assert published(ended) == set()
    assert ended["gate"] == SKIPPED


def test_these_are_the_failures_that_were_tried():
    assert {"backend/test", "backend/binaries", "backend/image", "ai/test", "ai/binaries", "ai/image"} <= BUILDS
    assert {"frontend/test", "frontend/image", "chart", "compatibility", "desktop", "mobile", "version"} <= BUILDS


@pytest.mark.parametrize("failing", ["ai/test", "ai/binaries", "ai/image"])
def test_a_failing_ai_keeps_back_ai_and_not_the_core(failing):
    ended = run(CORE, {failing})
    assert published(ended) == {"publish-core"}
    assert ended["ai"] == FAILURE, "the run turns red"


@pytest.mark.parametrize(
    "failing", ["version", "compatibility", "backend/test", "backend/image", "frontend/test", "frontend/image"]
)
def test_a_failing_core_is_not_published(failing):
    assert published(run(CORE, {failing})) == set()


def test_no_core_job_of_a_core_release_waits_for_ai():
    needed, found = {"publish-core"}, set()
    while needed:
        name = needed.pop()
        found.add(name)
        needed |= set(CORE["jobs"][name].get("needs", [])) - found
    assert found == {"publish-core", "gate", "version", "backend", "frontend", "compatibility"}


@pytest.mark.parametrize("track", ["backend", "ai", "frontend"])
def test_a_track_knows_no_other_track(track):
    flow = product(f"{track}.yml")
    others = {"kubilitics-backend", "kubilitics-ai", "kubilitics-frontend"} - {f"kubilitics-{track}"}
    text = (PRODUCT / ".github" / "workflows" / f"{track}.yml").read_text(encoding="utf-8")
    assert not any(other in text for other in others)
    assert all("uses" not in job for job in flow["jobs"].values())
    assert "workflow_call" in flow["on"]
    assert f"kubilitics-{track}/**" in flow["on"]["pull_request"]["paths"]


def test_a_failing_publication_of_images_publishes_neither_chart_nor_files():
    assert published(run(FULL, {"publish-images"})) == set()


def test_this_repository_releases_its_chart_only_after_all_tests():
    flow = read(PRODUCT.parent / ".github" / "workflows" / "release.yml")
    for failing in ("everything", "gate"):
        assert published(run(flow, {failing})) == set()
    assert published(run(flow)) == {"publish"}


@pytest.mark.parametrize("track", ["backend", "ai"])
def test_binaries_for_every_platform_and_one_failing_leaves_the_others(track):
    job = product(f"{track}.yml")["jobs"]["binaries"]
    assert {entry["target"] for entry in job["strategy"]["matrix"]["include"]} == {
        "macos-universal",
        "windows-x86_64",
        "linux-x86_64-static",
        "linux-x86_64-glibc",
    }
    assert job["strategy"]["fail-fast"] is False


@pytest.mark.parametrize(
    ("track", "architectures"), [("backend", {"amd64", "arm64"}), ("ai", {"amd64"}), ("frontend", {"amd64", "arm64"})]
)
def test_images_for_the_processors_that_are_supported(track, architectures):
    job = product(f"{track}.yml")["jobs"]["image"]
    assert {entry["arch"] for entry in job["strategy"]["matrix"]["include"]} == architectures


@pytest.mark.parametrize(("track", "least", "most"), [("backend", 50, 150), ("ai", 100, 300)])
def test_images_are_held_to_their_budget_and_scanned_before_they_are_handed_over(track, least, most):
    names = [step["name"] for step in product(f"{track}.yml")["jobs"]["image"]["steps"]]
    assert names.index("Build") < names.index("Check the size") < names.index("Scan for vulnerabilities")
    assert names.index("Scan for vulnerabilities") < names.index("Hand over")
    (check,) = [step for step in product(f"{track}.yml")["jobs"]["image"]["steps"] if step["name"] == "Check the size"]
    assert check["run"].splitlines()[-1] == f"sh scripts/check-size.sh kubilitics-{track}:checked {least} {most}"


@pytest.mark.parametrize("track", ["backend", "ai", "frontend"])
def test_a_known_vulnerability_fails_the_track(track):
    (scan,) = [
        step for step in product(f"{track}.yml")["jobs"]["image"]["steps"] if "scan-action" in step.get("uses", "")
    ]
    assert scan["with"]["fail-build"] is True
    assert scan["with"]["severity-cutoff"] == "high"
    assert scan["with"]["image"].startswith(f"oci-archive:image-{track}-"), "the very archive that is handed over"


def test_latest_is_moved_by_a_full_release_only():
    assert ":latest" in str(FULL["jobs"]["publish-images"])
    assert ":latest" not in str(CORE)


def test_what_is_published_is_signed_and_says_where_it_comes_from():
    for flow in (FULL, CORE):
        for name, job in flow["jobs"].items():
            if name in ("publish-images", "publish-core", "publish-ai"):
                text = str(job["steps"])
                assert text.index("push-image.sh") < text.index("cosign sign --yes"), name
                assert "actions/attest-build-provenance@" in text
                assert 'sign --yes "$REPOSITORY@$DIGEST"' in text, "by digest, not by a tag that can move"
    assert "cosign sign-blob" in str(FULL["jobs"]["publish-files"])


def test_the_chart_is_installed_on_several_kubernetes_versions_the_oldest_and_the_newest_among_them():
    for flow, name in ((FULL, "chart"), (read(PRODUCT.parent / ".github" / "workflows" / "chart.yml"), "install")):
        job = flow["jobs"][name]
        versions = [entry["kubernetes"] for entry in job["strategy"]["matrix"]["include"]]
        assert len(versions) >= 4
        assert versions[0].startswith("v1.25.")
        assert versions[-1].startswith("v1.37.")
        assert any("ct install" in step.get("run", "") for step in job["steps"])


def test_a_deep_run_every_week():
    flow = read(PRODUCT.parent / ".github" / "workflows" / "deep-verify.yml")
    ((entry),) = flow["on"]["schedule"]
    assert len(entry["cron"].split()) == 5
    assert entry["cron"].split()[4] != "*", "weekly"
    assert "make verify-deep" in str(flow["jobs"])


def test_every_make_target_of_the_workflows_is_there():
    makefile = (PRODUCT.parent / "Makefile").read_text(encoding="utf-8")
    for path in (PRODUCT.parent / ".github" / "workflows").glob("*.yml"):
        for target in re.findall(
            r"^\s+(?:sudo )?make ([a-z][a-z0-9-]*)", path.read_text(encoding="utf-8"), re.MULTILINE
        ):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{path.name}: {target}"


def test_the_profiles_installed_on_an_empty_cluster_need_nothing_that_it_lacks():
    """No Secret that must exist, no server to wait for, no kind of object that Kubernetes does not bring."""
    flow = read(PRODUCT.parent / ".github" / "workflows" / "chart.yml")
    text = str(flow["jobs"]["install"])
    profiles = re.findall(r"([a-z-]+)-values[.]yaml", text)
    assert len(profiles) >= 3
    for profile in profiles:
        values = yaml.safe_load((PRODUCT.parent / "values" / f"{profile}.yaml").read_text(encoding="utf-8"))
        rendered = render(values)
        for item in rendered.all:
            group = item["apiVersion"].rpartition("/")[0]
            assert "." not in group or group.endswith(".k8s.io"), f"{profile}: {item['kind']} of {group}"
        for _, pod in rendered.pods():
            assert "wait-for-provider" not in str(pod), profile
            assert set(secrets(pod)) == set(), profile


def secrets(node):
    """Secrets without which a pod does not start."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "secretKeyRef" and not value.get("optional"):
                yield value["name"]
            if key == "secret" and isinstance(value, dict) and not value.get("optional"):
                yield value["secretName"]
            yield from secrets(value)
    elif isinstance(node, list):
        for item in node:
            yield from secrets(item)

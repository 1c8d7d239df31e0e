"""`plan` takes either side from a real OCI registry, and says in a sentence where it cannot."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.publishing.charts import ok
from tests.publishing.oci_runs import manifest
from tests.publishing.registries import changed_answers
from tests.tools import REPOSITORY

PROGRAM = str(Path(sys.executable).parent / "kubilitics-chartgen")
BEFORE_AI = REPOSITORY / "releases" / "kubilitics-1.1.0.tgz"


def plan(*arguments, env=None):
    words = [PROGRAM, "plan", *map(str, arguments)]
    return subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True, check=False, env=env)


@pytest.fixture(scope="module")
def published(open_registry, release):
    """Both releases, the older one with other content under the name of the newer folder."""
    base = f"oci://{open_registry.host}/charts"
    ok("publish", BEFORE_AI, base, "--plain-http")
    ok("publish", next(release.glob("*.tgz")), base, "--plain-http")
    return f"{base}/kubilitics"


def test_both_sides_come_from_a_registry_and_the_plan_is_the_one_from_disk(published):
    answer = plan(f"{published}:1.1.0", f"{published}:1.2.0", "--plain-http", "--json")
    assert (answer.returncode, answer.stderr) == (0, "")
    found = json.loads(answer.stdout)
    local = json.loads(plan(BEFORE_AI, "charts/kubilitics", "--json").stdout)
    assert found["changes"] == local["changes"]
    assert found["title"] == f"{published}:1.1.0 to {published}:1.2.0"
    assert found["run"] == f"helm upgrade kubilitics {published} --version 1.2.0 --namespace default"


def test_a_digest_names_one_content_for_good(published, open_registry):
    tag = open_registry.get("charts/kubilitics/manifests/1.1.0", "application/vnd.oci.image.manifest.v1+json")
    digest = tag[1]["docker-content-digest"]
    answer = plan("charts/kubilitics", f"{published}@{digest}", "--plain-http", "--json")
    assert json.loads(answer.stdout)["run"] == f"helm upgrade kubilitics {published}@{digest} --namespace default"


def test_a_registry_with_tls_and_a_login(registry, monkeypatch):
    for name, value in registry.env.items():
        monkeypatch.setenv(name, value)
    base = f"oci://{registry.host}/plans"
    ok("publish", BEFORE_AI, base, *registry.options, env=registry.env)
    options = ("--ca-file", registry.certificates.authority, "--json")
    assert plan(f"{base}/kubilitics:1.1.0", "charts/kubilitics", *options).returncode == 0
    monkeypatch.setenv("KUBILITICS_REGISTRY_PASSWORD", "wrong-password")
    refused = plan(f"{base}/kubilitics:1.1.0", "charts/kubilitics", *options)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "helm registry login" in refused.stderr
    assert "wrong-password" not in refused.stderr


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("{base}:9.9.9", "there is no oci://"),
        ("{base}-nobody:1.2.0", "there is no oci://"),
        ("{base}", "names no version. Write it behind the name"),
        ("oci://kubilitics:1.2.0", "is no address of a chart"),
        ("oci://", "is no address of a chart"),
        ("oci://HOST/Upper Case:1", "is no address of a chart"),
    ],
)
def test_what_is_not_there_is_one_sentence(published, reference, said):
    answer = plan("charts/kubilitics", reference.format(base=published), "--plain-http")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert said in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_what_is_wrong_with_a_fetched_chart_is_said_of_its_reference(published):
    answer = plan(f"{published}:1.1.0", f"{published}:1.2.0", "--plain-http", "--set", "backend.replicsa=2")
    assert answer.returncode == 2
    assert "/tmp" not in answer.stderr
    refused = plan(f"{published}:1.1.0", "charts/kubilitics", "--plain-http", "-f", "values/openai.yaml")
    assert f"error: {published}:1.1.0 does not take these values" in refused.stderr


def test_content_that_is_not_what_its_digest_says_is_never_used(published, open_registry):
    layer = manifest(open_registry, "charts/kubilitics", "1.2.0")["layers"][0]["digest"]

    def swap(_method, path, answer):
        status, headers, body = answer
        return (status, headers, body[:-1] + b"x") if path.endswith(layer) else answer

    with changed_answers(open_registry.port, swap) as port:
        reference = published.replace(str(open_registry.port), str(port))
        answer = plan("charts/kubilitics", f"{reference}:1.2.0", "--plain-http")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "mixes contents up" in answer.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", "is no chart: what lies there has no layers"),
        (b"not json", "is no chart: what lies there has no layers"),
        (b'{"layers": [{"mediaType": "application/x"}]}', "is no chart: Helm did not put it there"),
        (
            b'{"layers": [{"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "digest": "x"}]}',
            "has a manifest that names no archive",
        ),
        (
            b'{"layers": [{"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "size": 99999999,'
            b'"digest": "sha256:' + b"0" * 64 + b'"}]}',
            "is larger than 10 MiB",
        ),
    ],
    ids=["no layers", "no JSON", "an image", "no digest", "large"],
)
def test_what_is_no_chart_is_one_sentence(published, open_registry, content, said):
    def swap(_method, path, answer):
        return (200, {"content-type": "application/json"}, content) if "/manifests/" in path else answer

    with changed_answers(open_registry.port, swap) as port:
        reference = published.replace(str(open_registry.port), str(port))
        answer = plan("charts/kubilitics", f"{reference}:1.2.0", "--plain-http")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert said in answer.stderr

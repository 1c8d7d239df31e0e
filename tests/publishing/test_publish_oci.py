"""A chart in a real registry: what Helm pulls is what was packed, whatever happens on the way."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from kubilitics_chartgen.publishing import oci
from kubilitics_chartgen.publishing.archive import read_archive
from tests import tools
from tests.publishing.charts import ok, refused
from tests.publishing.conftest import Keys
from tests.publishing.oci_runs import Helm, large, manifest, packed
from tests.publishing.registries import NAME, Registry, breaking_line


@pytest.mark.parametrize("binary", [tools.helm3, tools.helm4], ids=["helm3", "helm4"])
def test_helm_pulls_and_verifies_what_was_published(binary, registry: Registry, keys: Keys, tmp_path: Path) -> None:
    archive = packed(tmp_path, "--key", "open@example.com", env=keys.env)
    folder = f"signed-{binary.__name__}"
    where = f"oci://{registry.host}/{folder}"
    said = json.loads(ok("publish", archive, where, *registry.options, "--json", env=registry.env))
    assert said["reference"] == f"{where}/shop:1.0.0"
    helm = Helm(binary(), registry, tmp_path)
    keyring = keys.public("open", tmp_path)
    pulled = helm.pull(f"{folder}/shop", "1.0.0", "--verify", "--keyring", keyring)
    assert pulled.read_bytes() == archive.read_bytes()
    _status, headers, body = registry.get(f"{folder}/shop/manifests/1.0.0", oci.MANIFEST)
    assert headers["docker-content-digest"] == said["digest"] == "sha256:" + hashlib.sha256(body).hexdigest()


def test_helm_push_and_publish_describe_a_chart_the_same_way(registry: Registry, tmp_path: Path) -> None:
    archive = packed(tmp_path)
    ok("publish", archive, f"oci://{registry.host}/ours", *registry.options, env=registry.env)
    helm = Helm(tools.helm3(), registry, tmp_path)
    helm.run("push", archive, f"oci://{NAME}/theirs")
    ours, theirs = (manifest(registry, f"{name}/shop", "1.0.0") for name in ("ours", "theirs"))
    assert ours["layers"] == theirs["layers"]
    assert ours["config"]["mediaType"] == theirs["config"]["mediaType"]
    created = "org.opencontainers.image.created"
    assert {**ours["annotations"], created: ""} == {**theirs["annotations"], created: ""}
    configs = [
        registry.get(f"{n}/shop/blobs/{m['config']['digest']}")[2] for n, m in (("ours", ours), ("theirs", theirs))
    ]
    assert json.loads(configs[0]) == json.loads(configs[1])


def test_build_metadata_becomes_an_underscore_as_in_helm(registry: Registry, tmp_path: Path) -> None:
    archive = packed(tmp_path, **{"Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0+exp.1\n"})
    ok("publish", archive, f"oci://{registry.host}/plus", *registry.options, env=registry.env)
    pulled = Helm(tools.helm3(), registry, tmp_path).pull("plus/shop", "1.0.0+exp.1")
    assert pulled.read_bytes() == archive.read_bytes()


def test_a_second_run_finds_it_there_and_sends_nothing(registry: Registry, tmp_path: Path) -> None:
    archive = packed(tmp_path)
    command = ("publish", archive, f"oci://{registry.host}/twice", *registry.options)
    assert "published oci://" in ok(*command, env=registry.env)
    before = registry.requests("PATCH"), registry.requests("PUT")
    assert ok(*command, env=registry.env).startswith("already published oci://")
    assert (registry.requests("PATCH"), registry.requests("PUT")) == before
    assert before[0] > 0


def test_a_published_version_is_never_replaced(registry: Registry, tmp_path: Path) -> None:
    where = f"oci://{registry.host}/once"
    ok("publish", packed(tmp_path / "a"), where, *registry.options, env=registry.env)
    before = manifest(registry, "once/shop", "1.0.0")
    other = packed(tmp_path / "b", **{"values.yaml": "replicas: 9\nimage: {registry: a.b, repository: c, tag: d}\n"})
    said = refused("publish", other, where, *registry.options, env=registry.env)
    assert "is published already, with other content" in said
    assert "raise the version" in said
    assert manifest(registry, "once/shop", "1.0.0") == before


@pytest.mark.parametrize("breaks_after", [5_000, 60_000, 250_000])
def test_a_line_that_breaks_in_mid_upload_is_taken_up_again(
    breaks_after: int, registry: Registry, tmp_path: Path
) -> None:
    archive = large(tmp_path)
    with breaking_line(registry.port, breaks_after=breaks_after, times=3) as line:
        where = f"oci://127.0.0.1:{line.port}/broken-{breaks_after}"
        ok("publish", archive, where, *registry.options, env=registry.env)
        assert line.broken > 0
    pulled = Helm(tools.helm3(), registry, tmp_path).pull(f"broken-{breaks_after}/shop", "1.0.0")
    assert pulled.read_bytes() == archive.read_bytes()


def test_what_arrived_before_the_break_is_not_sent_again(registry: Registry, tmp_path: Path, monkeypatch) -> None:
    """In pieces of 20 kB over a line that breaks once, in a piece in the middle."""
    for name, value in registry.env.items():
        monkeypatch.setenv(name, value)
    archive = read_archive(large(tmp_path))
    sent: list[str] = []
    with breaking_line(registry.port, breaks_after=15_000, times=0) as line:
        planned = oci.plan(f"oci://127.0.0.1:{line.port}/pieces", archive, None)
        repository = oci.connect(planned, ca_file=registry.certificates.authority)
        transport, pieces = repository.session.transport, 0
        send = transport.send

        def counted(method, url, headers, data=None):
            nonlocal pieces
            if method == "PATCH":
                pieces += 1
                line.times = 1 if pieces == 8 else line.times
                sent.append(headers["Content-Range"])
            return send(method, url, headers, data)

        transport.send = counted
        oci.publish(planned, dataclasses.replace(repository, chunk=20_000))
        assert line.broken == 1
    assert manifest(registry, "pieces/shop", "1.0.0")["layers"][0]["digest"] == f"sha256:{archive.digest}"
    whole = len(archive.data) // 20_000 + 2
    assert whole < len(sent) <= whole + 2, "at most the broken piece is sent again"


def test_a_line_that_stays_broken_ends_with_a_sentence_and_can_be_repeated(registry: Registry, tmp_path: Path) -> None:
    archive = large(tmp_path)
    with breaking_line(registry.port, breaks_after=100_000, times=99) as line:
        said = refused("publish", archive, f"oci://127.0.0.1:{line.port}/later", *registry.options, env=registry.env)
        assert "5 times in a row" in said
        assert said.count("\n") == 1
    assert registry.tags("later/shop") == []
    ok("publish", archive, f"oci://{registry.host}/later", *registry.options, env=registry.env)
    assert registry.tags("later/shop") == ["1.0.0"]


def test_an_interrupted_run_says_what_that_means(open_registry: Registry, tmp_path: Path) -> None:
    archive = packed(tmp_path)
    script = (
        "import os, signal, sys\nfrom kubilitics_chartgen.cli import main\n"
        "from kubilitics_chartgen.publishing.registry.repository import Repository\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "Repository.put_manifest = lambda *given: os.kill(os.getpid(), signal.SIGINT)\n"
        f"sys.argv = ['x', 'publish', {str(archive)!r}, 'oci://{open_registry.host}/cut', '--plain-http']\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert "run it again" in done.stderr
    assert open_registry.tags("cut/shop") == []
    ok("publish", archive, f"oci://{open_registry.host}/cut", "--plain-http")


@pytest.mark.parametrize(
    "target", ["oci://", "oci://host", "oci://Reg.example/UPPER", "oci://r.example/a b", "oci://r.example/a:1"]
)
def test_an_address_that_is_none_is_refused(target: str, tmp_path: Path) -> None:
    assert "no address for charts" in refused("publish", packed(tmp_path), target)


def test_what_is_no_packed_chart_is_not_published(tmp_path: Path) -> None:
    archive, where = packed(tmp_path), "oci://127.0.0.1:9/x"
    assert "Pack it first" in refused("publish", tmp_path / "shop", where)
    renamed = archive.rename(archive.with_name("other-1.0.0.tgz"))
    assert "its name must be shop-1.0.0.tgz" in refused("publish", renamed, where)
    archive = renamed.rename(archive)
    assert "cannot be published to" in refused("publish", archive, "https://charts.example")
    archive.with_name(f"{archive.name}.prov").write_text("files:\n  shop-1.0.0.tgz: sha256:00\n")
    assert "signature of another archive" in refused("publish", archive, where)

"""A chart in a real registry: what Helm pulls is what was packed, whatever happens on the way."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.publishing import oci
from kubilitics_chartgen.publishing.archive import read_archive
from kubilitics_chartgen.publishing.registry.credentials import Credentials
from kubilitics_chartgen.publishing.registry.http import Response, Transport
from kubilitics_chartgen.publishing.registry.session import Session
from tests import tools
from tests.publishing.charts import ok, refused, run, shop
from tests.publishing.conftest import Keys
from tests.publishing.registries import NAME, PASSWORD, USERNAME, Registry, breaking_line, changed_answers


def packed(folder: Path, *options: str, env: dict[str, str] | None = None, **changed: str) -> Path:
    """The small chart as an archive."""
    ok("package", shop(folder / "shop", **changed), "-o", folder / "dist", *options, env=env)
    return next((folder / "dist").glob("*.tgz"))


def large(folder: Path) -> Path:
    """A chart that cannot be compressed below 300 kB, so that it can break on the way."""
    noise = base64.b64encode(random.Random(1).randbytes(300_000)).decode()
    return packed(folder, files__noise=noise)


def manifest(registry: Registry, repository: str, tag: str) -> dict:
    return json.loads(registry.get(f"{repository}/manifests/{tag}", oci.MANIFEST)[2])


class Helm:
    """Helm 3 or 4, logged in to a registry."""

    def __init__(self, binary: str, registry: Registry, folder: Path) -> None:
        self.binary, self.registry, self.folder = binary, registry, folder
        self.env = {**os.environ, "HELM_REGISTRY_CONFIG": str(folder / "login.json"), "HOME": str(folder)}
        if registry.credentials:
            login = base64.b64encode(":".join(registry.credentials).encode()).decode()
            (folder / "login.json").write_text(
                json.dumps({"auths": {NAME: {"auth": login}, "registry.test": {"auth": login}}})
            )

    def run(self, *arguments: str | Path) -> str:
        with breaking_line(self.registry.port, tunnel=True) as proxy:
            # Helm's own option --ca-file would make it forget the proxy.
            trust = {"SSL_CERT_FILE": str(self.registry.certificates.authority), "SSL_CERT_DIR": "/nowhere"}
            env = {**self.env, **trust, "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": ""}
            command = [self.binary, *map(str, arguments)]
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def pull(self, repository: str, version: str, *options: str | Path) -> Path:
        into = self.folder / "pulled"
        into.mkdir()
        self.run("pull", f"oci://{NAME}/{repository}", "--version", version, "-d", into, *options)
        return next(into.glob("*.tgz"))


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


def test_nobody_is_there(tmp_path: Path) -> None:
    said = refused("publish", packed(tmp_path), "oci://127.0.0.1:9/charts", "--plain-http")
    assert "the connection to 127.0.0.1:9 broke: Connection refused" in said


def test_a_stranger_is_refused_with_a_sentence(registry: Registry, tmp_path: Path) -> None:
    archive, where = packed(tmp_path), f"oci://{registry.host}/strangers"
    nobody = {"DOCKER_CONFIG": str(tmp_path), "HELM_REGISTRY_CONFIG": str(tmp_path / "none")}
    said = refused("publish", archive, where, *registry.options, env=nobody)
    assert "without a valid login" in said
    assert f"helm registry login {registry.host}" in said
    wrong = {"KUBILITICS_REGISTRY_USERNAME": USERNAME, "KUBILITICS_REGISTRY_PASSWORD": "not-the-password"}
    said = refused("publish", archive, where, *registry.options, env=wrong)
    assert "without a valid login" in said
    assert "not-the-password" not in said
    half = {**nobody, "KUBILITICS_REGISTRY_USERNAME": USERNAME}
    assert "set both of" in refused("publish", archive, where, *registry.options, env=half)


@pytest.mark.parametrize("place", ["docker", "helm"])
def test_logins_of_docker_and_helm_are_used(place: str, registry: Registry, tmp_path: Path) -> None:
    login = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {f"https://{registry.host}/v2/": {"auth": login}}}))
    env = {"DOCKER_CONFIG": str(tmp_path), "HELM_REGISTRY_CONFIG": str(tmp_path / "none")}
    if place == "helm":
        env = {"DOCKER_CONFIG": str(tmp_path / "none"), "HELM_REGISTRY_CONFIG": str(tmp_path / "config.json")}
    ok("publish", packed(tmp_path), f"oci://{registry.host}/by-{place}", *registry.options, env=env)


def test_a_credential_helper_is_asked(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"credHelpers": {registry.host: "tests"}}))
    helper = tmp_path / "docker-credential-tests"
    answer = json.dumps({"Username": USERNAME, "Secret": PASSWORD})
    helper.write_text(f'#!/bin/sh\n[ "$1" = get ] && [ "$(cat)" = {registry.host} ] && echo \'{answer}\'\n')
    archive, where = packed(tmp_path), f"oci://{registry.host}/helped"
    env = {"DOCKER_CONFIG": str(tmp_path)}
    assert "no such program" in refused("publish", archive, where, *registry.options, env=env)
    helper.chmod(0o755)
    ok("publish", archive, where, *registry.options, env={**env, "PATH": f"{tmp_path}:{os.environ['PATH']}"})


def test_a_login_that_cannot_be_read_is_named(registry: Registry, tmp_path: Path) -> None:
    archive, where = packed(tmp_path), f"oci://{registry.host}/x"
    env = {"DOCKER_CONFIG": str(tmp_path)}
    for text in ("{", "[]", json.dumps({"auths": {registry.host: {"auth": "%%%"}}})):
        (tmp_path / "config.json").write_text(text)
        assert "config.json" in refused("publish", archive, where, *registry.options, env=env)


def test_a_certificate_that_nobody_vouches_for_is_refused(registry: Registry, tmp_path: Path) -> None:
    archive, where = packed(tmp_path), f"oci://{registry.host}/untrusted"
    said = refused("publish", archive, where, env=registry.env)
    assert "is not trusted" in said
    assert "--ca-file" in said
    (tmp_path / "junk.pem").write_text("junk")
    assert "no certificates" in refused("publish", archive, where, "--ca-file", tmp_path / "junk.pem")


def test_a_registry_without_tls_is_named(open_registry: Registry, tmp_path: Path) -> None:
    archive, where = packed(tmp_path), f"oci://{open_registry.host}/plain"
    assert "does not speak TLS" in refused("publish", archive, where)
    ok("publish", archive, where, "--plain-http")
    assert open_registry.tags("plain/shop") == ["1.0.0"]


def test_passwords_do_not_travel_in_the_clear() -> None:
    transport = Scripted(Response(401, {"www-authenticate": 'Basic realm="x"'}, b""))
    session = Session(transport, "http://reg.example", "", Credentials("a", "b"))
    with pytest.raises(InputError, match="without TLS"):
        session.send("GET", "/v2/")
    assert [login for _url, login in transport.seen] == [None]


class Scripted:
    """Answers as it is told, and remembers who was asked with which credentials."""

    def __init__(self, *answers: Response) -> None:
        self.answers, self.seen = list(answers), []

    def send(self, _method, url, headers, _data=None):
        self.seen.append((url, headers.get("Authorization")))
        return self.answers.pop(0)


def test_a_redirect_gets_no_credentials_and_leads_to_no_plain_http() -> None:
    asks = Response(401, {"www-authenticate": 'Basic realm="x"'}, b"")
    away = Response(307, {"location": "https://store.example/blob"}, b"")
    transport = Scripted(asks, away, Response(200, {}, b"data"))
    session = Session(transport, "https://reg.example", "", Credentials("a", "b"))
    assert session.send("GET", "/v2/x/blobs/y").body == b"data"
    assert [(url, bool(login)) for url, login in transport.seen] == [
        ("https://reg.example/v2/x/blobs/y", False),
        ("https://reg.example/v2/x/blobs/y", True),
        ("https://store.example/blob", False),
    ]
    plain = Scripted(Response(307, {"location": "http://store.example/blob"}, b""))
    with pytest.raises(ToolError, match="no address by TLS"):
        Session(plain, "https://reg.example", "", None).send("GET", "/v2/x/blobs/y")


def test_a_registry_that_never_answers_is_given_up(tmp_path: Path) -> None:
    planned = oci.plan("oci://x.example/silent", read_archive(packed(tmp_path)), None)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        repository = without_pause(planned, silent.getsockname()[1])
        repository.session.transport = Transport(seconds=0.1)
        with pytest.raises(ToolError, match="5 times in a row"):
            oci.publish(planned, repository)


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


def without_pause(planned: oci.OciPlan, port: int) -> object:
    repository = oci.connect(dataclasses.replace(planned, registry=f"127.0.0.1:{port}"), plain_http=True)
    repository.session.pause = lambda _seconds: None
    return repository


def lie(what: str, tampered: bytes):
    """An answer to GET of this kind with other bytes in it."""

    def change(method, path, answer):
        status, headers, _data = answer
        if method == "GET" and f"/{what}/" in path and status == 200:
            return status, {k: v for k, v in headers.items() if k != "docker-content-digest"}, tampered
        return answer

    return change


@pytest.mark.parametrize("what", ["manifests", "blobs"])
def test_a_registry_that_gives_back_something_else_is_caught(
    what: str, open_registry: Registry, tmp_path: Path
) -> None:
    planned = oci.plan(f"oci://x.example/lies-{what}", read_archive(packed(tmp_path)), None)
    published = []

    def change(method, path, answer):
        published.append(method == "PUT" and "/manifests/" in path)
        return lie(what, b"something else")(method, path, answer) if any(published) else answer

    with changed_answers(open_registry.port, change) as port, pytest.raises(ToolError, match=r"[Dd]o not use"):
        oci.publish(planned, without_pause(planned, port))


def test_a_registry_that_claims_another_digest_is_caught(open_registry: Registry, tmp_path: Path) -> None:
    planned = oci.plan("oci://x.example/claims", read_archive(packed(tmp_path)), None)

    def change(method, path, answer):
        status, headers, data = answer
        if method == "PUT" and "/manifests/" in path:
            headers = {**headers, "docker-content-digest": "sha256:" + "0" * 64}
        return status, headers, data

    with changed_answers(open_registry.port, change) as port, pytest.raises(ToolError, match="mixes contents up"):
        oci.publish(planned, without_pause(planned, port))


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, b'{"errors":[{"code":"DENIED","message":"quota exceeded"}]}', r"refuses an upload.*\(quota exceeded\)"),
        (405, b"<html>", "refuses an upload.*it answers 405"),
        (413, b"", "it answers 413"),
        (500, b"", "it answers 500"),
    ],
)
def test_a_registry_that_refuses_is_quoted(status, body, said, open_registry: Registry, tmp_path: Path) -> None:
    planned = oci.plan(f"oci://x.example/refused-{status}", read_archive(packed(tmp_path)), None)

    def change(method, path, answer):
        return (status, {}, body) if method == "POST" else answer

    with changed_answers(open_registry.port, change) as port, pytest.raises((InputError, ToolError), match=said):
        oci.publish(planned, without_pause(planned, port))
    assert open_registry.tags(f"refused-{status}/shop") == []


def test_a_busy_registry_is_asked_again(open_registry: Registry, tmp_path: Path) -> None:
    planned = oci.plan("oci://x.example/busy", read_archive(packed(tmp_path)), None)
    turned_away: dict[str, int] = {}

    def change(method, path, answer):
        turned_away[method] = turned_away.get(method, 0) + 1
        return (503, {"retry-after": "1"}, b"") if turned_away[method] == 1 else answer

    pauses = []
    with changed_answers(open_registry.port, change) as port:
        repository = without_pause(planned, port)
        repository.session.pause = pauses.append
        oci.publish(planned, repository)
    assert open_registry.tags("busy/shop") == ["1.0.0"]
    assert 1.0 in pauses


def test_somebody_who_publishes_at_the_same_time_wins(open_registry: Registry, tmp_path: Path) -> None:
    mine = oci.plan("oci://x.example/race", read_archive(packed(tmp_path / "a")), None)
    other = packed(tmp_path / "b", **{"templates__NOTES.txt": "Other.\n"})
    theirs = oci.plan("oci://x.example/race", read_archive(other), None)
    done = []

    def change(method, path, answer):
        if method == "PUT" and not done:
            done.append(oci.publish(theirs, without_pause(theirs, open_registry.port)))
        return answer

    with changed_answers(open_registry.port, change) as port, pytest.raises(InputError, match="published already"):
        oci.publish(mine, without_pause(mine, port))
    assert (
        hashlib.sha256(
            json.dumps(manifest(open_registry, "race/shop", "1.0.0"), sort_keys=True, separators=(",", ":")).encode()
        ).hexdigest()
        == theirs.digest[7:]
    )


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


def test_a_run_shows_no_password(registry: Registry, tmp_path: Path) -> None:
    done = run("publish", packed(tmp_path), f"oci://{registry.host}/quiet", *registry.options, env=registry.env)
    assert PASSWORD not in done.stdout + done.stderr


def test_publishing_goes_through_a_proxy(registry: Registry, tmp_path: Path) -> None:
    with breaking_line(registry.port, tunnel=True) as proxy:
        env = {**registry.env, "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": "", "no_proxy": ""}
        ok("publish", packed(tmp_path), f"oci://{NAME}/proxied", *registry.options, env=env)
    assert registry.tags("proxied/shop") == ["1.0.0"]

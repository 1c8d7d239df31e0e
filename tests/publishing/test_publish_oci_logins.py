"""Who we are to a registry, who it is to us, and where passwords may go."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.publishing.registry.credentials import Credentials, find_credentials
from kubilitics_chartgen.publishing.registry.http import Response
from kubilitics_chartgen.publishing.registry.session import Session
from tests.publishing.charts import ok, refused, run
from tests.publishing.oci_runs import packed
from tests.publishing.registries import NAME, PASSWORD, USERNAME, Registry, breaking_line


class Scripted:
    """Answers as it is told, and remembers who was asked with which credentials."""

    def __init__(self, *answers: Response) -> None:
        self.answers, self.seen = list(answers), []

    def send(self, _method, url, headers, _data=None):
        self.seen.append((url, headers.get("Authorization")))
        return self.answers.pop(0)


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


@pytest.mark.parametrize("host", ["docker.io", "registry-1.docker.io", "index.docker.io"])
def test_a_login_to_docker_hub_is_found_by_each_of_its_names(host: str, tmp_path: Path, monkeypatch) -> None:
    # As `docker login` writes it.
    login = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"https://index.docker.io/v1/": {"auth": login}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(tmp_path / "none"))
    assert find_credentials(host) == Credentials(USERNAME, PASSWORD)


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
    said = refused("publish", archive, where, "--ca-file", tmp_path / "nope.pem")
    assert said == f"error: {tmp_path / 'nope.pem'} cannot be read: No such file or directory.\n"


def test_a_registry_without_tls_is_named(open_registry: Registry, tmp_path: Path) -> None:
    archive, where = packed(tmp_path), f"oci://{open_registry.host}/plain"
    assert "does not speak TLS" in refused("publish", archive, where)
    ok("publish", archive, where, "--plain-http")
    assert open_registry.tags("plain/shop") == ["1.0.0"]


@pytest.mark.parametrize("command", ["publish", "plan"])
def test_the_help_says_what_plain_http_means(command: str) -> None:
    shown = " ".join(ok(command, "--help").split())
    assert "Speak http, without TLS, so that all travels unencrypted" in shown
    assert "meant for a registry on this machine" in shown


def test_passwords_do_not_travel_in_the_clear() -> None:
    transport = Scripted(Response(401, {"www-authenticate": 'Basic realm="x"'}, b""))
    session = Session(transport, "http://reg.example", "", Credentials("a", "b"))
    with pytest.raises(InputError, match="without TLS"):
        session.send("GET", "/v2/")
    assert [login for _url, login in transport.seen] == [None]


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


def test_a_run_shows_no_password(registry: Registry, tmp_path: Path) -> None:
    done = run("publish", packed(tmp_path), f"oci://{registry.host}/quiet", *registry.options, env=registry.env)
    assert PASSWORD not in done.stdout + done.stderr


def test_publishing_goes_through_a_proxy(registry: Registry, tmp_path: Path) -> None:
    with breaking_line(registry.port, tunnel=True) as proxy:
        env = {**registry.env, "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": "", "no_proxy": ""}
        ok("publish", packed(tmp_path), f"oci://{NAME}/proxied", *registry.options, env=env)
    assert registry.tags("proxied/shop") == ["1.0.0"]

"""A registry that sends us to a token service first, as large public ones do: a real registry, and real tokens."""

from __future__ import annotations

import base64
import http.server
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import tools
from tests.publishing.charts import ok, refused, shop
from tests.publishing.registries import PASSWORD, USERNAME, Certificates, Registry, running_registry

LOGIN = "Basic " + base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()


class TokenService(http.server.ThreadingHTTPServer):
    """Gives tokens for what is asked, to those who have a login."""

    def __init__(self, certificates: Certificates) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.certificates = certificates
        self.actions: list[str] | None = None
        """What tokens allow; None: what is asked for."""
        self.asked: list[str] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.server, certificates.key)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def realm(self) -> str:
        return f"https://127.0.0.1:{self.server_address[1]}/token"

    def token(self, scope: str) -> str:
        kind, name, actions = scope.split(":")
        body = "".join(self.certificates.server.read_text().split("-----")[2].split())
        access = [{"type": kind, "name": name, "actions": self.actions or actions.split(",")}]
        now = int(time.time())
        claims = {
            "iss": "tests",
            "sub": USERNAME,
            "aud": "registry",
            "exp": now + 60,
            "nbf": now - 9,
            "iat": now,
            "jti": "1",
        }
        parts = ({"typ": "JWT", "alg": "RS256", "x5c": [body]}, {**claims, "access": access})
        text = b".".join(_url_safe(json.dumps(part).encode()) for part in parts)
        command = [tools.openssl(), "dgst", "-sha256", "-sign", str(self.certificates.key)]
        signature = subprocess.run(command, input=text, capture_output=True, check=True).stdout
        return (text + b"." + _url_safe(signature)).decode()


def _url_safe(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class Handler(http.server.BaseHTTPRequestHandler):
    server: TokenService

    def do_GET(self) -> None:
        scope = parse_qs(urlsplit(self.path).query)["scope"][0]
        self.server.asked.append(scope)
        status, answer = 401, {"errors": [{"message": "who are you?"}]}
        if self.headers.get("authorization") == LOGIN:
            status, answer = 200, {"token": self.server.token(scope)}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def service(certificates: Certificates) -> Iterator[TokenService]:
    server = TokenService(certificates)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(scope="module")
def guarded(
    service: TokenService, certificates: Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Registry]:
    issuer = {"issuer": "tests", "service": "registry", "rootcertbundle": str(certificates.authority)}
    auth = {"token": {"realm": service.realm, **issuer}}
    with running_registry(tmp_path_factory.mktemp("guarded"), certificates=certificates, auth=auth) as found:
        yield found


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    ok("package", shop(tmp_path / "shop"), "-o", tmp_path / "dist")
    return tmp_path / "dist" / "shop-1.0.0.tgz"


def test_a_token_is_asked_for_this_repository_and_used(guarded: Registry, service: TokenService, archive: Path) -> None:
    service.asked.clear()
    where = f"oci://{guarded.host}/charts"
    assert "published" in ok("publish", archive, where, *guarded.options, env=guarded.env)
    assert service.asked == ["repository:charts/shop:pull,push"], "one token serves the whole run"
    assert ok("publish", archive, where, *guarded.options, env=guarded.env).startswith("already published")


def test_a_wrong_login_is_refused_by_the_token_service(guarded: Registry, archive: Path) -> None:
    env = {**guarded.env, "KUBILITICS_REGISTRY_PASSWORD": "not-the-password"}
    said = refused("publish", archive, f"oci://{guarded.host}/strangers", *guarded.options, env=env)
    assert "without a valid login (who are you?)" in said
    assert "not-the-password" not in said


def test_a_token_that_may_only_read_is_no_reason_to_ask_for_ever(
    guarded: Registry, service: TokenService, archive: Path
) -> None:
    service.asked.clear()
    service.actions = ["pull"]
    try:
        said = refused("publish", archive, f"oci://{guarded.host}/readers", *guarded.options, env=guarded.env)
    finally:
        service.actions = None
    assert "refuses an upload" in said
    assert len(service.asked) <= 3

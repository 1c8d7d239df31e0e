"""The way to the backend: paths, WebSockets, origins, who asks."""

from __future__ import annotations

import json

import pytest
from nginx_site import Site
from nginx_upstreams import Upstream, reply

pytestmark = pytest.mark.nginx

FOREIGN = {"Origin": "https://evil.example"}


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/api/v1/clusters?limit=1", "/api/v1/clusters?limit=1"),
        ("/api/v1/clusters/a%2Fb", "/api/v1/clusters/a%2Fb"),
        ("/health", "/health"),
        ("/healthz/live", "/healthz/live"),
        ("/healthz/ready", "/healthz/ready"),
        ("/ws/resources", "/ws/resources"),
        ("/api/backend/api/v1/clusters?limit=1", "/api/v1/clusters?limit=1"),
        ("/api/backend/health", "/health"),
        ("/api/backend/ws/resources", "/ws/resources"),
    ],
)
def test_a_path_of_the_backend_reaches_it(site: Site, backend: Upstream, ai: Upstream, path: str, sent: str) -> None:
    answer = site.ask(path)
    assert (answer.status, json.loads(answer.body)) == (200, {"from": "backend"})
    assert (backend.paths(), ai.seen) == ([sent], [])


@pytest.mark.parametrize(
    "path",
    [
        "/api/backend",
        "/api/backend/",
        "/api/backend/metrics",
        "/api/backend/api/../metrics",
        "/api/backend/api/%2e%2e/metrics",
        "/api/backend/api/..%2fmetrics",
        "/api/backend//metrics",
        "/api/backend/healthz",
        "/api/v1/..%2f..%2fmetrics",
        "/api/../metrics",
        "/api/proxy",
        "/api/proxy/backend/api/v1/clusters",
    ],
)
def test_nothing_else_reaches_the_backend(site: Site, backend: Upstream, path: str) -> None:
    assert site.ask(path).status == 404
    assert backend.seen == []


def test_a_manifest_of_five_mebibytes_passes_and_seven_do_not(site: Site, backend: Upstream) -> None:
    assert site.ask("/api/v1/apply", method="POST", body=b"x" * (5 << 20)).status == 200
    assert len(backend.seen[0].body) == 5 << 20
    assert site.ask("/api/v1/apply", method="POST", headers={"Content-Length": str(7 << 20)}).status == 413


@pytest.mark.parametrize(
    "path", ["/ws/resources?token=t", "/api/backend/ws/resources?token=t", "/api/v1/clusters/a/shell/stream?token=t"]
)
def test_a_websocket_works_both_ways(site: Site, backend: Upstream, path: str) -> None:
    own = {"Origin": f"http://127.0.0.1:{site.port}"}
    assert site.say(path, "hello", headers=own) == (101, "hello")
    assert backend.paths() == [path.removeprefix("/api/backend")]
    assert "origin" not in backend.seen[0].headers


@pytest.mark.parametrize("path", ["/ws/resources", "/api/backend/ws/resources", "/api/v1/clusters/a/shell/stream"])
def test_a_websocket_from_a_foreign_page_is_refused(site: Site, backend: Upstream, path: str) -> None:
    for origin in (
        "https://evil.example",
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://tools.example.com.evil",
    ):
        assert site.say(path, "hello", headers={"Origin": origin}) == (403, "")
    assert backend.seen == []


@pytest.mark.parametrize("path", ["/ws/resources", "/api/backend/ws/resources"])
def test_the_refusal_of_a_foreign_page_says_why(site: Site, backend: Upstream, path: str) -> None:
    answer = site.ask(path, headers=FOREIGN)
    assert (answer.status, json.loads(answer.body)["error"]) == (403, "origin_not_allowed")
    assert backend.seen == []


@pytest.mark.parametrize("origin", ["https://tools.example.com", "tauri://localhost"])
def test_a_websocket_from_a_listed_origin_works(site: Site, backend: Upstream, origin: str) -> None:
    assert site.say("/ws/resources", "hello", headers={"Origin": origin}) == (101, "hello")


def test_the_scheme_of_an_origin_does_not_matter_behind_tls(site: Site, backend: Upstream) -> None:
    headers = {"Host": "kubilitics.example.com", "Origin": "https://kubilitics.example.com"}
    assert site.say("/ws/resources", "hello", headers=headers) == (101, "hello")


def test_the_backend_itself_judges_the_origin_of_a_plain_request(site: Site, backend: Upstream) -> None:
    assert site.ask("/api/v1/clusters", headers=FOREIGN).status == 200
    assert backend.seen[0].headers["origin"] == "https://evil.example"


def test_no_other_protocol_can_be_switched_to(site: Site, backend: Upstream) -> None:
    # A backend that speaks HTTP/2 in clear text would open a tunnel past every rule.
    headers = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAARAAAAAAAIAAAAA"}
    site.ask("/api/v1/clusters", headers=headers)
    assert "upgrade" not in backend.seen[0].headers
    assert "connection" not in backend.seen[0].headers


SPOOFED = {
    "X-Forwarded-For": "1.2.3.4",
    "X-Real-IP": "1.2.3.4",
    "X-Forwarded-Proto": "https",
    "Forwarded": "for=1.2.3.4",
}


@pytest.mark.parametrize(
    "path", ["/api/v1/clusters", "/ws/resources", "/api/backend/health", "/health", "/api/ai/health"]
)
def test_a_client_cannot_say_who_it_is(site: Site, backend: Upstream, ai: Upstream, path: str) -> None:
    site.ask(path, headers={**SPOOFED, "Host": "kubilitics.example.com"})
    (seen,) = backend.seen + ai.seen
    assert seen.headers["x-forwarded-for"] == "127.0.0.1"
    assert seen.headers["x-real-ip"] == "127.0.0.1"
    assert seen.headers["x-forwarded-proto"] == "http"
    assert seen.headers["host"] == "kubilitics.example.com"
    assert "forwarded" not in seen.headers


def test_a_trusted_proxy_may_say_who_asks(site_behind_proxy: Site, backend: Upstream) -> None:
    # 9.9.9.9 is what the client wrote itself; the trusted proxies appended the rest.
    headers = {"X-Forwarded-For": "9.9.9.9, 203.0.113.7, 10.1.2.3", "X-Forwarded-Proto": "https"}
    site_behind_proxy.ask("/api/v1/clusters", headers=headers)
    assert backend.seen[0].headers["x-forwarded-for"] == "203.0.113.7"
    assert backend.seen[0].headers["x-forwarded-proto"] == "https"


def test_a_trusted_proxy_cannot_invent_a_scheme(site_behind_proxy: Site, backend: Upstream) -> None:
    site_behind_proxy.ask("/api/v1/clusters", headers={"X-Forwarded-Proto": "gopher"})
    assert backend.seen[0].headers["x-forwarded-proto"] == "http"


def test_the_backends_own_errors_pass_untouched(site: Site, backend: Upstream) -> None:
    for status in (400, 401, 403, 404, 429, 500, 502, 503, 504):
        backend.answers["/api/v1/error"] = lambda handler, status=status: reply(handler, status, b"mine")
        answer = site.ask("/api/v1/error")
        assert (answer.status, answer.body) == (status, b"mine")


def test_the_backend_cannot_send_nginx_elsewhere(site: Site, backend: Upstream, ai: Upstream) -> None:
    inside = {"X-Accel-Redirect": "/api/ai/health"}
    backend.answers["/api/v1/redirect"] = lambda handler: reply(handler, 200, b"mine", inside)
    assert site.ask("/api/v1/redirect").body == b"mine"
    assert ai.seen == []

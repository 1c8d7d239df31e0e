"""The way to AI: which routes, from which pages, and what happens where AI is missing or slow."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection

import pytest
from nginx_dns import NameServer
from nginx_site import AI_NAME, BACKEND_NAME, Site, free_port, serve
from nginx_upstreams import Upstream, answer_slowly, reply, stream_until

pytestmark = pytest.mark.nginx

PATTERNS = ("/api/ai", "/api/proxy/ai")  # section 4 of the delivery architecture: direct, and through the proxy


@pytest.mark.parametrize("prefix", PATTERNS)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health"),
        ("GET", "/ready"),
        ("GET", "/info"),
        ("POST", "/api/v1/llm/complete"),
        ("GET", "/api/v1/safety/rules"),
        ("GET", "/api/v1/investigations"),
        ("POST", "/api/v1/investigations"),
        ("DELETE", "/api/v1/investigations/7f3a"),
        ("GET", "/api/v1/conversations/7f3a?limit=2"),
        ("GET", "/api/v1/analytics/anomalies?namespace=a"),
        ("POST", "/api/v1/analytics/forecast"),
        ("POST", "/api/v1/wizards/suggest"),
        ("POST", "/api/v1/topology/analyze"),
        ("GET", "/api/v1/memory/resources/Pod/tools/web-0"),
        ("GET", "/api/v1/cost/overview"),
        ("GET", "/api/v1/security/posture"),
        ("GET", "/api/v1/persistence/health"),
        ("GET", "/api/v1/budget/summary?user_id=a"),
    ],
)
def test_a_listed_route_reaches_ai_without_its_prefix(
    site: Site, ai: Upstream, backend: Upstream, prefix: str, method: str, path: str
) -> None:
    answer = site.ask(prefix + path, method=method, headers={"Authorization": "Bearer t"}, body=b"{}")
    assert (answer.status, json.loads(answer.body)) == (200, {"from": "ai"})
    (seen,) = ai.seen
    assert (seen.method, seen.path, seen.body, seen.headers["authorization"]) == (method, path, b"{}", "Bearer t")
    assert backend.seen == []


CONFIGURATION = [
    "/api/v1/config/provider",
    "/api/v1/config/validate",
    "/api/v1/config/models",
    "/api/v1/config",
    "/metrics",
    "/",
    "",
    "/api/v1/",
    "/api/v1/investigationsx",
    "/api/v1/persistence/audit",
    "/health/",
    "/ws/other",
]


@pytest.mark.parametrize("prefix", PATTERNS)
@pytest.mark.parametrize("path", CONFIGURATION)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unlisted_route_is_answered_here(
    site: Site, ai: Upstream, backend: Upstream, prefix: str, path: str, method: str
) -> None:
    answer = site.ask(prefix + path, method=method)
    assert (answer.status, json.loads(answer.body)["error"]) == (404, "not_found")
    assert answer.headers["content-type"] == ["application/json"]
    assert (ai.seen, backend.seen) == ([], [])


TRICKS = [
    "/api/v1/investigations/../config/provider",
    "/api/v1/investigations/%2e%2e/config/provider",
    "/api/v1/investigations/%2E%2E/config/provider",
    "/api/v1/investigations/..%2fconfig%2fprovider",
    "/api/v1/investigations/..%2Fconfig/provider",
    "/api/v1/investigations/%2e%2e%2fconfig/provider",
    "/api/v1/investigations/%252e%252e/config/provider",
    "/api/v1/investigations/..%252fconfig%252fprovider",
    "/api/v1/investigations/..;/config/provider",
    "/api/v1/investigations/..;a=b/config/provider",
    "/api/v1/investigations;/../config/provider",
    "/api/v1/investigations/..\\config\\provider",
    "/api/v1/investigations/..%5cconfig%5cprovider",
    "/api/v1/investigations/.%2e/config/provider",
    "/api/v1/investigations//../config/provider",
    "/api/v1/investigations/./../config/./provider",
    "/api/v1//config//provider",
    "//api/v1/config/provider",
    "/api/v1/%63onfig/provider",
    "/api%2fv1%2fconfig%2fprovider",
    "/api/v1/CONFIG/provider",
    "/API/V1/config/provider",
    "/health/../api/v1/config/provider",
    "/health%2f..%2fapi/v1/config/provider",
    "/health%0a/../api/v1/config/provider",
    "/health%0d%0aX-Evil:%20a",
    "/health%0a",
    "/api/v1/investigations/x%0ay",
    "/api/v1/investigations/%00/../config/provider",
    "/api/v1/investigations/x%3f/../../config/provider",
    "/health#/../api/v1/config/provider",
    "/ws/chat/../../api/v1/config/provider",
    "/ws/investigations/../../api/v1/config/provider",
    "/ws/investigations/..%2f..%2fmetrics",
    "/api/v1/safety/../config/provider",
    "/api/v1/persistence/health/../../config/provider",
    "/../ai/api/v1/config/provider",
    "/../../api/ai/api/v1/config/provider",
    "/..%2fproxy%2fai/api/v1/config/provider",
]


@pytest.mark.parametrize(
    "prefix", ["/api/ai", "/api/proxy/ai", "//api//ai", "/api/%61i", "/api%2fai", "/x/../api/ai", "/API/AI"]
)
def test_no_spelling_of_a_path_reaches_the_configuration(site: Site, ai: Upstream, prefix: str) -> None:
    # POST as well: reading the provider is bad, replacing it is worse.
    for path in TRICKS:
        for method in ("GET", "POST"):
            site.send_raw(f"{method} {prefix}{path} HTTP/1.1")
    for seen in ai.paths():
        path = seen.partition("?")[0].lower()
        assert path == "/health" or path.startswith("/api/v1/investigations/x")
        for forbidden in ("config", "metrics", "..", "%2e", "//", ";", "\\", "%5c", "%0a", "%25"):
            assert forbidden not in path


def test_what_was_matched_is_what_is_sent(site: Site, ai: Upstream) -> None:
    for path in (
        "/api/ai/api/v1/x/../investigations//7f%33a",
        "/api/ai//api/v1/investigations%2f7f3a",
        "/x/%2e%2e/api/ai/api/v1/investigations/7f3a",
    ):
        assert site.send_raw(f"GET {path} HTTP/1.1") == 200
    assert ai.paths() == ["/api/v1/investigations/7f3a"] * 3
    # A question mark that belongs to the path stays in it.
    site.send_raw("GET /api/ai/api/v1/investigations/a%3Fb%23c?d=%2e%2e HTTP/1.1")
    assert ai.paths()[-1] == "/api/v1/investigations/a%3Fb%23c?d=%2e%2e"


@pytest.mark.parametrize("prefix", PATTERNS)
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/v1/budget/limits", "GET"),
        ("POST", "/api/v1/budget/reset", "GET"),
        ("POST", "/api/v1/safety/autonomy/me", "GET"),
        ("DELETE", "/api/v1/safety/policies/no-deletions", "GET"),
        ("POST", "/api/v1/memory/vector/index", "GET"),
        ("POST", "/api/v1/cost/pricing", "GET"),
        ("POST", "/api/v1/persistence", "GET"),
        ("GET", "/api/v1/llm/complete", "POST"),
        ("PUT", "/api/v1/investigations/7f3a", "GET,POST,DELETE"),
        ("HEAD", "/health", "GET"),
        ("POST", "/ws/chat", "GET"),
    ],
)
def test_a_method_that_is_not_listed_is_refused(
    site: Site, ai: Upstream, prefix: str, method: str, path: str, allowed: str
) -> None:
    answer = site.ask(prefix + path, method=method)
    assert (answer.status, answer.headers["allow"]) == (405, [allowed])
    assert answer.headers["content-type"] == ["application/json"]
    assert ai.seen == []


@pytest.mark.parametrize("prefix", PATTERNS)
def test_the_chat_works_both_ways(site: Site, ai: Upstream, prefix: str) -> None:
    # AI accepts a chat only with an Origin from its own fixed list, or none.
    own = {"Origin": f"https://127.0.0.1:{site.port}"}
    assert site.say(f"{prefix}/ws/chat?namespace=a", "why?", headers=own) == (101, "why?")
    assert site.say(f"{prefix}/ws/investigations/7f3a", "why?") == (101, "why?")
    assert ai.paths() == ["/ws/chat?namespace=a", "/ws/investigations/7f3a"]
    assert all("origin" not in seen.headers for seen in ai.seen)


@pytest.mark.parametrize("prefix", PATTERNS)
def test_a_foreign_page_can_neither_chat_nor_ask(site: Site, ai: Upstream, prefix: str) -> None:
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{site.port}.evil.example", "file://"):
        assert site.say(f"{prefix}/ws/chat", "why?", headers={"Origin": origin})[0] == 403
        answer = site.ask(f"{prefix}/api/v1/llm/complete", method="POST", headers={"Origin": origin}, body=b"{}")
        assert (answer.status, json.loads(answer.body)["error"]) == (403, "origin_not_allowed")
        assert "access-control-allow-origin" not in answer.headers
    assert ai.seen == []


def test_a_listed_origin_may_ask_and_read(site: Site, ai: Upstream) -> None:
    listed = {"Origin": "tauri://localhost"}
    preflight = {**listed, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answer = site.ask("/api/ai/api/v1/llm/complete", method="OPTIONS", headers=preflight)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == ["tauri://localhost"]
    assert answer.headers["access-control-allow-methods"] == ["POST"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"][0]
    assert ai.seen == []
    answer = site.ask("/api/ai/api/v1/llm/complete", method="POST", headers=listed, body=b"{}")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, ["tauri://localhost"])
    assert "Origin" in answer.headers["vary"]
    assert "origin" not in ai.seen[0].headers


@pytest.mark.parametrize("path", ["/api/ai/health", "/api/proxy/ai/api/v1/investigations", "/api/ai/ws/chat"])
def test_without_ai_its_routes_say_so_and_the_rest_works(site_without_ai: Site, path: str) -> None:
    answer = site_without_ai.ask(path)
    assert (answer.status, json.loads(answer.body)["error"]) == (503, "ai_unavailable")
    assert answer.headers["content-type"] == ["application/json"]
    assert site_without_ai.ask("/").status == 200
    assert site_without_ai.ask("/api/v1/clusters").status == 200
    assert site_without_ai.say("/ws/resources", "hello") == (101, "hello")


@pytest.fixture(scope="module")
def deaf_port() -> Iterator[int]:
    """A port that drops every connection attempt, as a network policy does."""
    with ExitStack() as stack:
        listener = stack.enter_context(closing(socket.socket()))
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(closing(socket.socket()))
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.mark.parametrize("kind", ["refused", "dropped"])
def test_an_ai_that_cannot_be_connected_to_counts_as_missing(
    nginx: str, config: Callable[..., dict[str, str]], names: NameServer, backend: Upstream, deaf_port: int, kind: str
) -> None:
    port = free_port() if kind == "refused" else deaf_port
    with serve(nginx, config(), dns_port=names.port, backend_port=backend.port, ai_port=port) as site:
        started = time.monotonic()
        answer = site.ask("/api/ai/health")
        assert (answer.status, json.loads(answer.body)["error"]) == (503, "ai_unavailable")
        assert time.monotonic() - started < 4


def test_ais_own_errors_pass_untouched(site: Site, ai: Upstream) -> None:
    body = b'{"error":"LLM not configured","code":"LLM_NOT_CONFIGURED"}'
    for status in (400, 401, 403, 404, 405, 429, 500, 502, 503, 504):
        ai.answers["/api/v1/llm/complete"] = lambda handler, status=status: reply(handler, status, body)
        answer = site.ask("/api/ai/api/v1/llm/complete", method="POST")
        assert (answer.status, answer.body) == (status, body)


def test_a_redirect_of_ai_stays_below_the_prefix(site: Site, ai: Upstream) -> None:
    there = {"Location": "/api/v1/memory/"}
    ai.answers["/api/v1/memory"] = lambda handler: reply(handler, 301, b"", there)
    assert site.ask("/api/proxy/ai/api/v1/memory").headers["location"] == ["/api/proxy/ai/api/v1/memory/"]


def test_an_ai_that_hangs_up_half_way_counts_as_missing(site: Site, ai: Upstream) -> None:
    ai.answers["/health"] = lambda handler: setattr(handler, "close_connection", True)
    answer = site.ask("/api/ai/health")
    assert (answer.status, json.loads(answer.body)["error"]) == (503, "ai_unavailable")


def test_a_slow_ai_does_not_slow_the_core(site: Site, ai: Upstream, backend: Upstream) -> None:
    ai.answers["/api/v1/llm/complete"] = answer_slowly(1.2)
    path = "/api/ai/api/v1/llm/complete"
    waiting = [threading.Thread(target=site.ask, args=(path,), kwargs={"method": "POST"}) for _ in range(30)]
    for thread in waiting:
        thread.start()
    time.sleep(0.2)
    started = time.monotonic()
    for core in ("/", "/api/v1/clusters", "/health", "/nginx-health"):
        assert site.ask(core).status == 200
    assert time.monotonic() - started < 1
    assert any(thread.is_alive() for thread in waiting)
    for thread in waiting:
        thread.join()


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("path", ["/api/ai/api/v1/llm/stream", "/api/proxy/ai/api/v1/llm/complete"])
def test_a_streamed_answer_arrives_piece_by_piece(site: Site, ai: Upstream, path: str, chunked: bool) -> None:
    released = threading.Event()
    for route in ("/api/v1/llm/stream", "/api/v1/llm/complete"):
        ai.answers[route] = stream_until(released, chunked=chunked)
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=3)) as connection:
        connection.request("POST", path, body=b"{}", headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        assert [response.readline() for _ in range(4)] == [b"data: first\n", b"\n", b"data: second\n", b"\n"]
        assert not released.is_set()
        released.set()
        assert response.read() == b"data: last\n\n"


def test_a_silent_ai_is_told_from_a_missing_one(
    nginx: str, config: Callable[..., dict[str, str]], names: NameServer, ai: Upstream
) -> None:
    # The limit of two minutes, shortened: the only change to the configuration that is not a folder or a port.
    files = config()
    assert "proxy_read_timeout 120s;" in files["nginx.conf"]
    files["nginx.conf"] = files["nginx.conf"].replace("proxy_read_timeout 120s;", "proxy_read_timeout 300ms;")
    ai.answers["/health"] = answer_slowly(0.6)
    with serve(nginx, files, dns_port=names.port, backend_port=free_port(), ai_port=ai.port) as site:
        answer = site.ask("/api/ai/health")
        assert (answer.status, json.loads(answer.body)["error"]) == (504, "ai_timeout")


def test_names_are_asked_for_in_full(config: Callable[..., dict[str, str]]) -> None:
    # nginx knows no search domains, so anything shorter would never resolve in a pod.
    upstreams = config({"clusterDomain": "corp.internal"})["upstreams.conf"]
    for name in (BACKEND_NAME, AI_NAME):
        assert name.replace("cluster.local", "corp.internal") in upstreams

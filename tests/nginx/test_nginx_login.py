"""Where the backend wants a session, AI does too."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest
from nginx_dns import NameServer
from nginx_site import Site, free_port, serve
from nginx_upstreams import Upstream, reply

pytestmark = pytest.mark.nginx

TOKEN = "Bearer good"


def gate(handler: BaseHTTPRequestHandler) -> None:
    """The backend's own rule: a token in the header, a cookie or the query; somebody who is known but may not."""
    if handler.headers.get("Authorization") == "Bearer weak":
        reply(handler, 403)
    elif (
        handler.headers.get("Authorization") == TOKEN
        or handler.headers.get("Cookie") == "session=good"
        or "token=good" in handler.path
    ):
        reply(handler, 200, b"null")
    else:
        reply(handler, 401, b"", {"WWW-Authenticate": "Bearer"})


@pytest.fixture(autouse=True)
def gated(forget: None, backend: Upstream) -> None:
    backend.answers["/api/v1/clusters"] = gate


@pytest.mark.parametrize(
    "path", ["/api/ai/health", "/api/ai/ready", "/api/proxy/ai/health", "/api/ai/api/v1/investigations"]
)
def test_without_a_session_ai_is_closed(site_with_login: Site, ai: Upstream, path: str) -> None:
    answer = site_with_login.ask(path)
    assert (answer.status, json.loads(answer.body)["error"]) == (401, "unauthorized")
    assert answer.headers["content-type"] == ["application/json"]
    assert site_with_login.say("/api/ai/ws/chat", "why?")[0] == 401
    assert ai.seen == []


def test_who_may_not_use_the_backend_may_not_use_ai(site_with_login: Site, ai: Upstream) -> None:
    answer = site_with_login.ask("/api/ai/health", headers={"Authorization": "Bearer weak"})
    assert (answer.status, json.loads(answer.body)["error"]) == (403, "forbidden")
    assert ai.seen == []


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/ai/api/v1/llm/complete", {"Authorization": TOKEN}),
        ("/api/ai/api/v1/llm/complete", {"Cookie": "session=good"}),
        ("/api/proxy/ai/api/v1/llm/complete?token=good", {}),
    ],
)
def test_with_a_session_ai_is_open(
    site_with_login: Site, ai: Upstream, backend: Upstream, path: str, headers: dict[str, str]
) -> None:
    conditional = {"If-None-Match": '"1"', "Range": "bytes=0-1", "Origin": f"http://127.0.0.1:{site_with_login.port}"}
    answer = site_with_login.ask(path, method="POST", headers={**headers, **conditional}, body=b'{"messages":[]}')
    assert answer.status == 200
    assert ai.seen[0].body == b'{"messages":[]}'
    (asked,) = backend.seen
    assert (asked.method, asked.path.partition("?")[0], asked.body) == ("GET", "/api/v1/clusters", b"")
    assert not {"if-none-match", "range", "origin", "upgrade"} & set(asked.headers)
    assert asked.headers["x-forwarded-for"] == "127.0.0.1"


def test_a_websocket_brings_its_token_in_the_query(site_with_login: Site, ai: Upstream) -> None:
    assert site_with_login.say("/api/ai/ws/chat?token=good", "why?") == (101, "why?")
    assert site_with_login.say("/api/ai/ws/chat?token=bad", "why?")[0] == 401
    assert ai.paths() == ["/ws/chat?token=good"]


def test_what_is_not_let_through_asks_nobody(site_with_login: Site, backend: Upstream, ai: Upstream) -> None:
    headers = {"Authorization": TOKEN}
    assert site_with_login.ask("/api/ai/api/v1/config/provider", headers=headers).status == 404
    assert site_with_login.ask("/api/ai/health", method="POST", headers=headers).status == 405
    assert site_with_login.ask("/api/ai/health", headers={**headers, "Origin": "https://evil.example"}).status == 403
    assert (backend.seen, ai.seen) == ([], [])


def test_the_question_itself_cannot_be_asked_from_outside(site_with_login: Site, backend: Upstream) -> None:
    assert site_with_login.ask("/_kubilitics/session").status == 404
    assert backend.seen == []


def test_a_rate_limit_of_the_backend_is_passed_on(site_with_login: Site, backend: Upstream, ai: Upstream) -> None:
    backend.answers["/api/v1/clusters"] = lambda handler: reply(handler, 429)
    answer = site_with_login.ask("/api/ai/health", headers={"Authorization": TOKEN})
    assert (answer.status, json.loads(answer.body)["error"]) == (429, "rate_limited")
    assert ai.seen == []


@pytest.mark.parametrize("status", [204, 301, 404, 500, 503])
def test_only_a_plain_yes_opens(site_with_login: Site, backend: Upstream, ai: Upstream, status: int) -> None:
    backend.answers["/api/v1/clusters"] = lambda handler: reply(handler, status)
    answer = site_with_login.ask("/api/ai/health", headers={"Authorization": TOKEN})
    if status == 204:
        assert answer.status == 200
    else:
        assert (answer.status, json.loads(answer.body)["error"]) == (503, "backend_unavailable")
        assert ai.seen == []


@pytest.mark.parametrize("mode", ["optional", "required"])
def test_without_the_backend_ai_stays_closed(
    nginx: str, config: Callable[..., dict[str, str]], names: NameServer, ai: Upstream, mode: str
) -> None:
    files = config({"backend": {"auth": {"mode": mode, "existingSecret": "kubilitics-auth"}}})
    with serve(nginx, files, dns_port=names.port, backend_port=free_port(), ai_port=ai.port) as site:
        answer = site.ask("/api/ai/health", headers={"Authorization": TOKEN})
        assert (answer.status, json.loads(answer.body)["error"]) == (503, "backend_unavailable")
    assert ai.seen == []

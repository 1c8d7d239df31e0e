"""The application's files, and what nginx answers without anybody else."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from nginx_site import Site
from nginx_upstreams import Upstream, reply

pytestmark = pytest.mark.nginx

SECURITY_HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
)


@pytest.mark.parametrize("path", ["/", "/clusters/one/pods", "/topology?namespace=a"])
def test_every_page_of_the_application_is_its_index_and_never_cached(site: Site, path: str) -> None:
    answer = site.ask(path)
    assert (answer.status, answer.headers["content-type"]) == (200, ["text/html"])
    assert b"<title>Kubilitics</title>" in answer.body
    assert answer.headers["cache-control"] == ["no-cache"]


def test_hashed_assets_are_cached_for_long(site: Site) -> None:
    answer = site.ask("/assets/app-1a2b.js")
    assert answer.status == 200
    assert answer.headers["content-type"] == ["application/javascript"]
    assert "immutable" in answer.headers["cache-control"][0]


@pytest.mark.parametrize("path", ["/assets/app-old.js", "/assets/", "/missing.js", "/.env", "/.git/config"])
def test_a_missing_file_is_not_the_index_and_not_cached(site: Site, path: str) -> None:
    answer = site.ask(path)
    assert answer.status in (403, 404)
    assert b"<title>Kubilitics</title>" not in answer.body
    assert "cache-control" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/metrics", "/metrics/", "/ready", "/info", "/healthz", "/v1/traces", "/debug/pprof/"]
)
def test_a_path_of_the_services_behind_is_not_the_index(site: Site, backend: Upstream, ai: Upstream, path: str) -> None:
    assert site.ask(path).status == 404
    assert (backend.seen, ai.seen) == ([], [])


def test_liveness_needs_nobody_else_and_is_not_logged(site_alone: Site) -> None:
    answer = site_alone.ask("/nginx-health")
    assert (answer.status, answer.body) == (200, b"ok\n")
    assert "nginx-health" not in site_alone.log.read_text()


def test_it_starts_and_serves_where_neither_backend_nor_ai_resolve(site_alone: Site) -> None:
    assert site_alone.ask("/").status == 200
    for path, error in (
        ("/api/v1/clusters", "backend_unavailable"),
        ("/health", "backend_unavailable"),
        ("/ws/resources", "backend_unavailable"),
        ("/api/backend/health", "backend_unavailable"),
        ("/api/ai/health", "ai_unavailable"),
    ):
        answer = site_alone.ask(path)
        assert (answer.status, json.loads(answer.body)["error"]) == (503, error)
        assert answer.headers["content-type"] == ["application/json"]


def test_every_answer_carries_each_security_header_once(site: Site, site_without_ai: Site, backend: Upstream) -> None:
    # The backend's own headers must not stand beside ours: browsers would apply both policies.
    own = {"Content-Security-Policy": "default-src *", "X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "unsafe-url"}
    backend.answers["/api/v1/own"] = lambda handler: reply(handler, 200, b"{}", own)
    backend.answers["/api/v1/broken"] = lambda handler: reply(handler, 500, b"{}", own)
    asked = {
        site: [
            "/",
            "/assets/app-1a2b.js",
            "/assets/no.js",
            "/metrics",
            "/nginx-health",
            "/api/ai/metrics",
            "/api/v1/own",
        ],
        site_without_ai: ["/api/ai/health", "/api/v1/broken"],
    }
    statuses = set()
    for where, paths in asked.items():
        for path in paths:
            answer = where.ask(path)
            statuses.add(answer.status)
            for name in SECURITY_HEADERS:
                assert len(answer.headers.get(name, [])) == 1, (path, name)
            assert answer.headers["x-frame-options"] == ["DENY"]
            assert answer.headers["server"] == ["nginx"], "the version is nobody's business"
    assert statuses == {200, 404, 500, 503}


def test_a_token_in_a_query_is_not_logged(site: Site, site_without_ai: Site) -> None:
    for where in (site, site_without_ai):
        where.ask("/ws/resources?token=s3cret")
        where.ask("/api/ai/ws/chat?token=s3cret")
        assert '"path":"/ws/resources"' in where.logged('"path":"/ws/resources"')
        log = where.logged('"path":"/api/ai/ws/chat"')
        assert "s3cret" not in log


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="this machine has no IPv6")
def test_it_listens_on_ipv6_too(site: Site) -> None:
    try:
        socket.create_connection(("::1", site.port), timeout=1).close()
    except OSError as error:
        if error.errno == 99:
            pytest.skip("no IPv6 address on loopback")
        raise
    assert site.ask("/", address="::1").status == 200


def test_turning_ai_on_changes_no_byte(config: Callable[..., dict[str, str]]) -> None:
    on = {"ai": {"enabled": True, "llmProvider": "openai", "apiKeySecret": "kubilitics-ai-secrets"}}
    assert config() == config(on)

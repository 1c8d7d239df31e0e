"""What clients learn of where backend and AI are, with AI's file and without it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nginx_chart import frontend_config
from nginx_dns import NameServer
from nginx_site import BACKEND_NAME, Site, free_port, serve
from nginx_upstreams import Upstream

pytestmark = pytest.mark.nginx

# Section 4 of the delivery architecture: the two patterns.
DIRECT = {"backend": "/api/backend", "ai": "/api/ai"}
PROXY = {"backend": "/api/backend", "ai": "/api/proxy/ai"}


def test_without_ai_the_document_says_where_everything_would_be(site_without_ai: Site) -> None:
    answer = site_without_ai.ask("/api/discovery")
    assert answer.status == 200
    assert answer.headers["content-type"] == ["application/json"]
    assert answer.headers["cache-control"] == ["no-cache"]
    assert json.loads(answer.body) == {"version": 1, "pattern": "direct", "endpoints": DIRECT, "ai": None}


def test_the_backend_is_never_asked(site: Site, backend: Upstream) -> None:
    assert site.ask("/api/discovery").status == 200
    assert backend.seen == []


def test_a_foreign_page_may_read_it_only_if_its_origin_is_listed(nginx: str, tmp_path: Path) -> None:
    config = frontend_config({"backend": {"allowedOrigins": ["tauri://localhost"]}}, tmp_path)
    ports = {"dns_port": free_port(), "backend_port": free_port(), "ai_port": free_port()}
    with serve(nginx, config, **ports) as running:
        listed = running.ask("/api/discovery", headers={"Origin": "tauri://localhost"})
        assert listed.headers["access-control-allow-origin"] == ["tauri://localhost"]
        foreign = running.ask("/api/discovery", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in foreign.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nobody_can_write_it(site: Site, backend: Upstream, method: str) -> None:
    assert site.ask("/api/discovery", method=method, body=b"{}").status == 405
    assert backend.seen == []


@pytest.mark.parametrize("path", ["/ai-discovery/discovery.json", "/nginx/discovery.json", "/nginx/nginx.conf"])
def test_the_files_behind_it_have_no_address_of_their_own(site: Site, path: str) -> None:
    assert b"server_name" not in site.ask(path).body
    assert site.ask(path).status == 404 or b"<title>Kubilitics" in site.ask(path).body


def test_ais_own_file_takes_its_place_while_it_is_there(nginx: str, tmp_path: Path) -> None:
    values = {"discovery": {"pattern": "proxy"}}
    document = {"version": 1, "pattern": "proxy", "endpoints": PROXY, "ai": {"provider": "openai"}}
    with (
        NameServer({BACKEND_NAME}) as names,
        serve(
            nginx,
            frontend_config(values, tmp_path),
            dns_port=names.port,
            backend_port=free_port(),
            ai_port=free_port(),
            ai_discovery=json.dumps(document),
        ) as running,
    ):
        assert json.loads(running.ask("/api/discovery").body) == document


def test_the_proxy_pattern_is_advertised(nginx: str, tmp_path: Path) -> None:
    config = frontend_config({"discovery": {"pattern": "proxy"}}, tmp_path)
    assert json.loads(config["discovery.json"])["endpoints"] == PROXY

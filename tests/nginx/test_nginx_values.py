"""What an operator's values do to the configuration, down to the ones that a careless or hostile hand writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from nginx_dns import NameServer
from nginx_site import Site, free_port, serve
from nginx_upstreams import Upstream

pytestmark = pytest.mark.nginx

Config = Callable[..., dict[str, str]]
CSP = "content-security-policy"


@pytest.fixture
def started(nginx: str, names: NameServer, backend: Upstream) -> Callable[[dict[str, str]], Any]:
    def start(files: dict[str, str]) -> Any:
        return serve(nginx, files, dns_port=names.port, backend_port=backend.port, ai_port=free_port())

    return start


def test_the_policy_for_content_is_the_operators(started: Callable[..., Any], config: Config) -> None:
    policy = "default-src 'self'; img-src 'self' https://cdn.example.com; frame-ancestors 'none'"
    with started(config({"frontend": {"contentSecurityPolicy": policy}})) as site:
        assert site.ask("/").headers[CSP] == [policy]


def test_an_empty_policy_sends_none(started: Callable[..., Any], config: Config) -> None:
    with started(config({"frontend": {"contentSecurityPolicy": ""}})) as site:
        assert CSP not in site.ask("/").headers


def test_by_default_no_foreign_script_runs_and_nobody_frames_the_page(site: Site) -> None:
    # Section 8 of the delivery architecture: injected script must not run.
    (policy,) = site.ask("/").headers[CSP]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    scripts = directives.get("script-src", directives["default-src"])
    assert scripts == "'self'"
    assert directives["frame-ancestors"] == "'none'"


def test_values_set_to_null_are_no_obstacle(started: Callable[..., Any], config: Config) -> None:
    nothing = {
        "backend": {"allowedOrigins": None, "trustedProxies": None},
        "frontend": {"contentSecurityPolicy": None},
    }
    with started(config(nothing)) as site:
        assert site.ask("/api/v1/clusters").status == 200


def test_long_values_fit(started: Callable[..., Any], config: Config) -> None:
    origins = [
        f"https://{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.host{number}.example:65535" for number in range(50)
    ]
    values = {"backend": {"allowedOrigins": origins}, "frontend": {"contentSecurityPolicy": "img-src " + "a.b " * 740}}
    with started(config(values)) as site:
        assert site.say("/ws/resources", "hello", headers={"Origin": origins[-1]}) == (101, "hello")
        assert len(site.ask("/").headers[CSP][0]) > 2900


def test_every_way_to_write_a_trusted_proxy_works(started: Callable[..., Any], config: Config) -> None:
    proxies = ["127.0.0.1", "10.1.2.3/8", "0.0.0.0/0", "fd00::/8", "::1", "::/0", "2001:DB8:0:0:0:0:0:1/128", "FE80::"]
    with started(config({"backend": {"trustedProxies": proxies}})) as site:
        assert site.ask("/api/v1/clusters", headers={"X-Forwarded-For": "203.0.113.7"}).status == 200
        client = '"client":"203.0.113.7"'
        assert client in site.logged(client)


HOSTILE = [
    '"; add_header X-Evil 1; #',
    "$http_cookie",
    "\\",
    "a\n}\nevil;",
    "${evil}",
    "'",
    "{{ .Release }}",
    "é",
    "a; } b {",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_value_breaks_out_of_its_place(started: Callable[..., Any], config: Config, text: str) -> None:
    # As where the schema is skipped; with it none of these is accepted.
    values = {
        "clusterDomain": f"cluster.local{text}",
        "backend": {"allowedOrigins": [f"https://a{text}", text], "trustedProxies": [f"10.0.0.0/8{text}", text]},
        "frontend": {"contentSecurityPolicy": f"default-src 'self'{text}"},
    }
    with started(config(values, with_schema=False)) as site:
        answer = site.ask("/", headers={"Cookie": "secret"})
        assert answer.status == 200
        assert "x-evil" not in answer.headers
        assert len(answer.headers[CSP]) == 1
        assert answer.headers[CSP][0].startswith("default-src 'self'")
        assert "secret" not in answer.headers[CSP][0]


def test_every_header_is_added_in_one_place(config: Config) -> None:
    # nginx drops all inherited headers in a block that adds one of its own.
    lines = config()["nginx.conf"].splitlines()
    depths = {len(line) - len(line.lstrip()) for line in lines if line.lstrip().startswith("add_header")}
    assert depths == {8}, "add_header stands in the server block only"

"""A running site per kind of installation, and the upstreams behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from nginx_chart import frontend_config
from nginx_dns import NameServer
from nginx_site import AI_NAME, BACKEND_NAME, Site, free_port, serve
from nginx_upstreams import Upstream, upstream

from tests import tools

Render = Callable[..., dict[str, str]]


@pytest.fixture(scope="session")
def nginx() -> str:
    return tools.nginx()


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Render:
    scratch = tmp_path_factory.mktemp("chart")

    def render(values: dict[str, Any] | None = None, **options: Any) -> dict[str, str]:
        return frontend_config(values or {}, scratch, **options)

    return render


@pytest.fixture(scope="session")
def backend() -> Iterator[Upstream]:
    with upstream("backend") as running:
        yield running


@pytest.fixture(scope="session")
def ai() -> Iterator[Upstream]:
    with upstream("ai") as running:
        yield running


@pytest.fixture(autouse=True)
def forget(request: pytest.FixtureRequest) -> None:
    """Each test starts with upstreams that have seen nothing."""
    for name in {"backend", "ai"} & set(request.fixturenames):
        running = request.getfixturevalue(name)
        running.seen.clear()
        running.answers.clear()


@pytest.fixture(scope="session")
def names() -> Iterator[NameServer]:
    with NameServer({BACKEND_NAME, AI_NAME}) as server:
        yield server


@pytest.fixture(scope="session")
def site(nginx: str, config: Render, names: NameServer, backend: Upstream, ai: Upstream) -> Iterator[Site]:
    """Backend and AI are there; one foreign origin is listed, twice but for case, and so is the desktop's."""
    listed = ["https://tools.example.com", "https://Tools.Example.com", "tauri://localhost"]
    values = {"backend": {"allowedOrigins": listed}}
    with serve(nginx, config(values), dns_port=names.port, backend_port=backend.port, ai_port=ai.port) as running:
        yield running


@pytest.fixture(scope="session")
def site_without_ai(nginx: str, config: Render, backend: Upstream) -> Iterator[Site]:
    """AI's name does not resolve, as where its Service does not exist."""
    with (
        NameServer({BACKEND_NAME}) as names,
        serve(nginx, config(), dns_port=names.port, backend_port=backend.port, ai_port=free_port()) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def site_alone(nginx: str, config: Render) -> Iterator[Site]:
    """No name resolves at all."""
    with (
        NameServer(()) as names,
        serve(nginx, config(), dns_port=names.port, backend_port=free_port(), ai_port=free_port()) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def site_with_login(nginx: str, config: Render, names: NameServer, backend: Upstream, ai: Upstream) -> Iterator[Site]:
    """The backend wants a session."""
    values = {"backend": {"auth": {"mode": "required", "existingSecret": "kubilitics-auth"}}}
    with serve(nginx, config(values), dns_port=names.port, backend_port=backend.port, ai_port=ai.port) as running:
        yield running


@pytest.fixture(scope="session")
def site_behind_proxy(nginx: str, config: Render, names: NameServer, backend: Upstream, ai: Upstream) -> Iterator[Site]:
    """Whoever asks from 127.0.0.1 is a trusted proxy."""
    values = {"backend": {"trustedProxies": ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"]}}
    with serve(nginx, config(values), dns_port=names.port, backend_port=backend.port, ai_port=ai.port) as running:
        yield running

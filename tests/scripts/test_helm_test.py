"""What the pods of `helm test` say about servers that answer, fail or hang."""

import socket

import pytest

from tests.scripts.shells import serving

OK = (200, "{}")


@pytest.fixture
def servers():
    with serving({"/health": OK, "/ready": OK, "/broken": (503, "")}) as server:
        yield server


@pytest.fixture
def core(shell):
    return lambda *urls: shell.run("tests/core.sh", *urls, TIMEOUT_SECONDS="1")


@pytest.fixture
def ai(shell):
    return lambda *urls, **env: shell.run("tests/ai.sh", *urls, TIMEOUT_SECONDS="1", **env)


def test_core_that_answers_passes(core, servers):
    result = core(f"{servers.url}/health", f"{servers.url}/ready")
    assert result.code == 0
    assert result.output.count("ok: ") == 2


@pytest.mark.parametrize("path", ["/broken", "/nowhere"])
def test_an_error_fails_and_says_where_and_the_others_are_asked_too(core, servers, path):
    result = core(f"{servers.url}{path}", f"{servers.url}/health")
    assert result.code == 1
    assert f"FAILED: no answer from {servers.url}{path}\n" in result.output
    assert f"ok: {servers.url}/health\n" in result.output


def test_a_silent_server_fails_in_limited_time(core, silent_port):
    result = core(f"http://127.0.0.1:{silent_port}/health")
    assert result.code == 1
    assert result.seconds < 12


def test_ai_and_its_provider_that_answer_pass(ai, servers):
    provider = f"http://user:secret@127.0.0.1:{servers.port}/v1?x=1"
    result = ai(f"{servers.url}/health", f"{servers.url}/ready", PROVIDERS=f"{provider} {servers.url}")
    assert result.code == 0, result.output
    assert result.output.count("takes connections") == 2


def test_a_provider_that_takes_no_connection_fails(ai, servers, closed_port):
    result = ai(f"{servers.url}/health", PROVIDERS=f"https://127.0.0.1:{closed_port}")
    assert result.code == 1
    assert f"FAILED: no connection to the provider at https://127.0.0.1:{closed_port}" in result.output


def test_an_ai_that_is_not_ready_fails(ai, servers):
    assert ai(f"{servers.url}/broken").code == 1


def test_a_provider_at_an_ipv6_address(ai, servers):
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6 on loopback")
    with listener:
        result = ai(f"{servers.url}/health", PROVIDERS=f"http://[::1]:{listener.getsockname()[1]}/v1")
    assert result.code == 0, result.output


def test_behind_a_proxy_the_provider_is_not_asked_directly(ai, servers, closed_port):
    result = ai(f"{servers.url}/health", PROVIDERS=f"https://127.0.0.1:{closed_port}", HTTPS_PROXY="http://proxy:3128")
    assert result.code == 0
    assert "through a proxy" in result.output


def test_a_denied_host_that_cannot_be_reached_passes(ai, servers, closed_port):
    result = ai(f"{servers.url}/health", DENIED=f"127.0.0.1:{closed_port}", STRICT="true")
    assert result.code == 0
    assert "cannot be reached" in result.output


def test_a_denied_host_that_is_reached_warns_and_fails_when_strict(ai, servers):
    denied = f"127.0.0.1:{servers.port}"
    lenient = ai(f"{servers.url}/health", DENIED=denied, STRICT="false")
    assert (lenient.code, "WARNING: " in lenient.output) == (0, True)
    strict = ai(f"{servers.url}/health", DENIED=denied, STRICT="true")
    assert (strict.code, "FAILED: " in strict.output) == (1, True)

"""The init step: web files with AI's address, resolver, ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nginx_site import pod_folder, prepare, write_web_files

Config = Callable[..., dict[str, str]]

NO_IPV6 = "00000000000000000000000000000001 01 80 10 80       lo\n"
IPV6 = NO_IPV6 + "fd000000000000000000000000000002 04 40 00 82     eth0\n"
LINK_ONLY = NO_IPV6 + "fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n"


@pytest.fixture
def pod() -> Iterator[Path]:
    with pod_folder() as folder:
        write_web_files(folder / "image")
        (folder / "resolv.conf").write_text("nameserver 10.96.0.10\n")
        yield folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_browser_finds_ai_behind_the_same_origin(pod: Path, config: Config) -> None:
    (pod / "image/assets/edge.mjs").write_text(
        "a='http://localhost:80811';b='https://localhost:8081.example';http://localhost:8081"
    )
    assert prepare(config(), pod).returncode == 0
    script = (pod / "html/assets/app-1a2b.js").read_text()
    assert script == "const http='/api/ai',ws=\"/api/ai\",other=`/api/ai/health`;"
    assert (
        (pod / "html/assets/edge.mjs")
        .read_text()
        .startswith("a='http://localhost:80811';b='https://localhost:8081.example';")
    )
    assert (pod / "html/favicon.svg").read_bytes() == (pod / "image/favicon.svg").read_bytes()


def test_opened_at_localhost_the_browser_finds_the_backend_behind_the_same_origin(pod: Path, config: Config) -> None:
    """On a local host name the application uses the address built into it: port 819, or 8190 in newer builds."""
    (pod / "image/assets/local.js").write_text(
        "a='http://localhost:819',b=`ws://127.0.0.1:8190/ws/x`,c='http://localhost:8192'"
    )
    assert prepare(config(), pod).returncode == 0
    script = (pod / "html/assets/local.js").read_text()
    assert script == "a='/api/backend',b=`/api/backend/ws/x`,c='http://localhost:8192'"


def test_it_may_run_again_and_leaves_nothing_old_behind(pod: Path, config: Config) -> None:
    assert prepare(config(), pod).returncode == 0
    first = {**contents(pod / "html"), **contents(pod / "run")}
    (pod / "html/assets/app-old.js").write_text("old")
    (pod / "html/.hidden").write_text("old")
    assert prepare(config(), pod).returncode == 0
    assert {**contents(pod / "html"), **contents(pod / "run")} == first


def test_read_only_files_of_the_image_are_no_obstacle(pod: Path, config: Config) -> None:
    for path in sorted((pod / "image").rglob("*"), reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert prepare(config(), pod).returncode == 0
    assert prepare(config(), pod).returncode == 0
    assert b"localhost" not in (pod / "html/assets/app-1a2b.js").read_bytes()


def test_an_image_without_the_application_is_named_as_the_reason(pod: Path, config: Config) -> None:
    (pod / "image/index.html").unlink()
    done = prepare(config(), pod)
    assert done.returncode == 1
    assert "No index.html" in done.stderr


@pytest.mark.parametrize(
    ("resolv_conf", "if_inet6", "resolver"),
    [
        ("nameserver 10.96.0.10\n", IPV6, "resolver 10.96.0.10 valid=10s;"),
        ("nameserver 10.96.0.10\n", NO_IPV6, "resolver 10.96.0.10 valid=10s ipv6=off;"),
        ("nameserver 10.96.0.10\n", LINK_ONLY, "resolver 10.96.0.10 valid=10s ipv6=off;"),
        ("nameserver 10.96.0.10\n", None, "resolver 10.96.0.10 valid=10s ipv6=off;"),
        ("search a.b\nnameserver fd00::a\nnameserver 10.0.0.1", IPV6, "resolver [fd00::a] 10.0.0.1 valid=10s;"),
        (
            "# nameserver 1.1.1.1\nnameserver fe80::1%eth0\nnameserver\t10.0.0.1 # main\n",
            IPV6,
            "resolver 10.0.0.1 valid=10s;",
        ),
        ("options ndots:5\n", NO_IPV6, "resolver 127.0.0.1 valid=10s ipv6=off;"),
    ],
)
def test_the_resolver_is_the_pods_own(
    pod: Path, config: Config, resolv_conf: str, if_inet6: str | None, resolver: str
) -> None:
    (pod / "resolv.conf").write_text(resolv_conf)
    if if_inet6 is not None:
        (pod / "if_inet6").write_text(if_inet6)
    assert prepare(config(), pod, {"KUBILITICS_IF_INET6": str(pod / "if_inet6")}).returncode == 0
    assert (pod / "run/resolver.conf").read_text() == resolver + "\n"


def test_ipv6_is_listened_on_only_where_the_kernel_has_it(pod: Path, config: Config) -> None:
    where = {"KUBILITICS_IF_INET6": str(pod / "if_inet6")}
    assert prepare(config(), pod, where).returncode == 0
    assert (pod / "run/listen.conf").read_text() == "listen 8080;\n"
    (pod / "if_inet6").write_text(NO_IPV6)
    assert prepare(config(), pod, where).returncode == 0
    assert (pod / "run/listen.conf").read_text() == "listen 8080;\nlisten [::]:8080;\n"

"""Registries that refuse, lie, are busy or silent: each gets a sentence, and nothing false is published."""

from __future__ import annotations

import hashlib
import json
import socket
from pathlib import Path

import pytest

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.publishing import oci
from kubilitics_chartgen.publishing.archive import read_archive
from kubilitics_chartgen.publishing.registry.http import Response, Transport, UnreachableError
from kubilitics_chartgen.publishing.registry.session import Session
from tests.chart.objects import CHART
from tests.publishing.charts import refused
from tests.publishing.oci_runs import manifest, packed, without_pause
from tests.publishing.registries import Registry, changed_answers


def lie(what: str, tampered: bytes):
    """An answer to GET of this kind with other bytes in it."""

    def change(method, path, answer):
        status, headers, _data = answer
        if method == "GET" and f"/{what}/" in path and status == 200:
            return status, {k: v for k, v in headers.items() if k != "docker-content-digest"}, tampered
        return answer

    return change


def test_nobody_is_there(tmp_path: Path) -> None:
    said = refused("publish", packed(tmp_path), "oci://127.0.0.1:9/charts", "--plain-http")
    assert said == "error: 127.0.0.1:9 cannot be reached: Connection refused.\n"
    said = refused("plan", CHART, "oci://127.0.0.1:9/charts/shop:1.0.0", "--plain-http")
    assert said == "error: 127.0.0.1:9 cannot be reached: Connection refused.\n"


def test_a_name_without_an_address_is_said_at_once(tmp_path: Path) -> None:
    env = {"NO_PROXY": "*", "no_proxy": "*"}
    said = refused("publish", packed(tmp_path), "oci://nowhere.invalid/charts", env=env)
    assert said.startswith("error: nowhere.invalid cannot be reached: ")
    assert "arrived" not in said


class _Script:
    """Answers with the statuses it is given, then is gone."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.asked = list(statuses), 0

    def send(self, _method, _url, _headers, _data=None):
        self.asked += 1
        if not self.statuses:
            raise UnreachableError("x.example cannot be reached: Connection refused.")
        return Response(self.statuses.pop(0), {}, b"")


@pytest.mark.parametrize(
    ("statuses", "said", "asked"),
    [
        ((), r"^x.example cannot be reached: Connection refused\.$", 2),
        ((401,), r"^x.example cannot be reached: Connection refused\.$", 3),
        ((202,), r"Connection refused, 5 times in a row\. What has arrived is kept: try again\.$", 6),
    ],
)
def test_only_a_registry_that_was_there_is_asked_again_and_again(statuses, said, asked) -> None:
    transport = _Script(*statuses)
    session = Session(transport, "https://x.example", "", None, pause=lambda _seconds: None)
    for _status in statuses:
        session.retrying(lambda: session.send("GET", "/v2/"))
    with pytest.raises(ToolError, match=said):
        session.retrying(lambda: session.send("GET", "/v2/"))
    assert transport.asked == asked


def test_a_registry_that_never_answers_is_given_up(tmp_path: Path) -> None:
    planned = oci.plan("oci://x.example/silent", read_archive(packed(tmp_path)), None)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        repository = without_pause(planned, silent.getsockname()[1])
        repository.session.transport = Transport(seconds=0.1)
        with pytest.raises(ToolError, match="5 times in a row"):
            oci.publish(planned, repository)


@pytest.mark.parametrize("what", ["manifests", "blobs"])
def test_a_registry_that_gives_back_something_else_is_caught(
    what: str, open_registry: Registry, tmp_path: Path
) -> None:
    planned = oci.plan(f"oci://x.example/lies-{what}", read_archive(packed(tmp_path)), None)
    published = []

    def change(method, path, answer):
        published.append(method == "PUT" and "/manifests/" in path)
        return lie(what, b"something else")(method, path, answer) if any(published) else answer

    with changed_answers(open_registry.port, change) as port, pytest.raises(ToolError, match=r"[Dd]o not use"):
        oci.publish(planned, without_pause(planned, port))


def test_a_registry_that_claims_another_digest_is_caught(open_registry: Registry, tmp_path: Path) -> None:
    planned = oci.plan("oci://x.example/claims", read_archive(packed(tmp_path)), None)

    def change(method, path, answer):
        status, headers, data = answer
        if method == "PUT" and "/manifests/" in path:
            headers = {**headers, "docker-content-digest": "sha256:" + "0" * 64}
        return status, headers, data

    with changed_answers(open_registry.port, change) as port, pytest.raises(ToolError, match="mixes contents up"):
        oci.publish(planned, without_pause(planned, port))


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, b'{"errors":[{"code":"DENIED","message":"quota exceeded"}]}', r"refuses an upload.*\(quota exceeded\)"),
        (405, b"<html>", "refuses an upload.*it answers 405"),
        (413, b"", "it answers 413"),
        (500, b"", "it answers 500"),
    ],
)
def test_a_registry_that_refuses_is_quoted(status, body, said, open_registry: Registry, tmp_path: Path) -> None:
    planned = oci.plan(f"oci://x.example/refused-{status}", read_archive(packed(tmp_path)), None)

    def change(method, path, answer):
        return (status, {}, body) if method == "POST" else answer

    with changed_answers(open_registry.port, change) as port, pytest.raises((InputError, ToolError), match=said):
        oci.publish(planned, without_pause(planned, port))
    assert open_registry.tags(f"refused-{status}/shop") == []


def test_a_busy_registry_is_asked_again(open_registry: Registry, tmp_path: Path) -> None:
    planned = oci.plan("oci://x.example/busy", read_archive(packed(tmp_path)), None)
    turned_away: dict[str, int] = {}

    def change(method, path, answer):
        turned_away[method] = turned_away.get(method, 0) + 1
        return (503, {"retry-after": "1"}, b"") if turned_away[method] == 1 else answer

    pauses = []
    with changed_answers(open_registry.port, change) as port:
        repository = without_pause(planned, port)
        repository.session.pause = pauses.append
        oci.publish(planned, repository)
    assert open_registry.tags("busy/shop") == ["1.0.0"]
    assert 1.0 in pauses


def test_somebody_who_publishes_at_the_same_time_wins(open_registry: Registry, tmp_path: Path) -> None:
    mine = oci.plan("oci://x.example/race", read_archive(packed(tmp_path / "a")), None)
    other = packed(tmp_path / "b", **{"templates__NOTES.txt": "Other.\n"})
    theirs = oci.plan("oci://x.example/race", read_archive(other), None)
    done = []

    def change(method, path, answer):
        if method == "PUT" and not done:
            done.append(oci.publish(theirs, without_pause(theirs, open_registry.port)))
        return answer

    with changed_answers(open_registry.port, change) as port, pytest.raises(InputError, match="published already"):
        oci.publish(mine, without_pause(mine, port))
    assert (
        hashlib.sha256(
            json.dumps(manifest(open_registry, "race/shop", "1.0.0"), sort_keys=True, separators=(",", ":")).encode()
        ).hexdigest()
        == theirs.digest[7:]
    )

"""Everything taken from others stands in one file, at exactly which bytes, or no release is made."""

import json
import re
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from kubilitics_chartgen.cli.app import app
from kubilitics_chartgen.model.delivery import ACTIONS, IMAGES, KIND_NODES, pins
from tests.cli.test_commands import run
from tests.delivery.pipeline import FLOWS, PRODUCT
from tests.tools import REPOSITORY

FILE = "kubilitics_chartgen/model/delivery/pins.py"


def test_every_pin_is_used_and_nothing_else_is():
    texts = [path.read_text(encoding="utf-8") for path in (*FLOWS, *(PRODUCT / "docker").glob("*"))]
    for pin in (*ACTIONS, *IMAGES, *KIND_NODES):
        assert any(pin.reference in text for text in texts), pin
    known = {pin.reference for pin in ACTIONS}
    for text in texts:
        for reference in re.findall(r"uses: ([^\s.]\S+)", text):
            assert reference in known


@pytest.mark.parametrize("path", sorted((PRODUCT / "docker").glob("*.Dockerfile")), ids=lambda path: path.name)
def test_a_dockerfile_builds_on_pinned_images_only_or_the_check_says_so(path):
    open_ones = set(pins.unpinned())
    for reference in re.findall(r"^FROM (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE):
        assert re.search(r"@sha256:[0-9a-f]{64}$", reference) or reference in open_ones, reference


def test_nothing_is_left_unpinned_in_this_release():
    done = run("delivery", "check", "--release")
    assert done.returncode == 0, done.stdout
    assert json.loads(run("delivery", "check", "--json").stdout)["unpinned"] == []


def test_a_release_is_refused_while_a_digest_is_missing(monkeypatch):
    open_one = replace(IMAGES[0], digest=pins.UNPINNED)
    monkeypatch.setattr(pins, "IMAGES", (open_one, *IMAGES[1:]))
    done = CliRunner().invoke(app, ["delivery", "check", "--release"])
    assert done.exit_code == 1
    assert f"{open_one.name}:{open_one.tag}: no digest. Put it into {FILE}." in done.stdout
    assert CliRunner().invoke(app, ["delivery", "check"]).exit_code == 0


@pytest.mark.parametrize("commit", ["", "v6.0.2", "main", "de0fac2", "g" * 40, "a" * 41])
def test_what_is_no_commit_counts_as_not_pinned(monkeypatch, commit):
    broken = replace(ACTIONS[0], commit=commit)
    monkeypatch.setattr(pins, "ACTIONS", (broken, *ACTIONS[1:]))
    assert f"{broken.name} {broken.version}" in pins.unpinned()


@pytest.mark.parametrize("digest", ["", "sha256:abc", "a" * 64, "sha512:" + "a" * 64, "sha256:" + "A" * 64])
def test_what_is_no_digest_counts_as_not_pinned(monkeypatch, digest):
    broken = replace(IMAGES[0], digest=digest)
    monkeypatch.setattr(pins, "IMAGES", (broken, *IMAGES[1:]))
    assert f"{broken.name}:{broken.tag}" in pins.unpinned()


def test_renovate_finds_every_pin_in_the_one_file():
    config = json.loads((REPOSITORY / "renovate.json").read_text(encoding="utf-8"))
    text = (REPOSITORY / FILE).read_text(encoding="utf-8")
    found = set()
    for manager in config["customManagers"]:
        (pattern,) = manager["managerFilePatterns"]
        assert re.fullmatch(pattern.strip("/"), FILE)
        (match,) = manager["matchStrings"]
        found |= set(re.findall(re.sub(r"\(\?<(\w+)>", r"(?P<\1>", match), text))
    expected = {(pin.name, pin.version, pin.commit) for pin in ACTIONS}
    expected |= {(pin.name, pin.tag, pin.digest) for pin in (*IMAGES, *KIND_NODES) if pin.digest}
    assert found == expected

"""A signed chart: real Helm accepts it, and a key that cannot sign gets one clear sentence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.provenance import verify_provenance
from tests import tools
from tests.chart.objects import CHART
from tests.publishing.charts import ok, refused, run, shop
from tests.publishing.conftest import PASSPHRASE, Keys, forget_passphrases


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    # Its list puts dashes at the start of lines, which signed text escapes.
    about = "apiVersion: v2\nname: shop\nversion: 1.0.0\nkeywords: [one, two]\n"
    return shop(tmp_path / "shop", **{"Chart.yaml": about})


def verify(binary: str, archive: Path, keyring: Path) -> subprocess.CompletedProcess[str]:
    command = [binary, "verify", "--keyring", str(keyring), str(archive)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("binary", [tools.helm3, tools.helm4], ids=["helm3", "helm4"])
def test_helm_verifies_our_chart(binary, keys: Keys, tmp_path: Path) -> None:
    program = binary()
    ok("package", CHART, "-o", tmp_path / "out", "--key", "open@example.com", env=keys.env)
    archive = next((tmp_path / "out").glob("*.tgz"))
    keyring = keys.public("open", tmp_path)
    done = verify(program, archive, keyring)
    assert done.returncode == 0, done.stderr
    assert f"Using Key With Fingerprint: {keys.fingerprint('open')}" in done.stdout
    data = bytearray(archive.read_bytes())
    data[-1] ^= 1
    archive.write_bytes(data)
    assert "sha256 sum does not match" in verify(program, archive, keyring).stderr


def test_embedded_helm_verifies_it_and_refuses_another_chart(keys: Keys, chart: Path, tmp_path: Path) -> None:
    ok("package", chart, "-o", tmp_path / "out", "--key", keys.fingerprint("open"), env=keys.env)
    archive = tmp_path / "out" / "shop-1.0.0.tgz"
    signature = archive.with_name(f"{archive.name}.prov").read_bytes()
    keyring = keys.public("open", tmp_path).read_bytes()
    assert verify_provenance(archive.name, archive.read_bytes(), signature, keyring) == ("open <open@example.com>",)
    with pytest.raises(InputError, match="does not accept the signature"):
        verify_provenance(archive.name, archive.read_bytes() + b"x", signature, keyring)
    stranger = keys.public("modern", tmp_path).read_bytes()
    with pytest.raises(InputError, match="does not accept the signature"):
        verify_provenance(archive.name, archive.read_bytes(), signature, stranger)


def test_a_keyring_file_is_used_and_leaves_nothing_behind(keys: Keys, chart: Path, tmp_path: Path) -> None:
    ring = tmp_path / "secret.gpg"
    ring.write_bytes(keys.gpg("--export-secret-keys", "open@example.com"))
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    home.mkdir()
    scratch.mkdir()
    env = {"HOME": str(home), "GNUPGHOME": str(home / ".gnupg"), "TMPDIR": str(scratch)}
    ok("package", chart, "-o", tmp_path / "out", "--key", "open@example.com", "--keyring", ring, env=env)
    archive = tmp_path / "out" / "shop-1.0.0.tgz"
    assert verify(tools.helm3(), archive, keys.public("open", tmp_path)).returncode == 0
    assert list(home.iterdir()) == []
    assert list(scratch.iterdir()) == []


def test_a_passphrase_comes_from_a_file(keys: Keys, chart: Path, tmp_path: Path) -> None:
    forget_passphrases(keys)
    options = ("--key", "locked@example.com", "--passphrase-file", keys.passphrase_file)
    ok("package", chart, "-o", tmp_path / "out", *options, env=keys.env)
    archive = tmp_path / "out" / "shop-1.0.0.tgz"
    assert verify(tools.helm3(), archive, keys.public("locked", tmp_path)).returncode == 0


def test_or_from_an_agent_that_knows_it(keys: Keys, chart: Path, tmp_path: Path) -> None:
    forget_passphrases(keys)
    options = ("--passphrase-file", str(keys.passphrase_file), "--local-user", "locked@example.com")
    (tmp_path / "text").write_text("anything")
    keys.gpg(*options, "--output", str(tmp_path / "signed"), "--clear-sign", str(tmp_path / "text"))
    ok("package", chart, "-o", tmp_path / "out", "--key", "locked@example.com", env=keys.env)


def test_a_wrong_passphrase_is_named_and_not_shown(keys: Keys, chart: Path, tmp_path: Path) -> None:
    forget_passphrases(keys)
    wrong = tmp_path / "wrong"
    wrong.write_text("hunter2")
    options = ("--key", "locked@example.com", "--passphrase-file", wrong)
    said = refused("package", chart, "-o", tmp_path / "out", *options, env=keys.env)
    assert (
        said == f"error: the key of locked <locked@example.com> is locked, and {wrong} does not hold its passphrase.\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_locked_key_without_a_passphrase(keys: Keys, chart: Path, tmp_path: Path) -> None:
    forget_passphrases(keys)
    said = refused("package", chart, "-o", tmp_path / "out", "--key", "locked@example.com", env=keys.env)
    assert "is locked. Give --passphrase-file" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("nobody@example.com", "there is no secret key for 'nobody@example.com'"),
        ("example.com", "secret keys match 'example.com'. Name one by its fingerprint."),
        ("expired@example.com", "has expired, so it cannot sign"),
        ("revoked@example.com", "was revoked, so it cannot sign"),
        ("certify-only@example.com", "is not made for signing"),
        ("--version", "names no key"),
    ],
)
def test_a_key_that_cannot_sign_gets_one_sentence(key: str, said: str, keys: Keys, chart: Path, tmp_path: Path) -> None:
    text = refused("package", chart, "-o", tmp_path / "out", f"--key={key}", env=keys.env)
    assert said in text
    assert text.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_keyring_without_secret_keys(keys: Keys, chart: Path, tmp_path: Path) -> None:
    public = keys.public("open", tmp_path)
    options = ("-o", tmp_path / "out", "--key", "open@example.com", "--keyring")
    assert "no secret key" in refused("package", chart, *options, public)
    (tmp_path / "junk").write_text("junk")
    assert "holds no keys" in refused("package", chart, *options, tmp_path / "junk")
    assert "cannot be read" in refused("package", chart, *options, tmp_path / "missing")


def test_a_failed_signature_leaves_the_earlier_release_whole(keys: Keys, chart: Path, tmp_path: Path) -> None:
    ok("package", chart, "-o", tmp_path / "out", "--key", "open@example.com", env=keys.env)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    shop(chart, **{"values.yaml": "replicas: 3\n"})
    refused("package", chart, "-o", tmp_path / "out", "--key", "expired@example.com", env=keys.env)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_without_gnupg_there_is_a_sentence(chart: Path, tmp_path: Path) -> None:
    said = refused("package", chart, "-o", tmp_path / "out", "--key", "a", env={"PATH": str(tmp_path)})
    assert "Install GnuPG" in said


def test_a_key_that_older_helm_cannot_read_is_noted(keys: Keys, chart: Path, tmp_path: Path) -> None:
    done = run("package", chart, "-o", tmp_path / "out", "--key", "modern@example.com", env=keys.env)
    assert done.returncode == 0, done.stderr
    assert "older Helm" in done.stderr
    archive, keyring = tmp_path / "out" / "shop-1.0.0.tgz", keys.public("modern", tmp_path)
    assert verify(tools.helm3(), archive, keyring).returncode == 1
    assert verify(tools.helm4(), archive, keyring).returncode == 0


def test_options_for_signing_ask_for_a_key(chart: Path, keys: Keys, tmp_path: Path) -> None:
    said = refused("package", chart, "-o", tmp_path / "out", "--passphrase-file", keys.passphrase_file)
    assert "--key" in said
    assert PASSPHRASE not in said

"""Charts of others are untrusted: what is too large, leads elsewhere or is damaged is refused in a sentence."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.verify.lint import lint
from tests.verify.lint.conftest import Build


def test_a_file_that_is_too_large_is_refused(build: Build) -> None:
    folder = build({"templates/big.yaml": "#" * (5 * 1024 * 1024 + 1)})
    with pytest.raises(InputError) as caught:
        lint(folder)
    assert [(problem.file, problem.message) for problem in caught.value.problems] == [
        ("templates/big.yaml", "it is larger than 5 MiB")
    ]


def test_a_link_that_leads_out_of_the_chart_is_refused(build: Build, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = build()
    (folder / "templates" / "link.yaml").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(InputError) as caught:
        lint(folder)
    assert caught.value.problems[0].file == "templates/link.yaml"


def test_an_archive_that_unpacks_to_more_than_is_allowed_is_refused(build: Build) -> None:
    folder = build()
    (folder / "charts").mkdir()
    with tarfile.open(folder / "charts" / "bomb-1.0.0.tgz", "w:gz") as archive:
        for number in range(11):
            member = tarfile.TarInfo(f"bomb/templates/{number}.yaml")
            member.size = 5 * 1024 * 1024
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    with pytest.raises(InputError, match="larger than 50 MiB"):
        lint(folder)


def test_a_chart_archive_that_is_damaged_is_named(build: Build) -> None:
    folder = build()
    (folder / "charts").mkdir()
    (folder / "charts" / "db-1.0.0.tgz").write_bytes(b"no archive")
    with pytest.raises(InputError) as caught:
        lint(folder)
    assert caught.value.problems[0].file == "charts/db-1.0.0.tgz"

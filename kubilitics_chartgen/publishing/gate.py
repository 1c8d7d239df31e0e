"""What must hold before a release goes out: named checks, each a function. Reads the repository and asks git.

A check gives its problems, none where it holds. A check that is not here was not made: nothing is listed as passed that
did not run.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kubilitics_chartgen.errors import ChartgenError, InputError, Problem

__all__ = ["Check", "Result", "checks", "run_checks"]

_HEADING = re.compile(r"^## (?P<version>\S+)(?: +(?P<rest>.*))?$", re.MULTILINE)
_DATE = re.compile(r"\(?\d{4}-\d{2}-\d{2}\)?")
_TOOLKIT = "kubilitics_chartgen/__init__.py"
_SECONDS = 60


@dataclass(frozen=True)
class Check:
    """One thing that must hold."""

    name: str
    about: str
    run: Callable[[], Sequence[Problem]]


@dataclass(frozen=True)
class Result:
    """What a check found."""

    check: Check
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Subject:
    root: Path
    version: str

    @property
    def chart(self) -> Path:
        from kubilitics_chartgen.targets.chart import CHART_DIR

        return self.root / CHART_DIR


def checks(root: Path, version: str, *, stale: Callable[[], Sequence[str]]) -> tuple[Check, ...]:
    """The checks of a release; `stale` names the generated files that are not fresh.

    Raises InputError for a version that is none.
    """
    from kubilitics_chartgen.helm.versions import is_semver

    if not is_semver(version):
        raise InputError(f"{version!r} is no version. Write it as 1.2.0, without a v.")
    subject = _Subject(root, version)
    return (
        Check("tree", "nothing is changed and not committed", lambda: list(_tree(subject))),
        Check("versions", "the version is the same everywhere", lambda: list(_versions(subject))),
        Check("changelog", "the changelog tells of this version, with a date", lambda: list(_changelog(subject))),
        Check("generated", "generated files are fresh", lambda: [_stale(path) for path in stale()]),
        Check("lint", "lint finds nothing that matters", lambda: list(_lint(subject))),
        Check("verify", "verify finds nothing in any combination of values", lambda: list(_verify(subject))),
        Check("package", "the chart packs to the same bytes elsewhere", lambda: list(_package(subject))),
        Check("plan", "upgrades from the two releases before are safe", lambda: list(_plan(subject))),
        Check("matrix", "the compatibility matrix knows this version", lambda: list(_matrix(subject))),
        Check("pipeline", "everything the delivery pipeline takes is pinned", lambda: list(_pipeline())),
        Check("images", "every profile starts this version of the product", lambda: list(_images(subject))),
        Check("notes", "the release notes are complete", lambda: list(_notes(subject))),
    )


def run_checks(listed: Sequence[Check]) -> Iterator[Result]:
    """Make each check, whatever the others found."""
    for check in listed:
        try:
            problems = tuple(check.run())
        except ChartgenError as error:
            problems = (Problem(error.summary), *error.problems)
        yield Result(check, problems)


def _tree(subject: _Subject) -> Iterator[Problem]:
    git = shutil.which("git")
    if git is None:
        yield Problem("there is no git program to ask.", fix="Install git.")
        return
    command = [git, "-C", str(subject.root), "status", "--porcelain=v1", "--untracked-files=normal"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        yield Problem(f"git did not answer within {_SECONDS} seconds.")
        return
    if done.returncode:
        yield Problem("this is no git repository, so nobody can tell what would be released.")
    for line in done.stdout.splitlines():
        yield Problem("it is not committed.", file=line[3:], fix="Commit it, or take it back.")


def _versions(subject: _Subject) -> Iterator[Problem]:
    from kubilitics_chartgen.helm import EmbeddedEngine
    from kubilitics_chartgen.model.release import RELEASE

    metadata = EmbeddedEngine().load(subject.chart).metadata
    toolkit = re.search(r'^__version__ = "([^"]*)"', _read(subject.root / _TOOLKIT), re.MULTILINE)
    stated = (
        ("kubilitics_chartgen/model/release.py", "version", RELEASE.version),
        (_TOOLKIT, "__version__", toolkit[1] if toolkit else ""),
        ("charts/kubilitics/Chart.yaml", "version", str(metadata.get("version", ""))),
        ("charts/kubilitics/Chart.yaml", "appVersion", str(metadata.get("appVersion", ""))),
    )
    for file, path, found in stated:
        if found != subject.version:
            yield Problem(f"it says {found or 'nothing'}, and the release is {subject.version}.", path=path, file=file)


def _changelog(subject: _Subject) -> Iterator[Problem]:
    file = "CHANGELOG.md"
    text = _read(subject.root / file)
    found = list(_HEADING.finditer(text))
    mine = next((heading for heading in found if heading["version"] == subject.version), None)
    if mine is None:
        yield Problem(
            f"nothing is told of {subject.version}.", file=file, fix=f"Write a section `## {subject.version}`."
        )
        return
    line = text.count("\n", 0, mine.start()) + 1
    if mine is not found[0]:
        yield Problem(f"{found[0]['version']} stands above {subject.version}.", file=file, line=line)
    if not _DATE.fullmatch((mine["rest"] or "").strip()):
        wanted = f"Write `## {subject.version} (year-month-day)`."
        yield Problem(f"{subject.version} has no date.", file=file, line=line, fix=wanted)
    end = next((heading.start() for heading in found if heading.start() > mine.start()), len(text))
    if not re.search(r"^- \S", text[mine.end() : end], re.MULTILINE):
        yield Problem(f"{subject.version} tells of no change.", file=file, line=line)


def _stale(path: str) -> Problem:
    return Problem("it is not what the model makes.", file=path, fix="Run: kubilitics-chartgen generate")


def _lint(subject: _Subject) -> Iterator[Problem]:
    from kubilitics_chartgen.verify.lint import lint

    for finding in lint(subject.chart).findings:
        if finding.severity.fails:
            yield Problem(finding.message, path=finding.path, file=finding.where(), fix=finding.fix)


def _verify(subject: _Subject) -> Iterator[Problem]:
    from kubilitics_chartgen.verify.verification import VerifyRequest, verify

    report = verify(VerifyRequest(subject.chart))
    # What `verify` itself sets aside is no fault of the chart.
    for finding in (each for each in report.findings if each.fails):
        place = ": ".join(part for part in (finding.object, finding.path) if part)
        yield Problem(f"{finding.check}: {finding.message}", path=place, file=finding.template, fix=finding.fix)


def _package(subject: _Subject) -> Iterator[Problem]:
    from kubilitics_chartgen.publishing.archive import build_archive, source_date

    date = source_date()
    first = build_archive(subject.chart, date=date)
    with tempfile.TemporaryDirectory() as folder:
        # Another place, other times of the files.
        copy = shutil.copytree(subject.chart, Path(folder) / "copy", copy_function=shutil.copyfile)
        second = build_archive(copy, date=date)
    if first.digest != second.digest:
        yield Problem(f"it packs to sha256:{first.digest}, and a copy of it to sha256:{second.digest}.")


def _plan(subject: _Subject) -> Iterator[Problem]:
    from kubilitics_chartgen.helm import EmbeddedEngine
    from kubilitics_chartgen.kube.versions import newest
    from kubilitics_chartgen.model.compatibility.versions import Version
    from kubilitics_chartgen.upgrade import Apply, make_plan
    from kubilitics_chartgen.upgrade.source import Side, Target, rendered_state

    engine = EmbeddedEngine()
    releases = {path: str(engine.load(path).metadata["version"]) for path in (subject.root / "releases").glob("*.tgz")}
    known = {path: Version.read(version) for path, version in releases.items()}
    this = Version.read(subject.version)
    older = {path: each.number for path, each in known.items() if this and each and each.number < this.number}
    if not older:
        yield Problem("there is no release before it to upgrade from.", file="releases")
    target = Target("kubilitics", "default", None)
    for path in sorted(older, key=lambda path: older[path])[-2:]:
        before = rendered_state(Side(path), target, upgrade=False)
        after = rendered_state(Side(subject.chart), target, upgrade=True)
        for change in make_plan(before, after, version=newest(), applies=tuple(Apply)).changes:
            if change.verdict.is_dangerous:
                what = f"{change.identity.kind} {change.identity.name}: {change.verdict.value}"
                yield Problem(
                    f"from {releases[path]}, {what}: {'; '.join(change.reasons)}.", file=f"releases/{path.name}"
                )


def _matrix(subject: _Subject) -> Iterator[Problem]:
    from kubilitics_chartgen.model.compatibility import MATRIX, lint

    file = "kubilitics_chartgen/model/compatibility/rules.py"
    yield from lint(MATRIX)
    for name in ("chart", "frontend", "backend", "ai"):
        if subject.version not in MATRIX.releases.get(name, ()):
            fix = "Add it, and the rules that speak for it; then run: kubilitics-chartgen generate"
            yield Problem(f"{name} {subject.version} is not among its releases.", file=file, fix=fix)


def _pipeline() -> Iterator[Problem]:
    from kubilitics_chartgen.model.delivery import unpinned

    file = "kubilitics_chartgen/model/delivery/pins.py"
    for name in unpinned():
        yield Problem(
            "it has no digest.", path=str(name), file=file, fix="Write the digest of the version named there."
        )


def _images(subject: _Subject) -> Iterator[Problem]:
    from kubilitics_chartgen.helm import EmbeddedEngine
    from kubilitics_chartgen.model.components import COMPONENTS
    from kubilitics_chartgen.publishing.inventory import inventory, profiles_in

    own = {component.repository for component in COMPONENTS}
    for use in inventory(EmbeddedEngine().load(subject.chart), profiles_in(subject.root / "values")):
        if use.image.repository in own and use.image.tag != subject.version:
            tag = use.image.tag or "no tag"
            yield Problem(
                f"{tag} instead of {subject.version}, with {', '.join(use.profiles)}.", path=use.image.repository
            )


def _notes(subject: _Subject) -> Iterator[Problem]:
    from kubilitics_chartgen.publishing.notes.markdown import SECTIONS, TO_BE_WRITTEN

    file = f"releases/notes/{subject.version}.md"
    if not (subject.root / file).is_file():
        fix = f"Write them: kubilitics-chartgen release notes OLD charts/kubilitics --known-issues FILE -o {file}"
        yield Problem("there are no release notes.", file=file, fix=fix)
        return
    text = _read(subject.root / file)
    lines = text.splitlines()
    if not lines or not re.fullmatch(rf"# .*\b{re.escape(subject.version)}", lines[0]):
        yield Problem(f"they do not begin with a title that names {subject.version}.", file=file, line=1)
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    bodies = dict(zip(parts[1::2], parts[2::2], strict=True))
    for section in SECTIONS:
        if not bodies.get(section, "").strip():
            yield Problem(f"the section {section!r} is missing or empty.", file=file)
    for number, line in enumerate(lines, 1):
        if TO_BE_WRITTEN in line:
            yield Problem("something is still to be written.", file=file, line=number)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""

"""`demo`: the main job from end to end, as a newcomer should see it first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kubilitics_chartgen.cli import generate as generating
from kubilitics_chartgen.cli.output import console, print_json, progress
from kubilitics_chartgen.words import counted

if TYPE_CHECKING:
    from kubilitics_chartgen.kube.versions import KubeVersion
    from kubilitics_chartgen.verify.sweep.renderer import Renderer

__all__ = ["ProfileResult", "demo"]


@dataclass(frozen=True)
class ProfileResult:
    """What one profile renders to, and where it is valid."""

    name: str
    provider: str
    objects: int
    manifest: Path
    problems: tuple[str, ...]
    """One line for each object that a Kubernetes version does not accept."""

    def as_dict(self) -> dict[str, Any]:
        """The result for programs."""
        return {
            "profile": self.name,
            "aiProvider": self.provider or None,
            "objects": self.objects,
            "manifest": str(self.manifest),
            "problems": list(self.problems),
        }


def _check_profile(renderer: Renderer, profile: Path, versions: Sequence[KubeVersion], folder: Path) -> ProfileResult:
    """Render `profile` as each version, validate as that version, and keep the newest manifest in `folder`."""
    from kubilitics_chartgen.cli.writing import replace_file
    from kubilitics_chartgen.helm import RefusedError, documents, documents_text, read_values
    from kubilitics_chartgen.kube.schemas import problems

    given = read_values([str(profile)])
    coalesced = renderer.whole(given.data)
    unfit = renderer.judge.problems(coalesced, given)
    if unfit:
        raise RefusedError(f"{profile} does not fit the chart's schema", unfit)
    found = []
    lines: list[str] = []
    for version, texts in zip(versions, _render(renderer, given.data, versions), strict=True):
        found = [document for document in documents(texts) if not document.is_test]
        lines += [
            f"{document} on {version.name}: {problem.path}: {problem.message}"
            for document in found
            for problem in problems(document.object, version)
        ]
    manifest = folder / f"{profile.stem}.yaml"
    replace_file(manifest, documents_text(found))
    ai = coalesced.get("ai") or {}
    return ProfileResult(
        profile.stem, ai.get("llmProvider", "") if ai.get("enabled") else "", len(found), manifest, tuple(lines)
    )


def _render(
    renderer: Renderer, given: Mapping[str, Any], versions: Sequence[KubeVersion]
) -> Sequence[Mapping[str, str]]:
    """What every template prints for each version. Raises RenderError."""
    from kubilitics_chartgen.helm import RefusedError, Release
    from kubilitics_chartgen.helm.batch import Context
    from kubilitics_chartgen.verify.sweep.renderer import Refusal

    releases = [Release("kubilitics", "kubilitics", kube_version=str(version)) for version in versions]
    for release in releases:
        renderer.loaded.check_renderable(release)
    values = [renderer.loaded.with_version(given, release) for release in releases]
    contexts = [
        Context(renderer.whole(each), release, renderer.entries) for each, release in zip(values, releases, strict=True)
    ]
    found = []
    for answer in renderer.texts(contexts, values):
        if isinstance(answer, Refusal):
            raise RefusedError(answer.message)
        found.append(answer)
    return found


def demo(
    root: Annotated[Path, typer.Option(help="The repository.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Generate the chart, lint it, render every profile, and validate it on every supported Kubernetes version."""
    from kubilitics_chartgen.kube.versions import supported
    from kubilitics_chartgen.verify.lint import lint
    from kubilitics_chartgen.verify.sweep.renderer import Renderer

    with progress("generating the chart"):
        planned = generating.plan(root)
        generating.apply(planned)
    chart_folder = root / planned.chart_dir
    with progress("linting the chart"):
        report = lint(chart_folder)
    versions = supported()
    renderer = Renderer(chart_folder)
    results = []
    for profile in sorted((root / "values").glob("*.yaml")):
        with progress(f"rendering and validating {profile.stem}"):
            results.append(_check_profile(renderer, profile, versions, root / "build" / "demo"))
    if as_json:
        print_json(
            {
                "changed": planned.changed,
                "lint": [finding.as_dict() for finding in report.findings],
                "profiles": [result.as_dict() for result in results],
            }
        )
    else:
        _print(chart_folder, len(planned.wanted), planned.changed, len(report.findings), results, versions)
    if report.failed or any(result.problems for result in results):
        raise typer.Exit(1)


def _print(
    chart: Path,
    files: int,
    changed: Sequence[str],
    findings: int,
    results: Sequence[ProfileResult],
    versions: Sequence[KubeVersion],
) -> None:
    from rich.table import Table

    out = console()
    out.print(f"Generated {chart}: {counted(files, 'file')}, {len(changed) or 'none'} changed")
    out.print(f"Linted {chart}: {counted(findings, 'finding')}\n")
    span = f"{versions[0].name} to {versions[-1].name}"
    table = Table(title=f"Profiles, strictly validated on Kubernetes {span}", title_justify="left")
    table.add_column("Profile", style="bold", overflow="fold")
    table.add_column("AI", overflow="fold")
    table.add_column("Objects", justify="right", overflow="fold")
    table.add_column("Valid on", overflow="fold")
    for result in results:
        bad = len(result.problems)
        verdict = f"[red]{counted(bad, 'problem')}[/red]" if bad else f"[green]all {len(versions)}[/green]"
        table.add_row(result.name, result.provider or "off", str(result.objects), verdict)
    out.print(table)
    for result in results:
        for problem in result.problems:
            out.print(f"{result.name}: {problem}", markup=False, style="red")
    out.print(
        f"\nThe manifests lie in {results[0].manifest.parent}." if results else "There are no profiles in values/."
    )
    out.print("Next, with a cluster at hand:")
    out.print(f"  helm install kubilitics {chart} --namespace kubilitics --create-namespace", markup=False)
    out.print("Or look at one object with AI on:")
    out.print(
        "  .venv/bin/kubilitics-chartgen render -f values/openai.yaml --only Deployment/release-name-kubilitics-ai"
    )

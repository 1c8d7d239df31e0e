"""`demo`: the main job from end to end, as a newcomer should see it first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kubilitics_chartgen.cli import generate as generating
from kubilitics_chartgen.cli.output import console, print_json, progress

if TYPE_CHECKING:
    from kubilitics_chartgen.helm import EmbeddedChart
    from kubilitics_chartgen.kube.versions import KubeVersion

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


def _check_profile(chart: EmbeddedChart, profile: Path, versions: Sequence[KubeVersion], folder: Path) -> ProfileResult:
    """Render `profile` as each version, validate as that version, and keep the newest manifest in `folder`."""
    from kubilitics_chartgen.cli.writing import replace_file
    from kubilitics_chartgen.helm import Judge, RefusedError, Release, documents, documents_text, read_values
    from kubilitics_chartgen.kube.schemas import problems

    given = read_values([str(profile)])
    coalesced = chart.coalesce(given.data)
    unfit = Judge(chart.schema).problems(coalesced, given)
    if unfit:
        raise RefusedError(f"{profile} does not fit the chart's schema", unfit)
    found = []
    lines: list[str] = []
    for version in versions:
        release = Release(name="kubilitics", namespace="kubilitics", kube_version=str(version))
        found = [document for document in documents(chart.render(given.data, release)) if not document.is_test]
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


def demo(
    root: Annotated[Path, typer.Option(help="The repository.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Generate the chart, lint it, render every profile, and validate it on every supported Kubernetes version."""
    from kubilitics_chartgen.helm import EmbeddedEngine
    from kubilitics_chartgen.kube.versions import supported
    from kubilitics_chartgen.verify.lint import lint

    with progress("generating the chart"):
        planned = generating.plan(root)
        generating.apply(planned)
    chart_folder = root / planned.chart_dir
    with progress("linting the chart"):
        report = lint(chart_folder)
    versions = supported()
    chart = EmbeddedEngine().load(chart_folder)
    results = []
    for profile in sorted((root / "values").glob("*.yaml")):
        with progress(f"rendering and validating {profile.stem}"):
            results.append(_check_profile(chart, profile, versions, root / "build" / "demo"))
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
    out.print(f"Generated {chart}: {files} files, {len(changed) or 'none'} changed")
    out.print(f"Linted {chart}: {findings or 'no'} findings\n")
    span = f"{versions[0].name} to {versions[-1].name}"
    table = Table(title=f"Profiles, strictly validated on Kubernetes {span}", title_justify="left")
    table.add_column("Profile", style="bold", no_wrap=True)
    table.add_column("AI", no_wrap=True)
    table.add_column("Objects", justify="right")
    table.add_column("Valid on", no_wrap=True)
    for result in results:
        verdict = (
            f"[red]{len(result.problems)} problems[/red]" if result.problems else f"[green]all {len(versions)}[/green]"
        )
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

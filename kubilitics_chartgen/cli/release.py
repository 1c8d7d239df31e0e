"""`release`: what a release says of itself (`notes`), and whether it may go out (`check`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.words import counted

__all__ = ["app", "check", "notes"]

app = typer.Typer(
    name="release",
    help="Write a release's notes, and check that a release may go out.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def notes(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The chart of the earlier release: a folder or .tgz.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The chart of this release.")],
    known_issues: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Markdown: what does not work in this release.")
    ] = None,
    profiles: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Values files to render both with.", show_default="NEW's folder ci"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the notes there.", show_default=False)
    ] = None,
) -> None:
    """Print release notes in Markdown: what differs between two charts, read from the charts themselves."""
    from kubilitics_chartgen.cli.output import progress
    from kubilitics_chartgen.cli.writing import replace_file
    from kubilitics_chartgen.helm import read_values_file
    from kubilitics_chartgen.publishing.inventory import profiles_in
    from kubilitics_chartgen.publishing.notes.compare import DEFAULTS, compare
    from kubilitics_chartgen.publishing.notes.facts import read_facts
    from kubilitics_chartgen.publishing.notes.markdown import release_notes

    said = _text(known_issues) if known_issues else None
    folder = profiles or (new / "ci" if (new / "ci").is_dir() else None)
    files = profiles_in(folder) if folder else {}
    scenarios: dict[str, dict[str, Any]] = {DEFAULTS: {}}
    scenarios.update({name: read_values_file(str(path)).data for name, path in files.items()})
    with progress(f"comparing {old} and {new}"):
        found = compare(read_facts(old, scenarios), read_facts(new, scenarios, upgrade=True))
    if found.old.name != found.new.name:
        raise InputError(f"{old} is {found.old.name} and {new} is {found.new.name}: name two releases of one chart.")
    text = release_notes(found, known_issues=said)
    if output is None:
        typer.echo(text, nl=False)
    else:
        replace_file(output, text)
        typer.echo(f"wrote {output}", err=True)


@app.command()
def check(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The version to be released, such as 1.2.0.")],
    root: Annotated[Path, typer.Option(help="The repository.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Check that a version may be released. Changes nothing.

    Exit codes: 0 it may, 1 something is missing, 2 the repository cannot be read.
    """
    from kubilitics_chartgen.cli import generate
    from kubilitics_chartgen.cli.output import console, print_json, progress
    from kubilitics_chartgen.publishing.gate import checks, run_checks

    if not (root / "charts").is_dir() or not (root / "values").is_dir():
        raise InputError(f"{root} is not this project's repository. Run it there, or name it with --root.")
    with progress(f"checking {version}"):
        results = list(run_checks(checks(root, version, stale=lambda: generate.plan(root).changed)))
    failed = [result for result in results if result.problems]
    if as_json:
        listed = {result.check.name: [str(problem) for problem in result.problems] for result in results}
        print_json({"version": version, "releasable": not failed, "checks": listed})
    else:
        out = console()
        for result in results:
            mark = "[red]no[/red]" if result.problems else "[green]ok[/green]"
            out.print(f"{mark}  {result.check.name}: {result.check.about}")
            for problem in result.problems:
                out.print(f"      {problem}", markup=False)
        passed = len(results) - len(failed)
        verdict = f"{version} must not go out" if failed else f"{version} may go out"
        out.print(f"{verdict}: {passed} of {counted(len(results), 'check')} hold", markup=False)
    raise typer.Exit(1 if failed else 0)


def _text(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}.") from error
    if not text.strip():
        raise InputError(f"{file} is empty. Write what is known not to work, or that nothing is.")
    return text

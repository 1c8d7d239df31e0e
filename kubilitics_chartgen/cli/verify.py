"""`verify`: prove a chart over its whole space of values, on every supported Kubernetes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kubilitics_chartgen.words import counted

if TYPE_CHECKING:
    from rich.console import Console

    from kubilitics_chartgen.verify.result import BranchCoverage, Proof, VerifyReport
    from kubilitics_chartgen.verify.verification import VerifyRequest

__all__ = ["ReportFormat", "verify"]

MAX_BRANCHES = 5
"""Branches that are listed on a terminal; reports list all."""
_COLORS = {"error": "red", "warning": "yellow"}


class ReportFormat(str, Enum):
    """The kinds of report files."""

    junit = "junit"
    json = "json"
    html = "html"


def verify(
    chart: Annotated[Path, typer.Argument(metavar="CHART", help="A chart folder or a .tgz archive.")] = Path(
        "charts/kubilitics"
    ),
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--values", "-f", metavar="FILE", help="Values to start from, around which others vary; may be repeated."
        ),
    ] = None,
    strength: Annotated[
        int, typer.Option(min=2, max=4, help="How many values are combined in every way: 2 is every pair.")
    ] = 2,
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="Look at every combination of what a template reads, up to 50,000.")
    ] = False,
    kube_versions: Annotated[
        str, typer.Option(metavar="VERSIONS", help="Such as 1.30-1.37 or 1.30,1.33.", show_default="all supported")
    ] = "",
    checks: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="Only these checks; may be repeated.", show_default="all"),
    ] = None,
    skip: Annotated[list[str] | None, typer.Option(metavar="NAMES", help="Not these checks; may be repeated.")] = None,
    isolate: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="A value that must leave all other objects as they are; may be repeated."),
    ] = None,
    old: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="OLD_CHART",
            help="Instead of the chart by itself, prove the upgrade from this folder or .tgz over all its values.",
        ),
    ] = None,
    explain: Annotated[
        str, typer.Option(metavar="TEMPLATE", help="Only tell what this template depends on, and why.")
    ] = "",
    workers: Annotated[
        int, typer.Option(min=0, max=64, help="How many processes.", show_default="one per processor")
    ] = 0,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Use the workers of this Dask cluster, such as tcp://host:8786.")
    ] = "",
    budget: Annotated[
        float | None, typer.Option(metavar="SECONDS", help="End after this time, with what is known.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed looks at other random configurations.")] = 1,
    random: Annotated[int, typer.Option(min=0, help="How many random configurations.")] = 200,
    nulls: Annotated[
        bool | None,
        typer.Option(
            "--nulls/--no-nulls",
            help="Also set each key to null, as operators do to take a default away, and try a release named true in a "
            "namespace 0123 and texts like numbers together, for which templates need quotes.",
            show_default="where the chart has a .chartgen.yaml",
        ),
    ] = None,
    report: Annotated[ReportFormat | None, typer.Option(help="Write a report file of this kind.")] = None,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Render a chart in every way that can matter and check what comes out, as every supported Kubernetes would.

    Exit codes: 0 nothing found, 1 findings, 2 the chart or the request cannot be used, 130 interrupted.
    """
    from kubilitics_chartgen.cli.output import print_json
    from kubilitics_chartgen.errors import InputError
    from kubilitics_chartgen.kube.versions import parse_versions
    from kubilitics_chartgen.verify.verification import VerifyRequest
    from kubilitics_chartgen.verify.verification import verify as run

    if (report is None) != (output is None):
        raise InputError("A report needs both: --report says of which kind, --output says where.")
    if output is not None:
        from kubilitics_chartgen.cli.writing import check_file

        check_file(output)
    if explain and (report is not None or old is not None):
        raise InputError("--explain only tells of one template of one chart: give it without --report and --from.")
    request = VerifyRequest(
        chart,
        files=tuple(values or ()),
        strength=strength,
        exhaustive=exhaustive,
        kube_versions=parse_versions(kube_versions) if kube_versions else (),
        checks=_names(checks),
        skip=_names(skip),
        isolate=tuple(isolate or ()),
        workers=workers,
        scheduler=scheduler,
        budget=budget,
        seed=seed,
        random=random,
        nulls=nulls,
    )
    if explain:
        _explain(chart, explain, as_json=as_json)
        return
    with _progress() as tell:
        result = run(request, progress=tell) if old is None else _upgrade(request, old, tell)
    if as_json:
        print_json(result.as_dict())
    else:
        _print(result)
    # Last, so that a full disk takes nothing away of what took so long.
    if report is not None and output is not None:
        _write(report, output, result)
    raise typer.Exit(130 if result.interrupted else 1 if result.failed else 0)


def _upgrade(request: VerifyRequest, old: Path, tell: Callable[[str, int], None]) -> VerifyReport:
    from kubilitics_chartgen.errors import InputError
    from kubilitics_chartgen.transition.run import verify_upgrade

    if request.isolate:
        raise InputError("--isolate looks at one chart, --from at two: give one of them.")
    return verify_upgrade(request, old, progress=tell)


def _names(given: Sequence[str] | None) -> tuple[str, ...]:
    """Names with commas between them, given once or more often."""
    return tuple(name.strip() for text in given or () for name in text.split(",") if name.strip())


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    """A line on the terminal that says what is going on; silent in pipes."""
    if not sys.stderr.isatty():
        yield lambda _phase, _count: None
        return
    from kubilitics_chartgen.cli.output import console

    done = 0
    with console(stderr=True).status("starting") as status:

        def tell(phase: str, count: int) -> None:
            nonlocal done
            done += count
            status.update(f"{phase}: {done:,} configurations")

        yield tell


def _explain(chart: Path, template: str, *, as_json: bool) -> None:
    from kubilitics_chartgen.cli.output import console, print_json
    from kubilitics_chartgen.helm.chart_source import chart_folder
    from kubilitics_chartgen.verify.explanation import explain

    with chart_folder(chart) as folder:
        told = explain(folder, template)
    if as_json:
        print_json(told.as_dict())
        return
    out = console()
    for line in told.lines():
        out.print(line, markup=False)


def _write(kind: ReportFormat, path: Path, result: VerifyReport) -> None:
    from kubilitics_chartgen.cli.writing import replace_file
    from kubilitics_chartgen.verify.report import report_text

    replace_file(path, report_text(kind.value, result))
    typer.echo(f"wrote {path}", err=True)


def _print(result: VerifyReport) -> None:
    from kubilitics_chartgen.cli.output import console

    out = console()
    for finding in result.findings:
        if finding.fails:
            _print_finding(out, finding)
    set_aside = sum(not finding.fails for finding in result.findings)
    numbers = result.numbers
    failing = sum(finding.fails for finding in result.findings)
    lines = [
        f"{counted(numbers['configurations'], 'configuration')} of {counted(numbers['factors'], 'value')}: "
        f"{numbers['accepted']:,.0f} accepted, {numbers['refused']:,.0f} refused in words",
        *_breadth(result),
        *_branch_lines(result.branches),
        *result.notes,
    ]
    if set_aside:
        lines.append(
            f"set aside: {counted(set_aside, 'finding')} with values, or text in files, that nothing says to be valid: "
            "see --json, or --report html"
        )
    if numbers["exempt"]:
        lines.append(f"exempt by .chartgen.yaml: {counted(numbers['exempt'], 'finding')}")
    if not result.complete:
        lines.append("The run ended before its time: what is not said here was not looked at.")
    for line in lines:
        out.print(line, markup=False)
    nothing = "nothing found" if result.complete else "nothing found so far"
    verdict = counted(failing, "finding") if failing else nothing
    out.print(
        f"{result.chart}: {verdict} ({numbers['seconds']:.1f} s, {numbers['workers']:.0f} workers, seed {result.seed})",
        markup=False,
        style="red" if failing else "green" if result.complete else "yellow",
    )


def _breadth(result: VerifyReport) -> Iterator[str]:
    """What was looked at: the objects of one chart, or pairs of objects of two."""
    numbers = result.numbers
    versions = _span(result.kube_versions)
    if "pairs" in numbers:
        yield f"{counted(numbers['pairs'], 'object')} compared before and after, as Kubernetes {versions} would"
        return
    whole = sum(each.strength == 0 for each in result.coverage)
    undecided = sum(each.undecided for each in result.coverage)
    yield f"{counted(numbers['distinctDocuments'], 'distinct object')} checked for Kubernetes {versions}"
    yield (
        f"{counted(len(result.coverage), 'template')}: {whole} in every combination, "
        f"{len(result.coverage) - whole} t-wise; {counted(undecided, 'combination')} undecided"
    )


def _branch_lines(branches: Sequence[BranchCoverage]) -> Iterator[str]:
    """How many branches of the templates were taken, and the first of those that were not."""
    if not branches:
        return
    total, taken = sum(each.branches for each in branches), sum(each.taken for each in branches)
    lacking = [(each.file, one) for each in branches for one in each.untaken]
    refused = sum(one.refused for _file, one in lacking)
    never = [f"{file}:{one.line} ({one.shown})" for file, one in lacking if not one.refused]
    line = f"{taken} of {total} branches of the templates were taken"
    if refused:
        line += f"; {refused} more by refused values alone"
    if never:
        line += f"; {len(never)} by none:"
    yield line
    yield from (f"  {each}" for each in never[:MAX_BRANCHES])
    if len(never) > MAX_BRANCHES:
        yield f"  and {len(never) - MAX_BRANCHES} more: see --json, or a report"
    if not all(each.decided for each in branches):
        yield "  (not all configurations were looked at for branches: there was no time)"


def _span(versions: tuple[str, ...]) -> str:
    """`1.25 to 1.37`, or each by itself where some between are left out."""
    from kubilitics_chartgen.kube.versions import supported

    names = [version.name for version in supported()]
    first = names.index(versions[0]) if versions[0] in names else -1
    if len(versions) > 1 and tuple(names[first : first + len(versions)]) == tuple(versions):
        return f"{versions[0]} to {versions[-1]}"
    return ", ".join(versions)


def _print_finding(out: Console, finding: Proof) -> None:
    from rich.text import Text

    line = Text()
    line.append(finding.severity, style=_COLORS.get(finding.severity, ""))
    line.append(f" {finding.check}", style="bold")
    where = " ".join(part for part in (finding.object, finding.path) if part)
    line.append(f": {where}: {finding.message}" if where else f": {finding.message}")
    out.print(line)
    if finding.template:
        out.print(f"  in {finding.place}", markup=False)
    if finding.needs:
        out.print(f"  {finding.needs}", markup=False)
    if finding.also:
        more = f" and {len(finding.also) - 3} more" if len(finding.also) > 3 else ""
        out.print(f"  also {', '.join(finding.also[:3])}{more}", markup=False)
    if finding.fix:
        out.print(f"  {finding.fix}", markup=False)
    if finding.values:
        out.print("  with these values:", markup=False)
        for row in finding.values.splitlines():
            out.print(f"    {row}", markup=False)
    elif finding.command:
        out.print("  with the values as they come", markup=False)
    if finding.command:
        out.print(f"  {finding.command}", markup=False)
    out.print()

"""`generate`: writes the chart and everything else that is generated, or checks that it is fresh."""

from __future__ import annotations

import difflib
import gc
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from kubilitics_chartgen.cli.output import print_json
from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.words import counted

__all__ = ["Plan", "apply", "generate", "plan"]


NAMED = 3
"""Files that an error names; of more it gives the number."""


@dataclass(frozen=True)
class Plan:
    """What the tree should hold, and where it differs."""

    root: Path
    chart_dir: str
    wanted: Mapping[str, str]
    """Path relative to the root, to text."""
    present: Mapping[str, str]
    """The same for what is there now, as far as it is or should be generated."""

    @property
    def changed(self) -> list[str]:
        """Paths that differ, are missing, or are there and should not be."""
        return sorted(path for path in {*self.wanted, *self.present} if self.wanted.get(path) != self.present.get(path))

    def diff(self) -> str:
        """A unified diff from the tree as it is to the tree as it should be."""
        return "".join(
            line if line.endswith("\n") else f"{line}\n"
            for path in self.changed
            for line in difflib.unified_diff(
                self.present.get(path, "").splitlines(keepends=True),
                self.wanted.get(path, "").splitlines(keepends=True),
                f"a/{path}" if path in self.present else "/dev/null",
                f"b/{path}" if path in self.wanted else "/dev/null",
            )
        )


def plan(root: Path) -> Plan:
    """Build everything in memory and compare it with the tree under `root`; writes nothing.

    Raises InputError for a tree that is not this project's.
    """
    from kubilitics_chartgen.targets import delivery
    from kubilitics_chartgen.targets.chart import CHART_DIR, build
    from kubilitics_chartgen.verify.checks.page import checks_page

    folder = root / "values"
    if not folder.is_dir():
        raise InputError(
            f"{root} has no folder `values` with profiles, so it is not this project's repository. "
            "Run generate there, or name it with --root."
        )
    profiles = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
    wanted = {**build(profiles), **delivery.build(), "docs/checks.md": checks_page()}
    files = [path for folder in (CHART_DIR, *delivery.FOLDERS) for path in (root / folder).rglob("*") if path.is_file()]
    there = {path.relative_to(root).as_posix() for path in files} | set(wanted)
    present = {path: _text(root / path) for path in there if (root / path).is_file()}
    planned = Plan(root, CHART_DIR, wanted, present)
    _check_ours(planned)
    return planned


def _check_ours(plan: Plan) -> None:
    """Refuse a tree that is not this project's where files of its own would be lost."""
    if (plan.root / "kubilitics_chartgen").is_dir() or (plan.root / plan.chart_dir).is_dir():
        return
    lost = [path for path in plan.changed if path in plan.present]
    if lost:
        more = f" and {len(lost) - NAMED} more" if len(lost) > NAMED else ""
        raise InputError(
            f"{plan.root} is not this project's repository, as it has neither kubilitics_chartgen nor "
            f"{plan.chart_dir}, and files of its own would be lost: {', '.join(lost[:NAMED])}{more}. "
            "Run generate in this project's repository, or name it with --root."
        )


def apply(plan: Plan) -> None:
    """Write what differs; the chart's folder changes as a whole or not at all."""
    from kubilitics_chartgen.cli.writing import remove_file, replace_file, replace_folder

    prefix = f"{plan.chart_dir}/"
    if any(path.startswith(prefix) for path in plan.changed):
        chart = {path[len(prefix) :]: text for path, text in plan.wanted.items() if path.startswith(prefix)}
        replace_folder(plan.root / plan.chart_dir, chart)
    for path in plan.changed:
        if path.startswith(prefix):
            continue
        if path in plan.wanted:
            replace_file(plan.root / path, plan.wanted[path])
        else:
            remove_file(plan.root / path)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def generate(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 with a diff where the tree differs.")
    ] = False,
    root: Annotated[Path, typer.Option(help="The repository to write to.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the paths that differ as JSON.")] = False,
) -> None:
    """Write the chart, its schema and the generated documentation from the model."""
    gc.disable()  # the run is over before there is anything to collect; looking for it takes a tenth of the time
    planned = plan(root)
    changed = planned.changed
    if not check:
        apply(planned)
    if as_json:
        print_json({"changed": changed, "files": len(planned.wanted), "written": not check})
    elif check and changed:
        typer.echo(planned.diff(), nl=False)
        typer.echo(f"not fresh: {counted(len(changed), 'generated file')}. Run: kubilitics-chartgen generate", err=True)
    elif not changed:
        typer.echo(f"{len(planned.wanted)} generated files are fresh")
    else:
        for path in changed:
            typer.echo(f"{'wrote' if path in planned.wanted else 'removed'} {path}")
    if check and changed:
        raise typer.Exit(1)

"""`delivery`: whether the delivery pipeline may be used for a release."""

from __future__ import annotations

from typing import Annotated

import typer

from kubilitics_chartgen.cli.output import print_json

__all__ = ["app", "check", "delivery"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look at the delivery pipeline.")


@app.callback()
def delivery() -> None:
    """Look at the delivery pipeline."""


@app.command()
def check(
    release: Annotated[bool, typer.Option("--release", help="Exit 1 while anything is not pinned.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List what the pipeline takes from others without a digest: no release may be made with it.

    Exit codes: 0 fine, 1 with --release: something is not pinned.
    """
    from kubilitics_chartgen.model.delivery import ACTIONS, IMAGES, KIND_NODES, unpinned

    found = unpinned()
    total = len(ACTIONS) + len(IMAGES) + len(KIND_NODES)
    if as_json:
        print_json({"pins": total, "unpinned": found})
    else:
        for name in found:
            typer.echo(f"{name}: no digest. Put it into kubilitics_chartgen/model/delivery/pins.py.")
        typer.echo(f"{total} pins, {len(found) or 'none'} without a digest")
    raise typer.Exit(1 if found and release else 0)

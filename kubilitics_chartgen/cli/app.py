"""The application: registers the commands and turns errors into sentences and exit codes.

Command modules import the rest of the package inside their functions, so that `--help` answers at once.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import kubilitics_chartgen
from kubilitics_chartgen.cli import (
    compat,
    delivery,
    demo,
    generate,
    lint,
    package,
    plan,
    preflight,
    publish,
    release,
    relocate,
    render,
    verify,
)
from kubilitics_chartgen.cli.output import escaped
from kubilitics_chartgen.errors import ChartgenError
from kubilitics_chartgen.verify.sweep.garbage import collect_seldom

__all__ = ["app", "main", "root"]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says when there is no room for what is written."""

_WORDS = (
    (r"^Value error, ", ""),
    (r"^Input should be less than or equal to (\S+)$", r"\1 or less is expected."),
    (r"^Input should be greater than or equal to (\S+)$", r"\1 or more is expected."),
    (r"^Input should be a valid integer.*$", "a whole number is expected."),
    (r"^Input should be a valid number.*$", "a number is expected."),
)
"""What pydantic, which Typer asks, says of an option's value, and what people say."""


@contextmanager
def _ended_well() -> Iterator[None]:
    """What Typer would end otherwise: a reader that goes away, and options whose values are refused."""
    try:
        yield
    except BrokenPipeError:
        # The reader (head, less) wants no more output.
        _print_no_more()
        raise typer.Exit(0) from None
    except typer.BadParameter as error:
        for pattern, words in _WORDS:
            error.message = re.sub(pattern, words, error.message)
        raise


class _Commands(TyperGroup):
    """The commands, each of which may be ended by Ctrl-C."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Read the command line, which may be a request for help."""
        with _ended_well():
            return super().make_context(*args, **options)

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command that was asked for."""
        try:
            with _ended_well():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            # Typer would end without a word.
            typer.echo("interrupted: each file is as it was, or new and whole", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_Commands,
    name="kubilitics-chartgen",
    help="Generate, render and prove the Helm chart of Kubilitics, or prove a chart of your own.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(generate.generate)
app.command()(render.render)
app.command()(lint.lint)
app.command()(verify.verify)
app.command()(preflight.preflight)
app.command()(plan.plan)
app.command()(package.package)
app.command()(publish.publish)
app.add_typer(release.app)
app.command()(relocate.relocate)
app.command()(demo.demo)
app.add_typer(compat.app, name="compat")
app.add_typer(delivery.app, name="delivery")


def _print_version(value: bool) -> None:
    if value:
        typer.echo(kubilitics_chartgen.__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options that belong to no command."""


def main() -> None:
    """Run the command line; never shows a traceback for what a user can mend."""
    _open_what_is_closed()
    collect_seldom()
    try:
        try:
            app()
        finally:
            # What is still to be printed may fail as well.
            sys.stdout.flush()
    except ChartgenError as error:
        typer.echo(f"error: {escaped(str(error))}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # By what was still to be printed.
        _print_no_more()
        sys.exit(0)
    except KeyboardInterrupt:
        # While the last of the answer was being written.
        sys.exit(130)
    except OSError as error:
        if error.filename:
            typer.echo(f"error: {escaped(str(error.filename))} cannot be used: {error.strerror}.", err=True)
            sys.exit(2)
        if error.errno not in _FULL:
            raise
        _print_no_more()
        typer.echo(f"error: the answer cannot be printed: {error.strerror}.", err=True)
        sys.exit(2)


def _open_what_is_closed() -> None:
    """Open standard streams that were closed onto nothing, so that no file that is opened takes their place."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free is this one.
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _print_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

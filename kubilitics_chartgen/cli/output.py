"""How every command prints: consoles, progress that is quiet in pipes, JSON for machines.

NO_COLOR is respected (rich does), and nothing but the answer goes to standard output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

__all__ = ["console", "escaped", "print_json", "progress"]


def escaped(text: str) -> str:
    r"""The same text; what nobody would see in it, or what would steer a terminal, is written out, as in `\u200b`.

    Charts and values come from others, and errors and findings quote them.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode() for char in text
    )


def console(*, stderr: bool = False) -> Console:
    """A console on standard output, or on standard error; it escapes what it prints."""
    from rich.console import Console
    from rich.segment import Segment

    class Escaping(Console):
        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else segment._replace(text=escaped(segment.text))

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would end the program with 1

    return Escaping(stderr=stderr, soft_wrap=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on standard output, for programs."""
    sys.stdout.write(json.dumps(value, indent=2, sort_keys=True) + "\n")


@contextmanager
def progress(text: str) -> Iterator[None]:
    """Show `text` with a spinner while the block runs; silent unless standard error is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    with console(stderr=True).status(text):
        yield

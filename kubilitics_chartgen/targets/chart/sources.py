"""Renders the sources, which are laid out as the files of the chart that they become.

A source without Jinja is copied as it is. Jinja inserts a literal or repeats a list, nothing else; what varies with an
operator's values is Helm's business. Reads packaged data only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["render_sources"]

SOURCES = Path(__file__).parent / "sources"
MARKS = ("[[", "[%", "[#")


def render_sources(context: Mapping[str, Any], *, folder: Path = SOURCES) -> dict[str, str]:
    """Every source below `folder` rendered with `context`: path inside it to text."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the output is YAML and Markdown, and the context is our own model
    )
    rendered = {}
    for path, text in _sources(folder):
        has_jinja = any(mark in text for mark in MARKS)
        rendered[path] = environment.from_string(text).render(context) if has_jinja else text
    return rendered


def _sources(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")

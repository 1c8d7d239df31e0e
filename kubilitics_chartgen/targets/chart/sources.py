"""Renders the sources, which are laid out as the files of the chart that they become.

A source without Jinja is copied as it is. Jinja inserts a literal or repeats a list, nothing else; what varies with an
operator's values is Helm's business. Reads packaged data only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

__all__ = ["render_sources"]

MARKS = ("[[", "[%", "[#")


def render_sources(context: Mapping[str, Any]) -> dict[str, str]:
    """Every source rendered with `context`: path inside the chart to text."""
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
    for path, text in _sources():
        has_jinja = any(mark in text for mark in MARKS)
        rendered[path] = environment.from_string(text).render(context) if has_jinja else text
    return rendered


def _sources() -> Iterator[tuple[str, str]]:
    yield from _walk(files("kubilitics_chartgen.targets.chart") / "sources", "")


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _walk(entry, f"{path}/")
        else:
            yield path, entry.read_text(encoding="utf-8")

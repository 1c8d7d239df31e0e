"""The one error of the template parser. No I/O."""

from __future__ import annotations

from kubilitics_chartgen.errors import InputError, Problem

__all__ = ["TemplateSyntaxError"]


class TemplateSyntaxError(InputError):
    """A template is not valid Go template text."""

    def __init__(self, what: str, *, file: str, line: int) -> None:
        super().__init__("A template cannot be parsed.", [Problem(message=what, file=file, line=line)])
        self.what = what
        self.file = file
        self.line = line

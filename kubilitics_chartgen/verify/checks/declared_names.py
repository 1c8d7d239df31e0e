"""Check `declared-names`: objects are called as the author declares, for others rely on their names."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import quoted

__all__ = ["DeclaredNames"]


class DeclaredNames:
    """See `sentence`."""

    name = "declared-names"
    sentence = (
        "Objects have names that `.chartgen.yaml` declares for their templates: whoever looks for an object relies on "
        "its name, and an upgrade that renames it makes another one."
    )
    severity: Severity = "error"
    fix = "Make the name with the chart's helper; or declare it under `declared.names` in .chartgen.yaml."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:
        """A name that is not declared."""
        path = document.template.partition("/")[2]
        ours = next((item for item in context.declared.names if fnmatchcase(path, item.templates)), None)
        if ours is not None and not any(fnmatchcase(document.name, pattern) for pattern in ours.names):
            yield fault(self, document, "metadata.name", f"{quoted(document.name)} is no name that is declared")

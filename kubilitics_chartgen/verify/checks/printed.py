"""Check `printed`: texts hold values, and not what Go prints for a value that is of another type or not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import quoted, texts

__all__ = ["Printed"]

_FORMAT = re.compile(
    r"%![A-Za-z]\((?=[\w.* \[\]{}]+=|(?:MISSING|BADINDEX|<nil>)\)|PANIC=)"
    r"|%!\((?:EXTRA (?=[\w.* \[\]{}]+=|<nil>)|(?:NOVERB|BADWIDTH|BADPREC|BADINDEX)\))"
)
"""What `printf` prints for a verb that does not fit: package fmt, "Format errors"."""
_NIL = re.compile(r"(?:^|=)<nil>$")


class Printed:
    """See `sentence`."""

    name = "printed"
    sentence = (
        "No text holds what Go prints in place of a value: `%!d(float64=80)` and `%!s(MISSING)` where `printf` is "
        "given something else than it asks for, `<nil>` for nothing."
    )
    severity: Severity = "error"
    fix = "Convert the value (`int`, `toString`), and give a default."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Texts with such a thing; never what a Secret holds of it."""
        if not any(part in document.text for part in ("%!", "<nil>")):
            return
        for path, text in texts(document.object):
            found = _found(text, document.kind)
            if found:
                yield fault(self, document, path, f"holds {quoted(found)}, which Go prints in place of a value")


def _found(text: str, kind: str) -> str:
    """How it begins; empty where there is nothing, or no certainty."""
    wrong = _FORMAT.search(text)
    if wrong:
        return wrong[0].strip()
    # Texts of several lines may be programs or explain themselves, and so may descriptions of custom kinds.
    if "\n" in text.strip() or kind == "CustomResourceDefinition":
        return ""
    return "<nil>" if _NIL.search(text.strip()) else ""

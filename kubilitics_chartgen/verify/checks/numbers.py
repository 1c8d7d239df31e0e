"""Check `numbers`: a whole number stays one when a template prints it as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import quoted, texts

__all__ = ["Numbers"]

_EXPONENT = re.compile(r"(?<![\w.+-])[1-9](?:\.\d+)?e\+\d{2}(?![\w.+-])")
"""How Go prints a large number of a values file; people hardly ever write numbers so."""


class Numbers:
    """See `sentence`."""

    name = "numbers"
    sentence = (
        "No text holds a number such as `1.048576e+07`: so a template prints 10485760 from a values file, though not "
        "from `--set`, and few programs read it."
    )
    severity: Severity = "error"
    fix = "Print it with `int64`: {{ .Values.maxBytes | int64 | quote }}."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Texts with such a number; what stands in the manifest as a number is read as one."""
        if "e+" in document.text and _EXPONENT.search(document.text):
            for path, text in texts(document.object):
                found = _EXPONENT.search(text)
                if found:
                    yield fault(self, document, path, f"holds {quoted(found[0])} where a whole number is meant")

"""Check `duplicate-keys`: no mapping in the rendered YAML has the same key twice."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.helm.yaml_keys import may_repeat_keys, repeated_keys
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault

__all__ = ["DuplicateKeys"]


class DuplicateKeys:
    """See `sentence`."""

    name = "duplicate-keys"
    sentence = (
        "No mapping has the same key twice: Helm keeps the last one without a word, other tools the first, or refuse."
    )
    severity: Severity = "error"
    fix = "Merge the two, for example with `merge` before `toYaml`, or drop one."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Keys that stand twice in one mapping."""
        if not document.distinct_keys and may_repeat_keys(document.text):
            for key, line in repeated_keys(document.text):
                message = f"the key `{key}` stands twice in one mapping"
                yield fault(self, document, "", f"{message} (line {line} of the document)")

"""Check `tokens`: no pod holds a token for the API server that nobody decided to give it."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault

__all__ = ["Tokens"]


class Tokens:
    """See `sentence`."""

    name = "tokens"
    sentence = (
        "Where `.chartgen.yaml` declares permissions, every pod says whether it mounts a token for the API server, and "
        "no ServiceAccount mounts one into every pod that uses it."
    )
    severity: Severity = "warning"
    fix = "Set automountServiceAccountToken: false in the ServiceAccount, and true or false in the pod."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:
        """Tokens that are mounted without a word."""
        if context.declared.permissions is None:
            return
        key = "automountServiceAccountToken"
        if document.kind == "ServiceAccount" and not document.group:
            if document.object.get(key) is not False:
                yield fault(self, document, key, "must be false: each pod says for itself whether it needs a token")
        elif document.pod is not None and not isinstance(document.pod.spec.get(key), bool):
            yield fault(self, document, f"{document.pod.path}.{key}", "is not said, so that a token is mounted")

"""Check `tokens`: no pod holds a token for the API server that nobody decided to give it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.declared import Permission

__all__ = ["Tokens"]


class Tokens:
    """See `sentence`."""

    name = "tokens"
    sentence = (
        "Where `.chartgen.yaml` declares permissions, each pod says whether it mounts a token for the API server, only "
        "those that may do something there mount one, and no ServiceAccount mounts one into every pod that uses it."
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
        elif document.pod is not None:
            path, said = f"{document.pod.path}.{key}", document.pod.spec.get(key)
            if not isinstance(said, bool):
                yield fault(self, document, path, "is not said, so that a token is mounted")
            elif said and not _may_do_something(document.pod.labels, context.declared.permissions):
                yield fault(self, document, path, "mounts a token, though nothing is declared that these pods may do")


def _may_do_something(labels: Mapping[str, str], permissions: tuple[Permission, ...]) -> bool:
    """Whether a right is declared for pods with these labels; where rights go by other names, nobody can tell."""
    by_labels = [set(item.labels) for item in permissions if item.labels]
    return not by_labels or any(each <= labels.items() for each in by_labels)

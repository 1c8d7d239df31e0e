"""Check `schema`: every supported Kubernetes, validating strictly, decodes the object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubilitics_chartgen.kube.many_versions import problems_in
from kubilitics_chartgen.kube.schemas import Reason
from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault

__all__ = ["SchemaCheck", "in_versions"]


class SchemaCheck:
    """See `sentence`."""

    name = "schema"
    sentence = (
        "Every object fits the strict schema of every Kubernetes version it is meant for: known fields only, of the "
        "right type, with all that is required."
    )
    severity: Severity = "error"
    fix = "Correct the field in the template, or render it only for Kubernetes versions that have it."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:
        """Fields that an API server would refuse."""
        for problem, versions in problems_in(document.object, context.kube_versions):
            # What is not served at all is for the check `removed-apis`.
            if problem.reason not in (Reason.NOT_SERVED, Reason.UNKNOWN_KIND):
                message = f"{problem.message.rstrip('.')}{in_versions(versions, context.kube_versions)}"
                yield fault(self, document, problem.path, message)


def in_versions(having: Sequence[KubeVersion], asked: Sequence[KubeVersion]) -> str:
    """` (in Kubernetes 1.25 to 1.28)`; empty where all versions are meant."""
    if len(having) == len(asked):
        return ""
    names = [version.name for version in having]
    return f" (in Kubernetes `{names[0]}`)" if len(names) == 1 else f" (in Kubernetes `{names[0]}` to `{names[-1]}`)"

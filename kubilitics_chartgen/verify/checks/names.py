"""Check `names`: names, labels and annotations are such as Kubernetes takes, also where only its controllers mind."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import (
    Object,
    at,
    is_dns_label,
    is_label_key,
    is_label_value,
    is_subdomain,
    mapping,
    quoted,
)

__all__ = ["Names"]

_NAMED_FREELY = frozenset(("rbac.authorization.k8s.io", "policy"))
"""Groups whose objects may have any name that can stand in a path."""
_SERVICE_STARTS_WITH_DIGIT_FROM = 36
"""Feature gate RelaxedServiceNameValidation: on unless somebody turns it off."""
_MAX_LENGTH = {"CronJob": 52, "StatefulSet": 52, "Job": 63, "Service": 63, "Namespace": 63}
"""What is left for the suffix of what the object makes: CronJobs' Jobs, StatefulSets' revision label, Jobs' labels."""
_MAX_ANNOTATIONS = 256 * 1024


class Names:
    """See `sentence`."""

    name = "names"
    sentence = (
        "Names, labels and annotations are such as Kubernetes takes: characters and lengths, with room for the "
        "suffixes that controllers append."
    )
    severity: Severity = "error"
    fix = 'Cut names in one helper (`trunc 63 | trimSuffix "-"`, shorter where a suffix follows), and quote values.'

    def check(self, document: Document, context: Context) -> Iterator[Fault]:
        """What is no name, label or annotation."""
        if not document.object:
            return
        metadata = document.metadata
        for path, message in _names(document, metadata, context):
            yield fault(self, document, path, message)
        for path, message in _meta("metadata", metadata):
            yield fault(self, document, path, message)
        pod = document.pod
        if pod is not None and pod.path != "spec":
            place = pod.metadata_path
            for path, message in _meta(place, {"labels": pod.labels, "annotations": pod.annotations}):
                yield fault(self, document, path, message)
        if document.kind == "CronJob":
            template = at(document.object, "spec", "jobTemplate", "metadata")
            for path, message in _meta("spec.jobTemplate.metadata", template):
                yield fault(self, document, path, message)


def _names(document: Document, metadata: Object, context: Context) -> Iterator[tuple[str, str]]:
    name = metadata.get("name")
    if name is None or name == "":
        if not metadata.get("generateName") and not document.kind.endswith("List"):
            yield "metadata.name", "is missing"
    elif isinstance(name, str):
        wrong = _wrong_name(document, name, context)
        if wrong:
            yield "metadata.name", f"{quoted(name)} {wrong}"
    namespace = metadata.get("namespace")
    if namespace and isinstance(namespace, str) and not is_dns_label(namespace):
        yield "metadata.namespace", f"{quoted(namespace)} must be a DNS label of at most 63 characters"
    elif namespace == "":
        yield "metadata.namespace", "is empty: name one, or leave the field out"


def _wrong_name(document: Document, name: str, context: Context) -> str:
    kind = document.kind
    if document.group in _NAMED_FREELY:
        return "must hold neither `/` nor `%`" if "/" in name or "%" in name or name in (".", "..") else ""
    longest = _MAX_LENGTH.get(kind, 253)
    if len(name) > longest:
        return f"is longer than {longest} characters" + (
            ", so that what it makes has no valid name" if longest == 52 else ""
        )
    if kind == "Service" and document.group == "":
        old = any(version.minor < _SERVICE_STARTS_WITH_DIGIT_FROM for version in context.kube_versions)
        if not is_dns_label(name) or (old and name[0].isdigit()):
            return "must be a DNS label that starts with a letter"
        return ""
    if kind == "Namespace" and document.group == "":
        return "" if is_dns_label(name) else "must be a DNS label"
    return (
        ""
        if is_subdomain(name)
        else "must be lower case letters, digits, `-` and `.`, with a letter or digit at both ends"
    )


def _meta(place: str, metadata: Object) -> Iterator[tuple[str, str]]:
    labels = metadata.get("labels")
    if labels:
        for key, value in mapping(labels).items():
            if not is_label_key(key):
                yield f'{place}.labels["{key}"]', f"{quoted(key)} is no label's name"
            if isinstance(value, str) and not is_label_value(value):
                yield (
                    f'{place}.labels["{key}"]',
                    f"{quoted(value)} is no label's value: at most 63 letters, digits, - _ .",
                )
    annotations = metadata.get("annotations")
    if annotations:
        size = 0
        for key, value in mapping(annotations).items():
            size += len(key.encode()) + len(str(value).encode())
            if not is_label_key(key.lower()):
                yield f'{place}.annotations["{key}"]', f"{quoted(key)} is no annotation's name"
        if size > _MAX_ANNOTATIONS:
            yield f"{place}.annotations", "are larger than 256 KiB together"

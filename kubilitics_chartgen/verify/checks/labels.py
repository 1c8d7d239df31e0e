"""Check `labels`: objects carry the labels by which people and tools find them, and labels that agree."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.hooks import ANNOTATIONS
from kubilitics_chartgen.verify.checks.reading import at, mapping, quoted

__all__ = ["Labels"]

_CONTROLLERS = frozenset(("Deployment", "StatefulSet", "DaemonSet"))


class Labels:
    """See `sentence`."""

    name = "labels"
    sentence = (
        "Objects carry the labels that `.chartgen.yaml` declares for their templates, a workload's own labels say the "
        "same as those it selects its pods by, and nothing that Helm reads as an annotation is a label."
    )
    severity: Severity = "error"
    fix = "Take the labels from the chart's helper, for the right component, and annotations under `annotations`."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:
        """Labels that are missing or mislead."""
        labels = mapping(document.metadata.get("labels"))
        for key in ANNOTATIONS:
            if key in labels:
                message = f"{quoted(key)} is a label here, and Helm reads it as an annotation only"
                yield fault(self, document, f'metadata.labels["{key}"]', message)
        path = document.template.partition("/")[2]
        # The first that fits, as a folder may lie inside another.
        ours = next((item for item in context.declared.labels if fnmatchcase(path, item.templates)), None)
        for key, value in ours.labels if ours else ():
            if labels.get(key) != value:
                message = f"must be {quoted(value)}, as is declared for this template"
                yield fault(self, document, f'metadata.labels["{key}"]', message)
        if document.kind in _CONTROLLERS:
            for key, value in at(document.object, "spec", "selector", "matchLabels").items():
                if labels.get(key, value) != value:
                    message = f"{quoted(labels[key])} is not what the workload selects its pods by, {quoted(value)}"
                    yield fault(self, document, f'metadata.labels["{key}"]', message)

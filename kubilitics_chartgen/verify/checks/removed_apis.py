"""Check `removed-apis`: no object uses an API that a supported Kubernetes does not serve."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.kube.schemas import Standing, served_kinds, standing
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.schema import in_versions

__all__ = ["RemovedApis"]


class RemovedApis:
    """See `sentence`."""

    name = "removed-apis"
    sentence = (
        "Every object's apiVersion is served by every Kubernetes version it is meant for: not gone, not yet to come."
    )
    severity: Severity = "error"
    fix = "Use the apiVersion that the message names, or choose it by .Capabilities.APIVersions."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:
        """An apiVersion that is gone, or not there yet."""
        key = (document.api_version, document.kind)
        if all(key in served_kinds(version.minor) for version in context.kube_versions):
            return
        if not document.kind or not document.api_version:
            return
        missing = [
            version
            for version in context.kube_versions
            if standing(*key, version) in (Standing.NOT_SERVED, Standing.UNKNOWN)
        ]
        if missing:
            serving = [version.name for version in supported() if key in served_kinds(version.minor)]
            instead = sorted({name for name, kind in served_kinds(missing[-1].minor) if kind == document.kind})
            message = f"`{document.api_version}` is not served{in_versions(missing, ())}"
            message += f"; it is in `{serving[0]}` to `{serving[-1]}`" if serving else ""
            message += f"; use {' or '.join(f'`{name}`' for name in instead)}" if instead else ""
            yield fault(self, document, "apiVersion", message)

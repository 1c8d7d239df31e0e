"""Everything an operator would forget, asked of a live cluster before `helm install` or `helm upgrade`. Reads only.

In: a connection, a release and its rendered objects. Out: lines, each fine, a warning or a problem, with the command
that mends it. A permission that is missing makes a warning of the check that needed it, never an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from kubilitics_chartgen.cluster.connection import Connection, DeniedError
from kubilitics_chartgen.cluster.needs import Needs, needs_of
from kubilitics_chartgen.cluster.running import kubernetes_version
from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.kube.schemas import Reason, problems
from kubilitics_chartgen.kube.versions import KubeVersion, newest, parse_version

__all__ = ["Line", "Situation", "Status", "preflight"]


class Status(str, Enum):
    """How a line is meant."""

    FINE = "fine"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Line:
    """One answer."""

    check: str
    status: Status
    message: str
    fix: str = ""
    """The command that mends it, or what to change; empty where nothing is to be done."""

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return {"check": self.check, "status": self.status.value, "message": self.message, "fix": self.fix}


@dataclass(frozen=True)
class Situation:
    """What the checks look at."""

    cluster: Connection
    release: str
    namespace: str
    chart_kube_range: str
    needs: Needs
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(apiVersion, kind) to the template that brings it."""
    chart: str = ""
    """The chart's name; empty where it is not known."""
    malformed: Sequence[tuple[Mapping[str, Any], list[str]]] = ()
    """Objects that the API server would refuse for their shape, with the reasons; no other check looks at them."""

    @cached_property
    def version(self) -> str:
        """What the server calls its version, such as v1.33.1+k3s1."""
        return kubernetes_version(self.cluster)

    @cached_property
    def namespace_object(self) -> dict[str, Any] | None:
        """The namespace; None where there is none yet."""
        return self.cluster.get(f"/api/v1/namespaces/{self.namespace}", f"get the namespace {self.namespace}")

    @cached_property
    def revisions(self) -> list[tuple[int, str]]:
        """(number, state) of each revision of the release, the oldest first."""
        selector = f"owner=helm,name={self.release}"
        what = f"list secrets in {self.namespace}, where Helm keeps its releases,"
        # Their data would be all manifests and values; labels say enough.
        found = self.cluster.items(self.path("secrets"), what, metadata_only=True, labelSelector=selector)
        labels = [item["metadata"].get("labels") or {} for item in found]
        return sorted((int(item.get("version") or 0), str(item.get("status") or "")) for item in labels)

    def path(self, resource: str, name: str = "") -> str:
        """Where core objects of this namespace are."""
        return f"/api/v1/namespaces/{self.namespace}/{resource}" + (f"/{name}" if name else "")


Check = Callable[[Situation], Iterable[Line]]


def preflight(
    cluster: Connection,
    documents: Sequence[Any],
    *,
    release: str,
    namespace: str,
    chart: str = "",
    chart_kube_range: str = "",
) -> list[Line]:
    """Run every check. `documents` are those of `helm.render_chart`; the pods of `helm test` are left out."""
    from kubilitics_chartgen.cluster.checks import CHECKS

    installed = [item for item in documents if item.object and not item.is_test]
    sources = {(str(item.object.get("apiVersion")), item.kind): item.source for item in installed}
    version = _version(cluster)
    judged = [(item.object, _shape_problems(item.object, version)) for item in installed]
    needs = needs_of([item for item, found in judged if not found])
    malformed = [pair for pair in judged if pair[1]]
    situation = Situation(cluster, release, namespace, chart_kube_range, needs, sources, chart, malformed)
    return [line for name, check in CHECKS.items() for line in _answered(name, check, situation)]


def _version(cluster: Connection) -> KubeVersion:
    """The cluster's version; the newest known one where it is another."""
    try:
        return parse_version(kubernetes_version(cluster))
    except InputError:
        return newest()


def _shape_problems(item: Any, version: KubeVersion) -> list[str]:
    """Kinds that are not served are another check's business: the cluster itself is asked for them."""
    return [str(found) for found in problems(item, version) if found.reason in (Reason.INVALID, Reason.MALFORMED)]


def _answered(name: str, check: Check, situation: Situation) -> Iterator[Line]:
    try:
        yield from check(situation)
    except DeniedError as error:
        yield Line(name, Status.WARNING, f"not checked: you may not {error.what}")

"""Check `probes`: what the API server and the kubelet want of probes and lifecycle hooks beyond the schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import Container, Object, at, is_port_name, items, mapping, quoted

__all__ = ["Probes"]

Found = Iterator[tuple[str, str]]

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_COUNTS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")


_UNLISTED = "is none of the ports that the container lists"


class Probes:
    """See `sentence`."""

    name = "probes"
    sentence = (
        "The API server accepts every probe and lifecycle hook, and each port a probe names is a port of its "
        "container: otherwise the pod never becomes ready."
    )
    severity: Severity = "error"
    fix = "Give the probe exactly one handler, and the name or number of a port that its container lists."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """Probes and hooks that are refused, or never succeed."""
        pod = document.pod
        if pod is None:
            return
        for container in pod.containers:
            obj = container.object
            for key in _PROBES:
                probe = obj.get(key)
                if isinstance(probe, dict):
                    for path, message in _probe(key, probe, container):
                        # A program may listen at a port that its container does not list.
                        severity: Severity | None = "warning" if message.endswith(_UNLISTED) else None
                        yield fault(self, document, f"{container.path}.{key}{path}", message, severity=severity)
            lifecycle = obj.get("lifecycle")
            if isinstance(lifecycle, dict):
                for path, message in _lifecycle(lifecycle, container):
                    yield fault(self, document, f"{container.path}.lifecycle{path}", message)


def _probe(key: str, probe: Object, container: Container) -> Found:
    if not container.stays:
        yield "", "cannot be set for an init container without `restartPolicy: Always`"
    yield from _handler(probe, container, _HANDLERS)
    for count in _COUNTS:
        value = probe.get(count)
        if isinstance(value, int) and value < 0:
            yield f".{count}", f"{quoted(value)} must not be negative"
    if key != "readinessProbe" and probe.get("successThreshold") not in (None, 0, 1):
        yield ".successThreshold", f"must be 1 for a {key}"
    grace = probe.get("terminationGracePeriodSeconds")
    if grace is not None and key == "readinessProbe":
        yield ".terminationGracePeriodSeconds", "cannot be set for a readinessProbe"
    elif isinstance(grace, int) and grace <= 0:
        yield ".terminationGracePeriodSeconds", f"{quoted(grace)} must be more than 0"


def _lifecycle(lifecycle: Object, container: Container) -> Found:
    if not container.stays and lifecycle:
        yield "", "cannot be set for an init container without `restartPolicy: Always`"
    for key in ("postStart", "preStop"):
        hook = lifecycle.get(key)
        if isinstance(hook, dict):
            for path, message in _handler(hook, container, ("exec", "httpGet", "tcpSocket", "sleep")):
                yield f".{key}{path}", message


def _handler(owner: Object, container: Container, known: tuple[str, ...]) -> Found:
    kinds = [kind for kind in known if owner.get(kind) is not None]
    if len(kinds) != 1:
        several = f"has several handlers: {', '.join(quoted(kind) for kind in kinds)}"
        yield "", several if kinds else "has no handler"
        return
    kind = kinds[0]
    action = at(owner, kind)
    if kind == "exec":
        if not action.get("command"):
            yield ".exec.command", "is empty"
    elif kind in ("httpGet", "tcpSocket"):
        yield from _port(f".{kind}.port", action.get("port"), container)
        if kind == "httpGet" and (action.get("scheme") or "HTTP") not in ("HTTP", "HTTPS"):
            yield ".httpGet.scheme", f"{quoted(action.get('scheme'))} must be HTTP or HTTPS"
    elif kind == "grpc":
        yield from _port(".grpc.port", action.get("port"), container)


def _port(place: str, port: Any, container: Container) -> Found:
    listed = [item for _, item in items(container.object.get("ports"))]
    if isinstance(port, bool) or port is None or port == "":
        yield place, "is missing"
    elif isinstance(port, int):
        if not 1 <= port <= 65535:
            yield place, f"{quoted(port)} must be 1 to 65535"
        elif listed and all(mapping(item).get("containerPort") != port for item in listed):
            yield place, f"{quoted(port)} {_UNLISTED}"
    elif isinstance(port, str):
        if not is_port_name(port):
            yield place, f"{quoted(port)} is no port's name"
        elif all(item.get("name") != port for item in listed):
            yield place, f"{quoted(port)} is none of the container's ports"

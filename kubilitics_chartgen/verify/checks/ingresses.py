"""Check `ingresses`: what the API server wants of an Ingress beyond the schema."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import (
    Object,
    at,
    entries,
    is_dns_label,
    is_object_name,
    is_port_name,
    is_subdomain,
    items,
    mapping,
    quoted,
)

__all__ = ["Ingresses"]

Found = Iterator[tuple[str, str]]

_PATH_PARTS = ("//", "/./", "/../", "%2f", "%2F")
_PATH_ENDS = ("/..", "/.")


class Ingresses:
    """See `sentence`."""

    name = "ingresses"
    sentence = "The API server accepts every Ingress: hosts, paths and their types, and one backend for each."
    severity: Severity = "error"
    fix = "Correct what the message names; hosts and paths from values are best refused in the chart's schema."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What the API server would refuse in an Ingress."""
        if document.kind == "Ingress" and document.api_version == "networking.k8s.io/v1":
            for path, message in _spec(at(document.object, "spec"), document):
                yield fault(self, document, f"spec.{path}", message)


def _spec(spec: Object, document: Document) -> Found:
    rules = entries(spec.get("rules"))
    default = spec.get("defaultBackend")
    if not rules and default is None:
        yield "rules", "must hold a rule where there is no defaultBackend"
    if default is not None:
        yield from _backend("defaultBackend", mapping(default))
    name = spec.get("ingressClassName")
    if name is not None:
        if not isinstance(name, str) or not is_subdomain(name):
            yield "ingressClassName", f"{quoted(name)} is no name of an IngressClass"
        if mapping(document.metadata.get("annotations")).get("kubernetes.io/ingress.class", name) != name:
            yield "ingressClassName", "must be the same as in the annotation kubernetes.io/ingress.class"
    for position, rule in items(rules):
        place = f"rules[{position}]"
        if rule.get("host"):
            yield from _host(f"{place}.host", rule["host"])
        if rule.get("http") is not None and not entries(at(rule, "http").get("paths")):
            yield f"{place}.http.paths", "must hold a path"
        for number, path in items(at(rule, "http").get("paths")):
            yield from _path(f"{place}.http.paths[{number}]", path)
    for position, tls in items(spec.get("tls")):
        if tls.get("secretName") and not is_object_name(tls["secretName"]):
            yield f"tls[{position}].secretName", f"{quoted(tls['secretName'])} is no name of a Secret"
        for host in entries(tls.get("hosts")):
            yield from _host(f"tls[{position}].hosts", host)


def _host(place: str, host: Any) -> Found:
    text = str(host)
    try:
        ip_address(text)
    except ValueError:
        rest = text.removeprefix("*.")
        if not is_subdomain(rest) or rest == "*":
            yield place, f"{quoted(text)} is no host name in lower case, without a port"
    else:
        yield place, f"{quoted(text)} must be a host name, not an address"


def _path(place: str, item: Object) -> Found:
    kind, path = item.get("pathType"), str(item.get("path") or "")
    # That there is none is for the check `schema`.
    if kind not in (None, "Exact", "Prefix", "ImplementationSpecific"):
        yield f"{place}.pathType", f"{quoted(kind)} must be Exact, Prefix or ImplementationSpecific"
    if not path.startswith("/") and (path or kind not in (None, "ImplementationSpecific")):
        yield f"{place}.path", f"{quoted(path)} must start with /"
    elif kind in ("Exact", "Prefix") and (any(part in path for part in _PATH_PARTS) or path.endswith(_PATH_ENDS)):
        yield f"{place}.path", f"{quoted(path)} must not hold //, /./, /../ or %2f"
    yield from _backend(f"{place}.backend", at(item, "backend"))


def _backend(place: str, backend: Object) -> Found:
    service, resource = backend.get("service"), backend.get("resource")
    if (service is None) == (resource is None):
        yield place, "must have either a service or a resource"
        return
    if service is None:
        return
    name, port = mapping(service).get("name"), at(service, "port")
    if not isinstance(name, str) or not is_dns_label(name):
        yield f"{place}.service.name", f"{quoted(name)} is no name of a Service"
    if bool(port.get("name")) == bool(port.get("number")):
        yield f"{place}.service.port", "must have either a name or a number"
    elif isinstance(port.get("number"), int) and port["number"] and not 1 <= port["number"] <= 65535:
        yield f"{place}.service.port.number", f"{quoted(port['number'])} must be 1 to 65535"
    elif port.get("name") and not is_port_name(str(port["name"])):
        yield f"{place}.service.port.name", f"{quoted(port['name'])} is no port's name"

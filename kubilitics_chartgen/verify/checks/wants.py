"""What an object refers to, and what it provides to those who refer to it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kubilitics_chartgen.verify.checks.check import Document
from kubilitics_chartgen.verify.checks.reading import Container, Object, Pod, at, entries, items, mapping

__all__ = ["Want", "called_by_the_server", "provided_keys", "scaled_workload", "urls_of", "wants_of"]

# Begins with a literal, which is what makes it fast.
_URL = re.compile(r"://([a-z0-9][a-z0-9-]*)((?:\.[a-z0-9-]+)*)(?::(\d{1,5}))?(?=[/\s\"',;)]|$)")
_IN_CLUSTER = re.compile(r"\.[a-z0-9-]+(?:\.svc(?:\.[a-z0-9.-]+)?)?")

_DOMAINS = frozenset((".ai", ".app", ".cloud", ".co", ".com", ".dev", ".io", ".net", ".org", ".sh"))
"""What ends names on the internet: a namespace may be called so as well, but hardly in an address without `svc`."""


_SCALERS = {
    ("HorizontalPodAutoscaler", "autoscaling"): "scaleTargetRef",
    ("VerticalPodAutoscaler", "autoscaling.k8s.io"): "targetRef",
    ("ScaledObject", "keda.sh"): "scaleTargetRef",
}
"""Where it stands which workload is scaled."""


class Want(NamedTuple):
    """One reference."""

    kind: str
    name: str
    path: str
    namespace: str = ""
    """Empty for the namespace of the object itself."""
    key: str = ""
    optional: bool = False
    headless: bool = False
    """Whether the Service must be headless."""


def wants_of(document: Document) -> tuple[Want, ...]:
    """Everything that the object refers to by name."""
    found: list[Want] = []
    pod = document.pod
    if pod is not None:
        found += _pod(pod)
    spec = at(document.object, "spec")
    kind = document.kind
    if kind == "StatefulSet":
        name = spec.get("serviceName")
        if isinstance(name, str) and name:
            found.append(Want("Service", name, "spec.serviceName", headless=True))
    elif kind in ("RoleBinding", "ClusterRoleBinding"):
        role = at(document.object, "roleRef")
        found.append(Want(str(role.get("kind")), str(role.get("name")), "roleRef.name"))
        for position, subject in items(document.object.get("subjects")):
            if subject.get("kind") == "ServiceAccount":
                namespace = str(subject.get("namespace") or "")
                found.append(Want("ServiceAccount", str(subject.get("name")), f"subjects[{position}].name", namespace))
    elif kind == "Ingress":
        found += _ingress(document, spec)
    elif kind.endswith("Route") and document.group == "gateway.networking.k8s.io":
        found += _gateway_route(spec)
    elif kind == "Route" and document.group == "route.openshift.io":
        found.append(Want("Service", str(at(spec, "to").get("name")), "spec.to.name"))
    elif kind in ("ServiceMonitor", "PodMonitor"):
        key = "endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints"
        for position, endpoint in items(spec.get(key)):
            found += _credentials(f"spec.{key}[{position}]", endpoint)
    elif kind == "ServiceAccount":
        for position, item in items(document.object.get("imagePullSecrets")):
            found.append(Want("Secret", str(item.get("name")), f"imagePullSecrets[{position}].name"))
    elif (kind, document.group) in _SCALERS:
        key = _SCALERS[kind, document.group]
        scaled = scaled_workload(document, key)
        if scaled:
            found.append(Want(*scaled, f"spec.{key}.name"))
    for path, service in called_by_the_server(document):
        found.append(Want("Service", str(service["name"]), f"{path}.name", str(service.get("namespace") or "")))
    found += _hosts(document)
    return tuple(found)


def scaled_workload(document: Document, key: str = "scaleTargetRef") -> tuple[str, str] | None:
    """(kind, name) of the workload that an autoscaler names; KEDA means a Deployment where it names no kind."""
    target = at(document.object, "spec", key)
    return (str(target.get("kind") or "Deployment"), str(target["name"])) if target.get("name") else None


def called_by_the_server(document: Document) -> Iterator[tuple[str, Object]]:
    """(path, reference) of each Service that the API server calls: for webhooks, conversions and aggregated APIs."""
    references: list[tuple[str, Object]] = []
    if document.kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        for position, hook in items(document.object.get("webhooks")):
            references.append((f"webhooks[{position}].clientConfig.service", at(hook, "clientConfig", "service")))
    elif document.kind == "CustomResourceDefinition":
        path = ("spec", "conversion", "webhook", "clientConfig", "service")
        references.append((".".join(path), at(document.object, *path)))
    elif document.kind == "APIService":
        references.append(("spec.service", at(document.object, "spec", "service")))
    yield from ((path, reference) for path, reference in references if reference.get("name"))


def _hosts(document: Document) -> Iterator[Want]:
    """Services that addresses in the object's text name."""
    for host, namespace, _ in urls_of(document):
        yield Want("Service", host, "", namespace)


def _pod(pod: Pod) -> Iterator[Want]:
    spec, path = pod.spec, pod.path
    account = spec.get("serviceAccountName")
    if isinstance(account, str) and account:
        yield Want("ServiceAccount", account, f"{path}.serviceAccountName")
    priority = spec.get("priorityClassName")
    if isinstance(priority, str) and priority:
        yield Want("PriorityClass", priority, f"{path}.priorityClassName")
    for position, item in items(spec.get("imagePullSecrets")):
        # The kubelet pulls without a secret that is not there.
        yield Want("Secret", str(item.get("name")), f"{path}.imagePullSecrets[{position}].name")
    for position, volume in items(spec.get("volumes")):
        yield from _volume(f"{path}.volumes[{position}]", volume)
    mounted = {
        str(volume.get("name")): str(at(volume, "configMap").get("name"))
        for _, volume in items(spec.get("volumes"))
        if at(volume, "configMap").get("name") and not {"items", "optional"} & at(volume, "configMap").keys()
    }
    for container in pod.containers:
        yield from _files(container, mounted)
        for position, source in items(container.object.get("envFrom")):
            for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                reference = at(source, key)
                if reference.get("name"):
                    place = f"{container.path}.envFrom[{position}].{key}.name"
                    yield Want(kind, str(reference["name"]), place, optional=bool(reference.get("optional")))
        for position, item in items(container.object.get("env")):
            value_from = item.get("valueFrom")
            if not isinstance(value_from, dict):
                continue
            for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                reference = at(value_from, key)
                if reference.get("name"):
                    place = f"{container.path}.env[{position}].valueFrom.{key}"
                    wanted, optional = str(reference.get("key") or ""), bool(reference.get("optional"))
                    yield Want(kind, str(reference["name"]), place, key=wanted, optional=optional)


def _files(container: Container, mounted: Mapping[str, str]) -> Iterator[Want]:
    """Files of mounted ConfigMaps that the container is started with, by their whole path."""
    said = [*entries(container.object.get("command")), *entries(container.object.get("args"))]
    said += [item.get("value") for _, item in items(container.object.get("env"))]
    texts = [str(text).rpartition("=")[2] for text in said if text]
    for position, mount in items(container.object.get("volumeMounts")):
        name = mounted.get(str(mount.get("name")))
        if name is None:
            continue
        place = f"{container.path}.volumeMounts[{position}]"
        if mount.get("subPath"):
            yield Want("ConfigMap", name, f"{place}.subPath", key=str(mount["subPath"]))
            continue
        folder = f"{str(mount.get('mountPath')).rstrip('/')}/"
        for text in texts:
            key = text.removeprefix(folder)
            if key != text and key and "/" not in key:
                yield Want("ConfigMap", name, place, key=key)


def _volume(place: str, volume: Object) -> Iterator[Want]:
    yield from _mounted(place, volume, "configMap", "ConfigMap", "name")
    yield from _mounted(place, volume, "secret", "Secret", "secretName")
    claim = at(volume, "persistentVolumeClaim").get("claimName")
    if claim:
        yield Want("PersistentVolumeClaim", str(claim), f"{place}.persistentVolumeClaim.claimName")
    for position, source in items(at(volume, "projected").get("sources")):
        yield from _mounted(f"{place}.projected.sources[{position}]", source, "configMap", "ConfigMap", "name")
        yield from _mounted(f"{place}.projected.sources[{position}]", source, "secret", "Secret", "name")


def _mounted(place: str, owner: Object, part: str, kind: str, name_key: str) -> Iterator[Want]:
    source = at(owner, part)
    name = source.get(name_key)
    if not name:
        return
    optional = bool(source.get("optional"))
    yield Want(kind, str(name), f"{place}.{part}.{name_key}", optional=optional)
    for position, item in items(source.get("items")):
        path = f"{place}.{part}.items[{position}].key"
        yield Want(kind, str(name), path, key=str(item.get("key")), optional=optional)


def _ingress(document: Document, spec: Object) -> Iterator[Want]:
    def service(place: str, backend: Any) -> Iterator[Want]:
        name = at(backend, "service").get("name")
        if name:
            yield Want("Service", str(name), f"{place}.service.name")

    yield from service("spec.defaultBackend", spec.get("defaultBackend"))
    for position, rule in items(spec.get("rules")):
        for number, path in items(at(rule, "http").get("paths")):
            yield from service(f"spec.rules[{position}].http.paths[{number}].backend", path.get("backend"))
    made_by_others = any(
        key.startswith(("cert-manager.io/", "kubernetes.io/tls-acme"))
        for key in mapping(document.metadata.get("annotations"))
    )
    for position, tls in items(spec.get("tls")):
        if tls.get("secretName") and not made_by_others:
            yield Want("Secret", str(tls["secretName"]), f"spec.tls[{position}].secretName")


def _credentials(place: str, endpoint: Object) -> Iterator[Want]:
    """Secrets with which Prometheus asks for metrics."""
    for way in (("authorization", "credentials"), ("basicAuth", "username"), ("basicAuth", "password")):
        reference = at(endpoint, *way)
        if reference.get("name"):
            wanted, optional = str(reference.get("key") or ""), bool(reference.get("optional"))
            path = f"{place}.{'.'.join(way)}.name"
            yield Want("Secret", str(reference["name"]), path, key=wanted, optional=optional)


def _gateway_route(spec: Object) -> Iterator[Want]:
    for position, rule in items(spec.get("rules")):
        for number, backend in items(rule.get("backendRefs")):
            if backend.get("kind") in (None, "", "Service") and backend.get("name"):
                place = f"spec.rules[{position}].backendRefs[{number}].name"
                yield Want("Service", str(backend["name"]), place, str(backend.get("namespace") or ""))


def provided_keys(
    document: Document,
) -> tuple[frozenset[str] | None, tuple[tuple[str, str, frozenset[str] | None], ...]]:
    """Keys that the object itself holds, and what controllers of well-known kinds make of it."""
    obj, spec = document.object, at(document.object, "spec")
    if document.kind in ("ConfigMap", "Secret") and not document.group:
        held: set[str] = set()
        for part in ("data", "binaryData", "stringData"):
            held.update(mapping(obj.get(part)))
        return frozenset(held), ()
    if document.kind == "ExternalSecret":
        keys = frozenset(str(item.get("secretKey")) for _, item in items(spec.get("data")))
        known = keys if not spec.get("dataFrom") and not at(spec, "target").get("template") else None
        return None, (("Secret", str(at(spec, "target").get("name") or document.name), known),)
    if document.kind == "Certificate" and spec.get("secretName"):
        return None, (("Secret", str(spec["secretName"]), None),)
    if document.kind in ("SealedSecret", "VaultStaticSecret"):
        name = at(spec, "destination").get("name") or at(spec, "template", "metadata").get("name") or document.name
        return None, (("Secret", str(name), None),)
    if document.kind == "StatefulSet":
        claims = tuple(str(at(item, "metadata").get("name")) for _, item in items(spec.get("volumeClaimTemplates")))
        replicas = spec.get("replicas")
        count = replicas if isinstance(replicas, int) and 0 <= replicas <= 100 else 1
        made = tuple(
            ("PersistentVolumeClaim", f"{claim}-{document.name}-{number}", None)
            for claim in claims
            for number in range(count)
        )
        return None, made
    return None, ()


def urls_of(document: Document) -> tuple[tuple[str, str, int | None], ...]:
    """(host, namespace, port) of each URL in the object whose host may be a Service of the cluster."""
    found: set[tuple[str, str, int | None]] = set()
    for host, rest, port in _URL.findall(document.text):
        if not rest or (_IN_CLUSTER.fullmatch(rest) and rest not in _DOMAINS):
            namespace = rest.split(".")[1] if rest else ""
            found.add((host, namespace, int(port) if port else None))
    return tuple(sorted(found, key=str))

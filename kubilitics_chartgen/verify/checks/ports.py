"""Check `ports`: containers, Services, routes, policies, monitors and addresses agree on their ports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.label_selectors import (
    Selector,
    label_pairs,
    matches,
    selected_here,
    selector_of,
    simple_selector,
)
from kubilitics_chartgen.verify.checks.reading import Object, Pod, at, items, mapping, quoted
from kubilitics_chartgen.verify.checks.wants import called_by_the_server, urls_of

__all__ = ["Ports"]

Number = int | str | None


class _Pods(NamedTuple):
    namespace: str
    labels: tuple[tuple[str, str], ...]
    ports: tuple[tuple[str, int, str], ...]
    """(name, number, protocol) of each port of a container that stays."""


class _ServicePort(NamedTuple):
    path: str
    name: str
    port: Number
    target: Number
    protocol: str


class _Service(NamedTuple):
    namespace: str
    name: str
    labels: tuple[tuple[str, str], ...]
    selector: Selector
    ports: tuple[_ServicePort, ...]
    is_elsewhere: bool
    is_headless: bool


class _Uses(NamedTuple):
    """Ports of a Service, by name or number."""

    service: str
    namespace: str
    port: Number
    path: str


class _Selected(NamedTuple):
    """Ports of what a selector finds: of pods, or of Services."""

    what: str
    selector: Selector
    port: Number
    protocol: str
    path: str
    end: int | None = None


class _User(NamedTuple):
    namespace: str
    uses: tuple[_Uses, ...]
    selected: tuple[_Selected, ...]


class _Facts(NamedTuple):
    pods: _Pods | None
    service: _Service | None
    user: _User | None


class Ports:
    """See `sentence`."""

    name = "ports"
    sentence = (
        "Ports agree all the way: what a Service, a policy, a monitor, an Ingress, a route or an address names is a "
        "port that its target has."
    )
    severity: Severity = "error"
    fix = "Refer to ports by the same name or value on both sides."

    def facts(self, document: Document) -> Facts:
        """Ports that the object has, and ports that it uses."""
        namespace = document.namespace
        pod = document.pod
        pods = None
        if pod is not None and document.is_serving:
            pods = _Pods(namespace, label_pairs(pod.labels), _container_ports(pod))
        service = _service(document, namespace) if document.kind == "Service" and not document.group else None
        uses, selected = _uses(document), _selected(document)
        user = _User(namespace, uses, selected) if uses or selected else None
        return _Facts(pods, service, user) if pods or service or user else None

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:
        """Ports that nobody has."""
        pods = [(fact.pods, dict(fact.pods.labels)) for _, fact in facts if isinstance(fact, _Facts) and fact.pods]
        services = {
            (fact.service.namespace or context.namespace, fact.service.name): fact.service
            for _, fact in facts
            if isinstance(fact, _Facts) and fact.service
        }
        for document, fact in facts:
            if not isinstance(fact, _Facts):
                continue
            if fact.service and fact.service.selector:
                yield from self._targets(document, fact.service, pods)
            if fact.user:
                for use in fact.user.uses:
                    yield from self._use(document, use, fact.user.namespace or context.namespace, services)
                for one in fact.user.selected:
                    yield from self._selection(document, one, fact.user.namespace, pods, services)

    def _targets(
        self, document: Document, service: _Service, pods: list[tuple[_Pods, dict[str, str]]]
    ) -> Iterator[Fault]:
        for pod, labels in pods:
            if pod.namespace != service.namespace or not matches(service.selector, labels):
                continue
            for port in service.ports:
                target = port.port if port.target in (None, "", 0) else port.target
                if not _has(pod, target, port.protocol):
                    message = f"{quoted(target)} is no {port.protocol} port of the pods that the Service selects"
                    yield fault(self, document, f"{port.path}.targetPort", message, severity=_severity(target))
                elif service.is_headless and port.port not in _numbers(pod, target, port.protocol):
                    message = f"{quoted(port.port)} is not the pods' own port, which clients of a headless Service ask"
                    yield fault(self, document, f"{port.path}.port", message)

    def _use(
        self, document: Document, use: _Uses, namespace: str, services: dict[tuple[str, str], _Service]
    ) -> Iterator[Fault]:
        service = services.get((use.namespace or namespace, use.service))
        if service is None or service.is_elsewhere or not service.ports:
            return
        if use.port is not None and not any(use.port in (port.name, port.port) for port in service.ports):
            message = f"{quoted(use.port)} is no port of the Service {quoted(use.service)}"
            yield fault(self, document, use.path, message)

    def _selection(
        self,
        document: Document,
        one: _Selected,
        namespace: str,
        pods: list[tuple[_Pods, dict[str, str]]],
        services: dict[tuple[str, str], _Service],
    ) -> Iterator[Fault]:
        if one.what == "services":
            found = [
                service
                for service in services.values()
                if service.namespace == namespace and matches(one.selector, dict(service.labels))
            ]
            if found and not any(one.port in (port.name, port.target) for service in found for port in service.ports):
                yield fault(self, document, one.path, f"{quoted(one.port)} is no port of the Services it selects")
            return
        selected = [pod for pod, labels in pods if pod.namespace == namespace and matches(one.selector, labels)]
        # Pods that list no ports may listen anywhere.
        if not selected or not all(pod.ports for pod in selected):
            return
        if not any(_has(pod, one.port, one.protocol, one.end) for pod in selected):
            message = f"{quoted(one.port)} is no {one.protocol} port of the pods it selects"
            yield fault(self, document, one.path, message, severity=_severity(one.port))


def _severity(port: Number) -> Severity:
    """A name must be found; a program may listen at a number that its container does not list."""
    return "error" if isinstance(port, str) else "warning"


def _has(pod: _Pods, wanted: Number, protocol: str, end: int | None = None) -> bool:
    if isinstance(wanted, str):
        return any(name == wanted and theirs == protocol for name, _, theirs in pod.ports)
    if not pod.ports or wanted is None:
        return True
    last = end if end is not None else wanted
    return any(wanted <= number <= last and theirs == protocol for _, number, theirs in pod.ports)


def _numbers(pod: _Pods, target: Number, protocol: str) -> tuple[Number, ...]:
    return (target, *(number for name, number, theirs in pod.ports if name == target and theirs == protocol))


def _number(value: Any) -> Number:
    return value if isinstance(value, (int, str)) and not isinstance(value, bool) else None


def _container_ports(pod: Pod) -> tuple[tuple[str, int, str], ...]:
    found = []
    for container in pod.containers:
        if container.stays:
            for _, port in items(container.object.get("ports")):
                number = port.get("containerPort")
                if isinstance(number, int):
                    found.append((str(port.get("name") or ""), number, str(port.get("protocol") or "TCP")))
    return tuple(found)


def _service(document: Document, namespace: str) -> _Service:
    spec = at(document.object, "spec")
    ports = tuple(
        _ServicePort(
            f"spec.ports[{position}]",
            str(port.get("name") or ""),
            _number(port.get("port")),
            _number(port.get("targetPort")),
            str(port.get("protocol") or "TCP"),
        )
        for position, port in items(spec.get("ports"))
    )
    labels = label_pairs(document.metadata.get("labels"))
    elsewhere = spec.get("type") == "ExternalName"
    selector, headless = simple_selector(spec.get("selector")), spec.get("clusterIP") == "None"
    return _Service(namespace, document.name, labels, selector, ports, elsewhere, headless)


def _uses(document: Document) -> tuple[_Uses, ...]:
    """Ports of Services that the object names, and addresses in its text."""
    spec, kind = at(document.object, "spec"), document.kind
    found: list[_Uses] = []
    if kind == "Ingress":
        backends = [("spec.defaultBackend", mapping(spec.get("defaultBackend")))]
        backends += [
            (f"spec.rules[{position}].http.paths[{number}].backend", at(path, "backend"))
            for position, rule in items(spec.get("rules"))
            for number, path in items(at(rule, "http").get("paths"))
        ]
        for place, backend in backends:
            service = at(backend, "service")
            port = at(service, "port")
            wanted = _number(port.get("name") or port.get("number"))
            found.append(_Uses(str(service.get("name")), "", wanted, f"{place}.service.port"))
    elif kind == "Route" and document.group == "route.openshift.io":
        target = _number(at(spec, "port").get("targetPort"))
        found.append(_Uses(str(at(spec, "to").get("name")), "", target, "spec.port.targetPort"))
    elif kind.endswith("Route") and document.group == "gateway.networking.k8s.io":
        for position, rule in items(spec.get("rules")):
            for number, backend in items(rule.get("backendRefs")):
                place = f"spec.rules[{position}].backendRefs[{number}].port"
                name, namespace = str(backend.get("name")), str(backend.get("namespace") or "")
                found.append(_Uses(name, namespace, _number(backend.get("port")), place))
    for path, service in called_by_the_server(document):
        port_called = _number(service.get("port", 443))
        found.append(_Uses(str(service["name"]), str(service.get("namespace") or ""), port_called, f"{path}.port"))
    found += [_Uses(host, namespace, port_number, "") for host, namespace, port_number in urls_of(document)]
    return tuple(found)


def _selected(document: Document) -> tuple[_Selected, ...]:
    """Ports of what the object selects."""
    spec, kind = at(document.object, "spec"), document.kind
    found: list[_Selected] = []
    if kind in ("ServiceMonitor", "PodMonitor"):
        away = mapping(spec.get("namespaceSelector"))
        if away.get("any") or away.get("matchNames"):
            return ()
        what, key = ("services", "endpoints") if kind == "ServiceMonitor" else ("pods", "podMetricsEndpoints")
        for position, endpoint in items(spec.get(key)):
            port = _number(endpoint.get("port") or endpoint.get("targetPort") or endpoint.get("portNumber"))
            place = f"spec.{key}[{position}].port"
            if port is not None:
                found.append(_Selected(what, selector_of(spec.get("selector")), port, "TCP", place))
    elif kind == "NetworkPolicy":
        for position, rule in items(spec.get("ingress")):
            ours = selector_of(spec.get("podSelector"))
            found += _policy_ports(f"spec.ingress[{position}]", rule, ours)
        for position, rule in items(spec.get("egress")):
            for _, peer in items(rule.get("to")):
                theirs = selected_here(peer)
                found += _policy_ports(f"spec.egress[{position}]", rule, theirs) if theirs else []
    return tuple(found)


def _policy_ports(place: str, rule: Object, selector: Selector) -> Iterator[_Selected]:
    for position, item in items(rule.get("ports")):
        port, end = _number(item.get("port")), item.get("endPort")
        if port is not None:
            protocol = str(item.get("protocol") or "TCP")
            path = f"{place}.ports[{position}].port"
            yield _Selected("pods", selector, port, protocol, path, end if isinstance(end, int) else None)

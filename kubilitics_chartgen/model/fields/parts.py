"""What is alike in several components: fields of their workloads, claims and Services. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kubilitics_chartgen.model.components import AI, BACKEND
from kubilitics_chartgen.model.connections import SERVERS
from kubilitics_chartgen.model.fields.row import POD, Arrival, comes, copied, env, stands
from kubilitics_chartgen.model.values import Node, leaves

__all__ = ["PARTS", "Part", "of_parts"]


@dataclass(frozen=True)
class Part:
    """A component as values, templates and its main container name it."""

    id: str
    values: str
    container: str
    user: int
    """As which user its processes run, unless the operator leaves it to the platform."""
    kinds: str = "Deployment"

    @property
    def templates(self) -> str:
        """The pattern of its templates."""
        return f"{self.id}/*"


PARTS = (
    Part("backend", "backend", "backend", 1000),
    Part("frontend", "frontend", "nginx", 101),
    Part("ai", "ai", "ai", 1000, "Deployment|StatefulSet"),
    Part("qdrant", "vectorDatabase.qdrant", "qdrant", 1000),
    Part("chromadb", "vectorDatabase.chromadb", "chromadb", 1000),
    Part("ollama", "ollama", "ollama", 1000),
)
STORING = tuple(part for part in PARTS if part.id != "frontend")
OF_POD = (
    "terminationGracePeriodSeconds",
    "runtimeClassName",
    "dnsPolicy",
    "dnsConfig",
    "hostAliases",
    "nodeSelector",
    "tolerations",
    "affinity",
    "topologySpreadConstraints",
    "priorityClassName",
)
PROXIED = (("HTTPS_PROXY", False), ("https_proxy", False), ("HTTP_PROXY", True), ("http_proxy", True))
"""Variables with the proxy's address, and whether the Secret may lack it."""


def of_parts(root: Node) -> Iterator[Arrival]:
    """Every row, as far as the component has the value."""
    known = {leaf.dotted for leaf in leaves(root)}
    known |= {path[:end] for path in known for end, sign in enumerate(path) if sign == "."}
    for part in PARTS:
        rows = (*_workload(part), *_pod(part), *_service(part), *_scaling(part))
        yield from (row for row in rows if not row.value or row.value in known)
    for part in STORING:
        yield from _storage(part)
    yield from _proxy()


def _workload(part: Part) -> Iterator[Arrival]:
    scaled = f"{part.id}-not-autoscaled" if part.id in ("frontend", "ai") else ""
    yield from copied(part.kinds, part.templates, ("spec replicas", f"{part.values}.replicas"), when=scaled)
    # Of a StatefulSet it could not be changed on every supported Kubernetes, so the chart leaves it out there.
    limit = ("spec revisionHistoryLimit", f"{part.values}.revisionHistoryLimit")
    yield from copied("Deployment", part.templates, limit)


def _pod(part: Part) -> Iterator[Arrival]:
    def rows(*pairs: tuple[str, str], when: str = "") -> Iterator[Arrival]:
        named = ((f"{POD} {way}", f"{part.values}.{value}") for way, value in pairs)
        return copied(part.kinds, part.templates, *named, when=when)

    main = f"containers {part.container}"
    yield from rows(*((key, key) for key in OF_POD))
    yield from rows(
        ("securityContext supplementalGroups", "podSecurityContext.supplementalGroups"),
        ("securityContext seLinuxOptions level", "podSecurityContext.seLinuxLevel"),
        (f"{main} imagePullPolicy", "image.pullPolicy"),
        (f"{main} startupProbe failureThreshold", "startupProbe.failureThreshold"),
        (f"{main} envFrom", "extraEnvFrom"),
        *([(f"{main} resources", "resources")] if part.id != "ollama" else []),  # its GPUs are added
        *([(f"{main} lifecycle", "lifecycle")] if part.id != "ai" else []),  # its own hook is added
    )
    yield from rows(("serviceAccountName", "serviceAccount.name"), when=f"{part.id}-own-account")
    probes = (f"{POD} {main} {probe}" for probe in ("startupProbe", "livenessProbe", "readinessProbe"))
    yield from comes(part.kinds, part.templates, *probes, when="always")
    ids = ((f"{POD} securityContext {key}", str(part.user)) for key in ("runAsUser", "runAsGroup", "fsGroup"))
    yield from stands(part.kinds, part.templates, *ids, when="fixed-ids")


def _storage(part: Part) -> Iterator[Arrival]:
    values, claim = f"{part.values}.persistence", "PersistentVolumeClaim"
    yield from copied(
        claim,
        part.templates,
        ("spec resources requests storage", f"{values}.size"),
        ("spec accessModes", f"{values}.accessModes"),
    )
    kept = ("spec storageClassName", f"{values}.storageClass")
    yield from copied(claim, part.templates, kept, when=f"{part.id}-storage-class")
    yield from stands(claim, part.templates, ("metadata annotations helm.sh/resource-policy", "keep"))
    volume = f"{POD} volumes data"
    own = (f"{volume} persistentVolumeClaim claimName", f"{values}.existingClaim")
    yield from copied("Deployment", part.templates, own, when=f"{part.id}-own-claim")
    yield from comes("Deployment", part.templates, f"{volume} emptyDir", when=f"{part.id}-ephemeral")


def _service(part: Part) -> Iterator[Arrival]:
    file = f"{part.id}/service.yaml"
    spoken = ("ipFamilyPolicy", "ipFamilies")
    yield from copied("Service", file, ("spec ports 0 appProtocol", f"{part.values}.service.appProtocol"))
    yield from copied("Service", file, *((f"spec {key}", f"{part.values}.service.{key}") for key in spoken))
    ports = {
        "backend": {"http": BACKEND.port},
        "ai": {"http": AI.port},
        **{server: dict(zip(("http", "grpc"), numbers, strict=False)) for server, numbers in SERVERS.items()},
    }
    named = ports.get(part.id, {})
    yield from stands("Service", file, *((f"spec ports {name} port", str(port)) for name, port in named.items()))


def _scaling(part: Part) -> Iterator[Arrival]:
    budget = f"{part.values}.podDisruptionBudget.maxUnavailable"
    yield from copied("PodDisruptionBudget", part.templates, ("spec maxUnavailable", budget))
    target = "resource target averageUtilization"
    yield from copied(
        "HorizontalPodAutoscaler",
        part.templates,
        *((f"spec {key}", f"{part.values}.autoscaling.{key}") for key in ("minReplicas", "maxReplicas")),
        (f"spec metrics 0 {target}", f"{part.values}.autoscaling.targetCPUUtilizationPercentage"),
        (f"spec metrics 1 {target}", f"{part.values}.autoscaling.targetMemoryUtilizationPercentage"),
    )
    for kind, key in (("ServiceMonitor", "endpoints"), ("PodMonitor", "podMetricsEndpoints")):
        values = f"monitoring.{kind[0].lower()}{kind[1:]}"
        read = ((f"spec {key} 0 {name}", f"{values}.{name}") for name in ("interval", "scrapeTimeout"))
        yield from copied(kind, part.templates, *read)
        yield from stands(kind, part.templates, (f"spec {key} 0 path", "/metrics"), (f"spec {key} 0 port", "http"))


def _proxy() -> Iterator[Arrival]:
    mains = [
        (part.kinds, part.templates, part.container, POD) for part in PARTS if part.id not in ("qdrant", "chromadb")
    ]
    for kinds, templates, container, pod in (
        *mains,
        ("Pod", "tests/*", "core", "spec"),
        ("Pod", "ai/tests/*", "ai", "spec"),
    ):
        for name, optional in PROXIED:
            reference = env(container, name, "valueFrom secretKeyRef", pod=pod)
            given = (f"{reference} name", "global.proxy.existingSecret")
            yield from copied(kinds, templates, given, when="proxy-secret")
            key = (f"{reference} key", name.lower().replace("_", "-"))
            yield from stands(kinds, templates, key, when="proxy-secret")
            if optional:
                yield from stands(kinds, templates, (f"{reference} optional", "true"), when="proxy-secret")
        for name in ("NO_PROXY", "no_proxy"):
            yield from comes(kinds, templates, env(container, name, pod=pod), when="proxied")
        yield from comes(kinds, templates, env(container, "SSL_CERT_DIR", pod=pod), when="trusts-more")
        for name, value in (("HTTPS_PROXY", "httpsProxy"), ("HTTP_PROXY", "httpProxy")):
            own = (env(container, name, pod=pod), f"global.proxy.{value}")
            yield from copied(kinds, templates, own, when="proxy-without-secret")

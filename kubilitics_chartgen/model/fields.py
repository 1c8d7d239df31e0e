"""Where values arrive in objects, and which objects and entries come with which condition. No I/O.

What several values make together, or the chart computes, is not here: tests of the chart are for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.model.components import AI, BACKEND
from kubilitics_chartgen.model.connections import SERVERS
from kubilitics_chartgen.model.providers import PROVIDERS
from kubilitics_chartgen.model.values import Node, leaves

__all__ = ["Arrival", "arrivals"]

Step = str | int


@dataclass(frozen=True)
class Arrival:
    """One row of `declared.fields`."""

    kind: str
    templates: str
    field: tuple[Step, ...] = ()
    value: str = ""
    matches: str = ""
    when: str = ""

    @property
    def entry(self) -> dict[str, Any]:
        """As `.chartgen.yaml` has it."""
        parts = {"field": list(self.field), "value": self.value, "is": self.matches, "when": self.when}
        return {"kind": self.kind, "templates": self.templates, **{key: part for key, part in parts.items() if part}}


@dataclass(frozen=True)
class _Part:
    """A component as values, templates and its container name it."""

    id: str
    values: str
    container: str

    @property
    def templates(self) -> str:
        return f"templates/{self.id}/*"


PARTS = (
    _Part("backend", "backend", "backend"),
    _Part("frontend", "frontend", "nginx"),
    _Part("ai", "ai", "ai"),
    _Part("qdrant", "vectorDatabase.qdrant", "qdrant"),
    _Part("chromadb", "vectorDatabase.chromadb", "chromadb"),
    _Part("ollama", "ollama", "ollama"),
)
POD = ("spec", "template", "spec")
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
FAMILIES = ("ipFamilyPolicy", "ipFamilies")
OF_CONFIG = {
    "reasoning": "reasoning",
    "vectorMemory": "vector_memory",
    "cache": "cache",
    "rateLimits": "rate_limits",
    "tokenBudgets": "budget",
    "privacy": "privacy",
    "outputValidation": "output_validation",
    "audit": "audit",
    "alerts": "alerts",
    "latencyObjective": "latency_objective",
}
"""Sections of `ai` as AI's configuration file calls them."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def arrivals(root: Node) -> tuple[Arrival, ...]:
    """Every row; `root` are the values."""
    known = {leaf.dotted for leaf in leaves(root)}
    shared = [row for part in PARTS for row in _of_part(part) if _is_known(row.value, known)]
    return (*shared, *_of_ai(root), *_OTHERS)


def _is_known(value: str, known: set[str]) -> bool:
    return not value or any(path == value or path.startswith(f"{value}.") for path in known)


def _of_part(part: _Part) -> Iterator[Arrival]:
    kinds = "Deployment|StatefulSet" if part.id == "ai" else "Deployment"
    container = (*POD, "containers", part.container)
    scaled = f"{part.id}-not-autoscaled" if part.id in ("frontend", "ai") else ""

    def row(field: tuple[Step, ...], value: str, when: str = "", kind: str = kinds) -> Arrival:
        return Arrival(kind, part.templates, field, f"{part.values}.{value}", when=when)

    yield row(("spec", "replicas"), "replicas", scaled)
    # Of a StatefulSet it could not be changed on every supported Kubernetes, so the chart leaves it out there.
    yield row(("spec", "revisionHistoryLimit"), "revisionHistoryLimit", kind="Deployment")
    yield from (row((*POD, key), key) for key in OF_POD)
    yield row((*POD, "securityContext", "supplementalGroups"), "podSecurityContext.supplementalGroups")
    yield row((*POD, "securityContext", "seLinuxOptions", "level"), "podSecurityContext.seLinuxLevel")
    yield row((*container, "imagePullPolicy"), "image.pullPolicy")
    yield row((*container, "startupProbe", "failureThreshold"), "startupProbe.failureThreshold")
    yield row((*container, "envFrom"), "extraEnvFrom")
    if part.id != "ollama":  # its GPUs are added
        yield row((*container, "resources"), "resources")
    if part.id != "ai":  # its own hook is added
        yield row((*container, "lifecycle"), "lifecycle")
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        yield Arrival(kinds, part.templates, (*container, probe), when="always")
    claim = "PersistentVolumeClaim"
    if part.id != "frontend":
        yield row(("spec", "resources", "requests", "storage"), "persistence.size", kind=claim)
        yield row(("spec", "accessModes"), "persistence.accessModes", kind=claim)
        yield row(("spec", "storageClassName"), "persistence.storageClass", f"{part.id}-storage-class", claim)
    for place, key in (
        (("spec", "ports", 0, "appProtocol"), "appProtocol"),
        *((("spec", key), key) for key in FAMILIES),
    ):
        yield Arrival("Service", f"templates/{part.id}/service.yaml", place, f"{part.values}.service.{key}")
    yield row(("spec", "maxUnavailable"), "podDisruptionBudget.maxUnavailable", kind="PodDisruptionBudget")
    for key in ("minReplicas", "maxReplicas"):
        yield row(("spec", key), f"autoscaling.{key}", kind="HorizontalPodAutoscaler")
    for kind in ("ServiceMonitor", "PodMonitor"):
        place = ("spec", "endpoints" if kind == "ServiceMonitor" else "podMetricsEndpoints", 0)
        for key in ("interval", "scrapeTimeout"):
            value = f"monitoring.{kind[0].lower()}{kind[1:]}.{key}"
            yield Arrival(kind, part.templates, (*place, key), value)


def _of_ai(root: Node) -> Iterator[Arrival]:
    file = ("data", "config.yaml")
    for leaf in leaves(root):
        parts = leaf.dotted.split(".")
        if parts[0] != "ai" or len(parts) < 3:
            continue
        if parts[1] in OF_CONFIG:
            steps = (*file, OF_CONFIG[parts[1]], *(_HUMP.sub("_", part).lower() for part in parts[2:]))
            yield Arrival("ConfigMap", "templates/ai/configmap.yaml", steps, leaf.dotted)
        if parts[1] == "features":
            yield Arrival("ConfigMap", "templates/ai/configmap.yaml", (*file, "features", parts[2]), leaf.dotted)
            discovery = ("data", "discovery.json", "ai", "features", parts[2])
            yield Arrival("ConfigMap", "templates/ai/configmap-discovery.yaml", discovery, leaf.dotted)


def _env(container: str, name: str, *more: Step) -> tuple[Step, ...]:
    return (*POD, "containers", container, "env", name, *(more or ("value",)))


_BACKEND = "templates/backend/*"
_AI = "templates/ai/*"
_CONFIG = "templates/ai/configmap.yaml"
_DISCOVERY = "templates/ai/configmap-discovery.yaml"
_FILES = "templates/frontend/configmap.yaml"
_REFERENCE = ("valueFrom", "secretKeyRef")
_KINDS = {"ai": "Deployment|StatefulSet"}
_PROXIED = ("backend", "frontend", "ai", "ollama")


def _url(component: str, port: int, path: str = "") -> str:
    """A pattern of the address of a component's Service; a name that would be too long ends in a hash."""
    return "|".join(f"http://{name}:{port}{path}" for name in (f"*-{component}", "*-????????"))


_BACKEND_URL = _url("backend", BACKEND.port)
_POLICY = "NetworkPolicy|CiliumNetworkPolicy"
_OBJECTS = (
    ("Deployment", "backend/deployment.yaml", "backend-on"),
    ("Deployment", "frontend/deployment.yaml", "frontend-on"),
    ("ConfigMap", "frontend/configmap.yaml", "frontend-on"),
    ("Deployment", "ai/deployment.yaml", "ai-shared"),
    ("StatefulSet", "ai/statefulset.yaml", "ai-per-replica"),
    ("Service", "ai/service-headless.yaml", "ai-per-replica"),
    ("Service", "ai/service-primary.yaml", "ai-per-replica"),
    ("ConfigMap", "ai/configmap.yaml", "ai-on"),
    ("ConfigMap", "ai/configmap-discovery.yaml", "ai-on"),
    *(("Deployment", f"{part}/deployment.yaml", f"{part}-on") for part in ("qdrant", "chromadb", "ollama")),
    *(("Service", f"{part.id}/service.yaml", f"{part.id}-on") for part in PARTS),
    *(("ServiceAccount", f"{part.id}/serviceaccount.yaml", f"{part.id}-account") for part in PARTS),
    *((_POLICY, f"{part.id}/networkpolicy.yaml", f"{part.id}-policy") for part in PARTS),
    *(
        ("PersistentVolumeClaim", f"{part.id}/persistentvolumeclaim.yaml", f"{part.id}-claim")
        for part in PARTS
        if part.id != "frontend"
    ),
    *(
        ("PodDisruptionBudget", f"{part}/poddisruptionbudget.yaml", f"{part}-budget")
        for part in ("backend", "frontend", "ai")
    ),
    *(
        ("HorizontalPodAutoscaler", f"{part}/horizontalpodautoscaler.yaml", f"{part}-autoscaled")
        for part in ("frontend", "ai")
    ),
    *(
        (f"{kind[0].upper()}{kind[1:]}", f"{part}/{kind.lower()}.yaml", f"{part}-{kind}")
        for part in ("backend", "ai", "qdrant")
        for kind in ("serviceMonitor", "podMonitor")
    ),
    ("ExternalSecret", "ai/externalsecret.yaml", "external-secret"),
    ("HTTPRoute", "exposure/httproute.yaml", "http-route"),
    ("Route", "exposure/route.yaml", "route"),
    ("Ingress", "exposure/ingress.yaml", "ingress"),
    ("Pod", "tests/core.yaml", "tests"),
    ("Pod", "ai/tests/ai.yaml", "ai-tests"),
    ("Job", "migrations/job.yaml", "migrations"),
    (_POLICY, "migrations/networkpolicy.yaml", "migrations-policy"),
    *((_POLICY, f"ai/networkpolicy-{name}.yaml", "ai-policy") for name in ("from-core", "queries")),
)
_OTHERS = (
    *(Arrival(kind, f"templates/{file}", when=when) for kind, file, when in _OBJECTS),
    Arrival("Deployment", _BACKEND, _env("backend", "KUBILITICS_AUTH_MODE"), "backend.auth.mode"),
    Arrival("Deployment", _BACKEND, _env("backend", "KUBILITICS_LOG_LEVEL"), "backend.logLevel"),
    Arrival("Deployment", _BACKEND, _env("backend", "KUBILITICS_LOG_FORMAT"), "backend.logFormat"),
    *(
        Arrival(
            "Deployment",
            _BACKEND,
            _env("backend", f"KUBILITICS_AUTH_{name}", *_REFERENCE, key),
            f"backend.auth.{value}",
            when="auth-secret",
        )
        for name, own in (
            ("JWT_SECRET", "jwtSecretKey"),
            ("ADMIN_USER", "adminUserKey"),
            ("ADMIN_PASS", "adminPasswordKey"),
        )
        for key, value in (("name", "existingSecret"), ("key", own))
    ),
    *(
        Arrival(
            "Deployment",
            _BACKEND,
            _env("backend", f"KUBILITICS_AUTH_{name}", *_REFERENCE, "optional"),
            matches="true",
            when="auth-secret",
        )
        for name in ("ADMIN_USER", "ADMIN_PASS")
    ),
    *(
        Arrival(kinds, f"templates/{folder}/*", _env(container, "GOMEMLIMIT"), when=f"{folder}-memory-limit")
        for folder, container, kinds in (("backend", "backend", "Deployment"), ("ai", "ai", "Deployment|StatefulSet"))
    ),
    *(
        Arrival("Service", f"templates/{part}/service.yaml", ("spec", "ports", name, "port"), matches=str(port))
        for part, name, port in (
            ("backend", "http", BACKEND.port),
            ("ai", "http", AI.port),
            ("qdrant", "http", SERVERS["qdrant"][0]),
            ("qdrant", "grpc", SERVERS["qdrant"][1]),
            ("chromadb", "http", SERVERS["chromadb"][0]),
            ("ollama", "http", SERVERS["ollama"][0]),
        )
    ),
    Arrival("Service", "templates/frontend/service.yaml", ("spec", "ports", "http"), when="always"),
    Arrival(
        "Service", "templates/frontend/service.yaml", ("spec", "ports", 0, "nodePort"), "frontend.service.nodePort"
    ),
    Arrival("Service", "templates/ai/service-*.yaml", ("spec", "ports", "http", "port"), matches=str(AI.port)),
    Arrival(
        "Service",
        "templates/frontend/service.yaml",
        ("spec", "externalTrafficPolicy"),
        "frontend.service.externalTrafficPolicy",
    ),
    *(
        Arrival(kinds, f"templates/{part}/*", (*place, *field), value, matches, "proxy-secret")
        for part, container, kinds in (
            *((part.id, part.container, _KINDS.get(part.id, "Deployment")) for part in PARTS if part.id in _PROXIED),
            ("tests", "core", "Pod"),
            ("ai/tests", "ai", "Pod"),
        )
        for name, optional in (("HTTPS_PROXY", ""), ("https_proxy", ""), ("HTTP_PROXY", "true"), ("http_proxy", "true"))
        for place in ((*(("spec",) if kinds == "Pod" else POD), "containers", container, "env", name, *_REFERENCE),)
        for field, value, matches in (
            (("name",), "global.proxy.existingSecret", ""),
            *(((("optional",), "", optional),) if optional else ()),
        )
    ),
    *(
        Arrival(
            _KINDS["ai"],
            _AI,
            (*POD, "containers", "ai", "env", each.secret_env, *_REFERENCE, *field),
            value,
            matches,
            f"ai-key-of-{each.id}",
        )
        for each in PROVIDERS
        if each.holds_key and not each.key_required
        for field, value, matches in (
            (("name",), "ai.apiKeySecret", ""),
            (("key",), f"ai.providers.{each.id}.secretKey", ""),
            (("optional",), "", "true"),
        )
    ),
    *(
        Arrival(
            _KINDS["ai"],
            _AI,
            (*POD, "containers", "ai", "env", each.secret_env, *_REFERENCE, *field),
            value,
            when=f"ai-key-of-{each.id}",
        )
        for each in PROVIDERS
        if each.holds_key and each.key_required
        for field, value in ((("name",), "ai.apiKeySecret"), (("key",), f"ai.providers.{each.id}.secretKey"))
    ),
    Arrival(_KINDS["ai"], _AI, (*POD, "shareProcessNamespace"), matches="true", when="ai-sidecar"),
    Arrival(_KINDS["ai"], _AI, (*POD, "containers", "config-reload"), when="ai-sidecar"),
    Arrival(
        "Pod",
        "templates/ai/tests/*",
        ("spec", "containers", "ai", "env", "DENIED", "value"),
        "tests.deniedAddress",
        when="ai-denied",
    ),
    Arrival(
        "Pod",
        "templates/ai/tests/*",
        ("spec", "containers", "ai", "env", "STRICT", "value"),
        "tests.strict",
        when="ai-denied",
    ),
    Arrival(
        "Pod",
        "templates/ai/tests/*",
        ("spec", "containers", "ai", "env", "PROVIDERS", "value"),
        matches="http*://?*",
        when="ai-asks",
    ),
    *(
        Arrival("Pod", f"templates/{folder}/*", ("spec", "containers", container, "args", number), matches=matches)
        for folder, container, number, matches in (
            ("ai/tests", "ai", 0, _url("ai", AI.port, "/health")),
            ("ai/tests", "ai", 1, _url("ai", AI.port, "/ready")),
        )
    ),
    *(
        Arrival("ConfigMap", _FILES, ("data", "discovery.json", "endpoints", key), matches=matches)
        for key, matches in (("backend", "/api/backend"), ("ai", "/api/ai|/api/proxy/ai"))
    ),
    Arrival("ConfigMap", _FILES, ("data", "discovery.json", "pattern"), "discovery.pattern", when="discovery-pattern"),
    Arrival("ConfigMap", _FILES, ("data", "access.conf"), matches="*auth_request /*auth_request_set *", when="auth"),
    *(
        Arrival("ConfigMap", _FILES, ("data", file), matches=matches, when=when)
        for file, matches, when in (
            ("realip.conf", "*real_ip_header *real_ip_recursive on;*geo *{*default 0;*}*", ""),
            ("realip.conf", "*set_real_ip_from *default 0;* 1;*", "trusted-proxies"),
            ("origins.conf", "map *{*default 0;*}*", ""),
            ("origins.conf", '*" 1;*', "allowed-origins"),
            ("upstreams.conf", '*$backend_host { default "*"; }*$ai_host { default "*"; }*', ""),
            ("headers.conf", "*add_header X-Content-Type-Options *X-Frame-Options *Referrer-Policy *", ""),
            ("headers.conf", "*add_header Content-Security-Policy *", "content-policy"),
        )
    ),
    *(
        Arrival("ConfigMap", _CONFIG, ("data", "config.yaml", *field), value)
        for field, value in (
            (("autonomy", "default_level"), "ai.autonomyLevel"),
            (("consent", "required"), "ai.consentNotice.enabled"),
            (("rollout", "percentage"), "ai.rollout.percentage"),
        )
    ),
    *(
        Arrival("ConfigMap", _CONFIG, ("data", "config.yaml", *field), matches=matches)
        for field, matches in (
            (("server", "port"), str(AI.port)),
            (("backend", "address"), "localhost:50051"),
            (("backend", "http_base_url"), _BACKEND_URL),
            (("llm", "provider"), "?*"),
            (("consent", "notice"), "?*"),
            (("database", "sqlite_path"), "/data/ai/*.db"),
        )
    ),
    Arrival(
        "ConfigMap", _CONFIG, ("data", "config.yaml", "llm", "provider"), matches="none", when="ai-without-provider"
    ),
    Arrival(
        "ConfigMap", _DISCOVERY, ("data", "discovery.json", "ai", "provider"), "ai.llmProvider", when="ai-provider"
    ),
    *(
        Arrival("ConfigMap", _DISCOVERY, ("data", "discovery.json", "ai", "notices", 0), when=when)
        for when in ("ai-leaves-cluster",)
    ),
    Arrival("ConfigMap", _CONFIG, ("data", "reload.sh"), when="ai-sidecar"),
    Arrival("ConfigMap", _CONFIG, ("data", "initialize-provider.sh"), when="ai-initializes"),
    Arrival("ExternalSecret", _AI, ("spec", "refreshInterval"), "ai.externalSecret.refreshInterval"),
    Arrival("ExternalSecret", _AI, ("spec", "secretStoreRef", "name"), "ai.externalSecret.secretStoreRef.name"),
    Arrival("ExternalSecret", _AI, ("spec", "secretStoreRef", "kind"), "ai.externalSecret.secretStoreRef.kind"),
    Arrival("ExternalSecret", _AI, ("spec", "target", "name"), "ai.apiKeySecret"),
    Arrival("Ingress", "templates/exposure/*", ("spec", "ingressClassName"), "ingress.className"),
    Arrival("Ingress", "templates/exposure/*", ("spec", "rules", 0, "host"), "ingress.host"),
    Arrival("Ingress", "templates/exposure/*", ("spec", "tls"), when="ingress-tls"),
    Arrival(
        "Ingress",
        "templates/exposure/*",
        ("metadata", "annotations", "cert-manager.io/cluster-issuer"),
        when="cert-manager",
    ),
    Arrival(
        "Ingress",
        "templates/exposure/*",
        ("metadata", "annotations", "cert-manager.io/cluster-issuer"),
        "ingress.certManager.clusterIssuer",
        when="cert-manager",
    ),
    Arrival("Route", "templates/exposure/*", ("spec", "host"), "route.host"),
    Arrival(
        "Route",
        "templates/exposure/*",
        ("metadata", "annotations", "haproxy.router.openshift.io/timeout"),
        "route.timeout",
    ),
    Arrival("HTTPRoute", "templates/exposure/*", ("spec", "hostnames"), "httpRoute.hostnames"),
    Arrival("HTTPRoute", "templates/exposure/*", ("spec", "parentRefs"), "httpRoute.parentRefs"),
    Arrival(
        "HTTPRoute", "templates/exposure/*", ("spec", "rules", 0, "timeouts", "request"), "httpRoute.timeouts.request"
    ),
    Arrival(
        "HTTPRoute",
        "templates/exposure/*",
        ("spec", "rules", 0, "timeouts", "backendRequest"),
        "httpRoute.timeouts.backendRequest",
    ),
    Arrival("Service", "templates/frontend/*", ("spec", "type"), "frontend.service.type", when="service-type"),
    Arrival("Service", "templates/frontend/*", ("spec", "ports", 0, "port"), "frontend.service.port"),
    Arrival("Job", "templates/migrations/*", ("spec", "backoffLimit"), "migrations.backoffLimit"),
    Arrival("Job", "templates/migrations/*", ("spec", "activeDeadlineSeconds"), "migrations.activeDeadlineSeconds"),
    Arrival("Job", "templates/migrations/*", ("spec", "ttlSecondsAfterFinished"), "migrations.ttlSecondsAfterFinished"),
    *(
        Arrival("Job", "templates/migrations/*", (*POD, "containers", "migrate", key), f"migrations.{key}")
        for key in ("command", "args", "resources")
    ),
    *(
        Arrival("Pod", f"templates/{folder}/*", ("spec", "containers", container, *field), value)
        for folder, container in (("tests", "core"), ("ai/tests", "ai"))
        for field, value in (
            (("env", "TIMEOUT_SECONDS", "value"), "tests.timeoutSeconds"),
            (("resources",), "tests.resources"),
        )
    ),
)

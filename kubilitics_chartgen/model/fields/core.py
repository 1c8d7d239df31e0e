"""Fields of the core's objects, of the ways in, of migrations and tests. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from kubilitics_chartgen.model.components import AI, BACKEND, CUT_NAME
from kubilitics_chartgen.model.fields.row import POD, Arrival, address, comes, copied, env, stands

__all__ = ["core"]

_FILES = "frontend/configmap.yaml"
_REFERENCE = "valueFrom secretKeyRef"


def core() -> Iterator[Arrival]:
    """Every row."""
    yield from _backend()
    yield from _frontend()
    yield from _ways_in()
    yield from _helpers()


def _backend() -> Iterator[Arrival]:
    def own(name: str, rest: str = "value") -> str:
        return env("backend", f"KUBILITICS_{name}", rest)

    kind, templates = "Deployment", "backend/*"
    yield from copied(
        kind,
        templates,
        (own("AUTH_MODE"), "backend.auth.mode"),
        (own("LOG_LEVEL"), "backend.logLevel"),
        (own("LOG_FORMAT"), "backend.logFormat"),
    )
    for name, key in (
        ("AUTH_JWT_SECRET", "jwtSecretKey"),
        ("AUTH_ADMIN_USER", "adminUserKey"),
        ("AUTH_ADMIN_PASS", "adminPasswordKey"),
    ):
        reference = own(name, _REFERENCE)
        pairs = ((f"{reference} name", "backend.auth.existingSecret"), (f"{reference} key", f"backend.auth.{key}"))
        yield from copied(kind, templates, *pairs, when="auth-secret")
        if name != "AUTH_JWT_SECRET":
            yield from stands(kind, templates, (f"{reference} optional", "true"), when="auth-secret")
    yield from comes(kind, templates, own("AUTH_JWT_SECRET", ""), when="auth-secret")
    yield from comes(kind, templates, own("ALLOWED_ORIGINS"), when="allowed-origins")
    yield from comes(kind, templates, env("backend", "GOMEMLIMIT"), when="backend-memory-limit")
    yield from stands(kind, templates, ("spec strategy type", "Recreate"))
    yield from comes(kind, templates, f"{POD} initContainers discover-ai", when="looks-for-ai")
    timeout = env("discover-ai", "TIMEOUT_SECONDS", part="initContainers")
    yield from copied(kind, templates, (timeout, "backend.aiDiscovery.timeoutSeconds"), when="looks-for-ai")


def _frontend() -> Iterator[Arrival]:
    service = "frontend/service.yaml"
    yield from copied(
        "Service",
        service,
        ("spec ports http port", "frontend.service.port"),
        ("spec ports http nodePort", "frontend.service.nodePort"),
        ("spec externalTrafficPolicy", "frontend.service.externalTrafficPolicy"),
        ("spec loadBalancerClass", "frontend.service.loadBalancerClass"),
        ("spec loadBalancerSourceRanges", "frontend.service.loadBalancerSourceRanges"),
    )
    yield from copied("Service", service, ("spec type", "frontend.service.type"), when="service-type")
    yield from stands(
        "ConfigMap",
        _FILES,
        ("data discovery.json endpoints backend", "/api/backend"),
        ("data discovery.json endpoints ai", "/api/ai|/api/proxy/ai"),
        ("data realip.conf", "*real_ip_header *real_ip_recursive on;*geo *{*default 0;*}*"),
        ("data origins.conf", "map *{*default 0;*}*"),
        ("data upstreams.conf", '*$backend_host { default "*"; }*$ai_host { default "*"; }*'),
        ("data headers.conf", "*Content-Type-Options *X-Frame-Options *Referrer-Policy *Permissions-Policy *"),
    )
    pattern = ("data discovery.json pattern", "discovery.pattern")
    yield from copied("ConfigMap", _FILES, pattern, when="discovery-pattern")
    for file, text, when in (
        ("access.conf", "*auth_request /*auth_request_set *", "auth"),
        ("realip.conf", "*set_real_ip_from *default 0;* 1;*", "trusted-proxies"),
        ("origins.conf", '*" 1;*', "allowed-origins"),
        ("headers.conf", "*add_header Content-Security-Policy *", "content-policy"),
    ):
        yield from stands("ConfigMap", _FILES, (f"data {file}", text), when=when)


def _ways_in() -> Iterator[Arrival]:
    templates = "exposure/*"
    yield from copied(
        "Ingress",
        templates,
        ("spec ingressClassName", "ingress.className"),
        ("spec rules 0 host", "ingress.host"),
    )
    yield from stands(
        "Ingress",
        templates,
        ("spec rules 0 http paths 0 path", "/"),
        ("spec rules 0 http paths 0 pathType", "Prefix"),
    )
    yield from comes("Ingress", templates, "spec tls", when="ingress-tls")
    secret = ("spec tls 0 secretName", "ingress.tls.secretName")
    yield from copied("Ingress", templates, secret, when="ingress-tls-secret")
    issuer = "metadata annotations cert-manager.io/cluster-issuer"
    yield from copied("Ingress", templates, (issuer, "ingress.certManager.clusterIssuer"), when="cert-manager")
    yield from copied(
        "HTTPRoute",
        templates,
        ("spec hostnames", "httpRoute.hostnames"),
        ("spec rules 0 timeouts request", "httpRoute.timeouts.request"),
        ("spec rules 0 timeouts backendRequest", "httpRoute.timeouts.backendRequest"),
        ("spec rules 0 backendRefs 0 port", "frontend.service.port"),
    )
    path, backend, gateway = "spec rules 0 matches 0 path", "spec rules 0 backendRefs 0", "spec parentRefs 0"
    yield from stands(
        "HTTPRoute",
        templates,
        (f"{path} type", "PathPrefix"),
        (f"{path} value", "/"),
        (f"{backend} group", "*"),
        (f"{backend} kind", "Service"),
        (f"{backend} weight", "1"),
        (f"{gateway} group", "*"),
        (f"{gateway} kind", "?*"),
        (f"{gateway} name", "?*"),
    )
    yield from copied(
        "Route",
        templates,
        ("spec host", "route.host"),
        ("metadata annotations haproxy.router.openshift.io/timeout", "route.timeout"),
        ("metadata annotations haproxy.router.openshift.io/timeout-tunnel", "route.timeout"),
    )
    yield from stands(
        "Route",
        templates,
        ("spec path", "/"),
        ("spec tls termination", "edge"),
        ("spec tls insecureEdgeTerminationPolicy", "Redirect"),
        ("spec wildcardPolicy", "None"),
    )


def _helpers() -> Iterator[Arrival]:
    job = "migrations/*"
    yield from copied(
        "Job",
        job,
        *((f"spec {key}", f"migrations.{key}") for key in ("backoffLimit", "activeDeadlineSeconds")),
        ("spec ttlSecondsAfterFinished", "migrations.ttlSecondsAfterFinished"),
        *((f"{POD} containers migrate {key}", f"migrations.{key}") for key in ("command", "args", "resources")),
    )
    yield from stands("Job", job, ("metadata annotations helm.sh/hook", "pre-install,pre-upgrade"))
    for templates, container in (("tests/*", "core"), ("ai/tests/*", "ai")):
        pairs = (
            (env(container, "TIMEOUT_SECONDS", pod="spec"), "tests.timeoutSeconds"),
            (f"spec containers {container} resources", "tests.resources"),
        )
        yield from copied("Pod", templates, *pairs)
        yield from stands("Pod", templates, ("metadata annotations helm.sh/hook", "test"))
    args = "spec containers core args"
    yield from stands("Pod", "tests/*", (f"{args} 0", address("backend", BACKEND.port, "/health")))
    for number, path in ((1, "/nginx-health"), (2, "/health")):
        way = (f"{args} {number}", "|".join(f"http://{name}:*{path}" for name in ("*-frontend", CUT_NAME)))
        yield from stands("Pod", "tests/*", way, when="frontend-on")
    asked = ((f"spec containers ai args {number}", path) for number, path in ((0, "/health"), (1, "/ready")))
    yield from stands("Pod", "ai/tests/*", *((way, address("ai", AI.port, path)) for way, path in asked))

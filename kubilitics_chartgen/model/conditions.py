"""What values mean: the conditions that connections, permissions and fields of objects depend on. No I/O.

A condition holds with any of its `values`: paths, with True for what is set, False for what is not, a pattern, a
number, or several of these. It fails with any of `unless`, and is open otherwise; without `unless` it fails where it
does not hold. What it means in words, where a table of the README shows it, stands in `connections.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.model.providers import PROVIDERS

__all__ = ["CONDITIONS", "Condition"]

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Condition:
    """What some values mean."""

    id: str
    values: tuple[Values, ...]
    unless: tuple[Values, ...] | None = None

    @property
    def entry(self) -> dict[str, Any]:
        """As `.chartgen.yaml` has it."""
        unless = {} if self.unless is None else {"unless": list(self.unless)}
        return {"id": self.id, "values": list(self.values), **unless}


AI: Values = {"ai.enabled": True}
NO_AI: Values = {"ai.enabled": False}
DIRECT: Values = {"global.proxy.httpsProxy": False, "global.proxy.httpProxy": False}
OPENED: Values = {"networkPolicy.externalEgress.cidrs": True}
"""Without networks, the plain flavor opens none of what is outside."""
NO_PROVIDER: Values = {"ai.llmProvider": ["none", ""], "ai.fallbackProviders": False}
INSIDE = "http://*.svc:*"
OLLAMA: Values = {**AI, "ollama.enabled": True}
DATABASE: Values = {**AI, "vectorDatabase.enabled": True, "vectorDatabase.endpoint": False}
SCRAPERS = (
    "networkPolicy.monitoring.podSelector.matchLabels",
    "networkPolicy.monitoring.namespaceSelector.matchLabels",
    "networkPolicy.monitoring.podSelector.matchExpressions",
    "networkPolicy.monitoring.namespaceSelector.matchExpressions",
)
EXPOSED: tuple[Values, ...] = (
    *({"frontend.enabled": True, f"{kind}.enabled": True} for kind in ("ingress", "httpRoute", "route")),
    {"frontend.enabled": True, "frontend.service.type": ["NodePort", "LoadBalancer"]},
)
NOT_EXPOSED: Values = {
    **{f"{kind}.enabled": False for kind in ("ingress", "httpRoute", "route")},
    "frontend.service.type": ["ClusterIP", ""],
}
ANYBODY: Values = {"networkPolicy.frontend.from": False}
SCOPES = ["cluster", "namespaces"]


PARTS = {
    "backend": "backend",
    "frontend": "frontend",
    "ai": "ai",
    "qdrant": "vectorDatabase.qdrant",
    "chromadb": "vectorDatabase.chromadb",
    "ollama": "ollama",
}
"""Components, by the folder of their templates, with where their values stand."""
_ON: Mapping[str, Values] = {
    "backend": {},
    "frontend": {"frontend.enabled": True},
    "ai": AI,
    "qdrant": {**DATABASE, "vectorDatabase.provider": "qdrant"},
    "chromadb": {**DATABASE, "vectorDatabase.provider": "chromadb"},
    "ollama": OLLAMA,
}
"""When each component is there."""


def _while_on(part: str, what: str, **values: Any) -> Condition:
    """A condition on a component's own values, while it is there; `__` stands for a dot."""
    own = {f"{PARTS[part]}.{key.replace('__', '.')}": value for key, value in values.items()}
    return Condition(f"{part}-{what}", ({**_ON[part], **own},))


def _custom(id_: str, section: str, more: Values) -> Condition:
    """Objects of a kind that the cluster may not know: open where it depends on that."""
    on, mode = f"{section}.enabled", f"{section}.renderMode"
    off = tuple({path: False} for path, value in more.items() if value is True)
    return Condition(id_, ({**more, on: True, mode: "alwaysRender"},), ({on: False}, *off))


OBJECTS_CONDITIONS: tuple[Condition, ...] = (
    *(Condition(f"{part}-on", (values,)) for part, values in _ON.items()),
    *(
        _while_on(part, "claim", persistence__enabled=True, persistence__existingClaim=False)
        for part in ("backend", "qdrant", "chromadb", "ollama")
    ),
    _while_on(
        "ai", "claim", persistence__enabled=True, persistence__existingClaim=False, persistence__perReplica=False
    ),
    _while_on("ai", "per-replica", persistence__enabled=True, persistence__perReplica=True),
    Condition(
        "ai-shared",
        ({**AI, "ai.persistence.enabled": False}, {**AI, "ai.persistence.perReplica": False}),
    ),
    *(_while_on(part, "account", serviceAccount__create=True) for part in PARTS),
    *(_while_on(part, "budget", podDisruptionBudget__enabled=True) for part in ("backend", "frontend", "ai")),
    *(_while_on(part, "autoscaled", autoscaling__enabled=True) for part in ("frontend", "ai")),
    *(Condition(f"{part}-policy", ({**values, "networkPolicy.enabled": True},)) for part, values in _ON.items()),
    *(
        _custom(f"{part}-{kind}", f"monitoring.{kind}", _ON[part])
        for part in ("backend", "ai", "qdrant")
        for kind in ("serviceMonitor", "podMonitor")
    ),
    Condition(
        "external-secret",
        tuple(
            {
                **AI,
                "ai.externalSecret.enabled": True,
                "ai.externalSecret.renderMode": "alwaysRender",
                "ai.llmProvider": each.id,
                f"ai.providers.{each.id}.secretKey": True,
            }
            for each in PROVIDERS
            if each.holds_key
        ),
        (NO_AI, {"ai.externalSecret.enabled": False}, NO_PROVIDER),
    ),
    _custom("http-route", "httpRoute", {}),
    _custom("route", "route", {}),
    Condition("ingress", ({"ingress.enabled": True},)),
    Condition("tests", ({"tests.enabled": True},)),
    Condition("ai-tests", ({**AI, "tests.enabled": True},)),
    Condition("migrations-policy", ({"migrations.enabled": True, "networkPolicy.enabled": True},)),
)


def _scraped(id_: str, more: Values, unless: tuple[Values, ...] = ()) -> Condition:
    named = tuple({**more, path: True} for path in SCRAPERS)
    return Condition(id_, named, (dict.fromkeys(SCRAPERS, False), *unless))


CONDITIONS: tuple[Condition, ...] = (
    Condition("always", ({},)),
    Condition("ai", (AI,)),
    Condition(
        "ai-and-provider",
        ({**AI, **DIRECT, **OPENED, "ai.llmProvider": ["openai", "anthropic"]},),
        (NO_AI, NO_PROVIDER),
    ),
    Condition(
        "ai-and-endpoint",
        tuple(
            {**AI, **extra, "ai.llmProvider": name, f"ai.providers.{name}.endpoint": INSIDE}
            for name, extra in (("ollama", {"ollama.enabled": False}), ("custom", {}))
        ),
        (NO_AI, NO_PROVIDER, {"ai.llmProvider": ["openai", "anthropic"], "ai.fallbackProviders": False}),
    ),
    Condition(
        "ai-and-cluster-access",
        ({**AI, "ai.clusterAccess.enabled": True, "ai.clusterAccess.scope": SCOPES},),
        (NO_AI, {"ai.clusterAccess.enabled": False}),
    ),
    Condition(
        "vector-database-outside",
        ({**AI, **DIRECT, **OPENED, "vectorDatabase.enabled": True, "vectorDatabase.endpoint": "https://*.com"},),
        (NO_AI, {"vectorDatabase.enabled": False}, {"vectorDatabase.endpoint": False}),
    ),
    Condition(
        "vector-database-inside",
        ({**AI, "vectorDatabase.enabled": True, "vectorDatabase.endpoint": INSIDE},),
        (NO_AI, {"vectorDatabase.enabled": False}, {"vectorDatabase.endpoint": False}),
    ),
    Condition(
        "pull",
        tuple({**OLLAMA, "ollama.pull": True, path: True} for path in ("ollama.models", "ai.providers.ollama.model")),
    ),
    Condition(
        "pull-directly",
        ({**OLLAMA, **DIRECT, **OPENED, "ollama.pull": True, "ollama.models": True},),
        (NO_AI, {"ollama.enabled": False}, {"ollama.pull": False}),
    ),
    Condition(
        "pull-and-proxy",
        ({**OLLAMA, "ollama.pull": True, "ollama.models": True, "global.proxy.httpsProxy": "http*", **OPENED},),
        (NO_AI, {"ollama.enabled": False}, {"ollama.pull": False}, DIRECT),
    ),
    Condition("migrations", ({"migrations.enabled": True},)),
    Condition(
        "ai-and-proxy",
        ({**AI, **OPENED, "ai.llmProvider": ["openai", "anthropic"], "global.proxy.httpsProxy": "http*"},),
        (NO_AI, DIRECT),
    ),
    Condition("qdrant", ({**DATABASE, "vectorDatabase.provider": "qdrant"},)),
    Condition("chromadb", ({**DATABASE, "vectorDatabase.provider": "chromadb"},)),
    Condition("ollama", (OLLAMA,)),
    Condition(
        "ollama-used",
        ({**OLLAMA, "ai.llmProvider": "ollama", "ai.providers.ollama.endpoint": False},),
        (NO_AI, {"ollama.enabled": False}),
    ),
    _scraped("monitoring", {}),
    _scraped("ai-and-monitoring", AI, (NO_AI,)),
    _scraped("qdrant-and-monitoring", {**DATABASE, "vectorDatabase.provider": "qdrant"}, (NO_AI,)),
    Condition("clusters", ({"networkPolicy.backend.clusterCidrs": True},)),
    Condition("door", ({**ANYBODY},), ()),
    Condition(
        "exposed",
        tuple({**ANYBODY, **values} for values in EXPOSED),
        (NOT_EXPOSED, {"networkPolicy.frontend.from": True}, {"frontend.enabled": False}),
    ),
    *(
        Condition(
            f"{part}-storage-class",
            ({f"{values}.persistence.storageClass": ["", "[!-]*"]},),
            (),
        )
        for part, values in PARTS.items()
        if part != "frontend"
    ),
    *(Condition(f"{part}-not-autoscaled", ({f"{part}.autoscaling.enabled": False},)) for part in ("frontend", "ai")),
    *(
        Condition(f"{part}-memory-limit", ({path: ["[1-9]Gi", "[1-9][0-9]Gi", "[1-9][0-9][0-9]Mi"]},), ({path: False},))
        for part, path in (("backend", "backend.resources.limits.memory"), ("ai", "ai.resources.limits.memory"))
    ),
    Condition("auth-secret", ({"backend.auth.existingSecret": True},)),
    Condition("auth", ({"backend.auth.mode": ["optional", "required"]},), ({"backend.auth.mode": "disabled"},)),
    Condition("ai-provider", ({**AI, "ai.llmProvider": True},), ()),
    Condition("ai-without-provider", ({**AI, "ai.llmProvider": ["none", ""]},)),
    Condition(
        "ai-leaves-cluster",
        ({**AI, "ai.llmProvider": ["openai", "anthropic", "azure"]},),
        ({**AI, **NO_PROVIDER}, {**AI, "ai.llmProvider": "ollama", "ai.fallbackProviders": False}),
    ),
    Condition("ai-sidecar", ({**AI, "ai.configReload": "sidecar"},)),
    Condition("ai-initializes", ({**AI, "ai.initializeProvider.enabled": True},)),
    Condition("ingress-tls", ({"ingress.tls.enabled": True},)),
    Condition(
        "cert-manager",
        ({"ingress.certManager.clusterIssuer": True},),
    ),
    *OBJECTS_CONDITIONS,
    Condition("proxy-secret", ({"global.proxy.existingSecret": True},), ()),
    *(
        Condition(
            f"ai-key-of-{each.id}",
            ({**AI, "ai.llmProvider": each.id, f"ai.providers.{each.id}.secretKey": True},),
            (),
        )
        for each in PROVIDERS
        if each.holds_key
    ),
    Condition(
        "ai-denied",
        ({**AI, "networkPolicy.enabled": True, "tests.deniedAddress": True, "ai.clusterAccess.enabled": False},),
        ({"networkPolicy.enabled": False}, {"tests.deniedAddress": False}),
    ),
    Condition(
        "ai-asks",
        (
            {**AI, "ai.llmProvider": ["openai", "anthropic"]},
            *({**AI, "ai.llmProvider": name, f"ai.providers.{name}.endpoint": True} for name in ("azure", "custom")),
        ),
        ({**AI, **NO_PROVIDER},),
    ),
    Condition("service-type", ({"frontend.service.type": True},), ()),
    Condition("discovery-pattern", ({"discovery.pattern": True},), ()),
    Condition("trusted-proxies", ({"backend.trustedProxies": True},)),
    Condition("allowed-origins", ({"backend.allowedOrigins": True},)),
    Condition("content-policy", ({"frontend.contentSecurityPolicy": True},)),
    Condition("reads-cluster", ({"rbac.create": True, "rbac.scope": "cluster"},)),
    Condition("reads", ({"rbac.create": True, "rbac.scope": SCOPES},)),
    Condition("manages", ({"rbac.create": True, "rbac.scope": SCOPES, "rbac.manage": True},)),
    Condition("opens-shells", ({"rbac.create": True, "rbac.scope": SCOPES, "rbac.exec": True},)),
)

"""Conditions of connections: when a way through the network policies is open. No I/O.

What they mean in words, for the README's table, stands in `connections.py`.
"""

from __future__ import annotations

from kubilitics_chartgen.model.conditions.condition import (
    AI,
    DATABASE,
    DIRECT,
    INSIDE,
    NO_AI,
    NO_PROVIDER,
    OLLAMA,
    Condition,
    Values,
)

__all__ = ["WAYS"]

OPENED: Values = {"networkPolicy.externalEgress.cidrs": True}
"""Without networks, the plain flavor opens none of what is outside."""
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


def _scraped(id_: str, more: Values, unless: tuple[Values, ...] = ()) -> Condition:
    named = tuple({**more, path: True} for path in SCRAPERS)
    return Condition(id_, named, (dict.fromkeys(SCRAPERS, False), *unless))


WAYS: tuple[Condition, ...] = (
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
        ({**AI, "ai.clusterAccess.enabled": True, "ai.clusterAccess.scope": ["cluster", "namespaces"]},),
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
)

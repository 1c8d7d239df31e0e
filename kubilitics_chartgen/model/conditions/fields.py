"""Conditions of fields, variables and entries of configuration files. No I/O."""

from __future__ import annotations

from kubilitics_chartgen.model.conditions.condition import (
    AI,
    DIRECT,
    INSIDE,
    NO_AI,
    NO_PROVIDER,
    PARTS,
    Condition,
    Values,
)
from kubilitics_chartgen.model.providers import PROVIDERS

__all__ = ["FIELDS"]


def _set(id_: str, *paths: str) -> Condition:
    """Holds where one of these is set."""
    return Condition(id_, tuple({path: True} for path in paths))


def _only_if(id_: str, *values: Values) -> Condition:
    """Holds with any of these, and says nothing otherwise."""
    return Condition(id_, values, ())


def _uses(provider: str, *more: str) -> Values:
    return {**AI, "ai.llmProvider": provider, **dict.fromkeys(more, True)}


WAITED = [each.id for each in PROVIDERS if each.ready_path]
IMAGE_NAMES = dict.fromkeys(each.image_name for each in PROVIDERS if each.has_settings)
DATABASE: Values = {**AI, "vectorDatabase.enabled": True}
NO_SECRET: Values = {"global.proxy.existingSecret": False}
UNPROXIED: Values = {**DIRECT, **NO_SECRET}
"""Behind a proxy, nothing is waited for but what is inside the cluster."""

FIELDS: tuple[Condition, ...] = (
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
        (
            {**AI, **NO_PROVIDER},
            *(
                {**AI, "ai.llmProvider": name, f"ai.providers.{name}.endpoint": INSIDE, "ai.fallbackProviders": False}
                for name in ("ollama", "custom")
            ),
        ),
    ),
    Condition("ai-sidecar", ({**AI, "ai.configReload": "sidecar"},)),
    Condition("ai-initializes", ({**AI, "ai.initializeProvider.enabled": True},)),
    Condition("ingress-tls", ({"ingress.tls.enabled": True},)),
    Condition(
        "cert-manager",
        ({"ingress.certManager.clusterIssuer": True},),
    ),
    _set("proxy-secret", "global.proxy.existingSecret"),
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
    *(_only_if(f"{part}-own-account", {f"{values}.serviceAccount.name": True}) for part, values in PARTS.items()),
    *(
        condition
        for part, values in PARTS.items()
        if part != "frontend"
        for condition in (
            _only_if(
                f"{part}-own-claim",
                {f"{values}.persistence.enabled": True, f"{values}.persistence.existingClaim": True},
            ),
            Condition(f"{part}-ephemeral", ({f"{values}.persistence.enabled": False},)),
        )
    ),
    _set("fixed-ids", "podSecurity.fixedIds"),
    _set("proxied", "global.proxy.existingSecret", "global.proxy.httpProxy", "global.proxy.httpsProxy"),
    Condition("proxy-without-secret", (NO_SECRET,)),
    _set("trusts-more", "global.caBundle.configMap", "global.caBundle.secret"),
    _set("looks-for-ai", "backend.aiDiscovery.enabled"),
    _only_if("ingress-tls-secret", {"ingress.tls.enabled": True, "ingress.tls.secretName": True}),
    _only_if("ai-own-notice", {"ai.consentNotice.text": True}),
    Condition(
        "ai-falls-back",
        ({"ai.llmProvider": ["anthropic", "azure", "ollama", "custom"], "ai.fallbackProviders": True},),
        ({"ai.fallbackProviders": False},),
    ),
    _set("ai-scheduled", "ai.scheduledInvestigations"),
    Condition("vector-database", (DATABASE,)),
    _only_if("vector-database-elsewhere", {**DATABASE, "vectorDatabase.endpoint": True}),
    Condition("vector-database-key", ({**DATABASE, "vectorDatabase.apiKeySecret.name": True},)),
    *(
        Condition(
            f"ai-calls-{name}", ({**AI, "ai.llmProvider": [each.id for each in PROVIDERS if each.image_name == name]},)
        )
        for name in IMAGE_NAMES
    ),
    *(
        condition
        for each in PROVIDERS
        if each.has_settings
        for condition in (
            _only_if(f"ai-uses-{each.id}", _uses(each.id)),
            _only_if(f"ai-uses-{each.id}-there", _uses(each.id, f"ai.providers.{each.id}.endpoint")),
            _only_if(
                f"ai-waits-for-{each.id}",
                {**_uses(each.id, f"ai.providers.{each.id}.endpoint", "ai.endpointWait.enabled"), **UNPROXIED},
            ),
        )
    ),
    _set("ai-stores", "ai.persistence.enabled"),
    Condition(
        "ai-hands-over",
        ({**AI, "ai.initializeProvider.enabled": True, "ai.llmProvider": [each.id for each in PROVIDERS[1:]]},),
        ({"ai.initializeProvider.enabled": False},),
    ),
    Condition(
        "ai-waits",
        ({**AI, **UNPROXIED, "ai.endpointWait.enabled": True, "ai.llmProvider": WAITED},),
        (
            NO_AI,
            {"ai.endpointWait.enabled": False},
            {"ai.llmProvider": ["", *(each.id for each in PROVIDERS if not each.ready_path)]},
        ),
    ),
)

"""What the AI service refuses. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubilitics_chartgen.model.refusals.refusal import Refusal

__all__ = ["AI_REFUSALS"]


def _ai(provider: str, *, fallbacks: Sequence[str] = (), residency: str = "", **settings: Any) -> dict[str, Any]:
    ai: dict[str, Any] = {"enabled": True, "llmProvider": provider, "providers": settings}
    if fallbacks:
        ai["fallbackProviders"] = list(fallbacks)
    if residency:
        ai["dataResidency"] = residency
    return {"ai": ai}


AI_REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "api-key-in-values",
        "ai.apiKey",
        "an API key in values ends up in version control and in the release's history",
        "Remove it, and put it into a Secret: kubectl create secret generic kubilitics-ai-secrets "
        "--from-literal=openai-api-key=... (the README lists the key names of all providers).",
        bad={"ai": {"enabled": True, "llmProvider": "openai", "apiKey": "sk-example"}},
        good={"ai": {"enabled": True, "llmProvider": "openai", "apiKeySecret": "kubilitics-ai-secrets"}},
    ),
    Refusal(
        "provider-model-missing",
        "ai.providers.*.model",
        "this provider has no model that everybody has, so the AI image does not start without one",
        "Write the name of the model, or with azure the name of your deployment.",
        bad=_ai("custom", custom={"endpoint": "http://vllm.models.svc:8000/v1"}),
        good=_ai("custom", custom={"endpoint": "http://vllm.models.svc:8000/v1", "model": "mistral-7b"}),
    ),
    Refusal(
        "provider-endpoint-missing",
        "ai.providers.*.endpoint",
        "this provider runs at an address of your own, which the AI image needs to start",
        "Write the address, with its /v1 where the server has one.",
        bad=_ai("azure", azure={"model": "gpt-4o"}),
        good=_ai("azure", azure={"model": "gpt-4o", "endpoint": "https://example.openai.azure.com/openai/v1"}),
    ),
    Refusal(
        "fallback-same-settings",
        "ai.fallbackProviders",
        "two of the providers in use are one and the same to the AI image, which keeps one address and key for both",
        "Use only one of azure and custom.",
        bad=_ai(
            "azure",
            fallbacks=["custom"],
            azure={"model": "gpt-4o", "endpoint": "https://example.openai.azure.com/openai/v1"},
            custom={"model": "mistral-7b", "endpoint": "http://vllm.models.svc:8000/v1"},
        ),
        good=_ai(
            "azure",
            fallbacks=["openai"],
            azure={"model": "gpt-4o", "endpoint": "https://example.openai.azure.com/openai/v1"},
        ),
    ),
    Refusal(
        "residency-provider",
        "ai.llmProvider",
        "this provider is outside the cluster, and ai.dataResidency is local-only",
        "Choose ollama or custom with an address inside the cluster, or allow it with ai.dataResidency: anywhere.",
        bad=_ai("openai", residency="local-only"),
        good=_ai("ollama", residency="local-only", ollama={"endpoint": "http://ollama.models.svc:11434"}),
    ),
    Refusal(
        "residency-endpoint",
        "ai.providers.*.endpoint",
        "ai.dataResidency is local-only, and this address is not known to be inside the cluster",
        "Write the name of a Service, such as http://ollama.models.svc:11434, "
        "or allow it with ai.dataResidency: anywhere.",
        bad=_ai("ollama", residency="local-only", ollama={"endpoint": "https://ollama.example.com"}),
        good=_ai("ollama", residency="local-only", ollama={"endpoint": "http://ollama.models.svc:11434"}),
    ),
)

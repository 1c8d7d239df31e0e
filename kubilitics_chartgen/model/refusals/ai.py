"""What the AI service refuses. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubilitics_chartgen.model.refusals.refusal import Example, Refusal

__all__ = ["AI_REFUSALS"]


def _ai(provider: str, *, fallbacks: Sequence[str] = (), residency: str = "", **settings: Any) -> dict[str, Any]:
    ai: dict[str, Any] = {"enabled": True, "llmProvider": provider, "providers": settings}
    if fallbacks:
        ai["fallbackProviders"] = list(fallbacks)
    if residency:
        ai["dataResidency"] = residency
    return {"ai": ai}


def _account(name: str, *, create: bool = True) -> dict[str, Any]:
    return {"serviceAccount": {"name": name, "create": create}}


def _memory(endpoint: str) -> dict[str, Any]:
    return {"ai": {"enabled": True}, "vectorDatabase": {"enabled": True, "provider": "weaviate", "endpoint": endpoint}}


LOGIN = {"mode": "required", "existingSecret": "kubilitics-auth"}

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
        "ai-shares-account",
        "ai.serviceAccount.name",
        "with the backend's ServiceAccount AI would have the backend's rights in the cluster",
        "Name another one, or leave it empty and ai.serviceAccount.create true, and the chart makes one for AI.",
        bad={"backend": _account("tools"), "ai": {"enabled": True, **_account("tools", create=False)}},
        good={"backend": _account("tools"), "ai": {"enabled": True, **_account("ai-tools", create=False)}},
    ),
    Refusal(
        "ai-shares-secret",
        "ai.apiKeySecret",
        "AI may read this Secret, and the backend's signing key is in it: it is backend.auth.existingSecret as well",
        "Keep the providers' keys in a Secret of their own, and name that one here.",
        bad={"backend": {"auth": LOGIN}, "ai": {"enabled": True, "apiKeySecret": LOGIN["existingSecret"]}},
        good={"backend": {"auth": LOGIN}, "ai": {"enabled": True, "apiKeySecret": "kubilitics-ai-secrets"}},
    ),
    Refusal(
        "endpoint-credentials",
        "ai.providers.*.endpoint",
        "a password in values ends up in version control and in the release's history",
        "Remove it from the address. A key goes into the Secret that ai.apiKeySecret or vectorDatabase.apiKeySecret "
        "names; Ollama's whole address may stand in the first, under the key ollama-url.",
        bad=_ai("ollama", ollama={"endpoint": "http://user:password@ollama.models.svc:11434"}),
        good=_ai("ollama", ollama={"endpoint": "http://ollama.models.svc:11434"}),
        elsewhere=(
            Example("vectorDatabase.endpoint", _memory("https://user:password@memory"), _memory("https://memory")),
        ),
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
        "provider-endpoint-path",
        "ai.providers.*.endpoint",
        "this provider answers below a path, which the AI image does not add",
        "Write the address with its path, such as https://my-resource.openai.azure.com/openai/v1.",
        bad=_ai("azure", azure={"model": "gpt-4o", "endpoint": "https://example.openai.azure.com"}),
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

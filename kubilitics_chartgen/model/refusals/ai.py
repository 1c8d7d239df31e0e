"""What the AI service refuses. No I/O."""

from __future__ import annotations

from kubilitics_chartgen.model.refusals.refusal import Refusal

__all__ = ["AI_REFUSALS"]

AI_REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "api-key-in-values",
        "ai.apiKey",
        "an API key in values ends up in version control and in the release's history",
        "Remove it, and put it into a Secret: kubectl create secret generic kubilitics-ai-secrets "
        "--from-literal=openai-api-key=... (the README lists the key names of all providers).",
        bad={"ai": {"enabled": True, "llmProvider": "openai", "providers": {"openai": {"apiKey": "sk-example"}}}},
        good={"ai": {"enabled": True, "llmProvider": "openai", "apiKeySecret": "kubilitics-ai-secrets"}},
    ),
)

"""What the AI service refuses. No I/O."""

from __future__ import annotations

from kubilitics_chartgen.model.refusals.refusal import Refusal

__all__ = ["AI_REFUSALS"]

AI_REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "ai-replicas",
        "ai.replicas",
        "the AI keeps its data in one SQLite file, which two pods would corrupt",
        "Write 1, or 0 to stop it.",
        bad={"ai": {"enabled": True, "replicas": 2}},
        good={"ai": {"enabled": True, "replicas": 1}},
    ),
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

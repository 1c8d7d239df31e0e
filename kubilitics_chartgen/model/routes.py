"""Which of the AI service's routes the proxy lets through: an allow list, because AI asks nobody who they are. No I/O.

What is not listed is answered by the proxy with 404: above all the provider's configuration, which anybody who reaches
it can read and redirect, then metrics, and every write that others would later take for facts (prices, budgets, indexed
memory).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["AI_ROUTES", "AIRoute"]

Kind = Literal["http", "stream", "websocket"]
Match = Literal["exact", "subtree"]


@dataclass(frozen=True)
class AIRoute:
    """One route of the AI service as clients reach it through the proxy."""

    id: str
    path: str
    """As AI serves it. Letters, digits, `/` and `-` only, so that it stands for itself in a regular expression."""
    methods: tuple[str, ...]
    description: str
    match: Match = "exact"
    """`exact` is the path alone, `subtree` the path and everything below it."""
    kind: Kind = "http"
    """`stream` answers piece by piece, `websocket` lies under `/ws/` and stays open."""

    @property
    def pattern(self) -> str:
        """The path as a regular expression; below a subtree no blank, percent sign, semicolon or backslash."""
        return self.path if self.match == "exact" else self.path + r"(?:/[^\x00-\x20\x25\x3b\x5c\x7f]*)?"


READ = ("GET",)
SEND = ("POST",)

AI_ROUTES = (
    AIRoute("health", "/health", READ, "Whether AI runs and whether a provider was configured through it."),
    AIRoute("ready", "/ready", READ, "Whether AI takes requests."),
    AIRoute("info", "/info", READ, "AI's version, provider and switched-on features."),
    AIRoute("llm-complete", "/api/v1/llm/complete", SEND, "One answer of the language model."),
    AIRoute("llm-stream", "/api/v1/llm/stream", SEND, "One answer of the language model, word by word.", kind="stream"),
    AIRoute("safety", "/api/v1/safety", READ, "Safety rules, policies and autonomy levels, to read.", match="subtree"),
    AIRoute(
        "investigations",
        "/api/v1/investigations",
        ("GET", "POST", "DELETE"),
        "Investigations: start, follow, cancel.",
        match="subtree",
    ),
    AIRoute("conversations", "/api/v1/conversations", READ, "Past conversations with the assistant.", match="subtree"),
    AIRoute(
        "analytics-forecast", "/api/v1/analytics/forecast", SEND, "A forecast of a time series that the caller sends."
    ),
    AIRoute(
        "analytics-pipeline-forecast",
        "/api/v1/analytics/pipeline/forecast",
        SEND,
        "A forecast of a metric that AI has recorded.",
    ),
    AIRoute(
        "analytics-ml",
        "/api/v1/analytics/ml",
        ("GET", "POST"),
        "Anomalies in a time series that the caller sends.",
        match="subtree",
    ),
    AIRoute("analytics", "/api/v1/analytics", READ, "Anomalies, trends, scores and recommendations.", match="subtree"),
    AIRoute("wizards", "/api/v1/wizards", SEND, "Suggestions and checks while a resource is written.", match="subtree"),
    AIRoute("topology", "/api/v1/topology", SEND, "Explanations of a topology that the caller sends.", match="subtree"),
    AIRoute("memory-search", "/api/v1/memory/vector/search", SEND, "Search in what AI remembers."),
    AIRoute("memory", "/api/v1/memory", READ, "What AI knows of the cluster, to read.", match="subtree"),
    AIRoute("cost-resource", "/api/v1/cost/resource", SEND, "The cost of a resource that the caller describes."),
    AIRoute("cost-optimize", "/api/v1/cost/optimize", SEND, "Savings for a resource that the caller describes."),
    AIRoute("cost", "/api/v1/cost", READ, "Costs, efficiency and forecasts, to read.", match="subtree"),
    AIRoute("security-scan-image", "/api/v1/security/scan/image", SEND, "Findings for an image that the caller names."),
    AIRoute(
        "security-analyze-pod", "/api/v1/security/analyze/pod", SEND, "Findings for a pod that the caller describes."
    ),
    AIRoute("security", "/api/v1/security", READ, "Security findings, to read.", match="subtree"),
    AIRoute("persistence", "/api/v1/persistence", READ, "Whether AI's database works."),
    AIRoute("persistence-health", "/api/v1/persistence/health", READ, "The same under its long name."),
    AIRoute("budget", "/api/v1/budget", READ, "Tokens used and their limits, to read.", match="subtree"),
    AIRoute("chat", "/ws/chat", READ, "The conversation with the assistant.", kind="websocket"),
    AIRoute(
        "investigation-events",
        "/ws/investigations",
        READ,
        "The events of an investigation as they happen.",
        match="subtree",
        kind="websocket",
    ),
)
"""Order matters: the first route that matches decides, so the narrower of two stands first."""

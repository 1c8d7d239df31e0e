"""What a condition is, and the values that many of them are about. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["AI", "DATABASE", "DIRECT", "INSIDE", "NO_AI", "NO_PROVIDER", "ON", "PARTS", "Condition", "Values"]

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
INSIDE = "http://*.svc:*"
"""A pattern of addresses inside the cluster."""
NO_AI: Values = {"ai.enabled": False}
DIRECT: Values = {"global.proxy.httpsProxy": False, "global.proxy.httpProxy": False}
NO_PROVIDER: Values = {"ai.llmProvider": ["none", ""], "ai.fallbackProviders": False}
OLLAMA: Values = {**AI, "ollama.enabled": True}
DATABASE: Values = {**AI, "vectorDatabase.enabled": True, "vectorDatabase.endpoint": False}
PARTS = {
    "backend": "backend",
    "frontend": "frontend",
    "ai": "ai",
    "qdrant": "vectorDatabase.qdrant",
    "chromadb": "vectorDatabase.chromadb",
    "ollama": "ollama",
}
"""Components, by the folder of their templates, with where their values stand."""
ON: Mapping[str, Values] = {
    "backend": {},
    "frontend": {"frontend.enabled": True},
    "ai": AI,
    "qdrant": {**DATABASE, "vectorDatabase.provider": "qdrant"},
    "chromadb": {**DATABASE, "vectorDatabase.provider": "chromadb"},
    "ollama": OLLAMA,
}
"""When each component is there."""

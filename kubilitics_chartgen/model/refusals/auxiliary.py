"""What is refused of the vector database and of monitoring. No I/O."""

from __future__ import annotations

from typing import Any

from kubilitics_chartgen.model.refusals.refusal import Example, Refusal

__all__ = ["AUXILIARY_REFUSALS"]


def _database(**settings: Any) -> dict[str, Any]:
    return {"ai": {"enabled": True}, "vectorDatabase": {"enabled": True, **settings}}


ENDPOINT = "https://memory.weaviate.example"
KEY = {"name": "memory-key"}
LOCAL_OLLAMA = {
    "ai": {"enabled": True, "llmProvider": "ollama", "dataResidency": "local-only"},
    "ollama": {"enabled": True, "pull": True},
}


def _scraped(kind: str, **settings: str) -> dict[str, Any]:
    return {"monitoring": {kind: {"enabled": True, **settings}}}


SCRAPED = tuple(
    Example(
        f"monitoring.{kind}.scrapeTimeout",
        _scraped(kind, interval="5s"),
        _scraped(kind, interval="5s", scrapeTimeout="5000ms"),
    )
    for kind in ("serviceMonitor", "podMonitor")
)

AUXILIARY_REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "vector-database-endpoint",
        "vectorDatabase.endpoint",
        "pinecone and weaviate run elsewhere, and the chart cannot know where",
        "Write the database's address, such as https://..., or set vectorDatabase.provider to qdrant or chromadb.",
        bad=_database(provider="weaviate"),
        good=_database(provider="weaviate", endpoint=ENDPOINT),
    ),
    Refusal(
        "vector-database-login",
        "vectorDatabase.apiKeySecret.name",
        "Chroma's server, from version 1 on, asks nobody for a key, so this would only look as if it did",
        "Remove it, or set vectorDatabase.provider to qdrant, which does.",
        bad=_database(provider="chromadb", apiKeySecret=KEY),
        good=_database(provider="qdrant", apiKeySecret=KEY),
    ),
    Refusal(
        "residency-pull",
        "ollama.pull",
        "ai.dataResidency is local-only, and fetching models needs a way to the internet",
        "Set ollama.pull: false and fill Ollama's volume otherwise, or allow it with ai.dataResidency: anywhere.",
        bad=LOCAL_OLLAMA,
        good={**LOCAL_OLLAMA, "ollama": {"enabled": True, "pull": False}},
    ),
    Refusal(
        "monitored-twice",
        "monitoring.podMonitor.enabled",
        "with monitoring.serviceMonitor.enabled as well every metric would be read twice",
        "Turn one of the two off.",
        bad={"monitoring": {"podMonitor": {"enabled": True}, "serviceMonitor": {"enabled": True}}},
        good={"monitoring": {"podMonitor": {"enabled": True}}},
    ),
    Refusal(
        "scrape-timeout",
        SCRAPED[0].path,
        "it is longer than the interval, and the Prometheus operator leaves out a monitor that says so",
        "Write a scrapeTimeout that is not above the interval.",
        bad=SCRAPED[0].bad,
        good=SCRAPED[0].good,
        elsewhere=SCRAPED[1:],
    ),
)

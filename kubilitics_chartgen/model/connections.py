"""Who may talk to whom, as one table: the network policies, their documentation and their checks go by it. No I/O.

Ports are those of the pods, as policies see them. Everything that is not a row is closed, in both directions.
"""

from __future__ import annotations

from dataclasses import dataclass

from kubilitics_chartgen.model.components import AI, BACKEND, FRONTEND

__all__ = [
    "CONDITIONS",
    "CONNECTIONS",
    "MODEL_HOSTS",
    "PARTIES",
    "PRIVATE_CIDRS",
    "SERVERS",
    "USUAL_EXCEPTS",
    "Connection",
    "Party",
]

PRIVATE_CIDRS: tuple[str, ...] = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
"""Addresses that are never on the internet: RFC 1918, RFC 6598 and RFC 4193."""

USUAL_EXCEPTS: tuple[str, ...] = (*PRIVATE_CIDRS, "fe80::/10", "169.254.0.0/16")
"""What providers are never at: private networks, and link-local addresses, among them a cloud's metadata server."""

SERVERS: dict[str, tuple[int, ...]] = {"qdrant": (6333, 6334), "chromadb": (8000,), "ollama": (11434,)}
"""Servers that the chart can run for AI, with the ports at which they answer it."""


MODEL_HOSTS: tuple[str, ...] = ("registry.ollama.ai", "*.r2.cloudflarestorage.com")
"""Where Ollama fetches models: its registry, and the storage that this one redirects to, today."""


@dataclass(frozen=True)
class Party:
    """Somebody at one end of a connection."""

    id: str
    title: str
    is_pod: bool = False
    """Whether it is a pod of this chart; its id then is the value of the label `app.kubernetes.io/component`."""
    outside: tuple[str, ...] = ()
    """Where it is no pod of the chart: who it may be, in the words of `.chartgen.yaml`."""


@dataclass(frozen=True)
class Connection:
    """One row: `source` opens connections to `target`."""

    source: str
    target: str
    ports: tuple[int, ...]
    """Empty where a value decides; then `port_note` says which."""
    when: str
    """The id of a condition."""
    why: str
    protocols: tuple[str, ...] = ("TCP",)
    port_note: str = ""

    @property
    def required(self) -> bool:
        """Whether it must be possible whenever both ends are there; otherwise a value decides."""
        return self.when in ALWAYS_MEANT


ALWAYS_MEANT = frozenset(("always", "ai", "qdrant", "chromadb", "ollama", "migrations"))
"""Conditions that say no more than that both ends are there."""

CONDITIONS: dict[str, str] = {
    "always": "always",
    "ai": "`ai.enabled`",
    "ai-and-provider": "`ai.enabled`, and the provider runs outside the cluster",
    "ai-and-endpoint": "`ai.enabled`, and the provider's address is inside the cluster",
    "ai-and-cluster-access": "`ai.enabled` and `ai.clusterAccess.enabled`",
    "vector-database-outside": "`ai.enabled`, and `vectorDatabase.endpoint` is outside the cluster",
    "vector-database-inside": "`ai.enabled`, and `vectorDatabase.endpoint` is inside the cluster",
    "pull": "the chart's own Ollama is enabled with `ollama.pull`",
    "pull-directly": "the chart's own Ollama is enabled with `ollama.pull`, and `global.proxy` is not set",
    "pull-and-proxy": "the chart's own Ollama is enabled with `ollama.pull`, and `global.proxy` is set",
    "migrations": "`migrations.enabled`; a database is opened in `networkPolicy.migrations.extraEgress`",
    "ai-and-proxy": "`ai.enabled`, and `global.proxy` is set; replaces the ways of AI to the outside",
    "qdrant": "the chart's own Qdrant is enabled",
    "chromadb": "the chart's own ChromaDB is enabled",
    "ollama": "the chart's own Ollama is enabled",
    "ollama-used": "the chart's own Ollama is enabled and AI's provider",
    "monitoring": "`networkPolicy.monitoring` names the scrapers",
    "ai-and-monitoring": "`ai.enabled`, and `networkPolicy.monitoring` names the scrapers",
    "qdrant-and-monitoring": "the chart's own Qdrant is enabled, and `networkPolicy.monitoring` names the scrapers",
    "clusters": "`networkPolicy.backend.clusterCidrs` lists them",
    "door": "`networkPolicy.frontend.from` is empty",
    "exposed": "exposed by `ingress`, `httpRoute`, `route` or the Service's type, and "
    "`networkPolicy.frontend.from` is empty",
}

PARTIES: dict[str, Party] = {
    party.id: party
    for party in (
        Party("backend", "backend", is_pod=True),
        Party("frontend", "frontend", is_pod=True),
        Party("ai", "AI", is_pod=True),
        Party("qdrant", "Qdrant", is_pod=True),
        Party("chromadb", "ChromaDB", is_pod=True),
        Party("ollama", "Ollama", is_pod=True),
        Party("test", "test pods", is_pod=True),
        Party("ai-test", "AI's test pod", is_pod=True),
        Party("hook", "hook pods", is_pod=True),
        Party("migrate", "migration pods", is_pod=True),
        Party("dns", "cluster DNS (`networkPolicy.dns`)", outside=("pods", "addresses")),
        Party("api-server", "Kubernetes API server (`networkPolicy.apiServer`)", outside=("addresses",)),
        Party("clusters", "API servers of further clusters", outside=("addresses",)),
        Party("in-cluster", "any pod in the cluster", outside=("any-pod",)),
        Party("anyone", "anyone", outside=("anyone",)),
        Party("scraper", "scrapers", outside=("pods",)),
        Party("provider", "active providers' servers", outside=("addresses",)),
        Party("endpoint", "active providers' pods in the cluster", outside=("any-pod",)),
        Party("database-outside", "a vector database outside", outside=("addresses",)),
        Party("database-inside", "the pods of a vector database in the cluster", outside=("any-pod",)),
        Party(
            "registry",
            f"Ollama's registry and its storage ({', '.join(f'`{host}`' for host in MODEL_HOSTS)})",
            outside=("internet",),
        ),
        Party("proxy", "the HTTP proxy", outside=("pods", "addresses")),
    )
}

HTTP = {BACKEND.id: (BACKEND.port,), FRONTEND.id: (FRONTEND.port,), AI.id: (AI.port,)}
DNS_PORTS = (53, 5353)
API_PORTS = (443, 6443)
BOTH = ("UDP", "TCP")


def _dns(source: str, when: str) -> Connection:
    return Connection(source, "dns", DNS_PORTS, when, "names", BOTH)


def _to_providers(source: str, why: str) -> tuple[Connection, ...]:
    return (
        Connection(source, "provider", (), "ai-and-provider", why, port_note="the provider's (443)"),
        Connection(source, "endpoint", (), "ai-and-endpoint", why, port_note="the endpoint's"),
        Connection(source, "proxy", (), "ai-and-proxy", why, port_note="the proxy's"),
    )


def _helper(source: str) -> tuple[Connection, ...]:
    return (
        _dns(source, "always"),
        Connection(source, "backend", HTTP["backend"], "always", "asks whether it works"),
        Connection(source, "frontend", HTTP["frontend"], "always", "asks whether it works"),
        Connection(source, "ai", HTTP["ai"], "ai", "asks whether it works, sets it up"),
    )


CONNECTIONS: tuple[Connection, ...] = (
    Connection("in-cluster", "frontend", HTTP["frontend"], "door", "the one door"),
    Connection("anyone", "frontend", HTTP["frontend"], "exposed", "the one door, opened to the outside"),
    _dns("frontend", "always"),
    Connection("frontend", "backend", HTTP["backend"], "always", "REST, WebSockets"),
    Connection("frontend", "ai", HTTP["ai"], "ai", "the proxy passes AI's public routes on"),
    _dns("backend", "always"),
    Connection("backend", "api-server", API_PORTS, "always", "watches the cluster"),
    Connection("backend", "clusters", API_PORTS, "clusters", "watches further clusters"),
    Connection("backend", "ai", HTTP["ai"], "ai", "asks AI"),
    _dns("ai", "ai"),
    Connection("ai", "backend", HTTP["backend"], "ai", "AI's tools read the cluster through the backend"),
    *_to_providers("ai", "questions to the language model"),
    Connection("ai", "api-server", API_PORTS, "ai-and-cluster-access", "reads the cluster itself"),
    Connection("ai", "qdrant", SERVERS["qdrant"], "qdrant", "memory of investigations"),
    Connection("ai", "chromadb", SERVERS["chromadb"], "chromadb", "memory of investigations"),
    Connection("ai", "ollama", SERVERS["ollama"], "ollama", "questions to the language model"),
    Connection(
        "ai", "database-outside", (), "vector-database-outside", "memory of investigations", port_note="the endpoint's"
    ),
    Connection(
        "ai", "database-inside", (), "vector-database-inside", "memory of investigations", port_note="the endpoint's"
    ),
    _dns("ollama", "pull"),
    Connection("ollama", "registry", (443,), "pull-directly", "fetches models"),
    Connection("ollama", "proxy", (), "pull-and-proxy", "fetches models", port_note="the proxy's"),
    Connection("scraper", "backend", HTTP["backend"], "monitoring", "metrics"),
    Connection("scraper", "ai", HTTP["ai"], "ai-and-monitoring", "metrics"),
    Connection("scraper", "qdrant", (6333,), "qdrant-and-monitoring", "metrics"),
    *_helper("test"),
    *_helper("hook"),
    _dns("ai-test", "ai"),
    Connection("ai-test", "ai", HTTP["ai"], "ai", "asks whether it works"),
    *_to_providers("ai-test", "asks whether AI can reach them"),
    Connection("ai-test", "ollama", SERVERS["ollama"], "ollama-used", "asks whether AI can reach it"),
    _dns("migrate", "migrations"),
)

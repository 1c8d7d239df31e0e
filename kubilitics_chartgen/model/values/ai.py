"""Values of the AI service. No I/O. Defaults: sections 5 and 9 of the delivery architecture."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from kubilitics_chartgen.model.components import AI as COMPONENT
from kubilitics_chartgen.model.features import FEATURES
from kubilitics_chartgen.model.providers import PROVIDERS, Provider
from kubilitics_chartgen.model.values.ai_operations import ClusterAccess, ExternalSecret, InitializeProvider
from kubilitics_chartgen.model.values.common import (
    Image,
    Persistence,
    Resources,
    Service,
    ServiceAccount,
    Workload,
    image_of,
    resources_of,
)
from kubilitics_chartgen.model.values.core import SecretKey
from kubilitics_chartgen.model.values.types import (
    PRINTABLE_PATTERN,
    Hidden,
    HonouredBy,
    Labels,
    Name,
    Rule,
    Section,
    Url,
)

__all__ = [
    "Ai",
    "EndpointProviderSettings",
    "EndpointWait",
    "FeatureSwitch",
    "ProviderSettings",
    "Reasoning",
    "VectorMemory",
]

NOT_YET = "no AI image up to this release acts on it"
ModelName = Annotated[str, Rule({"pattern": "^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$", "maxLength": 200})]


class ProviderSettings(Section):
    """How one provider is used."""

    model: ModelName = Field(..., description="Model to ask for.")
    secret_key: SecretKey = Field(..., description="Key in the Secret `ai.apiKeySecret`.")
    api_key: Annotated[Any, Hidden()] = Field("", description="Not a value: a key does not belong in values.")


class EndpointProviderSettings(ProviderSettings):
    """How one provider is used that runs at an address of your own."""

    endpoint: Url = Field("", description="Address of the server; empty reads it from the Secret.")


class FeatureSwitch(Section):
    """One AI feature."""

    enabled: bool = Field(..., description="Offer this feature.")


class Reasoning(Section):
    """How the AI thinks."""

    max_steps: Annotated[int, Rule({"minimum": 1, "maximum": 100}), HonouredBy(NOT_YET)] = Field(
        10, description="Most steps of one investigation."
    )
    max_tokens: Annotated[int, Rule({"minimum": 1, "maximum": 1000000}), HonouredBy(NOT_YET)] = Field(
        2048, description="Most tokens of one answer."
    )
    temperature: Annotated[float, Rule({"minimum": 0, "maximum": 2}), HonouredBy(NOT_YET)] = Field(
        0.2, description="How freely the model words its answers."
    )


class VectorMemory(Section):
    """What the AI remembers of earlier investigations."""

    cache_size_mb: Annotated[int, Rule({"minimum": 1, "maximum": 65536}), HonouredBy(NOT_YET)] = Field(
        50, description="Size of the cache in memory, in MB."
    )
    embedding_model: Annotated[ModelName, HonouredBy(NOT_YET)] = Field(
        "all-minilm", description="Model that computes embeddings."
    )


class EndpointWait(Section):
    """Waiting for a provider that the AI image needs before it can start."""

    enabled: bool = Field(True, description="Wait in an init container until the provider's server answers.")
    timeout_seconds: Annotated[int, Rule({"minimum": 1, "maximum": 600})] = Field(
        60, description="Longest wait; then the AI container starts anyway and reports what is wrong."
    )


def _settings(provider: Provider) -> Section:
    """The default settings of `provider`."""
    if provider.needs_endpoint:
        return EndpointProviderSettings(model=provider.default_model, secretKey=provider.secret_key)
    return ProviderSettings(model=provider.default_model, secretKey=provider.secret_key)


class Ai(Workload):
    """The optional AI service. Core works completely without it, and its objects exist only with `enabled: true`."""

    enabled: bool = Field(False, description="Deploy the AI service.")
    image: Image = Field(image_of(COMPONENT), description="Image of the AI service.")
    replicas: Annotated[int, Rule({"minimum": 0})] = Field(
        1, description="0 or 1: the AI's database is one SQLite file with one writer."
    )
    llm_provider: Annotated[str, Rule({"enum": [provider.id for provider in PROVIDERS]})] = Field(
        "none", description="LLM provider; `none` runs AI unconfigured, which is a valid state."
    )
    api_key_secret: Annotated[Name, Rule({"minLength": 1})] = Field(
        "kubilitics-ai-secrets",
        description="Existing Secret with the providers' keys. You create it; the chart never does.",
    )
    external_secret: ExternalSecret = Field(
        ExternalSecret(), description="Have the External Secrets Operator create the Secret `ai.apiKeySecret`."
    )
    initialize_provider: InitializeProvider = Field(
        InitializeProvider(), description="Handing the provider over to today's AI image through its own API."
    )
    cluster_access: ClusterAccess = Field(
        ClusterAccess(), description="Rights of AI's own in the cluster; by default it has none."
    )
    config_reload: Literal["rollout", "sidecar"] = Field(
        "rollout",
        description="How AI learns of changed configuration: `rollout` restarts its pod, `sidecar` signals the running "
        "process when only settings of the provider changed.",
    )
    reload_resources: Resources = Field(
        {"requests": {"cpu": "5m", "memory": "16Mi"}, "limits": {"cpu": "50m", "memory": "32Mi"}},
        description="CPU and memory of the container that `configReload: sidecar` adds.",
    )
    restart_token: Annotated[str, Rule({"pattern": PRINTABLE_PATTERN, "maxLength": 200})] = Field(
        "", description="Any text; changing it restarts AI's pod, for example after a key was changed in the Secret."
    )
    providers: dict[str, Section] = Field(
        {provider.id: _settings(provider) for provider in PROVIDERS if provider.has_settings},
        description="Settings of each provider; only the chosen one's are used.",
    )
    endpoint_wait: EndpointWait = Field(
        EndpointWait(), description="Waiting for a provider that the AI image needs before it can start."
    )
    features: dict[str, Section] = Field(
        {feature.id: FeatureSwitch(enabled=feature.default) for feature in FEATURES},
        description="AI features, switched one by one.",
    )
    reasoning: Reasoning = Field(Reasoning(), description="How the AI thinks.")
    vector_memory: VectorMemory = Field(VectorMemory(), description="What the AI remembers.")
    autonomy_level: Annotated[int, Rule({"minimum": 0, "maximum": 5})] = Field(
        2, description="How much the AI may do without being asked: 0 only observes, 5 acts on its own."
    )
    resources: Resources = Field(resources_of(COMPONENT), description="CPU and memory of the AI service.")
    persistence: Persistence = Field(
        Persistence(size="10Gi"), description="The AI's volume at /data/ai: database, vector memory, audit log."
    )
    node_selector: Labels = Field(
        {"kubernetes.io/arch": "amd64"}, description="Labels a node must have; the AI image exists for amd64 only."
    )
    service_account: ServiceAccount = Field(ServiceAccount(), description="Identity of the AI's pod.")
    service: Service = Field(Service(), description="The AI's Service; always ClusterIP, port 8081.")
    api_key: Annotated[Any, Hidden()] = Field("", description="Not a value: a key does not belong in values.")

"""Values of the AI service. No I/O. Defaults: sections 5 and 9 of the delivery architecture."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from kubilitics_chartgen.model.components import AI as COMPONENT
from kubilitics_chartgen.model.features import FEATURES, Feature
from kubilitics_chartgen.model.providers import PROVIDERS, Provider
from kubilitics_chartgen.model.values.ai_operations import ClusterAccess, ExternalSecret, InitializeProvider
from kubilitics_chartgen.model.values.common import (
    Image,
    Persistence,
    Resources,
    Service,
    ServiceAccount,
    StartupProbe,
    Workload,
    image_of,
    resources_of,
)
from kubilitics_chartgen.model.values.scaling import AiAutoscaling, PodDisruptionBudget
from kubilitics_chartgen.model.values.shapes import DnsConfig
from kubilitics_chartgen.model.values.types import (
    OBJECT_NAME_PATTERN,
    PRINTABLE_PATTERN,
    Hidden,
    HonouredBy,
    Labels,
    Quantity,
    Rule,
    Section,
    Url,
    text_of,
)

__all__ = [
    "Ai",
    "AiPersistence",
    "Alerts",
    "Audit",
    "Cache",
    "CacheTtl",
    "ConsentNotice",
    "EndpointWait",
    "LatencyObjective",
    "OutputValidation",
    "Privacy",
    "ProviderSettings",
    "RateLimits",
    "Reasoning",
    "Rollout",
    "TokenBudgets",
    "VectorMemory",
]

NOT_YET = "no AI image up to this release acts on it"
OptionalModelName = Annotated[str, text_of("OptionalModelName", "^([A-Za-z0-9][A-Za-z0-9._:/@+-]*)?$", maxLength=200)]
OptionalSecretKey = Annotated[str, text_of("OptionalSecretKey", "^[-._a-zA-Z0-9]*$", maxLength=253)]
ModelName = Annotated[str, Rule({"pattern": "^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$", "maxLength": 200})]


Limit = Annotated[int, Rule({"minimum": 0, "maximum": 2**53 - 1}), HonouredBy(NOT_YET)]
Seconds = Annotated[int, Rule({"minimum": 0, "maximum": 31536000}), HonouredBy(NOT_YET)]

INVESTIGATION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {
            "type": "string",
            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            "description": "Name of the investigation.",
        },
        "everyMinutes": {"type": "integer", "minimum": 1, "maximum": 44640, "description": "Minutes between two runs."},
        "question": {
            "type": "string",
            "minLength": 1,
            "maxLength": 2000,
            "pattern": PRINTABLE_PATTERN,
            "description": "What the AI should look into.",
        },
    },
    "required": ["name", "everyMinutes", "question"],
    "additionalProperties": False,
}


class ProviderSettings(Section):
    """What the settings of all providers have in common; each has more, as its entry in the registry says."""

    api_key: Annotated[Any, Hidden()] = Field("", description="Not a value: a key does not belong in values.")


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


class Rollout(Section):
    """How AI reaches users step by step; `organizations` and `users` turn it on or off for single ones."""

    percentage: Annotated[int, Rule({"minimum": 0, "maximum": 100}), HonouredBy(NOT_YET)] = Field(
        100, description="Share of users who get AI; the usual stages are 1, 5, 50 and 100."
    )


class CacheTtl(Section):
    """How long answers may be used again, in seconds."""

    investigations: Seconds = Field(1800, description="Results of investigations, unless what they depend on changes.")
    kubernetes_queries: Seconds = Field(60, description="Answers of the Kubernetes API.")
    tool_results: Seconds = Field(300, description="Results of the AI's tools.")
    embeddings: Seconds = Field(86400, description="Embeddings of texts.")


class Cache(Section):
    """What is remembered to save time and cost."""

    enabled: Annotated[bool, HonouredBy(NOT_YET)] = Field(True, description="Use the cache.")
    max_size_mb: Annotated[int, Rule({"minimum": 1, "maximum": 65536}), HonouredBy(NOT_YET)] = Field(
        100, description="Largest size of the cache, in MB."
    )
    ttl: CacheTtl = Field(CacheTtl(), description="How long answers may be used again, in seconds.")


class RateLimits(Section):
    """How often AI may be asked."""

    per_user_per_hour: Limit = Field(0, description="Requests of one user in an hour; 0 sets no limit.")
    per_user_per_day: Limit = Field(0, description="Requests of one user in a day; 0 sets no limit.")
    per_organization_per_month: Limit = Field(
        0, description="Requests of one organization in a month; 0 sets no limit."
    )


class TokenBudgets(Section):
    """How many tokens may be spent."""

    per_user_per_month: Limit = Field(0, description="Tokens of one user in a month; 0 sets no limit.")
    per_investigation: Limit = Field(
        0, description="Tokens of one investigation, which is rejected if it needs more; 0 sets no limit."
    )
    warn_at_percent: Annotated[int, Rule({"minimum": 1, "maximum": 100}), HonouredBy(NOT_YET)] = Field(
        80, description="Share of the budget at which a user is warned."
    )


class Privacy(Section):
    """What may be sent to a provider, and what may come back from one."""

    data_minimization: Annotated[bool, HonouredBy(NOT_YET)] = Field(
        True, description="Send only what a question needs: no full manifests, no Secrets, nothing of other workloads."
    )
    response_sanitization: Annotated[bool, HonouredBy(NOT_YET)] = Field(
        True, description="Take keys, credentials and personal data out of answers."
    )


class OutputValidation(Section):
    """How answers are checked before they are shown or acted upon."""

    format: Annotated[bool, HonouredBy(NOT_YET)] = Field(
        True, description="Reject answers that are cut off or malformed."
    )
    content: Annotated[bool, HonouredBy(NOT_YET)] = Field(
        True, description="Reject answers with signs of injection or abuse."
    )
    relevance: Annotated[bool, HonouredBy(NOT_YET)] = Field(True, description="Reject answers that miss the question.")


class Audit(Section):
    """Who asked what, what was sent, what came back, what was done; kept on the AI's volume."""

    enabled: Annotated[bool, HonouredBy("the AI image always writes its log to /app/logs")] = Field(
        True, description="Write the audit trail."
    )


class Alerts(Section):
    """Alerts that the AI raises by itself."""

    enabled: Annotated[bool, HonouredBy(NOT_YET)] = Field(False, description="Let the AI raise alerts.")
    max_notifications_per_hour: Annotated[int, Rule({"minimum": 1, "maximum": 1000}), HonouredBy(NOT_YET)] = Field(
        10, description="Most notifications in an hour."
    )


class LatencyObjective(Section):
    """How fast the AI should answer."""

    p99_seconds: Annotated[int, Rule({"minimum": 1, "maximum": 600}), HonouredBy(NOT_YET)] = Field(
        20, description="Seconds in which 99 of 100 requests are answered."
    )


class ConsentNotice(Section):
    """What users are told once before their cluster's data is used."""

    enabled: Annotated[bool, HonouredBy(NOT_YET)] = Field(True, description="Ask users to acknowledge the notice.")
    text: Annotated[str, Rule({"pattern": PRINTABLE_PATTERN, "maxLength": 2000}), HonouredBy(NOT_YET)] = Field(
        "", description="Your own words; empty says where the data goes with the chosen providers."
    )


class EndpointWait(Section):
    """Waiting for a provider that the AI image needs before it can start."""

    enabled: bool = Field(True, description="Wait in an init container until the provider's server answers.")
    timeout_seconds: Annotated[int, Rule({"minimum": 1, "maximum": 600})] = Field(
        60, description="Longest wait; then the AI container starts anyway and reports what is wrong."
    )


class AiPersistence(Persistence):
    """The AI's volume, or one for each of its pods."""

    per_replica: bool = Field(
        False,
        description="A volume for each pod: AI then is a StatefulSet and may have several replicas, "
        "each with a memory and an audit log of its own.",
    )
    size: Quantity = Field(
        ...,
        description="Size of the volume; a claim can grow but never shrink, and not change at all with `perReplica`.",
    )


def _settings(provider: Provider) -> Section:
    """The settings of `provider`, with its defaults and described for it."""
    fields: dict[str, Any] = {
        "model": (OptionalModelName, Field(provider.default_model, description=_about_model(provider))),
        "secret_key": (OptionalSecretKey, Field(provider.secret_key, description=_about_secret(provider))),
    }
    if provider.needs_endpoint:
        fields["endpoint"] = (Url, Field("", description=_about_endpoint(provider)))
    about = f"{provider.title}. {provider.about}"
    return create_model(f"{provider.id}_settings", __base__=ProviderSettings, __doc__=about, **fields)()


def _about_model(provider: Provider) -> str:
    if not provider.default_model:
        return f"{provider.model_is}; needed."
    retired = f" {provider.title} retires models: name a current one." if provider.retires else ""
    return f"{provider.model_is}.{retired}"


def _about_secret(provider: Provider) -> str:
    what = " with the address, where `endpoint` is empty" if provider.endpoint_in_secret else ""
    return f"Key in the Secret `ai.apiKeySecret`{what}; empty reads nothing from it."


def _about_endpoint(provider: Provider) -> str:
    if provider.endpoint_in_secret:
        empty = "empty means the chart's own server (`ollama.enabled`), or reads it from the Secret"
        return f"Address of the server, such as `{provider.endpoint_example}`; {empty}."
    return f"Address of the server with its `/v1`, such as `{provider.endpoint_example}`; needed."


def _switch(feature: Feature) -> Section:
    """The switch of `feature`."""
    offer = f"Offer {feature.about[0].lower()}{feature.about[1:]}"
    enabled: Any = (Annotated[bool, HonouredBy(NOT_YET)], Field(feature.default, description=offer))
    return create_model(f"{feature.id}_switch", __base__=Section, __doc__=feature.about, enabled=enabled)()


class Ai(Workload):
    """The optional AI service. Core works completely without it, and its objects exist only with `enabled: true`."""

    enabled: bool = Field(False, description="Deploy the AI service.")
    image: Image = Field(image_of(COMPONENT), description="Image of the AI service.")
    replicas: Annotated[int, Rule({"minimum": 0})] = Field(
        1,
        description="Number of AI pods. More than 1 only with `ai.persistence.perReplica`, or without a volume beside "
        "a vector database: one SQLite file has one writer.",
    )
    llm_provider: Annotated[str, Rule({"enum": [provider.id for provider in PROVIDERS]})] = Field(
        "none", description="LLM provider; `none` runs AI unconfigured, which is a valid state."
    )
    # Not as Name and a rule more: Helm would tell what does not fit twice.
    api_key_secret: Annotated[str, Rule({"pattern": OBJECT_NAME_PATTERN, "maxLength": 253, "minLength": 1})] = Field(
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
    fallback_providers: Annotated[
        list[str],
        Rule(
            {
                "items": {"type": "string", "enum": [provider.id for provider in PROVIDERS if provider.has_settings]},
                "uniqueItems": True,
            }
        ),
        HonouredBy(NOT_YET),
    ] = Field([], description="Providers to ask when the chosen one does not answer, in this order.")
    data_residency: Literal["anywhere", "local-only"] = Field(
        "anywhere", description="`local-only` refuses every provider that is not known to be inside the cluster."
    )
    endpoint_wait: EndpointWait = Field(
        EndpointWait(), description="Waiting for a provider that the AI image needs before it can start."
    )
    features: dict[str, Section] = Field(
        {feature.id: _switch(feature) for feature in FEATURES},
        description="AI features, switched one by one.",
    )
    reasoning: Reasoning = Field(Reasoning(), description="How the AI thinks.")
    vector_memory: VectorMemory = Field(VectorMemory(), description="What the AI remembers.")
    rollout: Rollout = Field(Rollout(), description="How AI reaches users step by step.")
    cache: Cache = Field(Cache(), description="What is remembered to save time and cost.")
    rate_limits: RateLimits = Field(RateLimits(), description="How often AI may be asked.")
    token_budgets: TokenBudgets = Field(TokenBudgets(), description="How many tokens may be spent.")
    privacy: Privacy = Field(Privacy(), description="What may be sent to a provider, and what may come back.")
    output_validation: OutputValidation = Field(OutputValidation(), description="How answers are checked.")
    audit: Audit = Field(Audit(), description="The audit trail, kept on the AI's volume.")
    scheduled_investigations: Annotated[list[Any], Rule({"items": INVESTIGATION}), HonouredBy(NOT_YET)] = Field(
        [], description="Investigations that the AI runs by itself: `name`, `everyMinutes`, `question`."
    )
    alerts: Alerts = Field(Alerts(), description="Alerts that the AI raises by itself.")
    latency_objective: LatencyObjective = Field(LatencyObjective(), description="How fast the AI should answer.")
    consent_notice: ConsentNotice = Field(ConsentNotice(), description="What users are told once before they use AI.")
    autonomy_level: Annotated[int, Rule({"minimum": 0, "maximum": 5})] = Field(
        2, description="How much the AI may do without being asked: 0 only observes, 5 acts on its own."
    )
    resources: Resources = Field(resources_of(COMPONENT), description="CPU and memory of the AI service.")
    persistence: AiPersistence = Field(
        AiPersistence(size="10Gi"), description="The AI's volume at /data/ai: database, vector memory, audit log."
    )
    autoscaling: AiAutoscaling = Field(
        AiAutoscaling(), description="More AI pods under load; where `ai.replicas` may be more than 1."
    )
    pod_disruption_budget: PodDisruptionBudget = Field(
        PodDisruptionBudget(), description="Drains of nodes take the AI's pods one by one."
    )
    node_selector: Labels = Field(
        {"kubernetes.io/arch": "amd64"}, description="Labels a node must have; the AI image exists for amd64 only."
    )
    service_account: ServiceAccount = Field(ServiceAccount(), description="Identity of the AI's pod.")
    service: Service = Field(Service(), description="The AI's Service; always ClusterIP, port 8081.")
    startup_probe: StartupProbe = Field(StartupProbe(failureThreshold=24), description="How long the start may take.")
    dns_config: DnsConfig = Field(
        {"options": [{"name": "ndots", "value": "2"}]},
        description="DNS servers, search domains and options of the pods; "
        "with `ndots` 2 the name of a provider is asked for once.",
    )
    termination_grace_period_seconds: Annotated[int, Rule({"minimum": 0, "maximum": 86400})] = Field(
        20, description="How long a pod may take to stop."
    )
    revision_history_limit: Annotated[int, Rule({"minimum": 0, "maximum": 1000})] = Field(
        10,
        description="How many old revisions are kept for a rollback. Without effect with `ai.persistence.perReplica`: "
        "a StatefulSet's cannot be changed before Kubernetes 1.33, and stays at 10.",
    )
    api_key: Annotated[Any, Hidden()] = Field("", description="Not a value: a key does not belong in values.")

"""Fields of AI's objects, the keys of its configuration files among them. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubilitics_chartgen.model.components import AI, BACKEND
from kubilitics_chartgen.model.fields.row import POD, Arrival, address, comes, copied, env, stands
from kubilitics_chartgen.model.providers import PROVIDERS
from kubilitics_chartgen.model.values import Node, leaves

__all__ = ["of_ai"]

_WORKLOAD, _TEMPLATES = "Deployment|StatefulSet", "ai/*"
_CONFIG, _DISCOVERY, _TEST = "ai/configmap.yaml", "ai/configmap-discovery.yaml", "ai/tests/*"
_FILE = "data config.yaml"
_REFERENCE = "valueFrom secretKeyRef"
_SECTIONS = {
    "reasoning": "reasoning",
    "vectorMemory": "vector_memory",
    "cache": "cache",
    "rateLimits": "rate_limits",
    "tokenBudgets": "budget",
    "privacy": "privacy",
    "outputValidation": "output_validation",
    "audit": "audit",
    "alerts": "alerts",
    "latencyObjective": "latency_objective",
}
"""Sections of `ai` as the configuration file calls them."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def of_ai(root: Node) -> Iterator[Arrival]:
    """Every row; `root` are the values."""
    yield from _settings(root)
    yield from _files()
    yield from _providers()
    yield from _pod()
    yield from _external_secret()
    yield from _test()


def _settings(root: Node) -> Iterator[Arrival]:
    for leaf in leaves(root):
        first, *rest = leaf.dotted.split(".")
        if first != "ai" or len(rest) < 2:
            continue
        if rest[0] in _SECTIONS:
            keys = " ".join(_HUMP.sub("_", key).lower() for key in rest[1:])
            yield from copied("ConfigMap", _CONFIG, (f"{_FILE} {_SECTIONS[rest[0]]} {keys}", leaf.dotted))
        if rest[0] == "features":
            yield from copied("ConfigMap", _CONFIG, (f"{_FILE} features {rest[1]}", leaf.dotted))
            yield from copied("ConfigMap", _DISCOVERY, (f"data discovery.json ai features {rest[1]}", leaf.dotted))


def _files() -> Iterator[Arrival]:
    yield from copied(
        "ConfigMap",
        _CONFIG,
        (f"{_FILE} autonomy default_level", "ai.autonomyLevel"),
        (f"{_FILE} consent required", "ai.consentNotice.enabled"),
        (f"{_FILE} rollout percentage", "ai.rollout.percentage"),
    )
    yield from stands(
        "ConfigMap",
        _CONFIG,
        (f"{_FILE} server port", str(AI.port)),
        (f"{_FILE} backend address", "localhost:50051"),
        (f"{_FILE} backend http_base_url", address("backend", BACKEND.port)),
        (f"{_FILE} llm provider", "?*"),
        (f"{_FILE} consent notice", "?*"),
        (f"{_FILE} database sqlite_path", "/data/ai/*.db"),
    )
    yield from copied("ConfigMap", _CONFIG, (f"{_FILE} consent notice", "ai.consentNotice.text"), when="ai-own-notice")
    yield from stands("ConfigMap", _CONFIG, (f"{_FILE} llm provider", "none"), when="ai-without-provider")
    yield from comes("ConfigMap", _CONFIG, f"{_FILE} llm fallback_providers", when="ai-falls-back")
    yield from comes("ConfigMap", _CONFIG, f"{_FILE} scheduled_investigations", when="ai-scheduled")
    database = f"{_FILE} vector_memory"
    kind = (f"{database} backend", "vectorDatabase.provider")
    yield from copied("ConfigMap", _CONFIG, kind, when="vector-database")
    yield from comes("ConfigMap", _CONFIG, f"{database} endpoint", when="vector-database")
    where = (f"{database} endpoint", "vectorDatabase.endpoint")
    yield from copied("ConfigMap", _CONFIG, where, when="vector-database-elsewhere")
    yield from comes("ConfigMap", _CONFIG, "data reload.sh", when="ai-sidecar")
    yield from comes("ConfigMap", _CONFIG, "data initialize-provider.sh", when="ai-initializes")
    provider = ("data discovery.json ai provider", "ai.llmProvider")
    yield from copied("ConfigMap", _DISCOVERY, provider, when="ai-provider")
    yield from comes("ConfigMap", _DISCOVERY, "data discovery.json ai notices 0", when="ai-leaves-cluster")


def _providers() -> Iterator[Arrival]:
    for each in PROVIDERS:
        if not each.has_settings:
            continue
        values, chosen = f"ai.providers.{each.id}", f"ai-uses-{each.id}"
        llm = f"{_FILE} llm"
        yield from stands(
            "ConfigMap", _CONFIG, (f"{llm} provider", each.image_name), when=f"ai-calls-{each.image_name}"
        )
        yield from copied("ConfigMap", _CONFIG, (f"{llm} {each.image_name} model", f"{values}.model"), when=chosen)
        if each.needs_endpoint:
            place = (f"{llm} {each.image_name} base_url", f"{values}.endpoint")
            yield from copied("ConfigMap", _CONFIG, place, when=f"{chosen}-there")
        if each.takes_tokens:
            most = (f"{llm} {each.image_name} max_tokens", "ai.reasoning.maxTokens")
            yield from copied("ConfigMap", _CONFIG, most, when=chosen)
        if each.holds_key:
            reference = env("ai", each.secret_env, _REFERENCE)
            pairs = ((f"{reference} name", "ai.apiKeySecret"), (f"{reference} key", f"{values}.secretKey"))
            yield from copied(_WORKLOAD, _TEMPLATES, *pairs, when=f"ai-key-of-{each.id}")
            if not each.key_required:
                may_lack = (f"{reference} optional", "true")
                yield from stands(_WORKLOAD, _TEMPLATES, may_lack, when=f"ai-key-of-{each.id}")
            elif each.settings_env:
                settings = env("ai", each.settings_env)
                given = (settings, f"*$({each.secret_env})*")
                yield from stands(_WORKLOAD, _TEMPLATES, given, when=f"ai-key-of-{each.id}")


def _pod() -> Iterator[Arrival]:
    yield from comes(_WORKLOAD, _TEMPLATES, env("ai", "GOMEMLIMIT"), when="ai-memory-limit")
    yield from stands(_WORKLOAD, _TEMPLATES, (f"{POD} shareProcessNamespace", "true"), when="ai-sidecar")
    yield from comes(_WORKLOAD, _TEMPLATES, f"{POD} containers config-reload", when="ai-sidecar")
    yield from stands("Deployment", _TEMPLATES, ("spec strategy type", "Recreate"), when="ai-stores")
    script = f"{POD} containers ai lifecycle postStart exec command 1"
    yield from stands(_WORKLOAD, _TEMPLATES, (script, "*/initialize-provider.sh"), when="ai-hands-over")
    wait = f"{POD} initContainers wait-for-provider"
    yield from comes(_WORKLOAD, _TEMPLATES, wait, when="ai-waits")
    timeout = (f"{wait} env TIMEOUT_SECONDS value", "ai.endpointWait.timeoutSeconds")
    yield from copied(_WORKLOAD, _TEMPLATES, timeout, when="ai-waits")
    for each in PROVIDERS:
        if each.ready_path:
            place = (f"{wait} env ENDPOINT value", f"ai.providers.{each.id}.endpoint")
            yield from copied(_WORKLOAD, _TEMPLATES, place, when=f"ai-waits-for-{each.id}")
    yield from stands(
        "StatefulSet",
        _TEMPLATES,
        ("spec podManagementPolicy", "Parallel"),
        ("spec updateStrategy type", "RollingUpdate"),
    )
    yield from copied(
        "StatefulSet",
        _TEMPLATES,
        ("spec volumeClaimTemplates 0 spec resources requests storage", "ai.persistence.size"),
        ("spec volumeClaimTemplates 0 spec accessModes", "ai.persistence.accessModes"),
    )
    yield from stands("Service", "ai/service-*.yaml", ("spec ports http port", str(AI.port)))
    key = env("ai", "KUBILITICS_VECTOR_MEMORY_API_KEY", _REFERENCE)
    for kind, templates, way in (
        (_WORKLOAD, _TEMPLATES, key),
        ("Deployment", "qdrant/*", env("qdrant", "QDRANT__SERVICE__API_KEY", _REFERENCE)),
    ):
        own = ((f"{way} {part}", f"vectorDatabase.apiKeySecret.{part}") for part in ("name", "key"))
        yield from copied(kind, templates, *own, when="vector-database-key")
    ollama = "ollama/*"
    yield from comes("Deployment", ollama, f"{POD} containers pull", when="pull")
    most = (env("pull", "TIMEOUT_SECONDS"), "ollama.pullTimeoutSeconds")
    yield from copied("Deployment", ollama, most, when="pull")


def _external_secret() -> Iterator[Arrival]:
    values = "ai.externalSecret"
    yield from copied(
        "ExternalSecret",
        _TEMPLATES,
        ("spec refreshInterval", f"{values}.refreshInterval"),
        ("spec secretStoreRef name", f"{values}.secretStoreRef.name"),
        ("spec secretStoreRef kind", f"{values}.secretStoreRef.kind"),
        ("spec target name", "ai.apiKeySecret"),
    )
    reference = "spec data 0 remoteRef"
    yield from stands(
        "ExternalSecret",
        _TEMPLATES,
        (f"{reference} conversionStrategy", "Default"),
        (f"{reference} decodingStrategy", "None"),
        (f"{reference} metadataPolicy", "None"),
    )


def _test() -> Iterator[Arrival]:
    def own(name: str) -> str:
        return env("ai", name, pod="spec")

    denied = ((own("DENIED"), "tests.deniedAddress"), (own("STRICT"), "tests.strict"))
    yield from copied("Pod", _TEST, *denied, when="ai-denied")
    yield from stands("Pod", _TEST, (own("PROVIDERS"), "http*://?*"), when="ai-asks")

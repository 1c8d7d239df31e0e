"""Conditions of objects and of rights: which values bring them. No I/O."""

from __future__ import annotations

from typing import Any

from kubilitics_chartgen.model.conditions.condition import AI, NO_AI, NO_PROVIDER, ON, PARTS, Condition, Values
from kubilitics_chartgen.model.providers import PROVIDERS

__all__ = ["OBJECTS", "RIGHTS"]

SCOPES = ["cluster", "namespaces"]


def _while_on(part: str, what: str, **values: Any) -> Condition:
    """A condition on a component's own values, while it is there; `__` stands for a dot."""
    own = {f"{PARTS[part]}.{key.replace('__', '.')}": value for key, value in values.items()}
    return Condition(f"{part}-{what}", ({**ON[part], **own},))


def _custom(id_: str, section: str, more: Values) -> Condition:
    """Objects of a kind that the cluster may not know: open where it depends on that."""
    on, mode = f"{section}.enabled", f"{section}.renderMode"
    off = tuple({path: False} for path, value in more.items() if value is True)
    return Condition(id_, ({**more, on: True, mode: "alwaysRender"},), ({on: False}, *off))


OBJECTS: tuple[Condition, ...] = (
    *(Condition(f"{part}-on", (values,)) for part, values in ON.items()),
    *(
        _while_on(part, "claim", persistence__enabled=True, persistence__existingClaim=False)
        for part in ("backend", "qdrant", "chromadb", "ollama")
    ),
    _while_on(
        "ai", "claim", persistence__enabled=True, persistence__existingClaim=False, persistence__perReplica=False
    ),
    _while_on("ai", "per-replica", persistence__enabled=True, persistence__perReplica=True),
    Condition(
        "ai-shared",
        ({**AI, "ai.persistence.enabled": False}, {**AI, "ai.persistence.perReplica": False}),
    ),
    *(_while_on(part, "account", serviceAccount__create=True) for part in PARTS),
    *(_while_on(part, "budget", podDisruptionBudget__enabled=True) for part in ("backend", "frontend", "ai")),
    *(_while_on(part, "autoscaled", autoscaling__enabled=True) for part in ("frontend", "ai")),
    *(Condition(f"{part}-policy", ({**values, "networkPolicy.enabled": True},)) for part, values in ON.items()),
    *(
        _custom(f"{part}-{kind}", f"monitoring.{kind}", ON[part])
        for part in ("backend", "ai", "qdrant")
        for kind in ("serviceMonitor", "podMonitor")
    ),
    Condition(
        "external-secret",
        tuple(
            {
                **AI,
                "ai.externalSecret.enabled": True,
                "ai.externalSecret.renderMode": "alwaysRender",
                "ai.llmProvider": each.id,
                f"ai.providers.{each.id}.secretKey": True,
            }
            for each in PROVIDERS
            if each.holds_key
        ),
        (NO_AI, {"ai.externalSecret.enabled": False}, NO_PROVIDER),
    ),
    _custom("http-route", "httpRoute", {}),
    _custom("route", "route", {}),
    Condition("ingress", ({"ingress.enabled": True},)),
    Condition("tests", ({"tests.enabled": True},)),
    Condition("ai-tests", ({**AI, "tests.enabled": True},)),
    Condition("migrations-policy", ({"migrations.enabled": True, "networkPolicy.enabled": True},)),
)


RIGHTS: tuple[Condition, ...] = (
    Condition("reads-cluster", ({"rbac.create": True, "rbac.scope": "cluster"},)),
    Condition("reads", ({"rbac.create": True, "rbac.scope": SCOPES},)),
    Condition("manages", ({"rbac.create": True, "rbac.scope": SCOPES, "rbac.manage": True},)),
    Condition("opens-shells", ({"rbac.create": True, "rbac.scope": SCOPES, "rbac.exec": True},)),
)

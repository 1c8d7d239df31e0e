"""Combinations of values that the chart refuses, and known mistakes it answers kindly. No I/O.

The condition of each stands once, in the chart's templates/validate.yaml, under the same id. The chart, the
documentation and the tests take the words and the examples from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["REFUSALS", "Refusal"]


@dataclass(frozen=True)
class Refusal:
    """One refusal: where, why, what to write instead, and an example of each."""

    id: str
    path: str
    """The values path the message names first; further ones are in the text."""
    reason: str
    fix: str
    bad: dict[str, Any]
    """Values that are refused for this reason and no other."""
    good: dict[str, Any]
    """The same values after the fix; accepted."""


def _auth(**settings: Any) -> dict[str, Any]:
    return {"backend": {"auth": settings}}


REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "value-missing",
        "",
        "null or missing, but needed",
        "Remove the null to get the default. After an upgrade with --reuse-values, which leaves new values out, "
        "use --reset-then-reuse-values.",
        bad={"backend": {"image": {"repository": None}}},
        good={"backend": {"image": {"repository": "kubilitics/kubilitics-backend"}}},
    ),
    Refusal(
        "kubernetes-too-old",
        "kubeVersionOverride",
        "this chart is made for Kubernetes 1.25 and newer",
        "Remove it to render for the version that Helm reports, or write a newer one.",
        bad={"kubeVersionOverride": "1.24"},
        good={"kubeVersionOverride": "1.25"},
    ),
    Refusal(
        "backend-replicas",
        "backend.replicas",
        "the backend keeps its data in one SQLite file, which two pods would corrupt",
        "Write 1, or 0 to stop it.",
        bad={"backend": {"replicas": 2}},
        good={"backend": {"replicas": 1}},
    ),
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
    Refusal(
        "auth-secret-missing",
        "backend.auth.existingSecret",
        "without a signing key the backend with this backend.auth.mode either rejects everybody or does not start",
        "Create a Secret and name it: kubectl create secret generic kubilitics-auth "
        '--from-literal=jwt-secret="$(openssl rand -hex 32)" --from-literal=admin-user=admin '
        "--from-literal=admin-password=...",
        bad=_auth(mode="required"),
        good=_auth(mode="required", existingSecret="kubilitics-auth"),
    ),
    Refusal(
        "jwt-secret-in-values",
        "backend.auth.jwtSecret",
        "a signing key in values ends up in version control and in the release's history",
        "Remove it, put it into a Secret under the key jwt-secret and name the Secret in backend.auth.existingSecret.",
        bad=_auth(mode="required", existingSecret="kubilitics-auth", jwtSecret="x" * 32),
        good=_auth(mode="required", existingSecret="kubilitics-auth"),
    ),
    Refusal(
        "exposed-without-auth",
        "frontend.service.type",
        "this opens Kubilitics, which can read the cluster, to everybody outside it, "
        "because backend.auth.mode is not required",
        "Write ClusterIP, or set backend.auth.mode to required, "
        "or accept it with backend.auth.acknowledgeExposed: true.",
        bad={"frontend": {"service": {"type": "LoadBalancer"}}},
        good={"frontend": {"service": {"type": "LoadBalancer"}}, **_auth(acknowledgeExposed=True)},
    ),
    Refusal(
        "origin-wildcard",
        "backend.allowedOrigins",
        'the backend compares origins exactly, so "*" matches nothing and only looks as if it did',
        "List each origin, such as https://tools.example.com; the frontend's own needs no entry.",
        bad={"backend": {"allowedOrigins": ["*"]}},
        good={"backend": {"allowedOrigins": ["https://tools.example.com"]}},
    ),
    Refusal(
        "reserved-label",
        "",
        "this label belongs to the chart, and Services and Deployments find their pods by it",
        "Choose a key that does not start with app.kubernetes.io/ or helm.sh/.",
        bad={"backend": {"podLabels": {"app.kubernetes.io/component": "ai"}}},
        good={"backend": {"podLabels": {"team": "platform"}}},
    ),
)

"""What the core refuses, whichever component it concerns. No I/O."""

from __future__ import annotations

from typing import Any

from kubilitics_chartgen.model.refusals.exposure import OPENED
from kubilitics_chartgen.model.refusals.refusal import Example, Refusal

__all__ = ["CORE_REFUSALS"]


def _auth(**settings: Any) -> dict[str, Any]:
    return {"backend": {"auth": settings}}


def _claim(name: str) -> dict[str, Any]:
    return {"persistence": {"existingClaim": name}}


def _ai_service(labels: dict[str, str]) -> dict[str, Any]:
    return {"ai": {"enabled": True, "service": {"labels": labels}}}


CORE_REFUSALS: tuple[Refusal, ...] = (
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
        "name-begins-with-digit",
        "fullnameOverride",
        "the names of Services begin with it (or else with the release's name), and Kubernetes before 1.36 takes none "
        "that begins with a digit",
        "Write a name that begins with a letter, or use nameOverride, which comes behind the release's name.",
        bad={"kubeVersionOverride": "1.35", "fullnameOverride": "2nd"},
        good={"kubeVersionOverride": "1.35", "fullnameOverride": "second"},
    ),
    Refusal(
        "service-account-twice",
        "*.serviceAccount.name",
        "several components would each make the ServiceAccount of this name",
        "Give each a name of its own, or let one alone make it: frontend.serviceAccount.create: false and so on. AI's "
        "is never the backend's.",
        bad={"backend": {"serviceAccount": {"name": "tools"}}, "frontend": {"serviceAccount": {"name": "tools"}}},
        good={
            "backend": {"serviceAccount": {"name": "tools"}},
            "frontend": {"serviceAccount": {"name": "tools", "create": False}},
        },
    ),
    Refusal(
        "service-account-unnamed",
        "ai.serviceAccount.name",
        "with serviceAccount.create: false and no name, AI's rights, to the Secret with its keys among them, would go "
        'to the account "default", and so to every pod of the namespace that has no account of its own',
        "Name an account, or have one made with ai.serviceAccount.create: true.",
        bad={"ai": {"enabled": True, "serviceAccount": {"create": False}}},
        good={"ai": {"enabled": True, "serviceAccount": {"create": False, "name": "tools"}}},
    ),
    Refusal(
        "claim-twice",
        "*.persistence.existingClaim",
        "several components would keep their data on this one claim, where each could read and spoil the other's",
        "Name a claim of its own for each, or leave it empty, and the chart makes one.",
        bad={"backend": _claim("data"), "ai": {"enabled": True, **_claim("data")}},
        good={"backend": _claim("data"), "ai": {"enabled": True, **_claim("ai-data")}},
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
        "Keep it inside (Service type ClusterIP, no ingress, httpRoute or route), set backend.auth.mode to required, "
        "or accept it with backend.auth.acknowledgeExposed: true.",
        bad={"frontend": {"service": {"type": "LoadBalancer"}}},
        good={"frontend": {"service": {"type": "LoadBalancer"}}, **_auth(acknowledgeExposed=True)},
        elsewhere=OPENED,
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
        "this label belongs to the chart: Services, Deployments and monitors find what is theirs by such labels",
        "Choose a key that does not start with app.kubernetes.io/, helm.sh/ or kubilitics.com/.",
        bad={"backend": {"podLabels": {"app.kubernetes.io/component": "ai"}}},
        good={"backend": {"podLabels": {"team": "platform"}}},
        elsewhere=(
            Example(
                "ai.service.labels.kubilitics.com/service",
                _ai_service({"kubilitics.com/service": "primary"}),
                _ai_service({"team": "platform"}),
            ),
        ),
    ),
)

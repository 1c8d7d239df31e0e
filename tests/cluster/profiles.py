"""The hand-written profiles in values/, and what their first lines tell an operator to make before."""

from __future__ import annotations

from pathlib import Path

from tests.chart.objects import CHART, PROFILES, merged, profile
from tests.cluster.cluster import Cluster

__all__ = ["CHART", "CRDS_OF", "PROFILES", "merged", "prepare", "profile"]

AUTH = ("kubilitics-auth", "jwt-secret", "admin-user", "admin-password")
AI = "kubilitics-ai-secrets"
SECRETS_OF = {
    "anthropic": [(AI, "anthropic-api-key")],
    "azure": [(AI, "azure-openai-api-key")],
    "gitops-argocd": [(AI, "anthropic-api-key")],
    "high-availability": [(AI, "anthropic-api-key"), ("kubilitics-qdrant", "api-key")],
    "openai": [(AI, "openai-api-key")],
    "openshift": [AUTH],
    "production": [AUTH, (AI, "anthropic-api-key")],
    "restricted-egress-cilium": [(AI, "openai-api-key")],
}
CRDS_OF = {"openshift": ("openshift",), "restricted-egress-cilium": ("cilium",)}


def prepare(cluster: Cluster, namespace: str, path: Path) -> None:
    """What the profile's first lines say comes first."""
    for name, *keys in SECRETS_OF.get(path.stem, []):
        cluster.make_secret(namespace, name, *keys)
    cluster.install_crds(*CRDS_OF.get(path.stem, ()))

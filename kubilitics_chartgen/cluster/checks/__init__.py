"""One file per subject; each check takes the situation and gives lines."""

from __future__ import annotations

from kubilitics_chartgen.cluster.checks import (
    exposure,
    kinds,
    namespace,
    nodes,
    objects,
    permissions,
    references,
    release,
    storage,
    version,
)
from kubilitics_chartgen.cluster.preflight import Check

__all__ = ["CHECKS"]

CHECKS: dict[str, Check] = {
    "Kubernetes version": version.check,
    "objects": objects.check,
    "release": release.check,
    "owners": release.owners,
    "permissions": permissions.check,
    "kinds": kinds.check,
    "namespace": namespace.check,
    "Pod Security": namespace.pod_security,
    "quotas": namespace.quotas,
    "Secrets and other objects": references.check,
    "storage": storage.check,
    "nodes": nodes.check,
    "ways in": exposure.check,
}

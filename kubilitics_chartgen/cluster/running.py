"""What a release runs now: the image of each of its components, and the version of Kubernetes. Asks the cluster."""

from __future__ import annotations

from kubilitics_chartgen.cluster.connection import Connection

__all__ = ["kubernetes_version", "running_images"]

_COMPONENT = "app.kubernetes.io/component"


def running_images(cluster: Connection, *, release: str) -> dict[str, str]:
    """Component to image, from the release's Deployments and StatefulSets; empty where there are none.

    A component's own container is the one that is called after it, or else the first. DeniedError where the user may
    not list them.
    """
    found: dict[str, str] = {}
    for kind in ("deployments", "statefulsets"):
        path = f"/apis/apps/v1/namespaces/{cluster.namespace}/{kind}"
        for item in cluster.items(path, f"list {kind}", labelSelector=f"app.kubernetes.io/instance={release}"):
            component = item["metadata"].get("labels", {}).get(_COMPONENT, "")
            containers = item["spec"]["template"]["spec"]["containers"]
            own = next((each for each in containers if each["name"] == component), containers[0])
            if component:
                found[component] = own["image"]
    return found


def kubernetes_version(cluster: Connection) -> str:
    """Such as v1.37.2; empty where the cluster does not say."""
    return str((cluster.get("/version", "read the version") or {}).get("gitVersion", ""))

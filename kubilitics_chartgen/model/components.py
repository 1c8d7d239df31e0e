"""The components of Kubilitics as containers: image, port, identity, size. No I/O.

Ports are those of sections 2 and 3 of the delivery architecture (backend 8080, AI 8081); the AI's requests and limits
are those of section 9. User and group ids are the ones built into the images.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AI", "BACKEND", "COMPONENTS", "FRONTEND", "Component"]

IMAGE_REGISTRY = "ghcr.io"


@dataclass(frozen=True)
class Component:
    """One container image of the product and how it runs."""

    id: str
    """Also the value of the label `app.kubernetes.io/component` and the suffix of object names."""
    title: str
    repository: str
    port: int
    """The HTTP port inside the container; always above 1024, because no container runs as root."""
    uid: int
    """User and group id built into the image."""
    cpu_request: str
    memory_request: str
    cpu_limit: str
    memory_limit: str
    platforms: tuple[str, ...] = ("linux/amd64", "linux/arm64")


BACKEND = Component(
    id="backend",
    title="Backend",
    repository="kubilitics/kubilitics-backend",
    port=8080,
    uid=1000,
    cpu_request="100m",
    memory_request="256Mi",
    cpu_limit="1",
    memory_limit="1Gi",
)

FRONTEND = Component(
    id="frontend",
    title="Frontend",
    repository="kubilitics/kubilitics-frontend",
    port=8080,
    uid=101,
    cpu_request="10m",
    memory_request="32Mi",
    cpu_limit="500m",
    memory_limit="128Mi",
)

AI = Component(
    id="ai",
    title="AI",
    repository="kubilitics/kubilitics-ai",
    port=8081,
    uid=1000,
    cpu_request="500m",
    memory_request="256Mi",
    cpu_limit="2",
    memory_limit="1Gi",
    platforms=("linux/amd64",),
)

COMPONENTS = (BACKEND, FRONTEND, AI)

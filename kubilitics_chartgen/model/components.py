"""The components of Kubilitics as containers: image, port, identity, size. No I/O.

Ports are those of sections 2 and 3 of the delivery architecture (backend 8080, AI 8081); the AI's requests and limits
are those of section 9. User and group ids are the ones built into the images.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "AI",
    "AUXILIARY",
    "BACKEND",
    "CHROMADB",
    "COMPONENTS",
    "CUT_NAME",
    "FRONTEND",
    "OLLAMA",
    "QDRANT",
    "Component",
]

IMAGE_REGISTRY = "ghcr.io"
CUT_NAME = "?" * 40 + "*-" + "[0-9a-f]" * 8
"""A pattern of names that would be too long: cut at 52 characters for a StatefulSet, at 63 else, they end in a hash."""


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
    registry: str = IMAGE_REGISTRY
    tag: str = ""
    """Empty for the product's own images, whose tag is the release's version."""


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

QDRANT = Component(
    id="qdrant",
    title="Qdrant",
    repository="qdrant/qdrant",
    port=6333,
    uid=1000,
    cpu_request="250m",
    memory_request="512Mi",
    cpu_limit="2",
    memory_limit="2Gi",
    registry="docker.io",
    tag="v1.15.4-unprivileged",
)

CHROMADB = Component(
    id="chromadb",
    title="Chroma",
    repository="chromadb/chroma",
    port=8000,
    uid=1000,
    cpu_request="250m",
    memory_request="512Mi",
    cpu_limit="2",
    memory_limit="2Gi",
    registry="docker.io",
    tag="1.0.20",
)

OLLAMA = Component(
    id="ollama",
    title="Ollama",
    repository="ollama/ollama",
    port=11434,
    uid=1000,
    cpu_request="1",
    memory_request="4Gi",
    cpu_limit="4",
    memory_limit="8Gi",
    registry="docker.io",
    tag="0.12.3",
)

AUXILIARY = (QDRANT, CHROMADB, OLLAMA)
"""What others make and the chart may run beside AI. They listen where their own documentation says."""

"""Values of an Ollama server in the same release. No I/O."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kubilitics_chartgen.model.components import OLLAMA
from kubilitics_chartgen.model.values.common import (
    Persistence,
    PinnedImage,
    Resources,
    Service,
    ServiceAccount,
    Workload,
    pinned_image_of,
    resources_of,
)
from kubilitics_chartgen.model.values.types import Rule, Section

__all__ = ["Gpu", "Ollama"]

EXTENDED_RESOURCE = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"
MODEL_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$"


class Gpu(Section):
    """GPUs of the Ollama pod."""

    enabled: bool = Field(False, description="Ask for GPUs.")
    resource: Annotated[str, Rule({"pattern": EXTENDED_RESOURCE, "maxLength": 200})] = Field(
        "nvidia.com/gpu", description="Resource that the node's device plugin offers."
    )
    count: Annotated[int, Rule({"minimum": 1, "maximum": 64})] = Field(1, description="Number of GPUs.")


class Ollama(Workload):
    """A server of the release's own. Only with AI on; AI with provider `ollama` finds it without an endpoint."""

    enabled: bool = Field(False, description="Deploy an Ollama server.")
    image: PinnedImage = Field(pinned_image_of(OLLAMA), description="Image of Ollama.")
    replicas: Annotated[int, Rule({"minimum": 0, "maximum": 1})] = Field(1, description="0 or 1.")
    models: Annotated[
        list[str],
        Rule({"items": {"type": "string", "pattern": MODEL_PATTERN, "maxLength": 200}, "uniqueItems": True}),
    ] = Field([], description="Models to fetch; empty fetches `ai.providers.ollama.model`.")
    pull: bool = Field(
        True, description="Fetch the models from Ollama's registry; false where the volume already holds them."
    )
    pull_timeout_seconds: Annotated[int, Rule({"minimum": 1, "maximum": 86400})] = Field(
        3600, description="Longest time for fetching one model; then the server goes on without it."
    )
    gpu: Gpu = Field(Gpu(), description="GPUs of the Ollama pod.")
    resources: Resources = Field(
        resources_of(OLLAMA), description="CPU and memory of Ollama; a model must fit into it."
    )
    persistence: Persistence = Field(Persistence(size="50Gi"), description="Ollama's volume: the models.")
    service_account: ServiceAccount = Field(ServiceAccount(), description="Identity of Ollama's pod.")
    service: Service = Field(Service(), description="Ollama's Service; always ClusterIP, port 11434.")

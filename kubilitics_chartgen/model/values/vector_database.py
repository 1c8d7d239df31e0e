"""Values of the vector database: one in the same release, or a managed one. No I/O."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kubilitics_chartgen.model.components import CHROMADB, QDRANT, Component
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
from kubilitics_chartgen.model.values.core import SecretKey
from kubilitics_chartgen.model.values.types import HonouredBy, Name, Rule, Section, Url

__all__ = ["ApiKeySecret", "Store", "VectorDatabase"]

NOT_YET = "no AI image up to this release acts on it"


class ApiKeySecret(Section):
    """Where the database's key comes from."""

    name: Name = Field("", description="Existing Secret with the key; empty means none is needed.")
    key: SecretKey = Field("api-key", description="Key in that Secret.")


class Store(Workload):
    """A vector database in the same release."""

    image: PinnedImage = Field(..., description="Its image.")
    replicas: Annotated[int, Rule({"minimum": 0, "maximum": 1})] = Field(1, description="0 or 1: one writer.")
    resources: Resources = Field(..., description="Its CPU and memory.")
    persistence: Persistence = Field(Persistence(size="10Gi"), description="Its volume.")
    service_account: ServiceAccount = Field(ServiceAccount(), description="Identity of its pod.")
    service: Service = Field(Service(), description="Its Service; always ClusterIP.")


def _store(component: Component) -> Store:
    return Store(image=pinned_image_of(component), resources=resources_of(component))


class VectorDatabase(Section):
    """Where AI keeps its vector memory instead of its own database. Only with AI on."""

    enabled: Annotated[bool, HonouredBy(NOT_YET)] = Field(False, description="Use a vector database.")
    provider: Literal["qdrant", "chromadb", "pinecone", "weaviate"] = Field(
        "qdrant",
        description="Which one. The chart can deploy `qdrant` and `chromadb`; the others are managed elsewhere.",
    )
    endpoint: Url = Field(
        "", description="Address of one that runs elsewhere; empty deploys `qdrant` or `chromadb` in this release."
    )
    api_key_secret: ApiKeySecret = Field(ApiKeySecret(), description="Where the database's key comes from.")
    qdrant: Store = Field(_store(QDRANT), description="Qdrant in this release; ports 6333 (HTTP) and 6334 (gRPC).")
    chromadb: Store = Field(_store(CHROMADB), description="Chroma in this release; port 8000.")

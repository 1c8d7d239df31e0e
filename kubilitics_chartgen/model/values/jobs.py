"""Values of what runs once and ends: database migrations and `helm test`. No I/O."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kubilitics_chartgen.model.values.common import REPOSITORY, ImageDigest, ImageRegistry, ImageTag, Resources
from kubilitics_chartgen.model.values.shapes import EnvVars
from kubilitics_chartgen.model.values.types import PRINTABLE_PATTERN, Rule, Section

__all__ = ["MigrationImage", "Migrations", "Tests"]

Words = Annotated[list[str], Rule({"items": {"type": "string", "pattern": PRINTABLE_PATTERN}})]


class MigrationImage(Section):
    """An image of its own; what is empty is as the backend's."""

    registry: ImageRegistry = Field("", description="Registry; empty means the backend's.")
    repository: Annotated[str, Rule({"pattern": f"^({REPOSITORY})?$"})] = Field(
        "", description="Repository; empty means the backend's."
    )
    tag: ImageTag = Field(
        "", description="Tag; empty means the backend's, or with another repository the chart's appVersion."
    )
    digest: ImageDigest = Field("", description="Digest; empty means the backend's, unless tag or repository differ.")
    pull_policy: Annotated[str, Rule({"enum": ["", "Always", "IfNotPresent", "Never"]})] = Field(
        "", description="When the node pulls the image; empty means as the backend's."
    )


class Migrations(Section):
    """A Job before installation and upgrade that migrates a database; the backend's SQLite needs none."""

    enabled: bool = Field(False, description="Run the Job before each installation and upgrade.")
    image: MigrationImage = Field(
        MigrationImage(), description="An image of its own; what is empty is as the backend's."
    )
    command: Words = Field([], description="Command, word by word; needed.")
    args: Words = Field([], description="Arguments of the command, word by word.")
    env: EnvVars = Field(
        [], description="Environment, such as the database's address from a Secret that exists before the release."
    )
    resources: Resources = Field(
        {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}},
        description="CPU and memory of the Job.",
    )
    backoff_limit: Annotated[int, Rule({"minimum": 0, "maximum": 20})] = Field(
        1, description="How often a failed migration is tried again before the upgrade fails."
    )
    active_deadline_seconds: Annotated[int, Rule({"minimum": 10, "maximum": 86400})] = Field(
        600, description="Longest time for all tries together."
    )
    ttl_seconds_after_finished: Annotated[int, Rule({"minimum": 0, "maximum": 2592000})] = Field(
        86400, description="How long the finished Job stays, for its logs."
    )


class Tests(Section):
    """What `helm test` checks, in pods that end by themselves."""

    enabled: bool = Field(True, description="Bring the pods that `helm test` runs; nothing runs before.")
    strict: bool = Field(
        False, description="Fail, not only warn, when AI reaches an address that network policies keep it from."
    )
    denied_address: Annotated[str, Rule({"pattern": "^([A-Za-z0-9.-]+:[0-9]+)?$", "maxLength": 260})] = Field(
        "kubernetes.default.svc:443",
        description="Host and port that AI must not reach; the Kubernetes API by default, unless `ai.clusterAccess` "
        "is on. Empty checks none.",
    )
    timeout_seconds: Annotated[int, Rule({"minimum": 1, "maximum": 600})] = Field(
        60, description="How long the checks wait for an answer."
    )
    resources: Resources = Field(
        {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "100m", "memory": "64Mi"}},
        description="CPU and memory of a test pod.",
    )

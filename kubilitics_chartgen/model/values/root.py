"""The root of values.yaml. No I/O."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from kubilitics_chartgen.model.values.ai import Ai
from kubilitics_chartgen.model.values.core import Backend, Frontend, Rbac
from kubilitics_chartgen.model.values.jobs import Migrations, Tests
from kubilitics_chartgen.model.values.types import (
    NAME_PATTERN,
    Annotations,
    Hidden,
    Labels,
    OpenSection,
    Rule,
    Section,
)

__all__ = ["Global", "PodSecurity", "Values"]

PULL_SECRET = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1, "description": "Name of the Secret."}},
    "required": ["name"],
    "additionalProperties": False,
}
PullSecrets = Annotated[list[Any], Rule({"items": PULL_SECRET})]
NameOverride = Annotated[str, Rule({"pattern": f"^({NAME_PATTERN.strip('^$')})?$", "maxLength": 63})]


class Global(OpenSection):
    """Values shared with the other charts of an umbrella chart."""

    image_registry: Annotated[str, Rule({"pattern": "^([A-Za-z0-9][A-Za-z0-9./:_-]*)?$"})] = Field(
        "", description="Registry of every image, for mirrors and air-gapped sites."
    )
    image_pull_secrets: Annotated[
        list[Any], Rule({"items": {"anyOf": [{"type": "string", "minLength": 1}, PULL_SECRET]}})
    ] = Field([], description="Secrets for pulling images, as names or as `name: …`.")


class PodSecurity(Section):
    """Identity of all processes. Every pod passes the Pod Security Standard `restricted` either way."""

    fixed_ids: bool = Field(
        True, description="Run as the images' own user and group; false leaves the choice to OpenShift."
    )


class Values(Section):
    """Everything an operator may set."""

    name_override: NameOverride = Field(
        "", description="Replaces the chart's name in names and in the label `app.kubernetes.io/name`."
    )
    fullname_override: NameOverride = Field("", description="Replaces the whole first part of every name.")
    cluster_domain: Annotated[str, Rule({"pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", "maxLength": 200})] = Field(
        "cluster.local", description="DNS domain of the cluster."
    )
    kube_version_override: Annotated[str, Rule({"pattern": "^(v?1\\.[0-9]+(\\.[0-9]+)?)?$"})] = Field(
        "", description="Render for this Kubernetes version instead of the one Helm reports."
    )
    image_pull_secrets: PullSecrets = Field([], description="Secrets for pulling images.")
    common_labels: Labels = Field({}, description="Labels of every object and pod.")
    common_annotations: Annotations = Field({}, description="Annotations of every object.")
    pod_security: PodSecurity = Field(PodSecurity(), description="Identity of all processes.")
    global_: Global = Field(
        Global(), alias="global", description="Values shared with the other charts of an umbrella chart."
    )
    backend: Backend = Field(Backend(), description="The API server; core.")
    frontend: Frontend = Field(Frontend(), description="The web interface; core.")
    rbac: Rbac = Field(Rbac(), description="What the backend may do in the cluster it runs in.")
    ai: Ai = Field(Ai(), description="The optional AI service.")
    migrations: Migrations = Field(
        Migrations(), description="A Job before installation and upgrade that migrates a database."
    )
    tests: Tests = Field(Tests(), description="What `helm test` checks.")
    enabled: Annotated[bool, Hidden()] = Field(
        True, description="For the `condition` of a parent chart; not read here."
    )

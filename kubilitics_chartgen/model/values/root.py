"""The root of values.yaml. No I/O."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from kubilitics_chartgen.model.values.ai import NOT_YET, Ai
from kubilitics_chartgen.model.values.common import ImageRegistry
from kubilitics_chartgen.model.values.core import Backend, Frontend, Rbac
from kubilitics_chartgen.model.values.exposure import Discovery, HttpRoute, Ingress, Route
from kubilitics_chartgen.model.values.jobs import Migrations, Tests
from kubilitics_chartgen.model.values.monitoring import Monitoring
from kubilitics_chartgen.model.values.network import NetworkPolicy
from kubilitics_chartgen.model.values.ollama import Ollama
from kubilitics_chartgen.model.values.types import (
    NAME_PATTERN,
    Annotations,
    Hidden,
    HonouredBy,
    Labels,
    Name,
    OpenSection,
    Rule,
    Section,
    Url,
    text_of,
)
from kubilitics_chartgen.model.values.vector_database import VectorDatabase

__all__ = ["CaBundle", "Compatibility", "Global", "PodSecurity", "Proxy", "Values"]

OBJECT = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata"],
    "properties": {
        "apiVersion": {"type": "string", "minLength": 1},
        "kind": {"type": "string", "minLength": 1},
        "metadata": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string", "minLength": 1}},
        },
    },
}

PULL_SECRET = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1, "description": "Name of the Secret."}},
    "required": ["name"],
    "additionalProperties": False,
}
PullSecrets = Annotated[list[Any], Rule({"items": PULL_SECRET})]
NameOverride = Annotated[str, text_of("NameOverride", f"^({NAME_PATTERN.strip('^$')})?$", maxLength=63)]


AI_FLAGS: dict[str, Any] = {
    "propertyNames": {"pattern": "^[A-Za-z0-9][A-Za-z0-9._@+-]*$", "maxLength": 253},
    "additionalProperties": {
        "type": "object",
        "properties": {
            "ai": {
                "type": "object",
                "properties": {"enabled": {"type": "boolean", "description": "Whether AI is offered."}},
                "additionalProperties": False,
            }
        },
        "additionalProperties": False,
    },
}


class Proxy(Section):
    """The way out for every container; the cluster's own names and the chart's Services never go through it."""

    http_proxy: Url = Field("", description="Proxy for http addresses, such as `http://proxy.example:3128`.")
    https_proxy: Url = Field("", description="Proxy for https addresses.")
    no_proxy: Annotated[
        list[str], Rule({"items": {"type": "string", "pattern": "^[A-Za-z0-9*.:/_-]+$", "maxLength": 300}})
    ] = Field([], description="Further hosts, domains (`.example`) and CIDRs that are reached directly.")
    existing_secret: Name = Field(
        "",
        description="Secret with the addresses, for a proxy that needs a password: keys `https-proxy` and, "
        "if there is one, `http-proxy`.",
    )


class CaBundle(Section):
    """Certificate authorities beside the system's own, from a ConfigMap or a Secret that exists."""

    config_map: Name = Field("", description="ConfigMap with the certificates.")
    secret: Name = Field("", description="Secret with the certificates, instead of a ConfigMap.")
    key: Annotated[str, Rule({"pattern": "^[-._a-zA-Z0-9]+$", "maxLength": 253})] = Field(
        "ca.crt", description="Key in it: certificates in PEM, one after the other."
    )


class Global(OpenSection):
    """Values shared with the other charts of an umbrella chart."""

    image_registry: ImageRegistry = Field("", description="Registry of every image, for mirrors and air-gapped sites.")
    image_pull_secrets: Annotated[
        list[Any], Rule({"items": {"anyOf": [{"type": "string", "minLength": 1}, PULL_SECRET]}})
    ] = Field([], description="Secrets for pulling images, as names or as `name: …`.")
    proxy: Proxy = Field(Proxy(), description="Proxy of every container of the chart.")
    ca_bundle: CaBundle = Field(CaBundle(), description="Certificate authorities that every container trusts as well.")


class PodSecurity(Section):
    """User and group ids of all containers. Every pod passes the Pod Security Standard `restricted` either way."""

    fixed_ids: bool = Field(
        True, description="Run as the images' own user and group; false leaves the choice to OpenShift."
    )


class Compatibility(Section):
    """What happens where images of different releases meet; the matrix is in docs/compatibility.md."""

    enforce: Annotated[Any, Rule({"enum": ["block", "warn", "off", False]})] = Field(
        "block",
        description="What the matrix blocks is refused (`block`), shown after installation (`warn`) or not looked at "
        "(`off`, which YAML without quotes reads as `false`).",
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
    pod_security: PodSecurity = Field(PodSecurity(), description="User and group ids of all containers.")
    global_: Global = Field(
        Global(), alias="global", description="Values shared with the other charts of an umbrella chart."
    )
    backend: Backend = Field(Backend(), description="The API server; core.")
    frontend: Frontend = Field(Frontend(), description="The web interface; core.")
    rbac: Rbac = Field(Rbac(), description="What the backend may do in the cluster it runs in.")
    ai: Ai = Field(Ai(), description="The optional AI service.")
    organizations: Annotated[dict[str, Any], Rule(AI_FLAGS), HonouredBy(NOT_YET)] = Field(
        {},
        description="Turns AI on or off for one organization, whatever `ai.rollout.percentage` says: "
        "`<name>.ai.enabled`.",
    )
    users: Annotated[dict[str, Any], Rule(AI_FLAGS), HonouredBy(NOT_YET)] = Field(
        {}, description="Turns AI on or off for one user, whatever is said of their organization: `<name>.ai.enabled`."
    )
    extra_objects: Annotated[list[Any], Rule({"items": OBJECT})] = Field(
        [], description="Whole Kubernetes objects to install with the release, exactly as written; no Secret."
    )
    network_policy: NetworkPolicy = Field(NetworkPolicy(), description="Which connections are allowed.")
    ingress: Ingress = Field(Ingress(), description="A way in: an Ingress to the frontend.")
    http_route: HttpRoute = Field(HttpRoute(), description="A way in: a Gateway API HTTPRoute to the frontend.")
    route: Route = Field(Route(), description="A way in: an OpenShift Route to the frontend.")
    discovery: Discovery = Field(Discovery(), description="What clients learn at /api/discovery.")
    vector_database: VectorDatabase = Field(
        VectorDatabase(), description="Where AI keeps its vector memory instead of its own database. Only with AI on."
    )
    ollama: Ollama = Field(Ollama(), description="An Ollama server of the release's own. Only with AI on.")
    monitoring: Monitoring = Field(Monitoring(), description="Metrics, for the Prometheus operator.")
    migrations: Migrations = Field(
        Migrations(), description="A Job before installation and upgrade that migrates a database."
    )
    tests: Tests = Field(Tests(), description="What `helm test` checks.")
    compatibility: Compatibility = Field(
        Compatibility(), description="What happens where images of different releases meet."
    )
    enabled: Annotated[bool, Hidden()] = Field(
        True, description="For the `condition` of a parent chart; not read here."
    )

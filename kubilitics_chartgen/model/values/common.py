"""Sections that several components share: image, scheduling, service account, storage. No I/O."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from kubilitics_chartgen.model.components import IMAGE_REGISTRY, Component
from kubilitics_chartgen.model.values.shapes import (
    Containers,
    DnsConfig,
    EnvFrom,
    EnvVars,
    HostAliases,
    Lifecycle,
    VolumeMounts,
    Volumes,
)
from kubilitics_chartgen.model.values.types import (
    Annotations,
    Fragment,
    Labels,
    Name,
    PodAnnotations,
    Quantity,
    Rule,
    Section,
    text_of,
)

__all__ = [
    "REPOSITORY",
    "Image",
    "ImageDigest",
    "ImageRegistry",
    "ImageTag",
    "Persistence",
    "PinnedImage",
    "PodSecurityContext",
    "Resources",
    "Service",
    "ServiceAccount",
    "StartupProbe",
    "Workload",
    "image_of",
    "pinned_image_of",
    "resources_of",
]

CORE = "io.k8s.api.core.v1."

REPOSITORY = "[a-z0-9]+(([./_]|__|-+)[a-z0-9]+)*"
_HOST = "[A-Za-z0-9]+(([._]|__|-+)[A-Za-z0-9]+)*"
"""Distribution's grammar of references."""

ImageRegistry = Annotated[str, text_of("ImageRegistry", f"^({_HOST}(:[0-9]+)?(/{REPOSITORY})?)?$")]
ImageTag = Annotated[str, text_of("ImageTag", "^([A-Za-z0-9_][A-Za-z0-9_.-]*)?$", maxLength=128)]
ImageDigest = Annotated[str, text_of("ImageDigest", "^(sha256:[a-f0-9]{64})?$")]


class Image(Section):
    """Where a container image comes from."""

    registry: ImageRegistry = Field(
        IMAGE_REGISTRY, description="Registry the image is pulled from; `global.imageRegistry` wins over it."
    )
    repository: Annotated[str, Rule({"pattern": f"^{REPOSITORY}$"})] = Field(
        ..., description="Repository in the registry."
    )
    tag: ImageTag = Field("", description="Tag, without a leading `v`; empty means the chart's appVersion.")
    digest: ImageDigest = Field("", description="Digest such as `sha256:…`; pins the image to exactly these bytes.")
    pull_policy: Literal["Always", "IfNotPresent", "Never"] = Field(
        "IfNotPresent", description="When the node pulls the image."
    )


class PinnedImage(Image):
    """Where an image comes from that is not the product's own, and therefore has a version of its own."""

    tag: Annotated[str, Rule({"pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]*$", "maxLength": 128})] = Field(
        ..., description="Tag."
    )


class ServiceAccount(Section):
    """The identity of a component's pods."""

    create: bool = Field(True, description="Create a ServiceAccount for this component.")
    name: Name = Field(
        "",
        description="Name to create or to use; empty means the component's own name, or without `create` the "
        "namespace's `default`, which all pods without an account have.",
    )
    annotations: Annotations = Field(
        {}, description="Annotations of the ServiceAccount, for example for a cloud's identity."
    )


class Service(Section):
    """A component's Service."""

    annotations: Annotations = Field({}, description="Annotations of the Service.")
    labels: Labels = Field({}, description="Labels of the Service.")
    app_protocol: Annotated[str, Rule({"pattern": "^([A-Za-z0-9][-A-Za-z0-9./]*)?$"})] = Field(
        "http", description="What the port speaks, for meshes and load balancers; empty leaves it out."
    )
    ip_family_policy: Literal["", "SingleStack", "PreferDualStack", "RequireDualStack"] = Field(
        "", description="One or two IP families; empty leaves it to the cluster."
    )
    ip_families: Annotated[
        list[str], Rule({"items": {"type": "string", "enum": ["IPv4", "IPv6"]}, "maxItems": 2, "uniqueItems": True})
    ] = Field([], description="IP families, the first of which can never change; empty leaves them to the cluster.")


class Persistence(Section):
    """A component's volume. A claim made by the chart is kept when the release is uninstalled."""

    enabled: bool = Field(True, description="Keep the data on a volume; false loses it with the pod.")
    size: Quantity = Field(..., description="Size of the volume; a claim can grow but never shrink.")
    storage_class: Annotated[str, Rule({"pattern": "^(-|[a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$"})] = Field(
        "", description="StorageClass; empty means the cluster's default, `-` means none."
    )
    access_modes: Annotated[
        list[str],
        Rule(
            {
                "items": {
                    "type": "string",
                    "enum": ["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"],
                },
                "minItems": 1,
                "uniqueItems": True,
                # Kubernetes takes ReadWriteOncePod alone only.
                "anyOf": [{"maxItems": 1}, {"items": {"enum": ["ReadWriteOnce", "ReadWriteMany"]}}],
            }
        ),
    ] = Field(["ReadWriteOnce"], description="How nodes may mount the volume; ReadWriteOncePod stands alone.")
    existing_claim: Name = Field("", description="Use this claim instead of making one.")
    annotations: Annotations = Field({}, description="Annotations of the claim.")


Resources = Annotated[dict[str, Any], Fragment(CORE + "ResourceRequirements")]


class PodSecurityContext(Section):
    """What may be added to the pod's security context; nothing here can weaken it."""

    supplemental_groups: Annotated[
        list[int], Rule({"items": {"type": "integer", "minimum": 1, "maximum": 2147483647}, "uniqueItems": True})
    ] = Field([], description="Further groups of the processes, for volumes that belong to one.")
    se_linux_level: Annotated[str, Rule({"pattern": "^(s[0-9]+(-s[0-9]+)?(:[c0-9.,]+)?)?$"})] = Field(
        "", description="SELinux level such as `s0:c123,c456`, for volumes that carry one."
    )


class StartupProbe(Section):
    """How long the start may take."""

    failure_threshold: Annotated[int, Rule({"minimum": 1, "maximum": 1000})] = Field(
        30, description="How often the start-up probe may fail before the container is started again."
    )


class Workload(Section):
    """What every component's pods have in common."""

    is_component: ClassVar[bool] = True

    labels: Labels = Field({}, description="Labels of the Deployment or StatefulSet itself.")
    annotations: Annotations = Field({}, description="Annotations of the Deployment or StatefulSet itself.")
    pod_labels: Labels = Field({}, description="Labels of the pods.")
    pod_annotations: PodAnnotations = Field({}, description="Annotations of the pods.")
    node_selector: Labels = Field({}, description="Labels a node must have.")
    tolerations: Annotated[list[dict[str, Any]], Fragment(CORE + "Toleration", is_list=True)] = Field(
        [], description="Taints the pods tolerate."
    )
    affinity: Annotated[dict[str, Any], Fragment(CORE + "Affinity")] = Field(
        {}, description="Where the pods prefer or need to run."
    )
    topology_spread_constraints: Annotated[
        list[dict[str, Any]], Fragment(CORE + "TopologySpreadConstraint", is_list=True)
    ] = Field([], description="How the pods spread over nodes and zones.")
    priority_class_name: Name = Field("", description="PriorityClass of the pods.")
    runtime_class_name: Name = Field("", description="RuntimeClass of the pods.")
    extra_env: EnvVars = Field(
        [], description="Further environment variables of the container; those of the chart cannot be replaced."
    )
    extra_env_from: EnvFrom = Field([], description="ConfigMaps and Secrets whose keys become environment variables.")
    extra_volumes: Volumes = Field([], description="Further volumes: a name, and one source that `restricted` allows.")
    extra_volume_mounts: VolumeMounts = Field([], description="Further mounts of the container.")
    init_containers: Containers = Field(
        [], description="Further init containers, run after the chart's own; name and image are needed."
    )
    sidecars: Containers = Field([], description="Further containers beside the main one; name and image are needed.")
    lifecycle: Lifecycle = Field(
        {},
        description="`postStart` and `preStop` of the container: `exec`, `httpGet`, or `sleep` from Kubernetes 1.30.",
    )
    startup_probe: StartupProbe = Field(StartupProbe(), description="How long the start may take.")
    dns_policy: Literal["", "ClusterFirst", "Default", "None"] = Field(
        "",
        description="DNS policy of the pods; empty is Kubernetes' default. Services are found with ClusterFirst only.",
    )
    dns_config: DnsConfig = Field({}, description="DNS servers, search domains and options of the pods.")
    host_aliases: HostAliases = Field([], description="Lines for the pods' `/etc/hosts`.")
    pod_security_context: PodSecurityContext = Field(
        PodSecurityContext(), description="Additions to the pods' security context."
    )
    termination_grace_period_seconds: Annotated[int, Rule({"minimum": 0, "maximum": 86400})] = Field(
        30, description="How long a pod may take to stop."
    )
    revision_history_limit: Annotated[int, Rule({"minimum": 0, "maximum": 1000})] = Field(
        10, description="How many old revisions are kept for a rollback."
    )


def image_of(component: Component) -> Image:
    """The default image of `component`."""
    return Image(repository=component.repository)


def pinned_image_of(component: Component) -> PinnedImage:
    """The default image of a component that others make."""
    return PinnedImage(registry=component.registry, repository=component.repository, tag=component.tag)


def resources_of(component: Component) -> dict[str, Any]:
    """The default requests and limits of `component`."""
    return {
        "requests": {"cpu": component.cpu_request, "memory": component.memory_request},
        "limits": {"cpu": component.cpu_limit, "memory": component.memory_limit},
    }

"""Sections that several components share: image, scheduling, service account, storage. No I/O."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from kubilitics_chartgen.model.components import IMAGE_REGISTRY, Component
from kubilitics_chartgen.model.values.types import Annotations, Fragment, Labels, Name, Quantity, Rule, Section

__all__ = [
    "Image",
    "Persistence",
    "PinnedImage",
    "Resources",
    "Service",
    "ServiceAccount",
    "Workload",
    "image_of",
    "pinned_image_of",
    "resources_of",
]

CORE = "io.k8s.api.core.v1."


class Image(Section):
    """Where a container image comes from."""

    registry: Annotated[str, Rule({"pattern": "^([A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?(/[a-z0-9._/-]+)?)?$"})] = Field(
        IMAGE_REGISTRY, description="Registry the image is pulled from; `global.imageRegistry` wins over it."
    )
    repository: Annotated[str, Rule({"pattern": "^[a-z0-9]+([._/-]+[a-z0-9]+)*$"})] = Field(
        ..., description="Repository in the registry."
    )
    tag: Annotated[str, Rule({"pattern": "^([A-Za-z0-9_][A-Za-z0-9_.-]*)?$", "maxLength": 128})] = Field(
        "", description="Tag, without a leading `v`; empty means the chart's appVersion."
    )
    digest: Annotated[str, Rule({"pattern": "^(sha256:[a-f0-9]{64})?$"})] = Field(
        "", description="Digest such as `sha256:…`; pins the image to exactly these bytes."
    )
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
    name: Name = Field("", description="Name to create or to use; empty means the component's own name.")
    annotations: Annotations = Field(
        {}, description="Annotations of the ServiceAccount, for example for a cloud's identity."
    )


class Service(Section):
    """A component's Service."""

    annotations: Annotations = Field({}, description="Annotations of the Service.")


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
            }
        ),
    ] = Field(["ReadWriteOnce"], description="How nodes may mount the volume.")
    existing_claim: Name = Field("", description="Use this claim instead of making one.")
    annotations: Annotations = Field({}, description="Annotations of the claim.")


Resources = Annotated[dict[str, Any], Fragment(CORE + "ResourceRequirements")]


class Workload(Section):
    """What every component's pods have in common."""

    labels: Labels = Field({}, description="Labels of the Deployment itself.")
    annotations: Annotations = Field({}, description="Annotations of the Deployment itself.")
    pod_labels: Labels = Field({}, description="Labels of the pods.")
    pod_annotations: Annotations = Field({}, description="Annotations of the pods.")
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

"""Values of autoscaling and of disruption budgets. No I/O. The AI's numbers: section 5 of the delivery architecture."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from kubilitics_chartgen.model.values.types import Fragment, Rule, Section

__all__ = ["AiAutoscaling", "Autoscaling", "PodDisruptionBudget"]

Percent = Annotated[int, Rule({"minimum": 1, "maximum": 1000})]
Pods = Annotated[int, Rule({"minimum": 1, "maximum": 1000})]


class Autoscaling(Section):
    """A HorizontalPodAutoscaler; while it is on, `replicas` is ignored."""

    enabled: bool = Field(False, description="Let the load decide how many pods run.")
    min_replicas: Pods = Field(1, description="Fewest pods.")
    max_replicas: Pods = Field(5, description="Most pods.")
    target_cpu_utilization_percentage: Percent = Field(
        70,
        alias="targetCPUUtilizationPercentage",
        description="CPU in use, in percent of what the pods request, that more pods are started above.",
    )
    behavior: Annotated[dict[str, Any], Fragment("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior")] = Field(
        {}, description="How fast it scales up and down; Kubernetes' own defaults where empty."
    )


class AiAutoscaling(Autoscaling):
    """A HorizontalPodAutoscaler for AI; while it is on, `ai.replicas` is ignored."""

    target_memory_utilization_percentage: Percent = Field(
        75, description="Memory in use, in percent of what the pods request, that more pods are started above."
    )
    scale_down_below_percent: Annotated[int, Rule({"minimum": 1, "maximum": 1000})] = Field(
        30,
        description="CPU in use that pods are stopped below. Needs Kubernetes 1.35; an older one stops them as soon as "
        "fewer would do.",
    )


class PodDisruptionBudget(Section):
    """A PodDisruptionBudget. It never blocks the drain of a node, not even with one replica."""

    enabled: bool = Field(False, description="Create a PodDisruptionBudget.")
    max_unavailable: Annotated[int, Rule({"minimum": 1, "maximum": 1000})] = Field(
        1, description="How many pods a drain may take at a time."
    )

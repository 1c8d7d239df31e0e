"""What is refused of replicas, volumes and autoscaling. No I/O."""

from __future__ import annotations

from typing import Any

from kubilitics_chartgen.model.refusals.knobs import AGENT, MEASURED_AGENT
from kubilitics_chartgen.model.refusals.refusal import Example, Refusal

__all__ = ["SCALING_REFUSALS"]


def _ai(**settings: Any) -> dict[str, Any]:
    return {"ai": {"enabled": True, **settings}}


def _scaled(**settings: Any) -> dict[str, Any]:
    return {"frontend": {"autoscaling": {"enabled": True}, **settings}}


NO_VOLUME = {"enabled": False}
PER_REPLICA = {"perReplica": True}

SCALING_REFUSALS: tuple[Refusal, ...] = (
    Refusal(
        "ai-replicas",
        "ai.replicas",
        "several AI pods on one volume would write one SQLite file and corrupt it, whether the volume is shared or not",
        "Use one pod, or give each its own volume with ai.persistence.perReplica: true, or go without one with "
        "ai.persistence.enabled: false and vectorDatabase.enabled: true, which no AI image up to this release acts on.",
        bad=_ai(replicas=2, persistence={"accessModes": ["ReadWriteMany"]}),
        good=_ai(replicas=2, persistence=PER_REPLICA),
    ),
    Refusal(
        "ai-replicas-forgetful",
        "ai.replicas",
        "several AI pods without a volume would each remember something else and lose it with the pod",
        "Use one pod, or give each its own volume with ai.persistence.enabled and ai.persistence.perReplica. With "
        "vectorDatabase.enabled: true it is accepted too, but no AI image up to this release acts on that.",
        bad=_ai(replicas=2, persistence=NO_VOLUME),
        good={**_ai(replicas=2, persistence=NO_VOLUME), "vectorDatabase": {"enabled": True}},
    ),
    Refusal(
        "per-replica-existing-claim",
        "ai.persistence.existingClaim",
        "one claim cannot be the volume of each replica",
        "Remove it, or set ai.persistence.perReplica to false and use one pod.",
        bad=_ai(persistence={**PER_REPLICA, "existingClaim": "mine"}),
        good=_ai(persistence={"existingClaim": "mine"}),
    ),
    Refusal(
        "per-replica-without-volume",
        "ai.persistence.perReplica",
        "there is no volume for any replica, because ai.persistence.enabled is false",
        "Set ai.persistence.enabled to true, or ai.persistence.perReplica to false.",
        bad=_ai(persistence={**PER_REPLICA, **NO_VOLUME}),
        good=_ai(persistence=PER_REPLICA),
    ),
    Refusal(
        "per-replica-annotations",
        "ai.persistence.annotations",
        "the claims of a StatefulSet are made from a template that Kubernetes never lets anybody change",
        "Remove them, and annotate the claims themselves: kubectl annotate pvc -l app.kubernetes.io/component=ai ...",
        bad=_ai(persistence={**PER_REPLICA, "annotations": {"backup.example.com/keep": "daily"}}),
        good=_ai(persistence=PER_REPLICA),
    ),
    Refusal(
        "autoscaling-range",
        "frontend.autoscaling.minReplicas",
        "it is above maxReplicas",
        "Make maxReplicas the larger one.",
        bad={"frontend": {"autoscaling": {"enabled": True, "minReplicas": 3, "maxReplicas": 2}}},
        good={"frontend": {"autoscaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 3}}},
    ),
    Refusal(
        "autoscaling-without-requests",
        "frontend.resources",
        "autoscaling measures use in percent of what all containers of a pod request, and this one requests none",
        "Write a request for CPU, and for the AI for memory too, or turn autoscaling off.",
        bad=_scaled(resources={"requests": {"cpu": None}, "limits": {"cpu": None}}),
        good=_scaled(resources={"requests": {"cpu": "50m"}}),
        elsewhere=(
            Example(
                "frontend.sidecars agent",
                bad=_scaled(sidecars=[AGENT]),
                good=_scaled(sidecars=[MEASURED_AGENT]),
            ),
        ),
    ),
    Refusal(
        "scale-down-threshold",
        "ai.autoscaling.scaleDownBelowPercent",
        "pods would be stopped at the very load that more are started at",
        "Write a number below ai.autoscaling.targetCPUUtilizationPercentage.",
        bad=_ai(persistence=PER_REPLICA, autoscaling={"enabled": True, "scaleDownBelowPercent": 70}),
        good=_ai(persistence=PER_REPLICA, autoscaling={"enabled": True, "scaleDownBelowPercent": 40}),
    ),
    Refusal(
        "tolerance-too-early",
        "frontend.autoscaling.behavior",
        "Kubernetes knows a tolerance per direction from 1.35 on, and an older one drops it without a word",
        "Remove scaleUp.tolerance and scaleDown.tolerance.",
        bad={
            "kubeVersionOverride": "1.34",
            "frontend": {"autoscaling": {"enabled": True, "behavior": {"scaleUp": {"tolerance": "0.2"}}}},
        },
        good={
            "kubeVersionOverride": "1.35",
            "frontend": {"autoscaling": {"enabled": True, "behavior": {"scaleUp": {"tolerance": "0.2"}}}},
        },
    ),
)

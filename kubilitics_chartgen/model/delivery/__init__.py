"""How Kubilitics is delivered (section 7 of the delivery architecture): tracks, workflows, pins, as data. No I/O."""

from kubilitics_chartgen.model.delivery.pins import (
    ACTIONS,
    IMAGES,
    KIND_NODES,
    KIND_VERSION,
    Action,
    Image,
    action,
    image,
    unpinned,
)
from kubilitics_chartgen.model.delivery.tracks import TARGETS, TRACKS, Target, Track
from kubilitics_chartgen.model.delivery.workflow import READ, Call, Job, Step, Workflow

__all__ = [
    "ACTIONS",
    "IMAGES",
    "KIND_NODES",
    "KIND_VERSION",
    "READ",
    "TARGETS",
    "TRACKS",
    "Action",
    "Call",
    "Image",
    "Job",
    "Step",
    "Target",
    "Track",
    "Workflow",
    "action",
    "image",
    "unpinned",
]

"""A live cluster: what a release would meet there. Reads only, and knows a chart by its rendered objects alone."""

from __future__ import annotations

from kubilitics_chartgen.cluster.connection import Connection, DeniedError, connect
from kubilitics_chartgen.cluster.needs import Needs, needs_of
from kubilitics_chartgen.cluster.preflight import Line, Status, preflight
from kubilitics_chartgen.cluster.release import InstalledRelease, read_release
from kubilitics_chartgen.cluster.running import kubernetes_version, running_images

__all__ = [
    "Connection",
    "DeniedError",
    "InstalledRelease",
    "Line",
    "Needs",
    "Status",
    "connect",
    "kubernetes_version",
    "needs_of",
    "preflight",
    "read_release",
    "running_images",
]

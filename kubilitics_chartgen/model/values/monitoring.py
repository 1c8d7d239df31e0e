"""Values of the objects that tell the Prometheus operator where metrics are. No I/O."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kubilitics_chartgen.model.values.types import Labels, Section, text_of

__all__ = ["Monitor", "Monitoring"]

Duration = Annotated[str, text_of("ScrapeTime", "^([1-9][0-9]*(ms|s|m|h))?$")]


class Monitor(Section):
    """One kind of monitor, for backend, AI and Qdrant; the frontend has no metrics."""

    enabled: bool = Field(False, description="Create them.")
    render_mode: Literal["alwaysRender", "skipIfMissing", "failIfMissing"] = Field(
        "alwaysRender",
        description="What to do where the cluster does not know this kind. `helm template` and tools that use it "
        "know no custom kinds: with `skipIfMissing` they render nothing.",
    )
    interval: Duration = Field("30s", description="How often metrics are read; empty leaves it to Prometheus.")
    scrape_timeout: Duration = Field("10s", description="Longest wait for an answer; not above the interval.")
    labels: Labels = Field({}, description="Labels that your Prometheus looks for, such as `release: prometheus`.")


class Monitoring(Section):
    """Metrics, for the Prometheus operator. Use one of the two kinds."""

    service_monitor: Monitor = Field(Monitor(), description="ServiceMonitors: pods are found through their Services.")
    pod_monitor: Monitor = Field(Monitor(), description="PodMonitors: pods are found by their labels.")

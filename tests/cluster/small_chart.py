"""A chart of one template, to ask a cluster about one fact."""

from __future__ import annotations

from pathlib import Path

__all__ = ["small_chart"]


def small_chart(folder: Path, template: str, values: str = "") -> Path:
    """Written below `folder`; `values` is the text of its values.yaml."""
    chart = folder / "small"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: small\nversion: 0.1.0\n")
    (chart / "values.yaml").write_text(values)
    (chart / "templates" / "all.yaml").write_text(template)
    return chart

"""The Helm chart: `build(profiles)` gives every file of charts/kubilitics, its schema copy and generated docs as text.

Pure: in goes the text of the profiles, out comes `{path: text}` with paths relative to the repository.
"""

from kubilitics_chartgen.targets.chart.build import CHART_DIR, build

__all__ = ["CHART_DIR", "build"]

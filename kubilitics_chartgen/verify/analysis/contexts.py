"""What Helm hands to templates beside values: `.Release`, `.Chart`, `.Subcharts`, and methods of `.Values`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from kubilitics_chartgen.verify.analysis.values import ANY, RELEASE, Abstract, Path, Site

__all__ = ["CHART", "METHODS", "RELEASES", "context_of", "inside_of", "is_chart", "subcharts_of"]

RELEASES: Mapping[str, Path] = MappingProxyType({name: (RELEASE, name) for name in ("Name", "Namespace")})
"""What of a release its user chooses, by paths that no value has."""
METHODS = frozenset({"AsMap", "Encode", "PathValue", "Table", "YAML"})
"""What Go finds at `.Values` before it looks for a value of that name."""
CHART = frozenset({"APIVersion", "Annotations", "AppVersion", "Condition", "Dependencies", "Deprecated", "Description",
                   "Home", "Icon", "IsRoot", "Keywords", "KubeVersion", "Maintainers", "Metadata", "Name", "Sources",
                   "Tags", "Type", "Version"})  # fmt: skip
"""What `.Chart` holds. Helm 3 stops at anything else, and Helm 4 finds nothing there."""


def context_of(root: Path, name: str) -> Abstract:
    """Something of a root context that is no value, such as `.Release`.

    It leads to no value, and yet all templates see what one of them changes in it.
    """
    return Abstract(sites=frozenset({("context", root, name)}), other=True)


def inside_of(site: Site, name: str) -> Abstract:
    """What lies inside such a thing, however deep; of names of the release it is known that they are."""
    inside: Site = (*site[:3], ANY)
    named = [("release", RELEASES[name])] if site[2:] == ("Release",) and name in RELEASES else []
    return Abstract(sites=frozenset({inside, *named}), other=True)


def is_chart(value: Abstract) -> bool:
    """Whether this is `.Chart` and nothing else."""
    sites = value.sites
    known = bool(sites) and all(site[0] == "context" and site[2:] == ("Chart",) for site in sites)
    return known and value == Abstract(sites=sites, other=True)


def subcharts_of(site: Site, name: str, charts: Collection[Path]) -> Abstract:
    """What `.Subcharts.name` may be: root contexts of some of the charts."""
    prefix = site[1]
    assert isinstance(prefix, tuple)
    if name != ANY:
        return Abstract(roots=frozenset({(*prefix, name)}))
    inner = [chart for chart in charts if len(chart) == len(prefix) + 1 and chart[:-1] == prefix]
    return Abstract(roots=frozenset(inner), other=True)

"""What is said of the version that a server names, as those of vendors do."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.cluster.checks import version
from kubilitics_chartgen.cluster.needs import needs_of
from kubilitics_chartgen.cluster.preflight import Situation

NEWER = "upgrade the cluster"
SUFFIX = "Helm takes what follows the dash for a pre-release: the chart's kubeVersion must end in -0"


class Server:
    def __init__(self, found: str) -> None:
        self.found = found

    def get(self, _path, _what):
        return {"gitVersion": self.found}


@pytest.mark.parametrize(
    ("found", "wanted", "fix"),
    [
        ("v1.33.4", ">=1.25.0", ""),
        ("v1.33.1+k3s1", ">=1.25.0", ""),
        ("v1.33.4-gke.1245000", ">=1.25.0-0", ""),
        # Helm on a cluster compares the whole version, so that a range without a pre-release refuses a vendor's.
        ("v1.33.4-gke.1245000", ">=1.25.0", SUFFIX),
        ("v1.33.4-gke.1245000", ">=1.34.0", NEWER),
        ("v1.33.4", ">=1.34.0-0", NEWER),
    ],
)
def test_a_version_that_the_chart_does_not_take_says_what_to_change(found, wanted, fix):
    (line,) = version.check(Situation(Server(found), "web", "shop", wanted, needs_of([])))
    assert line.fix == fix
    assert (line.status.value == "problem") == bool(fix)

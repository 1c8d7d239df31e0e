"""The Kubilitics chart has no finding: with its defaults, with every profile, as every supported Kubernetes."""

from __future__ import annotations

import re

import pytest
import yaml

from kubilitics_chartgen.kube.versions import supported
from tests.chart.objects import CHART, PROFILES, merged
from tests.chart.test_kubernetes import SITUATIONS
from tests.verify.checks.rendered import context, judged, rendered

VALUES = {"defaults": {}} | {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in PROFILES}


@pytest.mark.parametrize("version", supported(), ids=str)
def test_no_profile_has_a_finding(version):
    for name, values in VALUES.items():
        against = context(CHART, (version,), values)
        assert judged(rendered(CHART, values, version.name), against) == [], name


@pytest.mark.parametrize("situation", SITUATIONS)
def test_only_what_operators_add_themselves_has_findings(situation):
    values = SITUATIONS[situation]
    found = judged(rendered(CHART, values, "1.33"), context(CHART, supported()[8:9], values))
    assert {(name, re.sub(r"\[\d+\].*", "", fault.path)) for name, fault in found} <= OPERATORS_OWN.get(
        situation, set()
    )


# Their containers have no resources, their objects no namespace; their rule opens the backend's way to everybody; they
# write a null.
OPERATORS_OWN = {
    "every knob": {
        ("namespaces", "metadata.namespace"),
        ("resources", "spec.template.spec.initContainers"),
        ("resources", "spec.template.spec.containers"),
    },
    "every way in": {("reachability", "spec.egress")},
    "several AI pods with volumes": {("drift", "spec.behavior.scaleDown")},
}


@pytest.mark.parametrize("flavor", ["kubernetes", "cilium", "calico"])
@pytest.mark.parametrize(
    "values",
    [{}, {"ai": {"enabled": True, "llmProvider": "openai"}}, {"ai": {"enabled": True}, "ollama": {"enabled": True}}],
    ids=["core", "openai", "ollama"],
)
def test_every_flavor_of_policies_keeps_to_the_declared_connections(flavor, values):
    own = merged(values, {"networkPolicy": {"flavor": flavor}})
    assert judged(rendered(CHART, own), context(CHART, values=own), "reachability") == []

"""Helm's record of a release, also when it is damaged or none; the real ones are read in tests/cluster/test_plan.py."""

import base64
import gzip
import json

import pytest

from kubilitics_chartgen.cluster.release import decode_release, read_release
from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.upgrade.planning import Wish, plan_from_cluster
from kubilitics_chartgen.upgrade.source import Side, Target

RECORD = {
    "name": "web",
    "namespace": "prod",
    "version": 3,
    "info": {"status": "deployed"},
    "chart": {"metadata": {"name": "shop", "version": "1.2.3"}},
    "manifest": "---\n# Source: shop/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "hooks": [{"manifest": "kind: Job"}],
}


def packed(record):
    inner = base64.b64encode(gzip.compress(record if isinstance(record, bytes) else json.dumps(record).encode()))
    return base64.b64encode(inner).decode()


def test_a_record_says_what_runs_and_how_it_was_applied():
    found = decode_release(packed(RECORD), "it")
    assert (found.chart, found.chart_version, found.revision, found.server_side) == ("shop", "1.2.3", 3, False)
    assert decode_release(packed({**RECORD, "apply_method": "ssa"}), "it").server_side


@pytest.mark.parametrize(
    "data",
    ["", "!!", packed(b"no json"), packed([]), packed({**RECORD, "chart": None}), packed(RECORD)[:-80]],
    ids=["empty", "not base64", "not JSON", "a list", "no chart", "truncated"],
)
def test_what_is_no_record_is_one_sentence(data):
    with pytest.raises(InputError, match="revision 3 of web is no record that Helm has written, or a damaged one"):
        decode_release(data, "revision 3 of web")


def test_a_record_that_unpacks_to_gigabytes_is_refused():
    with pytest.raises(InputError, match="unpacks to more than 100 MiB"):
        decode_release(packed(b" " * (101 * 1024 * 1024)), "it")


class Cluster:
    """Answers what a real one would of a release with these revisions, and of nothing else."""

    context, namespace, url = "here", "prod", "https://here"

    def __init__(self, *states, record=None):
        self.states, self.record = states, record

    def get(self, path, _what, **_options):
        if path == "/version":
            return {"gitVersion": "v1.33.4-gke.1245000"}
        return {"data": {"release": packed(self.record)}} if "sh.helm.release" in path else None

    def items(self, _path, _what, **query):
        if "labelSelector" not in query:
            return []
        return [{"metadata": {"labels": {"version": str(n), "status": s}}} for n, s in enumerate(self.states, 1)]


@pytest.mark.parametrize(
    "states", [["uninstalled"], ["superseded", "uninstalled"], ["uninstalling"]], ids=lambda states: "-".join(states)
)
def test_a_release_that_helm_would_not_upgrade_is_no_base_for_a_plan(states):
    """Helm starts from what is deployed, else from a newest revision that is superseded or failed: prepareUpgrade."""
    with pytest.raises(InputError, match=f"is {states[-1]} and none is deployed: helm upgrade refuses that"):
        read_release(Cluster(*states, record=RECORD), "web", "prod")


@pytest.mark.parametrize("states", [["failed"], ["superseded"], ["deployed", "failed"], ["deployed", "uninstalling"]])
def test_a_release_that_helm_would_upgrade_is_one(states):
    assert read_release(Cluster(*states, record=RECORD), "web", "prod").chart == "shop"


def test_a_chart_without_a_value_for_the_version_is_planned_without_a_helm_program(tmp_path, monkeypatch):
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 2.0.0\n")
    (tmp_path / "templates" / "a.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {b: c}\n"
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    wish = Wish(Side(tmp_path), Target("web", "prod"))
    planned = plan_from_cluster(Cluster("deployed", record=RECORD), wish)
    (change,) = (change for change in planned.plan.changes if change.identity.kind == "ConfigMap")
    assert change.verdict.value == "changed in place"
    assert planned.version.name == "1.33"

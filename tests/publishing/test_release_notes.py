"""Release notes: everything that differs between two charts stands there, and nothing that does not."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.chart.objects import CHART
from tests.publishing.charts import ok, refused, shop

ROLE = (
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: shop}}\n"
    "rules: [{{apiGroups: ['', apps], resources: [pods], verbs: {verbs}}}]\n"
)
POLICY = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: shop}}\nspec:\n  podSelector: {{}}\n"
    "  egress: [{{to: [{{ipBlock: {{cidr: {cidr}}}}}], ports: [{{port: 443}}]}}]\n"
)


def sections(text: str) -> dict[str, str]:
    """What stands below each second-level heading."""
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return {title: body.strip() for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def about(version: str, more: str = "") -> str:
    return f"apiVersion: v2\nname: shop\nversion: {version}\n{more}"


@pytest.fixture
def pair(tmp_path: Path):
    """Builds an old and a new release of the small chart, and gives back the notes by section."""

    def build(old: dict[str, str], new: dict[str, str], *options: str | Path) -> dict[str, str]:
        before = shop(tmp_path / "old", **{"Chart.yaml": about("1.0.0"), **old})
        after = shop(tmp_path / "new", **{"Chart.yaml": about("1.1.0"), **new})
        return sections(ok("release", "notes", before, after, *options))

    return build


VALUES = "# How many.\nreplicas: {replicas}\nimage: {{registry: r.io, repository: a/b, tag: '1'}}\n{more}"


def test_two_equal_charts_have_nothing_to_tell(pair) -> None:
    said = pair({}, {})
    silent = [title for title, body in said.items() if body == "Nothing changed."]
    assert set(said) - set(silent) == {"Upgrade", "LLM providers", "Known issues"}
    assert said["LLM providers"] == "This chart has no LLM providers."


def test_values_come_go_and_change_with_what_they_mean(pair) -> None:
    old = VALUES.format(replicas=1, more="# Old thing.\nlegacy: {mode: x}\n")
    new = VALUES.format(
        replicas=2, more="\n# A way in.\ningress:\n  # Create | it, `<host>` and <b>all</b>.\n  enabled: false\n"
    )
    said = pair({"values.yaml": old}, {"values.yaml": new})
    assert "### `ingress` (new)\n\nA way in.\n" in said["New values"]
    assert r"| `ingress.enabled` | `false` | Create \| it, `<host>` and &lt;b>all&lt;/b>. |" in said["New values"]
    assert "| `replicas` | `1` | `2` | How many. |" in said["Changed defaults"]
    assert '| `legacy.mode` | `"x"` |' in said["Removed values"]
    assert "Take out of your values what is gone: `legacy.mode`." in said["Upgrade"]
    assert "Read the changed defaults below" in said["Upgrade"]
    assert "helm upgrade shop <chart> --version 1.1.0" in said["Upgrade"]
    assert "`replicas`" not in said["New values"] + said["Removed values"]


def test_what_a_value_may_be_is_told_in_both_directions(pair) -> None:
    def schema(*modes: str) -> str:
        inner = {"type": "object", "properties": {"mode": {"allOf": [{"$ref": "#/definitions/mode"}]}}}
        return json.dumps({"properties": {"x": inner}, "definitions": {"mode": {"enum": list(modes)}}})

    values = VALUES.format(replicas=1, more="x: {mode: a}\n")
    said = pair(
        {"values.yaml": values, "values.schema.json": schema("a", "b")},
        {"values.yaml": values, "values.schema.json": schema("a", "c")},
    )
    assert said["Accepted values"] == "- `x.mode` now also accepts `c` and no longer accepts `b`."
    assert "Where `x.mode` is `b` in your values, choose another" in said["Upgrade"]


def test_objects_permissions_and_ways_out_are_listed(pair) -> None:
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: gone}\n"
    said = pair(
        {"templates__r.yaml": ROLE.format(verbs="[get]"), "templates__c.yaml": config},
        {
            "templates__r.yaml": ROLE.format(verbs="[get, delete, create]"),
            "templates__c.yaml": "",
            "templates__p.yaml": POLICY.format(cidr="10.0.0.0/8"),
        },
    )
    assert said["Objects"].splitlines() == ["- New: `NetworkPolicy/shop`", "- Gone: `ConfigMap/gone`"]
    assert said["Permissions"].splitlines() == [
        "- New: `ClusterRole/shop` may create, delete `pods`",
        "- New: `ClusterRole/shop` may create, delete `pods.apps`",
    ]
    assert said["Egress"] == "- New: `NetworkPolicy/shop` to `10.0.0.0/8: TCP 443`"


def test_a_pod_that_became_less_safe_is_told(pair) -> None:
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\n"
        "spec: {{hostNetwork: {host}, containers: [{{name: c, image: a}}]}}\n"
    )
    said = pair({"templates__p.yaml": pod.format(host="false")}, {"templates__p.yaml": pod.format(host="true")})
    assert "New: `Pod/p` against the Pod Security Standard: spec.hostNetwork" in said["Safety"]
    assert "runAsNonRoot" not in said["Safety"], "that was so before"


def test_what_only_a_profile_brings_is_told_with_its_name(pair) -> None:
    extra = "{{ if .Values.extra }}apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n{{ end }}"
    closed = json.dumps({"properties": {"replicas": {}, "image": {}}, "additionalProperties": False})
    said = pair(
        {"values.yaml": VALUES.format(replicas=1, more=""), "values.schema.json": closed},
        {
            "values.yaml": VALUES.format(replicas=1, more="extra: false\n"),
            "templates__extra.yaml": extra,
            "ci__big-values.yaml": "extra: true\n",
        },
    )
    assert "- New: `ConfigMap/extra` (with big)" in said["Objects"]
    assert "1.0.0 refuses big" in said["Objects"]


def test_a_profile_that_is_refused_now_is_told_in_bold(pair, tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "many.yaml").write_text("replicas: 9\n")
    refusing = '{{ if gt (int .Values.replicas) 3 }}{{ fail "too many" }}{{ end }}'
    said = pair({}, {"templates__v.yaml": refusing}, "--profiles", tmp_path / "profiles")
    assert "**1.1.0 refuses what 1.0.0 accepted: many.**" in said["Objects"]


def test_a_narrower_range_of_kubernetes_is_a_step(pair) -> None:
    said = pair({}, {"Chart.yaml": about("1.1.0", 'kubeVersion: ">=1.30.0-0"\n')})
    assert "the chart wants Kubernetes `>=1.30.0-0`, and before any version" in said["Upgrade"]


def test_known_issues_come_from_a_file_or_are_asked_for(pair, tmp_path: Path) -> None:
    assert pair({}, {})["Known issues"].startswith("TO BE WRITTEN")
    (tmp_path / "issues.md").write_text("# Loud\n\n- Fans are loud.\n")
    assert pair({}, {}, "--known-issues", tmp_path / "issues.md")["Known issues"] == "### Loud\n\n- Fans are loud."


def test_mistakes_get_a_sentence(tmp_path: Path) -> None:
    old = shop(tmp_path / "old")
    other = shop(tmp_path / "other", **{"Chart.yaml": "apiVersion: v2\nname: other\nversion: 1.0.0\n"})
    assert "two releases of one chart" in refused("release", "notes", old, other)
    (tmp_path / "empty.md").write_text("\n")
    assert "is empty" in refused("release", "notes", old, old, "--known-issues", tmp_path / "empty.md")
    assert "cannot be read" in refused("release", "notes", old, old, "--known-issues", tmp_path / "none.md")
    assert "no chart at" in refused("release", "notes", tmp_path / "none", old)


def test_our_own_chart_tells_its_changes(tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(CHART, old)
    values = (old / "values.yaml").read_text()
    for now, before in (
        ("toolResults: 300", "toolResults: 60"),
        ("perInvestigation: 0", "perInvestigation: 5000"),
        ("autonomyLevel: 2", "autonomyLevel: 1"),
        ('logLevel: "info"', 'logLevel: "debug"'),
    ):
        assert now in values
        values = values.replace(now, before, 1)
    (old / "values.yaml").write_text(values)
    (old / "files" / "providers" / "anthropic.json").unlink()
    (old / "templates" / "ai" / "poddisruptionbudget.yaml").unlink()
    said = sections(
        ok("release", "notes", old, CHART, "-o", tmp_path / "notes.md") or (tmp_path / "notes.md").read_text()
    )
    rows = [line.split("|")[1].strip() for line in said["Changed defaults"].splitlines()[2:]]
    assert rows == [
        "`ai.autonomyLevel`",
        "`ai.cache.ttl.toolResults`",
        "`ai.tokenBudgets.perInvestigation`",
        "`backend.logLevel`",
    ]
    cost = [line.split("|")[1].strip() for line in said["Cost"].splitlines()[2:]]
    assert cost == ["`ai.cache.ttl.toolResults`", "`ai.tokenBudgets.perInvestigation`"]
    assert [line.split("|")[1].strip() for line in said["Safety"].splitlines()[2:]] == ["`ai.autonomyLevel`"]
    assert "- Anthropic (`anthropic`): new" in said["LLM providers"]
    assert "- OpenAI (`openai`)" in said["LLM providers"].splitlines()
    assert said["Objects"] == "- New: `PodDisruptionBudget/kubilitics-ai` (with high-availability)"
    ways = said["Egress"].splitlines()
    assert ways
    assert all("TCP 443` (with anthropic," in way for way in ways), "the provider that is new is the only new way out"
    for title in ("New values", "Removed values", "Permissions"):
        assert said[title] == "Nothing changed."


def test_a_whole_new_release_tells_its_egress_and_providers(tmp_path: Path) -> None:
    about_old = "apiVersion: v2\nname: kubilitics\nversion: 1.0.0\n"
    said = sections(ok("release", "notes", shop(tmp_path / "old", **{"Chart.yaml": about_old}), CHART))
    assert re.search(
        r"- New: `NetworkPolicy/kubilitics-ai` to `0\.0\.0\.0/0 except [^`]*: TCP 443` \(with [^)]*openai",
        said["Egress"],
    )
    assert "### `ai` (new)" in said["New values"]
    assert "gives `ServiceAccount/kubilitics-backend` the permissions of `ClusterRole/view`" in said["Permissions"]
    assert "`ai.tokenBudgets.perUserPerMonth`" in said["Cost"]
    assert "`ai.privacy.dataMinimization`" in said["Safety"]


DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: shop}}
spec:
  replicas: 2
  strategy: {{type: {strategy}}}
  selector: {{matchLabels: {{app: {app}}}}}
  template:
    metadata: {{labels: {{app: {app}}}}}
    spec: {{containers: [{{name: shop, image: "r.io/shop:{tag}"}}]}}
"""


def deployment(*, strategy: str = "RollingUpdate", app: str = "shop", tag: str = "1") -> dict[str, str]:
    return {"templates__d.yaml": DEPLOYMENT.format(strategy=strategy, app=app, tag=tag)}


@pytest.mark.parametrize(
    ("old", "new", "said", "not_said"),
    [
        ({}, {}, "No rolling restart is needed", "Before you upgrade"),
        ({}, {"tag": "2"}, "Expect rolling restarts: `Deployment/shop`.", "Before you upgrade"),
        (
            {"strategy": "Recreate"},
            {"strategy": "Recreate", "tag": "2"},
            "may be away for a moment, for they are recreated: `Deployment/shop`",
            "Before you upgrade",
        ),
        (
            {},
            {"app": "store"},
            "**Before you upgrade, settle what would fail or lose data:** `Deployment/shop`: refused",
            "No rolling",
        ),
        ({}, {"app": "store"}, "**The way back is not open everywhere:** `Deployment/shop`: refused", "possible"),
    ],
)
def test_the_steps_say_what_an_upgrade_does_to_pods_that_run(pair, old, new, said, not_said) -> None:
    steps = pair(deployment(**old), deployment(**new))["Upgrade"]
    assert said in steps
    assert not_said not in steps


def test_a_restart_that_only_a_profile_brings_is_told_with_its_name(pair, tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "big.yaml").write_text("replicas: 9\n")
    tagged = deployment(tag="{{ if gt (int .Values.replicas) 3 }}2{{ else }}1{{ end }}")
    said = pair(deployment(), tagged, "--profiles", tmp_path / "profiles")
    assert "Expect rolling restarts: `Deployment/shop` (with big)." in said["Upgrade"]

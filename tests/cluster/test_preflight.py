"""`preflight` asks a real cluster, finds what would go wrong, says what to run, changes nothing and shows no secret."""

import json
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from kubilitics_chartgen.cli import main
from tests.cluster.control_plane import NOBODY_TOKEN, free_port
from tests.cluster.helms import HelmFailed
from tests.cluster.profiles import CHART, PROFILES

PROFILE = {path.stem: path for path in PROFILES}
READER = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRole",
    "metadata": {"name": "reads-everything"},
    "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}],
}


@dataclass
class Answer:
    code: int
    out: str
    err: str

    @property
    def lines(self):
        return json.loads(self.out)["lines"]

    def of(self, check, status):
        return [line["message"] for line in self.lines if (line["check"], line["status"]) == (check, status)]

    @property
    def problems(self):
        return [line["message"] for line in self.lines if line["status"] == "problem"]

    @property
    def fixes(self):
        return [line["fix"] for line in self.lines if line["status"] != "fine"]


@pytest.fixture
def ask(monkeypatch, capsys, kube_config, namespace):
    """Run the command; values as a mapping, or a profile's name."""

    def run(values=None, *options, chart=CHART, kubeconfig=kube_config, as_json=True, tmp=None):
        files = []
        if isinstance(values, str):
            files = ["-f", str(PROFILE[values])]
        elif values:
            path = Path(kube_config).parent / f"values-{uuid.uuid4().hex}.yaml"
            path.write_text(yaml.safe_dump(values))
            files = ["-f", str(path)]
        command = ["preflight", str(chart), *files, "-n", namespace, "--kubeconfig", str(kubeconfig), *options]
        monkeypatch.setattr(sys, "argv", ["kubilitics-chartgen", *command, *(["--json"] if as_json else [])])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Answer(ended.value.code, captured.out, captured.err)

    return run


def kubeconfig(kube_config, tmp_path, **changes):
    """The administrator's kubeconfig with another server or another user."""
    config = json.loads(Path(kube_config).read_text())
    if "server" in changes:
        config["clusters"][0]["cluster"]["server"] = changes.pop("server")
    if changes:
        config["users"][0]["user"] = {key.replace("_", "-"): value for key, value in changes.items()}
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(config))
    return path


def test_where_all_is_there_nothing_is_a_problem_and_helm_agrees(cluster, ask, helm3, namespace):
    cluster.make_secret(namespace, "kubilitics-ai-secrets", "openai-api-key")
    answer = ask("openai")
    assert (answer.code, answer.problems, answer.fixes) == (0, [], [])
    helm3.install(CHART, namespace, {"ai": {"enabled": True, "llmProvider": "openai"}}, wait=True)
    again = ask("openai")
    assert (again.code, again.problems) == (0, [])
    assert "revision 1: this would be an upgrade" in again.of("release", "fine")[0]


def test_secrets_and_keys_are_named_with_the_command_that_makes_them(cluster, ask, namespace):
    first = ask("production")
    assert first.code == 1
    assert "Secret kubilitics-auth is missing: Deployment/kubilitics-backend cannot start" in first.problems
    assert any("ai-secrets is missing" in text for text in first.of("Secrets and other objects", "warning"))
    command = f"kubectl -n {namespace} create secret generic kubilitics-auth --from-literal=jwt-secret=..."
    assert any(fix.startswith(command) for fix in first.fixes)

    cluster.make_secret(namespace, "kubilitics-auth", "jwt-secret", "admin-user")
    second = ask("production")
    assert "key admin-password is missing" in " ".join(second.problems)
    assert "value-of-" not in second.out
    assert "value-of-" not in ask("production", as_json=False).out


def test_the_table_has_each_answer_and_below_it_the_commands(ask, namespace):
    answer = ask("production", as_json=False)
    assert "problem" in answer.out
    assert f"\n  kubectl -n {namespace} create secret generic kubilitics-auth" in answer.out
    assert answer.out.splitlines()[-1].endswith("1 warning, 2 problems")


def test_storage_that_would_never_be_bound(cluster, ask, helm3, namespace):
    storage = {"ai": {"enabled": True, "persistence": {"storageClass": "gone"}}}
    assert ask(storage).problems == [
        "kubilitics-ai: the cluster has no StorageClass gone: it would never be bound",
    ]
    helm3.install(CHART, namespace, {"backend": {"persistence": {"size": "10Gi"}}})
    smaller = ask({"backend": {"persistence": {"size": "1Gi"}}})
    assert smaller.problems == ["kubilitics-backend is there with 10Gi, and no claim can shrink to 1Gi"]
    with pytest.raises(HelmFailed, match="less than"):
        helm3.upgrade(CHART, namespace, {"backend": {"persistence": {"size": "1Gi"}}})
    other = ask({"backend": {"persistence": {"size": "10Gi", "storageClass": "fast-ssd"}}})
    assert "cannot become fast-ssd" in other.problems[0]
    with pytest.raises(HelmFailed, match="immutable"):
        helm3.upgrade(CHART, namespace, {"backend": {"persistence": {"size": "10Gi", "storageClass": "fast-ssd"}}})


def test_claims_that_were_kept_are_taken_up_again(ask, helm3, namespace):
    helm3.install(CHART, namespace, {}, wait=True)
    helm3.uninstall(namespace)
    answer = ask()
    assert answer.problems == []
    assert "bound, with 5Gi: it is taken up again" in answer.of("storage", "fine")[0]
    helm3.install(CHART, namespace, {}, wait=True)


def test_a_kind_that_the_cluster_does_not_know(ask):
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "one"}}
    answer = ask({"extraObjects": [widget]})
    assert answer.problems == ["the cluster knows no Widget in example.com/v1: helm would refuse"]
    assert "templates/extra-objects.yaml" in answer.fixes[0]


def test_nodes_of_the_wrong_kind_or_without_room(ask):
    wrong = ask({"backend": {"nodeSelector": {"kubernetes.io/arch": "s390x"}}})
    assert wrong.problems == ["Deployment/kubilitics-backend needs a node of s390x, and the cluster has amd64 only"]
    big = {"requests": {"memory": "900Gi"}, "limits": {"memory": "900Gi"}}
    assert "no node has room for Deployment/kubilitics-backend" in ask({"backend": {"resources": big}}).problems[0]


def test_a_quota_without_room(cluster, ask, namespace):
    spec = {"hard": {"requests.memory": "100Mi", "persistentvolumeclaims": "5"}}
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"}, "spec": spec}
    cluster.apply({**quota, "metadata": {"name": "small", "namespace": namespace}})
    answer = ask()
    assert [text.partition(":")[0] for text in answer.problems] == ["quota small, requests.memory"]
    assert f"kubectl -n {namespace} edit resourcequota small" in answer.fixes[0]


def test_an_object_that_is_not_the_releases(cluster, ask, helm3, namespace):
    spec = {"ports": [{"port": 80}]}
    name = {"name": "kubilitics-backend", "namespace": namespace}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": name, "spec": spec})
    assert ask().problems == [
        "Service/kubilitics-backend is there already, not made by Helm: Helm would refuse to take it over"
    ]
    with pytest.raises(HelmFailed, match="cannot be imported into the current release"):
        helm3.install(CHART, namespace, {})


def test_a_release_that_was_interrupted(cluster, ask, helm3, namespace):
    helm3.install(CHART, namespace, {})
    helm3.upgrade(CHART, namespace, {})
    status = {"metadata": {"labels": {"status": "pending-upgrade"}}}
    cluster.core.patch_namespaced_secret("sh.helm.release.v1.kubilitics.v2", namespace, status)
    answer = ask()
    assert answer.code == 1
    assert "revision 2 is pending-upgrade" in answer.problems[0]
    assert answer.fixes[0].endswith(f"helm rollback kubilitics 1 -n {namespace}")


def test_pods_that_the_namespace_would_refuse_in_a_chart_of_others(ask, tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: other\nversion: 1.0.0\nkubeVersion: '>=1.99.0'\n")
    pod = {"containers": [{"name": "c", "image": "x", "securityContext": {"privileged": True}}]}
    labels = {"app": "other"}
    spec = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}
    item = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "other"}, "spec": spec}
    (tmp_path / "templates" / "deployment.yaml").write_text(json.dumps(item))
    refused = ask(None, chart=tmp_path)
    assert refused.code == 2
    assert "chart requires kubeVersion: >=1.99.0" in refused.err
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: other\nversion: 1.0.0\n")
    problems = ask(None, chart=tmp_path).of("Pod Security", "problem")
    assert any("Deployment/other would be refused" in text and "privileged" in text for text in problems)


def test_malformed_objects_of_any_chart_are_answers_and_never_a_traceback(ask, tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: other\nversion: 1.0.0\n")
    spec = {"replicas": "many", "template": {"spec": {"containers": "none"}}}
    items = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": spec},
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "b"}, "spec": ["x"]},
        {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "c"}, "spec": "x"},
        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "d"}, "spec": [1]},
    ]
    (tmp_path / "templates" / "all.yaml").write_text("\n---\n".join(map(json.dumps, items)))
    answer = ask(None, chart=tmp_path)
    assert (answer.code, answer.err) == (1, "")
    assert [text.partition(" would")[0] for text in answer.of("objects", "problem")] == [
        "PersistentVolumeClaim/b",
        "Deployment/a",
    ]


def test_a_way_in_that_nobody_serves(ask):
    values = {"backend": {"auth": {"acknowledgeExposed": True}}, "ingress": {"enabled": True, "className": "nginx"}}
    assert "asks for the class nginx, which the cluster does not have" in ask(values).problems[0]


def test_whoever_may_only_read_gets_every_answer(cluster, ask, kube_config, tmp_path, namespace):
    """So nothing is ever written."""
    cluster.apply(READER)
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"reader-{namespace}"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "reads-everything"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "nobody"}],
    }
    cluster.apply(binding)
    try:
        answer = ask(None, kubeconfig=kubeconfig(kube_config, tmp_path, token=NOBODY_TOKEN))
    finally:
        cluster.remove("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", f"reader-{namespace}")
    assert not any("not checked" in line["message"] for line in answer.lines)
    assert {line["check"] for line in answer.lines if line["status"] == "problem"} == {"permissions"}
    assert f"you may not create, patch, delete deployments.apps in {namespace}" in answer.problems


def test_a_role_of_no_kind_that_there_is_is_told(ask):
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "odd"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "role", "name": "reads"},
        "subjects": [{"kind": "ServiceAccount", "name": "default"}],
    }
    answer = ask({"extraObjects": [binding]})
    assert answer.of("permissions", "problem") == [
        "RoleBinding has a roleRef of kind role, which is neither Role nor ClusterRole"
    ]


def test_the_administrator_of_a_namespace_cannot_grant_what_they_lack(cluster, ask, kube_config, tmp_path, namespace):
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "team", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "nobody"}],
    }
    cluster.apply(binding)
    theirs = kubeconfig(kube_config, tmp_path, token=NOBODY_TOKEN)
    answer = ask(None, kubeconfig=theirs)
    assert "clusterrolebindings.rbac.authorization.k8s.io in the cluster" in " ".join(answer.problems)
    assert any("grants what you may not do yourself" in text for text in answer.problems)
    alone = ask({"rbac": {"scope": "namespaces"}}, kubeconfig=theirs)
    assert alone.of("permissions", "problem") == []
    assert "which you may not read: helm may be refused" in alone.of("permissions", "warning")[0]
    assert alone.of("nodes", "warning") == ["not checked: you may not list nodes in the cluster"]


def test_whoever_may_nothing_is_told_so(ask, kube_config, tmp_path):
    answer = ask(None, kubeconfig=kubeconfig(kube_config, tmp_path, token=NOBODY_TOKEN))
    assert answer.code == 1
    assert answer.of("storage", "warning") == ["not checked: you may not list storageclasses in the cluster"]


def test_a_cluster_that_cannot_be_reached(ask, kube_config, tmp_path):
    server = f"https://127.0.0.1:{free_port()}"
    answer = ask(None, kubeconfig=kubeconfig(kube_config, tmp_path, server=server))
    assert (answer.code, answer.out) == (2, "")
    assert "cannot be reached: nothing listens there" in answer.err
    assert server in answer.err


@pytest.mark.parametrize("kind", ["token", "certificate"])
def test_credentials_that_have_expired(ask, kube_config, tmp_path, kind):
    folder = Path(kube_config).parent
    users = {
        "token": {"token": "of-yesterday"},
        "certificate": {"client_certificate": f"{folder}/expired.crt", "client_key": f"{folder}/expired.key"},
    }
    answer = ask(None, kubeconfig=kubeconfig(kube_config, tmp_path, **users[kind]))
    assert (answer.code, answer.out) == (2, "")
    assert "does not accept your credentials" in answer.err
    assert "of-yesterday" not in answer.err


def test_a_context_that_is_not_there(ask):
    answer = ask(None, "--context", "production")
    assert answer.code == 2
    assert 'there is no context "production"' in answer.err
    assert "it has: test" in answer.err


def test_a_kubeconfig_that_is_none(ask, tmp_path):
    missing = ask(None, kubeconfig=tmp_path / "none")
    assert (missing.code, "there is no kubeconfig at" in missing.err) == (2, True)
    for text in ("[", "just text", "apiVersion: v1\nkind: Config\n", "current-context: x\ncontexts: 3\n"):
        (tmp_path / "broken").write_text(text)
        answer = ask(None, kubeconfig=tmp_path / "broken")
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith("error: ")

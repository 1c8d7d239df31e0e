"""The API server, asked for each ServiceAccount over all resources and verbs, allows what the README says, no more."""

import functools
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cluster.profiles import CHART, merged

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
SPECIAL = [("", "users", "impersonate"), ("rbac.authorization.k8s.io", "clusterroles", "escalate")]
AI_ON = {"ai": {"enabled": True, "llmProvider": "openai"}}
READ = "The backend reads the cluster"
MANAGE = "With `rbac.manage: true` it may also change"
EXEC = "With `rbac.exec: true`"
AI_READS = "With `ai.clusterAccess.enabled: true`"


def documented(after):
    """(group, resource, verb) of the first table after this sentence in the chart's README."""
    text = Path(CHART / "README.md").read_text(encoding="utf-8")
    rows = re.search(r"(?:^\|.*\n)+", text[text.index(after) :], re.MULTILINE)[0].splitlines()[2:]
    found = set()
    for row in rows:
        group, resources, verbs, _why = (cell.strip() for cell in row.strip("|").split("|"))
        group = "" if group == "core" else group
        found |= {(group, one, verb) for one in resources.split(", ") for verb in verbs.split(", ")}
    return found


def every_question(cluster):
    """Each resource that the server knows, with each verb."""
    found = set()
    for path in ["/api/v1", *(f"/apis/{group}" for group in groups(cluster))]:
        group = "" if path == "/api/v1" else path.split("/")[2]
        for resource in ask(cluster, path)["resources"]:
            found |= {(group, resource["name"], verb) for verb in VERBS}
    return found | set(SPECIAL) | view(cluster) | documented(READ) | documented(MANAGE) | documented(EXEC)


def groups(cluster):
    return [group["preferredVersion"]["groupVersion"] for group in ask(cluster, "/apis")["groups"]]


def ask(cluster, path):
    return cluster.dynamic.request("get", path).to_dict()


def view(cluster):
    """What the built-in role `view` allows."""
    rules = cluster.get("rbac.authorization.k8s.io/v1", "ClusterRole", "view")["rules"]
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def allowed(cluster, account, home, questions, **where):
    """What the API server says yes to, beyond what it allows every ServiceAccount."""
    return answers(cluster, account, home, questions, **where) - baseline(cluster, tuple(questions))


@functools.cache
def baseline(cluster, questions):
    return answers(cluster, "default", "default", questions)


def answers(cluster, account, home, questions, **where):
    user = f"system:serviceaccount:{home}:{account}"
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda q: cluster.can(user, q[2], q[0], q[1], **where), questions)
        return {question for question, answer in zip(questions, found, strict=True) if answer}


@pytest.fixture
def questions(cluster):
    return sorted(every_question(cluster))


def test_the_backend_may_do_what_the_table_says_and_nothing_else(cluster, helm3, namespace, questions):
    helm3.install(CHART, namespace, AI_ON)
    expected = view(cluster) | documented(READ)
    assert allowed(cluster, "kubilitics-backend", namespace, questions) == expected
    assert not any(resource == "secrets" for _group, resource, _verb in expected)


def test_management_and_shells_add_their_tables(cluster, helm3, namespace, questions):
    helm3.install(CHART, namespace, {"rbac": {"manage": True, "exec": True}})
    expected = view(cluster) | documented(READ) | documented(MANAGE) | documented(EXEC)
    assert allowed(cluster, "kubilitics-backend", namespace, questions) == expected


def test_in_single_namespaces_it_may_nothing_elsewhere(cluster, helm3, namespace, questions):
    helm3.install(CHART, namespace, {"rbac": {"scope": "namespaces"}})
    assert allowed(cluster, "kubilitics-backend", namespace, questions, namespace="default") == set()
    inside = allowed(cluster, "kubilitics-backend", namespace, questions, namespace=namespace)
    assert inside == view(cluster)


def test_the_frontend_may_nothing_and_ai_reads_its_own_two_objects(cluster, helm3, namespace, questions):
    helm3.install(CHART, namespace, AI_ON)
    assert allowed(cluster, "kubilitics-frontend", namespace, questions, namespace=namespace) == set()
    assert allowed(cluster, "kubilitics-ai", namespace, questions, namespace=namespace) == set()
    for resource, name in (("configmaps", "kubilitics-ai"), ("secrets", "kubilitics-ai-secrets")):
        found = allowed(cluster, "kubilitics-ai", namespace, questions, namespace=namespace, name=name)
        assert found == {("", resource, "get")}


def test_ais_cluster_access_adds_its_table(cluster, helm3, namespace, questions):
    helm3.install(CHART, namespace, merged(AI_ON, {"ai": {"clusterAccess": {"enabled": True}}}))
    assert allowed(cluster, "kubilitics-ai", namespace, questions, namespace=namespace) == documented(AI_READS)
    assert allowed(cluster, "kubilitics-ai", namespace, questions, namespace="default") == set()

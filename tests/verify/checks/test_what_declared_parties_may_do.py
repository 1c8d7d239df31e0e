"""Tokens, labels and opened Services, against what the author declares of the pods."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.helm.settings import parse_chart_settings
from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.checks import Context, read_declared
from tests.verify.checks.rendered import RELEASE, document, judged

SETTINGS = """
declared:
  permissions:
    - {labels: {part: web}, apiGroups: [""], resources: [pods], verbs: [get]}
  parties:
    - {id: web, labels: {part: web}}
    - {id: in-cluster, outside: [any-pod]}
    - {id: anyone, outside: [anyone]}
  connections:
    - {from: in-cluster, to: web, ports: [8080]}
    - {from: anyone, to: web, ports: [8080]}
"""
AGAINST = Context(supported(), "store", RELEASE, read_declared(parse_chart_settings(SETTINGS)))


def pod(part="web", token=False):
    return document(
        f"""
apiVersion: v1
kind: Pod
metadata: {{name: p, labels: {{part: {part}}}}}
spec:
  automountServiceAccountToken: {str(token).lower()}
  containers: [{{name: c, image: "x:1", ports: [{{name: http, containerPort: 8080}}]}}]
"""
    )


def service(kind):
    return document(
        f"""
apiVersion: v1
kind: Service
metadata: {{name: s}}
spec: {{type: {kind}, selector: {{part: web}}, ports: [{{port: 80, targetPort: http}}]}}
"""
    )


def policy(*peers, subject="web"):
    return document(
        f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: np}}
spec:
  podSelector: {{matchLabels: {{part: {subject}}}}}
  policyTypes: [Ingress, Egress]
  ingress: [{{from: [{", ".join(peers)}], ports: [{{port: 8080}}]}}]
"""
    )


ANY_POD = "{namespaceSelector: {}}"
INGRESS = "{namespaceSelector: {matchLabels: {name: ingress}}}"
ADDRESSES = '{ipBlock: {cidr: "0.0.0.0/0"}}'


def found(check, *items):
    return [(fault.object, fault.path, fault.message) for _, fault in judged(items, AGAINST, check)]


def test_a_token_is_for_pods_that_a_right_is_declared_for():
    assert found("tokens", pod(token=True)) == []
    assert found("tokens", pod("other", token=False)) == []
    message = "mounts a token, though nothing is declared that these pods may do"
    assert found("tokens", pod("other", token=True)) == [("Pod/p", "spec.automountServiceAccountToken", message)]


@pytest.mark.parametrize("kind", ["NodePort", "LoadBalancer"])
def test_a_service_that_is_opened_is_not_shut_by_policies(kind):
    (finding,) = found("reachability", pod(), service(kind), policy(ANY_POD))
    assert finding[:2] == ("Service/s", "spec.type")
    assert "no policy lets an address connect to `web`" in finding[2]
    assert found("reachability", pod(), service(kind), policy(ANY_POD, ADDRESSES)) == []
    assert found("reachability", pod(), service("ClusterIP"), policy(ANY_POD)) == []


def test_who_names_the_pods_that_may_come_means_it():
    assert found("reachability", pod(), service("LoadBalancer"), policy(INGRESS)) == []


def test_labels_that_no_pod_of_the_chart_has_select_nobody():
    (finding,) = found("reachability", pod(), policy(ANY_POD), policy(ANY_POD, subject="wbe"))
    assert finding == ("NetworkPolicy/np", "spec.podSelector", "no declared party has the label `part=wbe`")
    (peer,) = found("reachability", pod(), policy(ANY_POD, "{podSelector: {matchLabels: {part: wbe}}}"))
    assert peer[1] == "spec.ingress[0].from[1].podSelector"
    near = policy(ANY_POD, "{podSelector: {matchLabels: {part: wbe}}, namespaceSelector: {matchLabels: {a: b}}}")
    assert found("reachability", pod(), near) == []


def test_a_route_without_a_backend_leads_nowhere():
    text = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec: {rules: [{matches: [{path: {value: /}}]%s}]}
"""
    lost = ("HTTPRoute/r", "spec.rules[0].backendRefs", "is missing: requests lead nowhere")
    assert found("custom-kinds", document(text % "")) == [lost]
    assert found("custom-kinds", document(text % ", backendRefs: [{name: s, port: 80}]")) == []
    redirect = ", filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]"
    assert found("custom-kinds", document(text % redirect)) == []

"""What NetworkPolicies allow, by the rules and the examples of the Kubernetes documentation."""

import pytest

from kubilitics_chartgen.kube.network_policy import Address, Pod, allowed, matches

PROJECT = {"project": "myproject", "kubernetes.io/metadata.name": "myproject"}
DB = Pod("db", "default", {"role": "db"}, {"kubernetes.io/metadata.name": "default"}, "10.0.0.5")
FRONTEND = Pod("frontend", "default", {"role": "frontend"}, {"kubernetes.io/metadata.name": "default"}, "10.0.0.6")
OTHER = Pod("other", "default", {"role": "other"}, {"kubernetes.io/metadata.name": "default"}, "10.0.0.7")
GUEST = Pod("guest", "myproject", {"role": "client"}, PROJECT, "10.1.0.5")
STRANGER = Pod("stranger", "elsewhere", {"role": "frontend"}, {"kubernetes.io/metadata.name": "elsewhere"})


def policy(spec, namespace="default"):
    return {"kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": namespace}, "spec": spec}


DOCUMENTED = policy(
    {
        "podSelector": {"matchLabels": {"role": "db"}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {
                "from": [
                    {"ipBlock": {"cidr": "172.17.0.0/16", "except": ["172.17.1.0/24"]}},
                    {"namespaceSelector": {"matchLabels": {"project": "myproject"}}},
                    {"podSelector": {"matchLabels": {"role": "frontend"}}},
                ],
                "ports": [{"protocol": "TCP", "port": 6379}],
            }
        ],
        "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/24"}}], "ports": [{"protocol": "TCP", "port": 5978}]}],
    }
)
"""The example on the page "Network Policies"."""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (FRONTEND, True),
        (OTHER, False),
        (GUEST, True),
        (STRANGER, False),
        (Address("172.17.0.9"), True),
        (Address("172.17.1.9"), False),
        (Address("172.17.2.1"), True),
        (Address("8.8.8.8"), False),
    ],
    ids=str,
)
def test_the_documented_example_lets_in_whom_the_page_says(source, expected):
    assert allowed([DOCUMENTED], source, DB, 6379) is expected
    assert not allowed([DOCUMENTED], source, DB, 6380)
    assert not allowed([DOCUMENTED], source, DB, 6379, "UDP")


def test_the_documented_example_lets_out_to_one_network_at_one_port():
    assert allowed([DOCUMENTED], DB, Address("10.0.0.9"), 5978)
    assert not allowed([DOCUMENTED], DB, Address("10.0.1.9"), 5978)
    assert not allowed([DOCUMENTED], DB, Address("10.0.0.9"), 5979)
    assert not allowed([DOCUMENTED], DB, Address("fd00::1"), 5978)


def test_a_pod_that_no_policy_selects_is_open():
    assert allowed([DOCUMENTED], GUEST, OTHER, 1)
    assert allowed([], Address("8.8.8.8"), DB, 1)


def test_a_policy_of_another_namespace_selects_nothing_here():
    assert allowed([policy({"podSelector": {}, "policyTypes": ["Ingress"]}, "elsewhere")], GUEST, DB, 1)


def test_both_ends_must_agree():
    into = policy({"podSelector": {"matchLabels": {"role": "db"}}, "ingress": [{}]})
    closed = policy({"podSelector": {"matchLabels": {"role": "frontend"}}, "policyTypes": ["Egress"]})
    assert allowed([into], FRONTEND, DB, 1)
    assert not allowed([into, closed], FRONTEND, DB, 1)


@pytest.mark.parametrize(
    ("spec", "ingress", "egress"),
    [
        ({"podSelector": {}, "policyTypes": ["Ingress"]}, False, True),
        ({"podSelector": {}, "ingress": [{}], "policyTypes": ["Ingress"]}, True, True),
        ({"podSelector": {}, "policyTypes": ["Egress"]}, True, False),
        ({"podSelector": {}, "egress": [{}], "policyTypes": ["Egress"]}, True, True),
        ({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}, False, False),
        ({"podSelector": {}}, False, True),
        ({"podSelector": {}, "egress": [{}]}, False, True),
    ],
    ids=["deny in", "allow in", "deny out", "allow out", "deny all", "no types", "no types but egress"],
)
def test_the_documented_default_policies(spec, ingress, egress):
    assert allowed([policy(spec)], Address("8.8.8.8"), DB, 80) is ingress
    assert allowed([policy(spec)], DB, Address("8.8.8.8"), 80) is egress


def test_policies_add_up():
    deny = policy({"podSelector": {}, "policyTypes": ["Ingress"]})
    allow = policy({"podSelector": {"matchLabels": {"role": "db"}}, "ingress": [{"ports": [{"port": 80}]}]})
    assert allowed([deny, allow], GUEST, DB, 80)
    assert not allowed([deny, allow], GUEST, OTHER, 80)


def test_two_selectors_in_one_item_are_both_needed_and_in_two_items_either():
    namespace = {"namespaceSelector": {"matchLabels": {"project": "myproject"}}}
    pods = {"podSelector": {"matchLabels": {"role": "frontend"}}}
    both = policy({"podSelector": {}, "ingress": [{"from": [{**namespace, **pods}]}]})
    either = policy({"podSelector": {}, "ingress": [{"from": [namespace, pods]}]})
    assert not allowed([both], GUEST, DB, 1)
    assert not allowed([both], FRONTEND, DB, 1)
    assert allowed([either], GUEST, DB, 1)
    assert allowed([either], FRONTEND, DB, 1)
    assert not allowed([either], STRANGER, DB, 1)


def test_an_empty_namespace_selector_is_every_pod_but_no_address():
    rule = policy({"podSelector": {}, "ingress": [{"from": [{"namespaceSelector": {}}]}]})
    assert allowed([rule], STRANGER, DB, 1)
    assert not allowed([rule], Address("10.0.0.200"), DB, 1)


def test_ports_have_names_and_ranges():
    named = Pod("named", "default", {}, {}, ports={("http", "TCP"): 8080})
    rule = policy({"podSelector": {}, "ingress": [{"ports": [{"port": "http"}, {"port": 32000, "endPort": 32768}]}]})
    assert allowed([rule], GUEST, named, 8080)
    assert not allowed([rule], GUEST, DB, 8080)
    assert allowed([rule], GUEST, DB, 32500)
    assert not allowed([rule], GUEST, DB, 32769)


def test_a_pod_always_reaches_itself():
    assert allowed([policy({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})], DB, DB, 80)


@pytest.mark.parametrize(
    ("expression", "labels", "expected"),
    [
        ({"key": "a", "operator": "In", "values": ["x"]}, {"a": "x"}, True),
        ({"key": "a", "operator": "In", "values": ["x"]}, {}, False),
        ({"key": "a", "operator": "NotIn", "values": ["x"]}, {}, True),
        ({"key": "a", "operator": "NotIn", "values": ["x"]}, {"a": "x"}, False),
        ({"key": "a", "operator": "Exists"}, {"a": ""}, True),
        ({"key": "a", "operator": "DoesNotExist"}, {"a": ""}, False),
    ],
)
def test_label_expressions(expression, labels, expected):
    assert matches({"matchExpressions": [expression]}, labels) is expected


def test_an_unknown_operator_is_an_error():
    with pytest.raises(ValueError, match="Like"):
        matches({"matchExpressions": [{"key": "a", "operator": "Like"}]}, {})

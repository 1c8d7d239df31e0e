"""Policies of Cilium and Calico say as plain NetworkPolicies what they said before; what cannot be said is refused."""

from __future__ import annotations

import pytest
import yaml

from kubilitics_chartgen.kube.network_policy import Address, Pod, allowed
from kubilitics_chartgen.kube.policy_flavors import UnreadableError, plain_policy

WEB = Pod("web", "store", {"app": "web"}, {"kubernetes.io/metadata.name": "store"}, "10.0.0.1")
DB = Pod("db", "store", {"app": "db"}, {"kubernetes.io/metadata.name": "store"}, "10.0.0.2")
FAR = Pod("far", "other", {"app": "db"}, {"kubernetes.io/metadata.name": "other"}, "10.0.0.3")
OUT = Address("104.18.6.192")
API = Address("10.96.0.1")


def policy(kind, spec):
    api_version = {"CiliumNetworkPolicy": "cilium.io/v2", "NetworkPolicy": "projectcalico.org/v3"}[kind]
    return {"apiVersion": api_version, "kind": kind, "metadata": {"namespace": "store"}, "spec": yaml.safe_load(spec)}


def ways(kind, spec, ports=(80, 443, 5432)):
    plain = plain_policy(policy(kind, spec))
    return {
        (target.name if isinstance(target, Pod) else target.ip, port)
        for target in (DB, FAR, OUT, API)
        for port in ports
        if allowed([plain], WEB, target, port)
    }


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        ("CiliumNetworkPolicy", "{endpointSelector: {matchLabels: {app: web}}, egress: [{}]}", set()),
        (
            "CiliumNetworkPolicy",
            "{endpointSelector: {matchLabels: {app: web}}, egress: [{toEndpoints: [{matchLabels: {app: db}}], "
            "toPorts: [{ports: [{port: '5432', protocol: TCP}]}]}]}",
            {("db", 5432)},
        ),
        (
            "CiliumNetworkPolicy",
            "{endpointSelector: {matchLabels: {app: web}}, egress: [{toEndpoints: "
            "[{matchLabels: {'k8s:io.kubernetes.pod.namespace': other}}], toPorts: [{ports: [{port: '80'}]}]}]}",
            {("far", 80)},
        ),
        (
            "CiliumNetworkPolicy",
            "{endpointSelector: {matchLabels: {app: web}}, egress: [{toEntities: [kube-apiserver], "
            "toPorts: [{ports: [{port: '443', protocol: TCP}]}]}]}",
            {("10.96.0.1", 443)},
        ),
        (
            "CiliumNetworkPolicy",
            "{endpointSelector: {matchLabels: {app: web}}, egress: [{toFQDNs: [{matchName: a.example}], "
            "toPorts: [{ports: [{port: '443', protocol: TCP}]}]}]}",
            {("104.18.6.192", 443)},
        ),
        (
            "NetworkPolicy",
            "{selector: app == 'web', types: [Egress], egress: [{action: Allow, protocol: TCP, "
            "destination: {selector: app == 'db', ports: [5432]}}]}",
            {("db", 5432)},
        ),
        (
            "NetworkPolicy",
            "{selector: app == 'web', types: [Egress], egress: [{action: Allow, protocol: TCP, destination: "
            "{selector: app == 'db', namespaceSelector: all(), ports: ['80:443']}}]}",
            {("db", 80), ("db", 443), ("far", 80), ("far", 443)},
        ),
        (
            "NetworkPolicy",
            "{selector: app == 'web', types: [Egress], egress: [{action: Allow, protocol: TCP, destination: "
            "{nets: [0.0.0.0/0], notNets: [10.0.0.0/8], ports: [443]}}]}",
            {("104.18.6.192", 443)},
        ),
    ],
)
def test_what_it_lets_out(kind, spec, expected):
    assert ways(kind, spec) == expected


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("CiliumNetworkPolicy", "{endpointSelector: {}, egressDeny: [{}]}"),
        ("CiliumNetworkPolicy", "{nodeSelector: {}}"),
        ("CiliumNetworkPolicy", "{endpointSelector: {}, egress: [{toEntities: [host]}]}"),
        ("CiliumNetworkPolicy", "{endpointSelector: {}, egress: [{toPorts: [{ports: [{port: http}]}]}]}"),
        ("NetworkPolicy", "{selector: all(), types: [Egress], egress: [{action: Deny}]}"),
        ("NetworkPolicy", "{selector: a == 'b' || c == 'd', types: [Egress]}"),
        ("NetworkPolicy", "null"),
    ],
)
def test_what_a_network_policy_cannot_say_is_refused(kind, spec):
    with pytest.raises(UnreadableError):
        plain_policy(policy(kind, spec))


def test_what_is_no_policy_is_none():
    assert plain_policy({"apiVersion": "v1", "kind": "Service"}) is None
    assert plain_policy({}) is None

"""Who must name the release's namespace because a neighbour does."""

from __future__ import annotations

import pytest

from tests.verify.checks.rendered import context, judged, of

NAMED = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "store"}}
ELSEWHERE = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b", "namespace": "kube-system"}}
SILENT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}


def found(*objects):
    return [fault.object for _name, fault in judged([of(item) for item in objects], context(), "namespaces")]


def test_a_neighbour_in_the_releases_namespace_is_an_example():
    assert found(NAMED, SILENT) == ["ConfigMap/c"]
    assert found(NAMED, ELSEWHERE, SILENT) == ["ConfigMap/c"]


def test_what_must_be_elsewhere_is_none():
    assert found(ELSEWHERE, SILENT) == []
    assert found(ELSEWHERE, NAMED) == []


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        # `scope: Cluster` in their CRDs, `nonNamespaced` in Kubernetes' types.go.
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass"),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshotContent"),
        ("groupsnapshot.storage.k8s.io/v1beta1", "VolumeGroupSnapshotClass"),
        ("gateway.networking.k8s.io/v1", "GatewayClass"),
        ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"),
        ("resource.k8s.io/v1", "DeviceClass"),
        ("policy/v1beta1", "PodSecurityPolicy"),
        ("certificates.k8s.io/v1", "CertificateSigningRequest"),
        ("networking.k8s.io/v1", "ServiceCIDR"),
        ("storage.k8s.io/v1", "VolumeAttachment"),
    ],
)
def test_what_belongs_to_no_namespace_names_none(version, kind):
    assert found(NAMED, {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}) == []


def test_what_belongs_to_one_is_told_though_it_is_an_extension():
    route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "x"}}
    assert found(NAMED, route) == ["HTTPRoute/x"]

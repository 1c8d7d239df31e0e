"""Services that the API server itself calls, what autoscalers scale, and the priority of pods."""

from __future__ import annotations

import pytest

from tests.verify.checks.rendered import context, judged, of

SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "shop-hooks"},
    "spec": {"selector": {"app": "shop"}, "ports": [{"name": "https", "port": 8443}]},
}


def webhook(service):
    hook = {"name": "a.shop.example", "clientConfig": {"service": {"namespace": "store", **service}}}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "shop"},
        "webhooks": [hook],
    }


def aggregated(service):
    spec = {"group": "shop.example", "version": "v1", "service": {"namespace": "store", **service}}
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1.shop.example"},
        "spec": spec,
    }


def conversion(service):
    webhook = {"clientConfig": {"service": {"namespace": "store", **service}}, "conversionReviewVersions": ["v1"]}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "carts.shop.example"},
        "spec": {"conversion": {"strategy": "Webhook", "webhook": webhook}},
    }


def told(obj, check):
    faults = [fault for _name, fault in judged([of(SERVICE), of(obj)], context(), check)]
    return [fault.message for fault in faults if fault.object.startswith(obj["kind"])]


@pytest.mark.parametrize("made", [webhook, aggregated, conversion])
def test_a_service_that_the_server_calls_is_there_with_the_port(made):
    assert told(made({"name": "shop-hooks", "port": 8443}), "ports") == []
    assert told(made({"name": "shop-hooks", "port": 8443}), "references") == []
    # admissionregistration/v1, apiregistration/v1, apiextensions/v1: "defaults to 443".
    assert told(made({"name": "shop-hooks"}), "ports") == ["`443` is no port of the Service `shop-hooks`"]
    assert told(made({"name": "shop-metrics"}), "references") == ["there is no Service `shop-metrics`"]


@pytest.mark.parametrize(
    ("kind", "version", "key"),
    [
        ("HorizontalPodAutoscaler", "autoscaling/v2", "scaleTargetRef"),
        ("VerticalPodAutoscaler", "autoscaling.k8s.io/v1", "targetRef"),
        ("ScaledObject", "keda.sh/v1alpha1", "scaleTargetRef"),
    ],
)
def test_what_is_scaled_is_there(kind, version, key):
    target = {"kind": "Deployment", "name": "shop-web"}
    if kind == "ScaledObject":
        del target["kind"]  # KEDA: "kind: Optional. Default: Deployment"
    scaler = {"apiVersion": version, "kind": kind, "metadata": {"name": "shop"}, "spec": {key: target}}
    assert told(scaler, "references") == ["there is no Deployment `shop-web`"]


def test_replicas_are_left_to_keda():
    """KEDA makes a HorizontalPodAutoscaler of it."""
    spec = {"replicas": 2, "template": {"spec": {"containers": [{"name": "a", "image": "b:1"}]}}}
    web = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop-web"}, "spec": spec}
    target = {"scaleTargetRef": {"name": "shop-web"}}
    scaler = {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": "shop"}, "spec": target}
    assert [fault.path for _name, fault in judged([of(web), of(scaler)], context(), "autoscaling")] == ["spec.replicas"]


def test_a_priority_of_the_release_is_there():
    pod = {"containers": [{"name": "a", "image": "b:1"}], "priorityClassName": "shop-high"}
    obj = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shop"}, "spec": pod}
    assert told(obj, "references") == ["there is no PriorityClass `shop-high`"]
    pod["priorityClassName"] = "system-cluster-critical"
    assert told(obj, "references") == []

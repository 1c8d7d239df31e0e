"""Resources of Kubernetes that belong to no namespace: no Role grants anything of them. Data."""

from __future__ import annotations

__all__ = ["CLUSTER_RESOURCES", "is_kubernetes_group"]

CLUSTER_RESOURCES: dict[str, frozenset[str]] = {
    group: frozenset(names.split())
    for group, names in {
        "": "componentstatuses nodes persistentvolumes",
        "admissionregistration.k8s.io": "mutatingadmissionpolicies mutatingadmissionpolicybindings "
        "mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings "
        "validatingwebhookconfigurations",
        "apiextensions.k8s.io": "customresourcedefinitions",
        "apiregistration.k8s.io": "apiservices",
        "authentication.k8s.io": "selfsubjectreviews tokenreviews",
        "authorization.k8s.io": "selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews",
        "certificates.k8s.io": "certificatesigningrequests clustertrustbundles",
        "flowcontrol.apiserver.k8s.io": "flowschemas prioritylevelconfigurations",
        "metrics.k8s.io": "nodes",
        "networking.k8s.io": "ingressclasses ipaddresses servicecidrs",
        "node.k8s.io": "runtimeclasses",
        "rbac.authorization.k8s.io": "clusterrolebindings clusterroles",
        "scheduling.k8s.io": "priorityclasses",
        "storage.k8s.io": "csidrivers csinodes storageclasses volumeattachments volumeattributesclasses",
    }.items()
}
"""By API group. Not `namespaces`: a Role may grant `get` of the namespace that it is in."""


def is_kubernetes_group(group: str) -> bool:
    """Whether an API group is Kubernetes' own, so that all its resources are known."""
    return ("." not in group and group != "*") or group in CLUSTER_RESOURCES

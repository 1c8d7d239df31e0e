"""`verify` on charts that others publish, at pinned versions: every finding is a fault, and says which values show it.

What is a matter of taste there, such as how much a role may do, is left out; what is left was held against the charts'
own templates, and why it is a fault stands beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.tools import REPOSITORY, needed

CHARTS = REPOSITORY / ".cache" / "charts"
TASTE = ("pod-security", "resources", "permissions", "undefined-value", "drift", "bindings", "namespaces")
POD = "spec.template.spec"
LONG = "a" * 53

EXPECTED = {
    # No values.schema.json; 18 templates.
    "metrics-server": {
        # policy/v1beta1 ended with 1.25.
        ("removed-apis", "PodSecurityPolicy/privileged-metrics-server", "apiVersion"),
        # The binding is in kube-system, and the Role where the release is.
        ("references", "RoleBinding/metrics-server-nanny", "roleRef.name"),
    },
    # A values.schema.json that lets much through.
    "external-dns": {
        # Its default false stays beside `privileged: true`, which the API server refuses.
        ("containers", "Deployment/external-dns", f"{POD}.containers[0].securityContext.allowPrivilegeEscalation"),
        # No default, and `tpl` of nothing is an error.
        ("renders", "", ""),
        # In one namespace, with `sources: [node]`, no rule is left.
        ("roles", "Role/external-dns", "rules"),
        # Printed without quotes.
        ("schema", "Deployment/external-dns", f"{POD}.containers[0].args[8]"),
        ("schema", "Deployment/external-dns", f"{POD}.containers[0].volumeMounts[0].mountPath"),
        ("containers", "Deployment/external-dns", f"{POD}.containers[0].volumeMounts[0].mountPath"),
        ("schema", "Deployment/external-dns", f"{POD}.containers[0].volumeMounts[0].subPath"),
        # Its schema has the enum under `items`, where it does not count for a text.
        ("schema", "Service/external-dns", "spec.ipFamilyPolicy"),
        ("services", "Service/external-dns", "spec.ipFamilyPolicy"),
        # Its schema takes any integer.
        ("services", "Service/external-dns", "spec.ports[0].port"),
    },
    # 67 templates.
    "kueue": {
        # The name is cut, and then something is put behind it.
        ("names", f"Service/{LONG}-kueue-webhook-service", "metadata.name"),
        # flowcontrol.apiserver.k8s.io/v1 came with 1.29.
        ("removed-apis", "PriorityLevelConfiguration/kueue-visibility", "apiVersion"),
        # Of one pod, one must stay.
        ("budgets", "PodDisruptionBudget/kueue-manager-pdb", "spec.minAvailable"),
        # It listens there all the same: a warning.
        ("probes", "Deployment/kueue-controller-manager", f"{POD}.containers[0].livenessProbe.httpGet.port"),
        ("probes", "Deployment/kueue-controller-manager", f"{POD}.containers[0].readinessProbe.httpGet.port"),
    },
    # Paths on Windows nodes, and objects for Kubernetes before 1.25.
    "secrets-store-csi-driver": {
        # Without `rbac.install` nothing makes the account.
        ("references", "ClusterRoleBinding/secretprovidersyncing-rolebinding", "subjects[0].name"),
        ("references", "DaemonSet/secrets-store-csi-driver", f"{POD}.serviceAccountName"),
        # Both select by `app` alone.
        ("selectors", "DaemonSet/secrets-store-csi-driver", "spec.selector"),
        ("selectors", f"DaemonSet/{LONG}-secrets-s", "spec.selector"),
        # PodSecurityPolicy is in no supported Kubernetes.
        ("every-value", "", "rbac.pspEnabled"),
    },
    # With a chart inside, behind a condition.
    "gpu-operator": {
        # The chart inside is called as the release is, and so is a ClusterRole of each.
        ("duplicates", "ClusterRole/gpu-operator", "metadata.name"),
        ("names", f"Service/{LONG}-node-feat-master", "metadata.name"),
        # The Service selects the workers' pods as well, which have no such port.
        ("ports", "Service/gpu-operator-node-feature-discovery-master", "spec.ports[0].targetPort"),
        ("probes", "Deployment/gpu-operator", f"{POD}.containers[0].livenessProbe.httpGet.port"),
        ("probes", "Deployment/gpu-operator", f"{POD}.containers[0].readinessProbe.httpGet.port"),
        ("removed-apis", "PodSecurityPolicy/gpu-operator-restricted", "apiVersion"),
    },
}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_finding_is_a_fault(name):
    folder = Path(needed(CHARTS / name if (CHARTS / name).is_dir() else None, "no charts: run `make test-tools`"))
    report = verify(VerifyRequest(folder, skip=TASTE, random=50, workers=2))
    assert report.complete
    found = {(each.check, each.object, each.path) for each in report.findings if each.fails}
    assert found == EXPECTED[name]


def test_a_finding_there_is_reproduced_by_plain_helm():
    folder = Path(needed(CHARTS if CHARTS.is_dir() else None, "no charts: run `make test-tools`")) / "kueue"
    report = verify(VerifyRequest(folder, checks=("removed-apis",), random=0, workers=2))
    finding = next(each for each in report.findings if each.object == "PriorityLevelConfiguration/kueue-visibility")
    assert "only on Kubernetes 1.25.0" in finding.shown
    path = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", finding.command], capture_output=True, text=True, check=True, env=path)
    assert "apiVersion: flowcontrol.apiserver.k8s.io/v1\nkind: PriorityLevelConfiguration" in done.stdout

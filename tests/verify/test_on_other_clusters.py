"""`verify` on charts whose templates ask `.Capabilities` what the cluster is: other clusters are tried as well."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.helm.versions import default_kube_version
from kubilitics_chartgen.kube.versions import parse_version, supported
from kubilitics_chartgen.verify.other_clusters import Cluster, as_on, changed_on, other_clusters
from kubilitics_chartgen.verify.subject import read_subject
from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.chart.objects import CHART
from tests.verify.charts import SCHEMA, VALUES, write_chart

HELM = Path(sys.executable).parent / "helm"
SERVICE = """\
{{- if CONDITION }}
apiVersion: v1
kind: Service
metadata: {name: custom, annotations: {color: {{ .Values.color | quote }}}}
spec: {ports: [{name: a, port: PORT, targetPort: http}], selector: {app.kubernetes.io/instance: {{ .Release.Name }}}}
{{- end }}
"""
COLORED = {
    "values.yaml": VALUES + "color: red\n",
    "values.schema.json": SCHEMA.replace('"greeting":', '"color": {"enum": ["red", "blue"]}, "greeting":'),
}
MONITORED = '.Capabilities.APIVersions.Has "monitoring.coreos.com/v1"'


def chart(folder, condition, *, port=8080):
    text = SERVICE.replace("CONDITION", condition).replace("PORT", str(port))
    return write_chart(folder / "web", {**COLORED, "templates/custom.yaml": text})


def look(folder):
    return verify(VerifyRequest(folder, random=0, workers=1))


def printed(command):
    path = {"PATH": f"{HELM.parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, env=path).stdout


def test_a_fault_that_is_there_only_where_more_is_served_is_reproduced_by_plain_helm(tmp_path):
    (finding,) = look(chart(tmp_path, MONITORED, port=70000)).findings
    assert (finding.check, finding.object) == ("services", "Service/custom")
    assert "only on a cluster that serves monitoring.coreos.com/v1" in finding.shown
    assert finding.fails
    assert "port: 70000" in printed(finding.command)
    with pytest.raises(subprocess.CalledProcessError):
        printed(finding.command.replace("--api-versions monitoring.coreos.com/v1", ""))


def test_a_fault_that_two_values_show_on_such_a_cluster_is_found(tmp_path):
    condition = f'and .Values.autoscaling.enabled (eq .Values.color "blue") ({MONITORED})'
    folder = chart(tmp_path, condition, port=70000)
    found = [each for each in look(folder).findings if each.object == "Service/custom"]
    assert [(each.check, each.cluster) for each in found] == [
        ("services", "a cluster that serves monitoring.coreos.com/v1")
    ]


@pytest.mark.parametrize(("range_", "version"), [("<1.30-0", "1.25"), (">=1.37-0", "1.37")])
def test_a_fault_that_is_there_only_on_one_kubernetes_is_reproduced_by_plain_helm(tmp_path, range_, version):
    condition = f'semverCompare "{range_}" .Capabilities.KubeVersion.Version'
    (finding,) = look(chart(tmp_path, condition, port=70000)).findings
    assert (finding.check, finding.object) == ("services", "Service/custom")
    assert f"only on Kubernetes {version}.0" in finding.shown
    assert "port: 70000" in printed(finding.command)


def test_what_needs_such_a_cluster_is_no_finding_where_it_is_fine_there(tmp_path):
    report = look(chart(tmp_path, MONITORED))
    # Elsewhere the template never prints, and the color changes nothing.
    assert report.findings == ()
    assert [one for each in report.branches for one in each.untaken] == []
    assert any("looked at in brief as on a cluster that serves monitoring" in note for note in report.notes)


def test_an_api_that_a_template_takes_on_the_oldest_kubernetes_is_judged_as_that_one(tmp_path):
    budget = """\
apiVersion: {{ semverCompare "<1.30-0" .Capabilities.KubeVersion.Version | ternary "policy/v1beta1" "policy/v1" }}
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app.kubernetes.io/instance: {{ .Release.Name }}}}}
"""
    report = look(write_chart(tmp_path / "web", {"templates/budget.yaml": budget}))
    (finding,) = (each for each in report.findings if each.check == "removed-apis")
    assert "is not served (in Kubernetes `1.25`)" in finding.message
    assert finding.cluster == "Kubernetes 1.25.0"


@pytest.mark.parametrize(("range_", "told"), [(">=1.21", ["removed-apis"]), (">=1.21-0", [])])
@pytest.mark.parametrize("part", ["Version", "GitVersion"])
def test_a_range_that_takes_no_version_of_a_vendor_is_found(tmp_path, range_, told, part):
    budget = f"""\
{{{{- if semverCompare "{range_}" .Capabilities.KubeVersion.{part} }}}}
apiVersion: policy/v1
{{{{- else }}}}
apiVersion: policy/v1beta1
{{{{- end }}}}
kind: PodDisruptionBudget
metadata: {{name: web}}
spec: {{maxUnavailable: 1, selector: {{matchLabels: {{app.kubernetes.io/instance: {{{{ .Release.Name }}}}}}}}}}
"""
    report = look(write_chart(tmp_path / "web", {"templates/budget.yaml": budget}))
    assert [each.check for each in report.findings] == told
    for finding in report.findings:
        assert finding.fails
        assert finding.cluster == "Kubernetes 1.37.0-gke.1000000"
        assert "apiVersion: policy/v1beta1" in printed(finding.command)


def test_the_version_of_a_vendor_is_asked_for_by_name(tmp_path):
    """To Helm 4, `.KubeVersion` itself is printed without what a vendor puts behind it."""
    condition = 'semverCompare ">=1.21" (toString .Capabilities.KubeVersion)'
    assert not any(each.vendor for each in clusters(chart(tmp_path, condition)))


BUDGET = """\
{{- if .Values.service.enabled }}
apiVersion: {{ .Capabilities.APIVersions.Has "policy/v1/PodDisruptionBudget" | ternary "policy/v1" "policy/v1beta1" }}
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 1, selector: {matchLabels: {app.kubernetes.io/instance: {{ .Release.Name }}}}}
{{- end }}
"""


def test_a_kind_that_every_kubernetes_serves_and_helm_alone_does_not_know_is_taken_to_be_there(tmp_path):
    """What a chart renders without a cluster only, no release ever has."""
    report = look(write_chart(tmp_path / "web", {"templates/budget.yaml": BUDGET}))
    assert report.findings == ()
    always = BUDGET.replace('ternary "policy/v1"', 'ternary "policy/v1beta1"')
    (finding,) = look(write_chart(tmp_path / "old" / "web", {"templates/budget.yaml": always})).findings
    assert (finding.check, finding.cluster) == ("removed-apis", "")


def test_a_fault_that_is_there_on_every_cluster_is_told_once(tmp_path):
    condition = f'or true ({MONITORED}) (semverCompare ">1" .Capabilities.KubeVersion.Version)'
    report = look(chart(tmp_path, condition, port=70000))
    assert [(each.check, each.cluster) for each in report.findings] == [("services", "")]


def clusters(folder):
    return other_clusters(read_subject(folder, kube_versions=supported()))


@pytest.mark.parametrize(
    "condition",
    [
        "true",
        '.Capabilities.APIVersions.Has "apps/v1"',
        '.Capabilities.APIVersions.Has "policy/v1beta1/PodSecurityPolicy"',
        '.Capabilities.APIVersions.Has "flowcontrol.apiserver.k8s.io/v1beta3"',
        'semverCompare ">1.30-0" ((dict "a" .Capabilities).a.KubeVersion.Version)',
    ],
)
def test_where_nothing_else_can_come_of_it_no_other_cluster_is_tried(tmp_path, condition):
    assert clusters(chart(tmp_path, condition)) == ()


def test_the_kinds_that_the_kubilitics_chart_asks_for():
    # The document's kinds that not every cluster knows: Prometheus Operator's, Gateway API's and OpenShift's.
    (cluster,) = clusters(CHART)
    assert {
        "gateway.networking.k8s.io/v1/HTTPRoute",
        "monitoring.coreos.com/v1/PodMonitor",
        "monitoring.coreos.com/v1/ServiceMonitor",
        "route.openshift.io/v1/Route",
    } <= set(cluster.served)


SERVED = ("cert-manager.io/v1", "monitoring.coreos.com/v1/ServiceMonitor")
ASKS = """\
{{- define "in-list" }}{{ (index . 0).Capabilities.APIVersions.Has (index . 1) }}{{ end -}}
a: {{ .Capabilities.APIVersions.Has "cert-manager.io/v1" }}
b: {{ $.Capabilities.APIVersions.Has "monitoring.coreos.com/v1" | ternary "yes" "no" }}
c: {{ if and true ($.Capabilities.APIVersions.Has `monitoring.coreos.com/v1/ServiceMonitor`) }}yes{{ else }}no{{ end }}
d: {{ not (.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/%s/%s" "v1" (print "Service" "Monitor"))) }}
{{- $version := "cert-manager.io/v1" }}
e: {{ .Capabilities.APIVersions.Has $version }}
{{- with $ }}
f: {{ $found := .Capabilities.APIVersions.Has $version }}{{ $found }} {{ .Capabilities.APIVersions.Has "apps/v1" }}
{{- end }}
g: {{ include "in-list" (list . "cert-manager.io/v1") }} {{ include "in-list" (list . "example.com/v1") }}
h: "{{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.KubeVersion.GitVersion }} {{ .Capabilities.KubeVersion }}"
i: "{{ $.Capabilities.KubeVersion.Major }}.{{ .Capabilities.KubeVersion.Minor }} {{ .Capabilities.KubeVersion.String }}"
j: {{ semverCompare ">=1.30-0" $.Capabilities.KubeVersion.Version }} .Capabilities.APIVersions.Has "cert-manager.io/v1"
"""


@pytest.mark.parametrize("cluster", [Cluster(SERVED), Cluster(version=parse_version("1.26")), Cluster(SERVED[:1])])
def test_a_rewritten_chart_prints_what_helm_prints_on_such_a_cluster(tmp_path, cluster):
    folder = write_chart(tmp_path / "web", {"templates/asks.yaml": ASKS})
    known = "" if cluster.version else f"--kube-version {default_kube_version()}"
    wanted = printed(f"helm template web {folder} --show-only templates/asks.yaml {cluster.flags} {known}")
    other = EmbeddedEngine().load(folder).rewritten(lambda name, data: changed_on(cluster, name, data))
    text = other.render({}, Release("web"))["web/templates/asks.yaml"]
    assert text.strip() == wanted.partition("asks.yaml\n")[2].strip()


def test_text_outside_of_actions_and_what_would_be_no_template_stay_as_they_are():
    text = 'kind: .Capabilities.APIVersions.Has "cert-manager.io/v1"\n{{ .Values.a }}'
    assert as_on(Cluster(SERVED), text) == text
    broken = '{{ .Capabilities.APIVersions.Has ("cert-manager.io/v1" }}'
    assert as_on(Cluster(SERVED), broken) == broken

"""What only another name of the release shows is found under a switch, too."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.verify.charts import WEB, write_chart

LONG = """\
{{- if .Values.metrics.enabled }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name | trunc 63 }}-metrics-of-it
spec:
  selector: {app.kubernetes.io/instance: {{ .Release.Name }}}
  ports: [{name: http, port: 8080, targetPort: http}]
{{- end }}
"""
BESIDE = f"""\
apiVersion: v1
kind: ConfigMap
metadata: {{name: {{{{ .Release.Name }}}}-more}}
---
{LONG}"""
BACKEND = """\
{{- if and .Values.metrics.enabled .Values.service.enabled }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: {{ .Release.Name }}}
spec:
  rules:
    - host: a.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: {{ .Release.Name }}, port: {name: http}}}
{{- end }}
"""
SELECTOR = """\
{{- if .Values.metrics.enabled }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: {{ .Release.Name }}}
spec:
  minAvailable: 1
  selector: {matchLabels: {app.kubernetes.io/name: web}}
{{- end }}
"""

PODS = "labels: {app.kubernetes.io/instance: {{ .Release.Name }}}"
MORE = "labels: {app.kubernetes.io/name: web, app.kubernetes.io/instance: {{ .Release.Name }}}"
FULL = "name: {{ .Release.Name }}{{ if not (contains .Chart.Name .Release.Name) }}-web{{ end }}\n"


@pytest.mark.parametrize(
    ("template", "check", "where"),
    [
        (LONG, "names", "metadata.name"),
        (BESIDE, "names", "metadata.name"),
        (BACKEND, "references", "spec.rules[0].http.paths[0].backend.service.name"),
        (SELECTOR, "selectors", "spec.selector"),
    ],
)
def test_a_fault_of_a_name_under_a_switch_is_found(tmp_path, template, check, where):
    values = "greeting: a\ntag: ''\nreplicas: 2\nlabels: {}\nextra: {}\nservice: {enabled: true, port: 8080}\n"
    chart = write_chart(
        tmp_path,
        {
            "values.yaml": f"{values}autoscaling: {{enabled: false}}\nmetrics: {{enabled: false}}\n",
            "values.schema.json": None,
            "templates/more.yaml": template,
            "templates/deployment.yaml": WEB["templates/deployment.yaml"].replace(PODS, MORE),
            "templates/service.yaml": WEB["templates/service.yaml"].replace("name: {{ .Release.Name }}\n", FULL),
        },
    )

    report = verify(VerifyRequest(chart, workers=1, checks=(check,), random=0))

    assert [(finding.check, finding.path, finding.made_up) for finding in report.findings] == [(check, where, False)]

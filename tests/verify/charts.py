"""Charts for the tests of `verify`: small, and each with a difficulty that charts of others have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

CHART = "apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: 1.2.3\n"

HELPERS = """\
{{- define "web.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}
{{- define "web.port" -}}{{ (index . 1).port | default 8080 }}{{- end -}}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "web.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas | int64 }}
  {{- end }}
  selector:
    matchLabels: {app.kubernetes.io/instance: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app.kubernetes.io/instance: {{ .Release.Name }}}
      annotations:
        checksum/config: {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: web
          image: example.com/web:{{ .Values.tag | default .Chart.AppVersion }}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true}
          ports: [{name: http, containerPort: {{ include "web.port" (list . .Values.service) }}}]
          resources: {requests: {cpu: 10m, memory: 10Mi}, limits: {memory: 10Mi}}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-config}
data:
  greeting: {{ .Values.greeting | quote }}
  {{- range $key, $value := .Values.extra }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
"""
SERVICE = """\
{{- if .Values.service.enabled }}
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "web.labels" . | nindent 4 }}
spec:
  selector: {app.kubernetes.io/instance: {{ .Release.Name }}}
  ports: [{name: http, port: {{ .Values.service.port }}, targetPort: http}]
{{- end }}
"""
VALUES = """\
greeting: hello
tag: ""
replicas: 2
labels: {}
extra: {}
service:
  enabled: true
  port: 8080
autoscaling:
  enabled: false
"""
SCHEMA = """\
{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "properties": {
    "greeting": {"type": "string"},
    "tag": {"type": "string", "pattern": "^[a-z0-9.]*$"},
    "replicas": {"type": "integer", "minimum": 0, "maximum": 9},
    "labels": {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[a-z]+$"}},
    "extra": {"type": "object", "additionalProperties": {"type": "string"}},
    "service": {
      "type": "object",
      "properties": {"enabled": {"type": "boolean"}, "port": {"type": "integer", "minimum": 1, "maximum": 65535}}
    },
    "autoscaling": {"type": "object", "properties": {"enabled": {"type": "boolean"}}}
  }
}
"""
WEB: Mapping[str, str] = {
    "Chart.yaml": CHART,
    "values.yaml": VALUES,
    "values.schema.json": SCHEMA,
    "templates/_helpers.tpl": HELPERS,
    "templates/deployment.yaml": DEPLOYMENT,
    "templates/config.yaml": CONFIG,
    "templates/service.yaml": SERVICE,
}
"""A chart in which nothing is wrong."""


def write_chart(folder: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """The chart `WEB` in `folder`; `changes` replace files by path, None leaves one out."""
    for name, text in {**WEB, **(changes or {})}.items():
        if text is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    return folder

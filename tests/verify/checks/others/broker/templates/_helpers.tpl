{{- define "broker.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}
{{- define "broker.labels" -}}
app: {{ .Chart.Name }}
release: {{ .Release.Name }}
heritage: {{ .Release.Service }}
chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
{{- end }}
{{- define "broker.secret" -}}
{{ .Values.auth.existingSecret | default (include "broker.fullname" .) }}
{{- end }}
{{- define "broker.pod" -}}
securityContext: {runAsNonRoot: true, runAsUser: 1001, fsGroup: 1001, seccompProfile: {type: RuntimeDefault}}
{{- end }}
{{- define "broker.container" -}}
image: docker.io/library/broker:{{ .Chart.AppVersion }}
securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: ["ALL"]}}
resources: {requests: {cpu: 250m, memory: 256Mi}, limits: {memory: 512Mi}}
{{- end }}

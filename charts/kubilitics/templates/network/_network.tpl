{{/* Rules for test and hook pods: they ask whether the product works. */}}
{{- define "kubilitics.network.helpers" -}}
egress:
  {{- include "kubilitics.network.dns" . | nindent 2 }}
  - why: backend
    peers: [{components: [backend]}]
    ports: [{port: {{ include "kubilitics.port.backend" . }}, protocol: TCP}]
  - why: frontend
    peers: [{components: [frontend]}]
    ports: [{port: {{ include "kubilitics.port.frontend" . }}, protocol: TCP}]
{{- end -}}

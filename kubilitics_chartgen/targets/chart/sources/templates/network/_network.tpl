{{/* Rules for test and hook pods: they ask whether the product works. */}}
{{- define "kubilitics.network.helpers" -}}
egress:
  {{- include "kubilitics.network.dns" . | nindent 2 }}
  - why: backend
    peers:
      {{- include "kubilitics.network.pods" (list . (list "backend")) | nindent 6 }}
    ports:
      {{- include "kubilitics.network.tcp" (list (include "kubilitics.port.backend" .)) | indent 6 }}
  - why: frontend
    peers:
      {{- include "kubilitics.network.pods" (list . (list "frontend")) | nindent 6 }}
    ports:
      {{- include "kubilitics.network.tcp" (list (include "kubilitics.port.frontend" .)) | indent 6 }}
{{- end -}}

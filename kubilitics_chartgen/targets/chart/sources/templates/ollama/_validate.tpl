{{- define "kubilitics.validate.ollama" -}}
{{- if include "kubilitics.ollama.deployed" . }}
{{- $ollama := .Values.ollama -}}
{{- $gpu := $ollama.gpu | default dict -}}
{{- if $gpu.enabled }}
{{- include "kubilitics.validate.required" (dict "ollama.gpu.resource" $gpu.resource "ollama.gpu.count" $gpu.count) }}
{{- end }}
{{- if $ollama.pull }}
{{- include "kubilitics.validate.required" (dict "ollama.pullTimeoutSeconds" $ollama.pullTimeoutSeconds) }}
{{- if eq (toString .Values.ai.dataResidency) "local-only" }}
- id: residency-pull
{{- end }}
{{- end }}
{{- include "kubilitics.validate.server" (list "ollama" $ollama) }}
{{- include "kubilitics.validate.knobs" (list . "ollama" $ollama "ollama/deployment.yaml") }}
{{- end }}
{{- end -}}

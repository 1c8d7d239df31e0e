{{- define "kubilitics.validate.ai" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $persistence := $ai.persistence | default dict -}}
{{- $needed := dict -}}
{{- if $ai.enabled -}}
{{- $settings := get ($ai.providers | default dict) (toString $ai.llmProvider) | default dict -}}
{{- $needed = dict
  "ai.image.repository" ($ai.image | default dict).repository
  "ai.llmProvider" $ai.llmProvider
  "ai.apiKeySecret" $ai.apiKeySecret
  "ai.persistence.enabled" $persistence.enabled
  "ai.serviceAccount.create" ($ai.serviceAccount | default dict).create
-}}
{{- if not (has (toString $ai.llmProvider) (list "none" "<nil>")) -}}
{{- $_ := set $needed (printf "ai.providers.%s.model" $ai.llmProvider) $settings.model -}}
{{- $_ := set $needed (printf "ai.providers.%s.secretKey" $ai.llmProvider) $settings.secretKey -}}
{{- end -}}
{{- if and $persistence.enabled (not $persistence.existingClaim) -}}
{{- $_ := set $needed "ai.persistence.size" $persistence.size -}}
{{- $_ := set $needed "ai.persistence.accessModes" $persistence.accessModes -}}
{{- end -}}
{{- end -}}
{{- include "kubilitics.validate.needed" $needed }}
{{- include "kubilitics.validate.labels" (dict "ai.labels" $ai.labels "ai.podLabels" $ai.podLabels) }}
{{- if $ai.apiKey }}
- id: api-key-in-values
{{- end }}
{{- range $name, $settings := $ai.providers | default dict }}
{{- if ($settings | default dict).apiKey }}
- {id: api-key-in-values, path: {{ printf "ai.providers.%s.apiKey" $name | quote }}}
{{- end }}
{{- end }}
{{- end -}}

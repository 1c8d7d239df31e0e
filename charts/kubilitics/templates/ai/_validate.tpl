{{- define "kubilitics.validate.ai" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $persistence := $ai.persistence | default dict -}}
{{- $needed := dict -}}
{{- if $ai.enabled -}}
{{- $needed = dict
  "ai.image.repository" ($ai.image | default dict).repository
  "ai.llmProvider" $ai.llmProvider
  "ai.apiKeySecret" $ai.apiKeySecret
  "ai.persistence.enabled" $persistence.enabled
  "ai.serviceAccount.create" ($ai.serviceAccount | default dict).create
-}}
{{- if and $persistence.enabled (not $persistence.existingClaim) -}}
{{- $_ := set $needed "ai.persistence.size" $persistence.size -}}
{{- $_ := set $needed "ai.persistence.accessModes" $persistence.accessModes -}}
{{- end -}}
{{- end -}}
{{- include "kubilitics.validate.needed" $needed }}
{{- include "kubilitics.validate.labels" (dict "ai.labels" $ai.labels "ai.podLabels" $ai.podLabels) }}
{{- include "kubilitics.validate.knobs" (list . "ai" $ai "ai/deployment.yaml") }}
{{- if and $ai.enabled (gt (int64 $ai.replicas) 1) }}
- id: ai-replicas
{{- end }}
{{- if $ai.apiKey }}
- id: api-key-in-values
{{- end }}
{{- range $name, $settings := $ai.providers | default dict }}
{{- if ($settings | default dict).apiKey }}
- {id: api-key-in-values, path: {{ printf "ai.providers.%s.apiKey" $name | quote }}}
{{- end }}
{{- end }}
{{- if $ai.enabled }}
{{- include "kubilitics.validate.providers" . }}
{{- end }}
{{- end -}}

{{/* What concerns the providers in use. */}}
{{- define "kubilitics.validate.providers" -}}
{{- $local := eq (toString .Values.ai.dataResidency) "local-only" }}
{{- $seen := dict }}
{{- range include "kubilitics.ai.activeProviders" . | fromJsonArray }}
{{- if not .model }}
- {id: provider-model-missing, path: {{ printf "ai.providers.%s.model" .id | quote }}}
{{- end }}
{{- if and .needsEndpoint (not .endpoint) (not (and .endpointInSecret .secretKey)) }}
- {id: provider-endpoint-missing, path: {{ printf "ai.providers.%s.endpoint" .id | quote }}}
{{- end }}
{{- if hasKey $seen .imageName }}
- {id: fallback-same-settings, path: ai.fallbackProviders}
{{- end }}
{{- $_ := set $seen .imageName true }}
{{- if and $local .leavesCluster }}
- {id: residency-provider, path: {{ ternary "ai.fallbackProviders" "ai.llmProvider" .isFallback }}}
{{- else if and $local .needsEndpoint (not .staysInside) }}
- {id: residency-endpoint, path: {{ printf "ai.providers.%s.endpoint" .id | quote }}}
{{- end }}
{{- end }}
{{- end -}}

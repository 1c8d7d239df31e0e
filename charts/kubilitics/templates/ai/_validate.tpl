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
{{- end -}}

{{/* How AI gets its key and its provider, and how it learns of changes. */}}
{{- define "kubilitics.validate.aiOperations" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $external := $ai.externalSecret | default dict -}}
{{- $initialize := $ai.initializeProvider | default dict -}}
{{- if $ai.enabled -}}
{{- $needed := dict "ai.configReload" $ai.configReload -}}
{{- if ($ai.clusterAccess | default dict).enabled -}}
{{- $_ := set $needed "ai.clusterAccess.scope" $ai.clusterAccess.scope -}}
{{- end -}}
{{- if $external.enabled -}}
{{- $_ := set $needed "ai.externalSecret.apiVersion" $external.apiVersion -}}
{{- $_ := set $needed "ai.externalSecret.secretStoreRef.kind" ($external.secretStoreRef | default dict).kind -}}
{{- end -}}
{{- include "kubilitics.validate.needed" $needed }}
{{- if $external.enabled }}
{{- if not ($external.secretStoreRef | default dict).name }}
- id: external-secret-store-missing
{{- end }}
{{- range include "kubilitics.ai.secretKeys" . | fromYamlArray }}
{{- if not (get ($external.remoteRefs | default dict) . | default dict).key }}
- {id: external-secret-ref-missing, path: {{ printf "ai.externalSecret.remoteRefs.%s.key" . | quote }}}
{{- end }}
{{- end }}
{{- include "kubilitics.validate.crd" (list . "ai.externalSecret.renderMode" $external.renderMode (include "kubilitics.ai.externalSecretKind" .)) }}
{{- end }}
{{- $providers := include "kubilitics.ai.activeProviders" . | fromYamlArray }}
{{- if eq (toString $ai.configReload) "sidecar" }}
{{- range $providers }}
{{- if and (not .isFallback) (not .canReload) }}
- id: reload-not-possible
{{- end }}
{{- end }}
{{- if not $providers }}
- id: reload-not-possible
{{- end }}
{{- if $initialize.enabled }}
- id: reload-forgets-provider
{{- end }}
{{- end }}
{{- if and $initialize.enabled (not $providers) }}
- id: initialize-without-provider
{{- end }}
{{- end }}
{{- end -}}

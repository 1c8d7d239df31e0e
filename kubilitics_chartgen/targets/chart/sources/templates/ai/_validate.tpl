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
{{- include "kubilitics.validate.required" $needed }}
{{- include "kubilitics.validate.labels" (dict "ai.labels" $ai.labels "ai.podLabels" $ai.podLabels) }}
{{- $workload := ternary "ai/statefulset.yaml" "ai/deployment.yaml" (ne (include "kubilitics.ai.perReplica" .) "") }}
{{- include "kubilitics.validate.knobs" (list . "ai" $ai $workload) }}
{{- include "kubilitics.validate.variables" (list "ai" $ai.extraEnv
  (list
    [[ program.ai.decided | map("tojson") | join("\n    ") ]]
  )
) }}
{{- if $ai.apiKey }}
- id: api-key-in-values
{{- end }}
{{- range $name, $settings := $ai.providers | default dict }}
{{- if ($settings | default dict).apiKey }}
- {id: api-key-in-values, path: {{ printf "ai.providers.%s.apiKey" $name | quote }}}
{{- end }}
{{- include "kubilitics.validate.address" (dict (printf "ai.providers.%s.endpoint" $name) ($settings | default dict).endpoint) }}
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
{{- if and .needsPath (regexMatch "^https?://[^/?#]+/?$" .endpoint) }}
- {id: provider-endpoint-path, path: {{ printf "ai.providers.%s.endpoint" .id | quote }}}
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
{{- include "kubilitics.validate.required" $needed }}
{{- $account := $ai.serviceAccount | default dict }}
{{- if and (eq (toString $account.create) "false") (not $account.name) }}
- id: service-account-unnamed
{{- end }}
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
{{- $reloads := eq (toString $ai.configReload) "sidecar" }}
{{- $providers := list }}
{{- if or $reloads $initialize.enabled }}
{{- $providers = include "kubilitics.ai.activeProviders" . | fromJsonArray }}
{{- end }}
{{- if $reloads }}
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
{{- if and $initialize.enabled ($ai.lifecycle | default dict).postStart }}
- id: initialize-with-post-start
{{- end }}
{{- end }}
{{- end -}}

{{/*
The AI's address, configuration and environment.
*/}}

{{- define "kubilitics.uid.ai" -}}
[[ ai.uid ]]
{{- end -}}

{{- define "kubilitics.port.ai" -}}
[[ ai.port ]]
{{- end -}}

{{/* Where other components find AI, whether it is there or not. */}}
{{- define "kubilitics.ai.url" -}}
http://{{ include "kubilitics.name.ai" . }}:{{ include "kubilitics.port.ai" . }}
{{- end -}}

{{/* Which features are on, as JSON. Argument: the features' values. */}}
{{- define "kubilitics.ai.features" -}}
{{- $switches := dict -}}
{{- range $name, $feature := . | default dict -}}
{{- $_ := set $switches $name (($feature | default dict).enabled | default false) -}}
{{- end -}}
{{- toJson $switches -}}
{{- end -}}

{{/*
The AI's configuration file. The image replaces a provider's settings as a whole, so they are always complete, but for the
key, which comes from the environment. The image's gRPC link does not answer today; a local address fails at once, where a
silent one would cost 20 seconds of every start.
*/}}
{{- define "kubilitics.ai.config" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $providers := include "kubilitics.ai.activeProviders" . | fromJsonArray -}}
{{- $config := dict
  "server" (dict "port" (include "kubilitics.port.ai" . | int64))
  "backend" (dict "address" "localhost:50051" "http_base_url" (include "kubilitics.backend.url" .))
  "llm" (include "kubilitics.ai.llm" (list . $providers) | fromJson)
  "autonomy" (dict "default_level" ($ai.autonomyLevel | default 0 | int64))
  "database" (dict "sqlite_path" "/data/ai/kubilitics-ai.db")
  "features" (include "kubilitics.ai.features" $ai.features | fromJson)
  "consent" (include "kubilitics.ai.consent" (list . $providers) | fromJson)
  "rollout" (include "kubilitics.ai.rollout" . | fromJson)
-}}
{{- $settings := dict
  "reasoning" $ai.reasoning
  "vectorMemory" (merge (include "kubilitics.vectorDatabase.config" . | fromJson) ($ai.vectorMemory | default dict))
  "cache" $ai.cache
  "rateLimits" $ai.rateLimits
  "budget" $ai.tokenBudgets
  "privacy" $ai.privacy
  "outputValidation" $ai.outputValidation
  "audit" $ai.audit
  "alerts" $ai.alerts
  "latencyObjective" $ai.latencyObjective
-}}
{{- include "kubilitics.snakeCase" (list $settings $config) -}}
{{- $investigations := list -}}
{{- range $ai.scheduledInvestigations -}}
{{- $own := dict "name" .name "every_minutes" (.everyMinutes | int64) "question" .question -}}
{{- $investigations = append $investigations $own -}}
{{- end -}}
{{- with $investigations -}}
{{- $_ := set $config "scheduled_investigations" . -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/*
The notice a user sees once before AI is used, as JSON: the operator's words, or what the providers in use mean for the data.
Argument: (list root active-providers).
*/}}
{{- define "kubilitics.ai.consent" -}}
{{- $consent := ((index . 0).Values.ai | default dict).consentNotice | default dict -}}
{{- $receivers := list -}}
{{- range index . 1 -}}
{{- if not .staysInside -}}
{{- $receivers = append $receivers .title -}}
{{- end -}}
{{- end -}}
{{- $notice := "AI answers from your cluster's data, which stays in your cluster. AI can be turned off in Settings." -}}
{{- with $receivers -}}
{{- $sent := "AI answers from your cluster's data, which is sent to %s. AI can be turned off in Settings." -}}
{{- $notice = printf $sent (join " and " .) -}}
{{- end -}}
{{- dict "required" ($consent.enabled | default false) "notice" ($consent.text | default $notice) | toJson -}}
{{- end -}}

{{/*
Who gets AI while it is rolled out, as JSON: the share of users, and the answers given for organizations and users by name.
*/}}
{{- define "kubilitics.ai.rollout" -}}
{{- $percentage := ((.Values.ai | default dict).rollout | default dict).percentage | default 0 | int64 -}}
{{- $named := dict "organizations" dict "users" dict -}}
{{- range $kind, $answers := $named -}}
{{- range $name, $settings := get $.Values $kind | default dict -}}
{{- $_ := set $answers $name ((($settings | default dict).ai | default dict).enabled | default false) -}}
{{- end -}}
{{- end -}}
{{- merge (dict "percentage" $percentage) $named | toJson -}}
{{- end -}}

{{- define "kubilitics.ai.env" -}}
- name: KUBILITICS_PORT
  value: {{ include "kubilitics.port.ai" . | quote }}
- name: KUBILITICS_DATABASE_PATH
  value: /data/ai/kubilitics-ai.db
- name: KUBILITICS_BACKEND_ADDRESS
  value: localhost:50051
- name: KUBILITICS_BACKEND_HTTP_BASE_URL
  value: {{ include "kubilitics.backend.url" . | quote }}
{{- include "kubilitics.ai.providerEnv" . }}
{{- with include "kubilitics.vectorDatabase.keyEnv" (list . "KUBILITICS_VECTOR_MEMORY_API_KEY" true) }}
{{ . }}
{{- end }}
{{- with include "kubilitics.goMemoryLimit" (((.Values.ai.resources | default dict).limits | default dict).memory | default "") }}
- name: GOMEMLIMIT
  value: {{ . | quote }}
{{- end }}
{{- end -}}

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

{{/* Which features are on, as YAML. Argument: the features' values. */}}
{{- define "kubilitics.ai.features" -}}
{{- $switches := dict -}}
{{- range $name, $feature := . | default dict -}}
{{- $_ := set $switches $name (($feature | default dict).enabled | default false) -}}
{{- end -}}
{{- toYaml $switches -}}
{{- end -}}

{{/*
The AI's configuration file. The image replaces a provider's settings as a whole, so they are always complete, but for the
key, which comes from the environment.
*/}}
{{- define "kubilitics.ai.config" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $settings := dict -}}
{{- $own := dict
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
{{- include "kubilitics.snakeCase" (list $own $settings) -}}
server:
  port: {{ include "kubilitics.port.ai" . }}
backend:
  # The image's gRPC link does not answer today; a local address fails at once, where a silent one would cost 20 seconds.
  address: localhost:50051
  http_base_url: {{ include "kubilitics.backend.url" . }}
{{ include "kubilitics.ai.llm" . }}
autonomy:
  default_level: {{ $ai.autonomyLevel | default 0 | int64 }}
database:
  sqlite_path: /data/ai/kubilitics-ai.db
features:
  {{- include "kubilitics.ai.features" $ai.features | nindent 2 }}
{{ toYaml $settings }}
{{- with $ai.scheduledInvestigations }}
scheduled_investigations:
  {{- range . }}
  - name: {{ .name | quote }}
    every_minutes: {{ .everyMinutes | int64 }}
    question: {{ .question | quote }}
  {{- end }}
{{- end }}
consent:
  {{- include "kubilitics.ai.consent" . | nindent 2 }}
rollout:
  {{- include "kubilitics.ai.rollout" . | nindent 2 }}
{{- end -}}

{{/* The notice a user sees once before AI is used: the operator's words, or what the chosen providers mean for the data. */}}
{{- define "kubilitics.ai.consent" -}}
{{- $consent := (.Values.ai | default dict).consentNotice | default dict -}}
{{- $receivers := list -}}
{{- range include "kubilitics.ai.activeProviders" . | fromJsonArray -}}
{{- if not .staysInside -}}
{{- $receivers = append $receivers .title -}}
{{- end -}}
{{- end -}}
required: {{ $consent.enabled | default false }}
{{- if $consent.text }}
notice: {{ $consent.text | quote }}
{{- else if $receivers }}
notice: {{ printf "AI answers from your cluster's data, which is sent to %s. AI can be turned off in Settings." (join " and " $receivers) | quote }}
{{- else }}
notice: "AI answers from your cluster's data, which stays in your cluster. AI can be turned off in Settings."
{{- end }}
{{- end -}}

{{/* Who gets AI while it is rolled out: the share of users, and the answers given for organizations and users by name. */}}
{{- define "kubilitics.ai.rollout" -}}
{{- $flags := dict "percentage" (((.Values.ai | default dict).rollout | default dict).percentage | default 0 | int64) -}}
{{- $organizations := dict -}}
{{- range $name, $settings := .Values.organizations | default dict -}}
{{- $_ := set $organizations $name ((($settings | default dict).ai | default dict).enabled | default false) -}}
{{- end -}}
{{- $users := dict -}}
{{- range $name, $settings := .Values.users | default dict -}}
{{- $_ := set $users $name ((($settings | default dict).ai | default dict).enabled | default false) -}}
{{- end -}}
{{- toYaml (merge $flags (dict "organizations" $organizations "users" $users)) -}}
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

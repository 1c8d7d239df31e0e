{{/*
The AI's address, provider, configuration and environment.
*/}}

{{- define "kubilitics.uid.ai" -}}
1000
{{- end -}}

{{- define "kubilitics.port.ai" -}}
8081
{{- end -}}

{{/* Where other components find AI, whether it is there or not. */}}
{{- define "kubilitics.ai.url" -}}
http://{{ include "kubilitics.name.ai" . }}:{{ include "kubilitics.port.ai" . }}
{{- end -}}

{{/* What files/providers.yaml knows of the chosen provider, as YAML. */}}
{{- define "kubilitics.ai.provider" -}}
{{- $all := .Files.Get "files/providers.yaml" | fromYaml -}}
{{- get $all ((.Values.ai | default dict).llmProvider | default "none") | default dict | toYaml -}}
{{- end -}}

{{/* The operator's settings of the chosen provider, with the address that is in effect, as YAML. */}}
{{- define "kubilitics.ai.providerSettings" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $id := $ai.llmProvider | default "none" -}}
{{- $settings := deepCopy (get ($ai.providers | default dict) $id | default dict) -}}
{{- with include "kubilitics.ai.endpoint" (list . $id) -}}
{{- $_ := set $settings "endpoint" . -}}
{{- end -}}
{{- toYaml $settings -}}
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
{{- $provider := include "kubilitics.ai.provider" . | fromYaml -}}
{{- $settings := include "kubilitics.ai.providerSettings" . | fromYaml -}}
{{- $reasoning := $ai.reasoning | default dict -}}
{{- $memory := $ai.vectorMemory | default dict -}}
server:
  port: {{ include "kubilitics.port.ai" . }}
backend:
  # The image's gRPC link does not answer today; a local address fails at once, where a silent one would cost 20 seconds.
  address: localhost:50051
  http_base_url: {{ include "kubilitics.backend.url" . }}
llm:
  provider: {{ $provider.imageName | quote }}
  {{- if $settings }}
  {{ $provider.imageName }}:
    {{- with $settings.model }}
    model: {{ . | quote }}
    {{- end }}
    {{- with $settings.endpoint }}
    base_url: {{ . | quote }}
    {{- end }}
    {{- if and $provider.takesTokens $reasoning.maxTokens }}
    max_tokens: {{ $reasoning.maxTokens | int64 }}
    {{- end }}
  {{- end }}
autonomy:
  default_level: {{ $ai.autonomyLevel | default 0 | int64 }}
database:
  sqlite_path: /data/ai/kubilitics-ai.db
features:
  {{- include "kubilitics.ai.features" $ai.features | nindent 2 }}
reasoning:
  {{- with $reasoning.maxSteps }}
  max_steps: {{ . | int64 }}
  {{- end }}
  {{- with $reasoning.maxTokens }}
  max_tokens: {{ . | int64 }}
  {{- end }}
  {{- if not (kindIs "invalid" $reasoning.temperature) }}
  temperature: {{ $reasoning.temperature | toJson }}
  {{- end }}
vector_memory:
  {{- with $memory.cacheSizeMb }}
  cache_size_mb: {{ . | int64 }}
  {{- end }}
  {{- with $memory.embeddingModel }}
  embedding_model: {{ . | quote }}
  {{- end }}
  {{- with include "kubilitics.vectorDatabase.config" . }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/*
The one variable that comes from the Secret, or nothing. A missing key leaves AI running and ready, only unconfigured; a
missing address would make the image exit again and again, so the pod waits for it instead.
*/}}
{{- define "kubilitics.ai.secretEnv" -}}
{{- $provider := include "kubilitics.ai.provider" . | fromYaml -}}
{{- $settings := include "kubilitics.ai.providerSettings" . | fromYaml -}}
{{- $isKey := eq (toString $provider.secretHolds) "key" -}}
{{- if and $settings (or $isKey (and $provider.needsEndpoint (not $settings.endpoint))) }}
- name: {{ $provider.secretEnv }}
  valueFrom:
    secretKeyRef:
      name: {{ .Values.ai.apiKeySecret | quote }}
      key: {{ $settings.secretKey | quote }}
      {{- if $isKey }}
      optional: true
      {{- end }}
{{- end }}
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
{{- include "kubilitics.ai.secretEnv" . }}
{{- with include "kubilitics.vectorDatabase.keyEnv" (list . "KUBILITICS_VECTOR_MEMORY_API_KEY" true) }}
{{ . }}
{{- end }}
{{- with include "kubilitics.goMemoryLimit" (((.Values.ai.resources | default dict).limits | default dict).memory | default "") }}
- name: GOMEMLIMIT
  value: {{ . | quote }}
{{- end }}
{{- end -}}

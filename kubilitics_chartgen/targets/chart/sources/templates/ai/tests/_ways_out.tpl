{{/*
The environment of AI's test: the addresses of its providers, and one that it must not reach.
*/}}
{{- define "kubilitics.ai.testEnv" -}}
{{- $ai := .Values.ai -}}
{{- $tests := .Values.tests -}}
{{- $addresses := list -}}
{{- range include "kubilitics.ai.activeProviders" . | fromJsonArray -}}
{{- range .hosts -}}
{{- $addresses = append $addresses (printf "https://%s:%d" .name (int64 .port)) -}}
{{- end -}}
{{- if .endpoint -}}
{{- $addresses = append $addresses .endpoint -}}
{{- else if and .needsEndpoint .secretKey (eq (toString .secretHolds) "endpoint") }}
- name: {{ .secretEnv }}
  valueFrom:
    secretKeyRef:
      name: {{ $ai.apiKeySecret | quote }}
      key: {{ .secretKey | quote }}
      optional: true
{{- $addresses = append $addresses (printf "$(%s)" .secretEnv) -}}
{{- end -}}
{{- end }}
- name: TIMEOUT_SECONDS
  value: {{ $tests.timeoutSeconds | int64 | quote }}
- name: PROVIDERS
  value: {{ join " " $addresses | quote }}
{{- $isApiServer := hasPrefix "kubernetes.default" (toString $tests.deniedAddress) }}
{{- if and (include "kubilitics.network.on" .) $tests.deniedAddress (not (and $isApiServer (include "kubilitics.ai.clusterAccess" .))) }}
- name: DENIED
  value: {{ $tests.deniedAddress | quote }}
- name: STRICT
  value: {{ $tests.strict | default false | quote }}
{{- end }}
{{- end -}}

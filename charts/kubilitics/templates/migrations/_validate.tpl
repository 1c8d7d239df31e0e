{{- define "kubilitics.validate.migrations" -}}
{{- $migrations := .Values.migrations | default dict -}}
{{- if and $migrations.enabled (not $migrations.command) }}
- id: migrations-without-command
{{- end }}
{{- end -}}

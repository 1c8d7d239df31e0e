{{- define "kubilitics.validate.tests" -}}
{{- $tests := .Values.tests | default dict -}}
{{- if $tests.enabled -}}
{{- include "kubilitics.validate.required" (dict "tests.timeoutSeconds" $tests.timeoutSeconds) }}
{{- end -}}
{{- end -}}

{{/* What /api/discovery answers while AI is on: what core says, with AI's flags and notices. */}}
{{- define "kubilitics.ai.discovery" -}}
{{- $notices := list -}}
{{- range include "kubilitics.ai.activeProviders" . | fromJsonArray -}}
{{- if not .staysInside -}}
{{- $notices = append $notices (printf "Questions, and the cluster data needed to answer them, are sent to %s." .title) -}}
{{- end -}}
{{- end -}}
{{- $ai := .Values.ai | default dict -}}
{{- $flags := dict "provider" ($ai.llmProvider | default "none") "notices" ($notices | uniq) -}}
{{- $_ := set $flags "features" (include "kubilitics.ai.features" $ai.features | fromJson) -}}
{{- set (include "kubilitics.frontend.discovery" . | fromJson) "ai" $flags | toPrettyJson -}}
{{- end -}}

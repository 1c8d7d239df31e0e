{{/*
The LLM providers in use: what files/providers.yaml knows of them, with the operator's settings.
*/}}

{{/* The chosen provider as a YAML list; empty with provider `none`. */}}
{{- define "kubilitics.ai.activeProviders" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $id := $ai.llmProvider | default "none" -}}
{{- $settings := get ($ai.providers | default dict) $id | default dict -}}
{{- $active := list -}}
{{- if ne $id "none" -}}
{{- $own := dict
  "id" $id
  "isFallback" false
  "model" ($settings.model | default "")
  "endpoint" ($settings.endpoint | default "")
  "secretKey" ($settings.secretKey | default "")
-}}
{{- $active = append $active (merge $own (get (.Files.Get "files/providers.yaml" | fromYaml) $id | default dict)) -}}
{{- end -}}
{{- toYaml $active -}}
{{- end -}}

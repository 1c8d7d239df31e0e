{{/* The providers that AI may be asked to use: what files/providers.yaml knows, with `id` and the operator's `endpoint`. */}}
{{- define "kubilitics.ai.activeProviders" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $active := list -}}
{{- range $id := list ($ai.llmProvider | default "none") -}}
{{- if ne $id "none" -}}
{{- $all := $.Files.Get "files/providers.yaml" | fromYaml -}}
{{- $settings := get ($ai.providers | default dict) $id | default dict -}}
{{- $own := dict "id" $id "endpoint" ($settings.endpoint | default "") -}}
{{- $active = append $active (merge $own (get $all $id | default dict)) -}}
{{- end -}}
{{- end -}}
{{- toJson $active -}}
{{- end -}}

{{/*
The address a provider is reached at as far as values know it: the operator's, or that of the chart's own Ollama.
Argument: (list root provider-id).
*/}}
{{- define "kubilitics.ai.endpoint" -}}
{{- $root := index . 0 -}}
{{- $settings := get (($root.Values.ai | default dict).providers | default dict) (index . 1) | default dict -}}
{{- if $settings.endpoint -}}
{{- $settings.endpoint -}}
{{- else if and (eq (index . 1) "ollama") (include "kubilitics.ollama.deployed" $root) -}}
{{- include "kubilitics.ollama.url" $root -}}
{{- end -}}
{{- end -}}

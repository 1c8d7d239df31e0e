{{/*
The chart's own Ollama: whether it is there, its address, its models.
*/}}

{{- define "kubilitics.port.ollama" -}}
11434
{{- end -}}

{{- define "kubilitics.uid.ollama" -}}
1000
{{- end -}}

{{/* Not empty where the chart deploys it. */}}
{{- define "kubilitics.ollama.deployed" -}}
{{- if and (.Values.ai | default dict).enabled (.Values.ollama | default dict).enabled -}}
true
{{- end -}}
{{- end -}}

{{- define "kubilitics.ollama.url" -}}
http://{{ include "kubilitics.name" (list . "ollama") }}:{{ include "kubilitics.port.ollama" . }}
{{- end -}}

{{/* The models to fetch, as a YAML list: those that are named, or the one AI asks for. */}}
{{- define "kubilitics.ollama.models" -}}
{{- $used := get ((.Values.ai | default dict).providers | default dict) "ollama" | default dict -}}
{{- $models := (.Values.ollama | default dict).models | default (list $used.model | compact) -}}
{{- toYaml $models -}}
{{- end -}}

{{/* Requests and limits with the GPUs, as YAML. Argument: Ollama's values. */}}
{{- define "kubilitics.ollama.resources" -}}
{{- $resources := deepCopy (.resources | default dict) -}}
{{- $gpu := .gpu | default dict -}}
{{- if $gpu.enabled -}}
{{- $gpus := dict $gpu.resource ($gpu.count | int64) -}}
{{- range $part := list "requests" "limits" -}}
{{- $_ := set $resources $part (mergeOverwrite (get $resources $part | default dict) $gpus) -}}
{{- end -}}
{{- end -}}
{{- toYaml $resources -}}
{{- end -}}

{{- define "kubilitics.ollama.env" -}}
- name: OLLAMA_HOST
  value: 0.0.0.0:{{ include "kubilitics.port.ollama" . }}
- name: OLLAMA_MODELS
  value: /data/models
- name: HOME
  value: /data
{{- end -}}

{{/* Not empty where it fetches models. */}}
{{- define "kubilitics.ollama.fetches" -}}
{{- if and (.Values.ollama | default dict).pull (include "kubilitics.ollama.models" . | fromYamlArray) -}}
true
{{- end -}}
{{- end -}}

{{/* Where models come from, as a YAML list of peers and ports for its network policy. */}}
{{- define "kubilitics.ollama.registry" -}}
- {peer: {host: "registry.ollama.ai"}, port: 443, scheme: https}
- {peer: {host: "*.r2.cloudflarestorage.com"}, port: 443, scheme: https}
{{- end -}}

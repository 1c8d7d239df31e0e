{{/*
What is refused whichever component it concerns. Each `kubilitics.validate.*` gives a YAML list of refusals: the id, and the path
where it differs from the one that files/refusals.yaml names.
*/}}

{{/* A refusal for each value that is missing. Argument: a map from values path to value. */}}
{{- define "kubilitics.validate.needed" -}}
{{- range $path, $value := . }}
{{- if kindIs "invalid" $value }}
- {id: value-missing, path: {{ $path | quote }}}
{{- end }}
{{- end }}
{{- end -}}

{{/* A refusal for each label that belongs to the chart. Argument: a map from values path to labels. */}}
{{- define "kubilitics.validate.labels" -}}
{{- range $path, $labels := . }}
{{- range $label := keys ($labels | default dict) | sortAlpha }}
{{- if regexMatch "^(app\\.kubernetes\\.io|helm\\.sh)/" $label }}
- {id: reserved-label, path: {{ printf "%s.%s" $path $label | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "kubilitics.validate.general" -}}
{{- $rbac := .Values.rbac | default dict -}}
{{- $needed := dict
  "clusterDomain" .Values.clusterDomain
  "podSecurity.fixedIds" (.Values.podSecurity | default dict).fixedIds
  "rbac.create" $rbac.create
-}}
{{- if $rbac.create -}}
{{- $_ := set $needed "rbac.scope" $rbac.scope -}}
{{- end -}}
{{- include "kubilitics.validate.needed" $needed }}
{{- include "kubilitics.validate.labels" (dict "commonLabels" .Values.commonLabels) }}
{{- include "kubilitics.validate.environment" . }}
{{- $written := omit .Values "global" -}}
{{- if include "kubilitics.unwritable" $written }}
{{- include "kubilitics.validate.text" (list list $written) }}
{{- end }}
{{- range $index, $object := .Values.extraObjects }}
{{- if and (eq $object.kind "Secret") (or $object.data $object.stringData) }}
- {id: secret-in-extra-objects, path: {{ printf "extraObjects.%d" $index | quote }}}
{{- end }}
{{- end }}
{{- if not (semverCompare ">=1.25.0-0" (include "kubilitics.kubeVersion" .)) }}
- id: kubernetes-too-old
{{- end }}
{{- end -}}

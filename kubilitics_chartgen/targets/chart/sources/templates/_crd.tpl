{{/*
Objects of kinds that are not built into Kubernetes.
*/}}

{{/*
"true" where an object of this kind is to be rendered, else nothing. Argument: (list root renderMode "group/version/Kind").
With failIfMissing it is rendered too: a missing kind is refused by validate.yaml.
*/}}
{{- define "kubilitics.crd" -}}
{{- $root := index . 0 -}}
{{- if or (ne (toString (index . 1)) "skipIfMissing") ($root.Capabilities.APIVersions.Has (index . 2)) -}}
true
{{- end -}}
{{- end -}}

{{/*
"true" where an object of a custom kind is to be rendered. alwaysRender asks nothing; the other two ask the cluster, which
`helm template` does not know: there skipIfMissing leaves the object out, and validate.yaml refuses failIfMissing.
Argument: (list root renderMode apiVersion/kind).
*/}}
{{- define "kubilitics.crd" -}}
{{- $mode := index . 1 | default "alwaysRender" -}}
{{- if or (eq $mode "alwaysRender") ((index . 0).Capabilities.APIVersions.Has (index . 2)) -}}true{{- end -}}
{{- end -}}

{{/*
Whether to render an object of a kind that an operator brings: "true" or nothing. With failIfMissing a kind that the cluster
does not know is refused in validate.yaml. Argument: (list root renderMode api-version/kind).
*/}}
{{- define "kubilitics.crd" -}}
{{- $known := (index . 0).Capabilities.APIVersions.Has (index . 2) -}}
{{- if or $known (eq (toString (index . 1)) "alwaysRender") -}}
true
{{- end -}}
{{- end -}}

{{/*
What the pods of `helm test` share. They carry no Service's labels, use the product's own images and end by themselves.
*/}}

{{/* Annotations of a test pod. Argument: the root. */}}
{{- define "kubilitics.tests.annotations" -}}
{{- include "kubilitics.annotations" (list . (dict
  "helm.sh/hook" "test"
  "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded"
)) -}}
{{- end -}}

{{/* What the pod may take at most: the checks, and two minutes for starting. Argument: the root. */}}
{{- define "kubilitics.tests.deadline" -}}
{{- add (.Values.tests.timeoutSeconds | int64) 120 -}}
{{- end -}}

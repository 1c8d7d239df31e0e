{{/*
What AI may read of the cluster when `ai.clusterAccess` is on; nothing otherwise.
*/}}

{{/* RBAC names may hold a colon, names of namespaces and releases never do: no two releases share one. */}}
{{- define "kubilitics.ai.rbacName" -}}
{{- printf "%s:%s" (include "kubilitics.namespace" .) (include "kubilitics.name.ai" .) -}}
{{- end -}}

{{/* "cluster" or "namespaces", or nothing while the switch is off. */}}
{{- define "kubilitics.ai.clusterAccess" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $access := $ai.clusterAccess | default dict -}}
{{- if and $ai.enabled $access.enabled -}}
{{- $access.scope -}}
{{- end -}}
{{- end -}}

{{/* The namespaces that are granted with scope `namespaces`, as a YAML list. */}}
{{- define "kubilitics.ai.clusterAccessNamespaces" -}}
{{- toYaml (((.Values.ai | default dict).clusterAccess | default dict).namespaces | default (list (include "kubilitics.namespace" .))) -}}
{{- end -}}

{{- define "kubilitics.ai.clusterAccessRules" -}}
- apiGroups: [""]
  resources: ["events", "pods", "services"]
  verbs: ["get", "list", "watch"]
{{- end -}}

{{- define "kubilitics.ai.clusterAccessSubjects" -}}
- kind: ServiceAccount
  name: {{ include "kubilitics.serviceAccountName" (list . (.Values.ai | default dict) "ai") | quote }}
  namespace: {{ include "kubilitics.namespace" . | quote }}
{{- end -}}

{{/*
What the backend may do in the cluster. It reads through the built-in role `view`, which leaves Secrets out, and through
the rules here. Nothing is granted by wildcard.
*/}}

{{/* RBAC names may hold a colon, names of namespaces and releases never do: no two releases share one. */}}
{{- define "kubilitics.rbac.name" -}}
{{- printf "%s:%s" (include "kubilitics.namespace" .) (include "kubilitics.name.backend" .) -}}
{{- end -}}

{{- define "kubilitics.rbac.subjects" -}}
- kind: ServiceAccount
  name: {{ include "kubilitics.serviceAccountName" (list . (.Values.backend | default dict) "backend") | quote }}
  namespace: {{ include "kubilitics.namespace" . | quote }}
{{- end -}}

{{/* The namespaces that are granted with scope `namespaces`, as a YAML list. */}}
{{- define "kubilitics.rbac.namespaces" -}}
{{- toYaml ((.Values.rbac | default dict).namespaces | default (list (include "kubilitics.namespace" .))) -}}
{{- end -}}

{{- define "kubilitics.rbac.reads" -}}
[% for rule in cluster_reads %]
- apiGroups: ["[[ rule.group ]]"]
  resources: [[ rule.resources | tojson ]]
  verbs: [[ rule.verbs | tojson ]]
[% endfor %]
{{- end -}}

{{- define "kubilitics.rbac.writes" -}}
{{- $rbac := .Values.rbac | default dict -}}
{{- if $rbac.manage }}
[% for rule in manages %]
- apiGroups: ["[[ rule.group ]]"]
  resources: [[ rule.resources | tojson ]]
  verbs: [[ rule.verbs | tojson ]]
[% endfor %]
{{- end }}
{{- if $rbac.exec }}
[% for rule in exec %]
- apiGroups: ["[[ rule.group ]]"]
  resources: [[ rule.resources | tojson ]]
  verbs: [[ rule.verbs | tojson ]]
[% endfor %]
{{- end }}
{{- end -}}

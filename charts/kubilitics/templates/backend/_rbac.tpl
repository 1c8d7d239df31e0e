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
- apiGroups: [""]
  resources: ["nodes", "persistentvolumes"]
  verbs: ["get", "list", "watch"]
- apiGroups: ["apiextensions.k8s.io"]
  resources: ["customresourcedefinitions"]
  verbs: ["get", "list", "watch"]
- apiGroups: ["metrics.k8s.io"]
  resources: ["nodes", "pods"]
  verbs: ["get", "list"]
- apiGroups: ["networking.k8s.io"]
  resources: ["ingressclasses"]
  verbs: ["get", "list", "watch"]
- apiGroups: ["scheduling.k8s.io"]
  resources: ["priorityclasses"]
  verbs: ["get", "list", "watch"]
- apiGroups: ["storage.k8s.io"]
  resources: ["csidrivers", "csinodes", "storageclasses", "volumeattachments"]
  verbs: ["get", "list", "watch"]
{{- end -}}

{{- define "kubilitics.rbac.writes" -}}
{{- $rbac := .Values.rbac | default dict -}}
{{- if $rbac.manage }}
- apiGroups: [""]
  resources: ["configmaps", "persistentvolumeclaims", "pods", "services"]
  verbs: ["create", "delete", "patch", "update"]
- apiGroups: [""]
  resources: ["pods/eviction"]
  verbs: ["create"]
- apiGroups: ["apps"]
  resources: ["daemonsets", "deployments", "replicasets", "statefulsets"]
  verbs: ["create", "delete", "patch", "update"]
- apiGroups: ["apps"]
  resources: ["deployments/scale", "replicasets/scale", "statefulsets/scale"]
  verbs: ["patch", "update"]
- apiGroups: ["autoscaling"]
  resources: ["horizontalpodautoscalers"]
  verbs: ["create", "delete", "patch", "update"]
- apiGroups: ["batch"]
  resources: ["cronjobs", "jobs"]
  verbs: ["create", "delete", "patch", "update"]
- apiGroups: ["networking.k8s.io"]
  resources: ["ingresses", "networkpolicies"]
  verbs: ["create", "delete", "patch", "update"]
- apiGroups: ["policy"]
  resources: ["poddisruptionbudgets"]
  verbs: ["create", "delete", "patch", "update"]
{{- end }}
{{- if $rbac.exec }}
- apiGroups: [""]
  resources: ["pods/exec", "pods/portforward"]
  verbs: ["create", "get"]
{{- end }}
{{- end -}}

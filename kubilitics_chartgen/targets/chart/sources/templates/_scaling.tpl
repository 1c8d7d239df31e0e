{{/*
Autoscaling and disruption budgets, the same for every component.
*/}}

{{/*
The spec of a HorizontalPodAutoscaler. Argument: (list {kind, name} autoscaling-values memory-target behavior); the last two
may be empty.
*/}}
{{- define "kubilitics.autoscaler" -}}
{{- $target := index . 0 -}}
{{- $autoscaling := index . 1 -}}
scaleTargetRef:
  apiVersion: apps/v1
  kind: {{ $target.kind }}
  name: {{ $target.name }}
{{- with $autoscaling.minReplicas }}
minReplicas: {{ . | int64 }}
{{- end }}
maxReplicas: {{ $autoscaling.maxReplicas | int64 }}
metrics:
  - type: Resource
    resource:
      name: cpu
      target:
        type: Utilization
        averageUtilization: {{ $autoscaling.targetCPUUtilizationPercentage | int64 }}
{{- with index . 2 }}
  - type: Resource
    resource:
      name: memory
      target:
        type: Utilization
        averageUtilization: {{ . | int64 }}
{{- end }}
{{- with index . 3 }}
behavior:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The spec of a PodDisruptionBudget that never blocks a drain. Argument: (list root component budget-values). */}}
{{- define "kubilitics.disruptionBudget" -}}
maxUnavailable: {{ (index . 2).maxUnavailable | default 1 | int64 }}
{{- if semverCompare ">=1.27.0-0" (include "kubilitics.kubeVersion" (index . 0)) }}
# A pod that does not work anyway holds up nobody.
unhealthyPodEvictionPolicy: AlwaysAllow
{{- end }}
selector:
  matchLabels:
    {{- include "kubilitics.selectorLabels" (list (index . 0) (index . 1)) | nindent 4 }}
{{- end -}}

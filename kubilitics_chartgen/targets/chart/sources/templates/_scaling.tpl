{{/*
Autoscaling and disruption budgets, the same for every component.
*/}}

{{/* The spec of a HorizontalPodAutoscaler. Argument: (list root {kind, name} autoscaling-values). */}}
{{- define "kubilitics.autoscaler" -}}
{{- $target := index . 1 -}}
{{- $autoscaling := index . 2 -}}
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
{{- with $autoscaling.targetMemoryUtilizationPercentage }}
  - type: Resource
    resource:
      name: memory
      target:
        type: Utilization
        averageUtilization: {{ . | int64 }}
{{- end }}
{{- with include "kubilitics.autoscaler.behavior" (list (index . 0) $autoscaling) | fromYaml }}
behavior:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/*
The operator's behavior, and the load that pods are stopped below. Kubernetes has that as a tolerance: the share of the target
that the use must fall short of it. Argument: (list root autoscaling-values).
*/}}
{{- define "kubilitics.autoscaler.behavior" -}}
{{- $autoscaling := index . 1 -}}
{{- $behavior := deepCopy ($autoscaling.behavior | default dict) -}}
{{- if and $autoscaling.scaleDownBelowPercent (semverCompare ">=1.35.0-0" (include "kubilitics.kubeVersion" (index . 0))) -}}
{{- $target := $autoscaling.targetCPUUtilizationPercentage | int64 -}}
{{- $missing := sub $target ($autoscaling.scaleDownBelowPercent | int64) -}}
{{- $tolerance := dict "tolerance" (printf "%dm" (div (mul $missing 1000) $target)) -}}
{{- $_ := set $behavior "scaleDown" (merge ($behavior.scaleDown | default dict) $tolerance) -}}
{{- end -}}
{{- toYaml $behavior -}}
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

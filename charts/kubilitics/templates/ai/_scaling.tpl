{{/*
How AI scales: the operator's behavior, and the load that pods are stopped below. Kubernetes has that as a tolerance, the share
of the target that the use must fall short of it, from 1.35 on; for an older one the number cannot be expressed.
*/}}
{{- define "kubilitics.ai.scalingBehavior" -}}
{{- $autoscaling := (.Values.ai | default dict).autoscaling | default dict -}}
{{- $behavior := deepCopy ($autoscaling.behavior | default dict) -}}
{{- if and $autoscaling.scaleDownBelowPercent $autoscaling.targetCPUUtilizationPercentage (semverCompare ">=1.35.0-0" (include "kubilitics.kubeVersion" .)) -}}
{{- $target := $autoscaling.targetCPUUtilizationPercentage | int64 -}}
{{- $short := sub $target ($autoscaling.scaleDownBelowPercent | int64) -}}
{{- $tolerance := dict "tolerance" (printf "%dm" (div (mul $short 1000) $target)) -}}
{{- $_ := set $behavior "scaleDown" (merge ($behavior.scaleDown | default dict) $tolerance) -}}
{{- end -}}
{{- toYaml $behavior -}}
{{- end -}}

{{/* "true" where there may be more than one pod of AI. */}}
{{- define "kubilitics.ai.several" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $autoscaling := $ai.autoscaling | default dict -}}
{{- if gt (int64 (empty $autoscaling.enabled | ternary $ai.replicas $autoscaling.maxReplicas)) 1 -}}true{{- end -}}
{{- end -}}

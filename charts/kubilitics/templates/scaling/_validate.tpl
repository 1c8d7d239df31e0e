{{- define "kubilitics.validate.scaling" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $frontend := .Values.frontend | default dict -}}
{{- if $frontend.enabled }}
{{- include "kubilitics.validate.autoscaling" (list . "frontend" $frontend nil (dict "resources" $frontend.resources)) }}
{{- end }}
{{- if $ai.enabled }}
{{- $containers := dict "resources" $ai.resources }}
{{- if eq (toString $ai.configReload) "sidecar" }}
{{- $_ := set $containers "reloadResources" $ai.reloadResources }}
{{- end }}
{{- include "kubilitics.validate.autoscaling" (list . "ai" $ai ($ai.autoscaling | default dict).targetMemoryUtilizationPercentage $containers) }}
{{- include "kubilitics.validate.aiScaling" . }}
{{- end }}
{{- end -}}

{{/*
What one component's autoscaling needs. Argument: (list root component component-values memory-target resources), the last by the
key of each container of the chart's own.
*/}}
{{- define "kubilitics.validate.autoscaling" -}}
{{- $path := printf "%s.autoscaling" (index . 1) -}}
{{- $component := index . 2 -}}
{{- $autoscaling := $component.autoscaling | default dict -}}
{{- if $autoscaling.enabled }}
{{- include "kubilitics.validate.required" (dict
  (printf "%s.maxReplicas" $path) $autoscaling.maxReplicas
  (printf "%s.targetCPUUtilizationPercentage" $path) $autoscaling.targetCPUUtilizationPercentage
) }}
{{- if gt (int64 $autoscaling.minReplicas) (int64 $autoscaling.maxReplicas) }}
- {id: autoscaling-range, path: {{ $path }}.minReplicas}
{{- end }}
{{- $containers := index . 4 }}
{{- range $component.sidecars }}
{{- $_ := set $containers (printf "sidecars %s" .name) .resources }}
{{- end }}
{{- range $component.initContainers }}
{{- if eq (toString .restartPolicy) "Always" }}
{{- $_ := set $containers (printf "initContainers %s" .name) .resources }}
{{- end }}
{{- end }}
{{- range $container, $resources := $containers }}
{{- $requests := ($resources | default dict).requests | default dict }}
{{- $limits := ($resources | default dict).limits | default dict }}
{{- if or (not (or $requests.cpu $limits.cpu)) (and (index $ 3) (not (or $requests.memory $limits.memory))) }}
- {id: autoscaling-without-requests, path: {{ printf "%s.%s" (index $ 1) $container | quote }}}
{{- end }}
{{- end }}
{{- $behavior := $autoscaling.behavior | default dict }}
{{- if and (or ($behavior.scaleUp | default dict).tolerance ($behavior.scaleDown | default dict).tolerance) (not (semverCompare ">=1.35.0-0" (include "kubilitics.kubeVersion" (index . 0)))) }}
- {id: tolerance-too-early, path: {{ $path }}.behavior}
{{- end }}
{{- end }}
{{- end -}}

{{/* How many AI pods the storage allows, and when they scale. */}}
{{- define "kubilitics.validate.aiScaling" -}}
{{- $ai := .Values.ai -}}
{{- $persistence := $ai.persistence | default dict -}}
{{- $autoscaling := $ai.autoscaling | default dict -}}
{{- $several := include "kubilitics.ai.several" . -}}
{{- $path := empty $autoscaling.enabled | ternary "ai.replicas" "ai.autoscaling.enabled" -}}
{{- if and $autoscaling.enabled $autoscaling.targetCPUUtilizationPercentage (ge (int64 $autoscaling.scaleDownBelowPercent) (int64 $autoscaling.targetCPUUtilizationPercentage)) }}
- id: scale-down-threshold
{{- end }}
{{- if and $several $persistence.enabled (not $persistence.perReplica) }}
- {id: ai-replicas, path: {{ $path }}}
{{- end }}
{{- if and $several (not $persistence.enabled) (not (.Values.vectorDatabase | default dict).enabled) }}
- {id: ai-replicas-forgetful, path: {{ $path }}}
{{- end }}
{{- if $persistence.perReplica }}
{{- if not $persistence.enabled }}
- id: per-replica-without-volume
{{- end }}
{{- if $persistence.existingClaim }}
- id: per-replica-existing-claim
{{- end }}
{{- if $persistence.annotations }}
- id: per-replica-annotations
{{- end }}
{{- end }}
{{- end -}}

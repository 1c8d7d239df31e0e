{{/*
Parts of a pod that every component shares.
*/}}

{{/*
Security context of a pod: passes the Pod Security Standard `restricted`. Argument: (list root user-id component-values).
*/}}
{{- define "kubilitics.podSecurityContext" -}}
{{- $root := index . 0 -}}
{{- $added := (gt (len .) 2 | ternary (last .) dict).podSecurityContext | default dict -}}
runAsNonRoot: true
{{- if ($root.Values.podSecurity | default dict).fixedIds }}
runAsUser: {{ index . 1 }}
runAsGroup: {{ index . 1 }}
fsGroup: {{ index . 1 }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
{{- with $added.supplementalGroups }}
supplementalGroups:
  {{- range . }}
  - {{ int64 . }}
  {{- end }}
{{- end }}
{{- with $added.seLinuxLevel }}
seLinuxOptions:
  level: {{ . | quote }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Security context of every container. */}}
{{- define "kubilitics.containerSecurityContext" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: ["ALL"]
readOnlyRootFilesystem: true
{{- end -}}

{{/* Where and how pods are scheduled. Argument: the component's values. */}}
{{- define "kubilitics.scheduling" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* A pod's volume for a component's data. Argument: (list root persistence-values component). */}}
{{- define "kubilitics.dataVolume" -}}
{{- $persistence := index . 1 | default dict -}}
- name: data
{{- if not $persistence.enabled }}
  emptyDir: {}
{{- else }}
  persistentVolumeClaim:
    claimName: {{ $persistence.existingClaim | default (include "kubilitics.name" (list (index . 0) (index . 2))) | quote }}
{{- end }}
{{- end -}}

{{/* The spec of a component's claim. Argument: its persistence values. */}}
{{- define "kubilitics.claimSpec" -}}
accessModes:
  {{- toYaml .accessModes | nindent 2 }}
resources:
  requests:
    storage: {{ .size | quote }}
{{- if eq (toString .storageClass) "-" }}
storageClassName: ""
{{- else if .storageClass }}
storageClassName: {{ .storageClass | quote }}
{{- end }}
{{- end -}}

{{/*
The AI's pod, the same in a Deployment and in a StatefulSet.
*/}}

{{/* Not empty where each replica has a volume of its own, and AI therefore is a StatefulSet. */}}
{{- define "kubilitics.ai.perReplica" -}}
{{- $persistence := (.Values.ai | default dict).persistence | default dict -}}
{{- if and $persistence.enabled $persistence.perReplica -}}
true
{{- end -}}
{{- end -}}

{{- define "kubilitics.name.aiStatefulSet" -}}
{{- include "kubilitics.statefulSetName" (list . "ai") -}}
{{- end -}}

{{/* Kind and name of the AI's workload, as YAML. */}}
{{- define "kubilitics.ai.workload" -}}
{{- if include "kubilitics.ai.perReplica" . -}}
kind: StatefulSet
name: {{ include "kubilitics.name.aiStatefulSet" . }}
{{- else -}}
kind: Deployment
name: {{ include "kubilitics.name.ai" . }}
{{- end -}}
{{- end -}}

{{/* The pod template. Its volume `data` comes from the StatefulSet where each replica has its own. */}}
{{- define "kubilitics.ai.pod" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $provider := include "kubilitics.ai.provider" . | fromJson -}}
{{- $wait := $ai.endpointWait | default dict -}}
metadata:
  labels:
    {{- include "kubilitics.podLabels" (list . "ai" $ai.podLabels) | nindent 4 }}
  annotations:
    {{- $restart := include "kubilitics.ai.restartAnnotations" . | fromJson }}
    {{- merge $restart ($ai.podAnnotations | default dict) | toYaml | nindent 4 }}
spec:
  serviceAccountName: {{ include "kubilitics.serviceAccountName" (list . $ai "ai") | quote }}
  automountServiceAccountToken: {{ include "kubilitics.ai.clusterAccess" . | empty | not }}
  enableServiceLinks: false
  {{- with include "kubilitics.imagePullSecrets" . }}
  {{- . | nindent 2 }}
  {{- end }}
  securityContext:
    {{- include "kubilitics.podSecurityContext" (list . (include "kubilitics.uid.ai" .) $ai) | nindent 4 }}
  {{- if eq (toString $ai.configReload) "sidecar" }}
  # So that the reload container can signal AI.
  shareProcessNamespace: true
  {{- end }}
  {{- with include "kubilitics.podSettings" $ai }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- $waits := and $provider.readyPath $wait.enabled (not (include "kubilitics.ai.throughProxy" (list . $provider.endpoint))) }}
  {{- if or $waits $ai.initContainers }}
  initContainers:
    {{- if $waits }}
    {{- include "kubilitics.ai.endpointWait" . | nindent 4 }}
    {{- end }}
    {{- with include "kubilitics.extraContainers" $ai.initContainers }}
    {{- . | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
    - name: ai
      image: {{ include "kubilitics.image" (list . $ai.image) | quote }}
      {{- with ($ai.image | default dict).pullPolicy }}
      imagePullPolicy: {{ . }}
      {{- end }}
      securityContext:
        {{- include "kubilitics.containerSecurityContext" . | nindent 8 }}
      ports:
        - name: http
          containerPort: [[ ai.port ]]
          protocol: TCP
      {{- with include "kubilitics.containerEnv" (list . $ai (include "kubilitics.ai.env" .)) }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- if ($ai.initializeProvider | default dict).enabled }}
      lifecycle:
        {{- $lifecycle := include "kubilitics.ai.initializeHook" . | fromYaml }}
        {{- merge $lifecycle ($ai.lifecycle | default dict) | toYaml | nindent 8 }}
      {{- else }}
      {{- with include "kubilitics.containerSettings" $ai }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- end }}
      startupProbe:
        httpGet: {path: /health, port: http}
        periodSeconds: 5
        timeoutSeconds: 5
        {{- with include "kubilitics.startupSettings" $ai }}
        {{- . | nindent 8 }}
        {{- end }}
      livenessProbe:
        httpGet: {path: /health, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
      readinessProbe:
        httpGet: {path: /ready, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
      resources:
        {{- toYaml ($ai.resources | default dict) | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /etc/kubilitics
          readOnly: true
        - name: data
          mountPath: /data/ai
        # The audit log lies on the same volume, so that it survives restarts.
        - name: data
          mountPath: /app/logs
          subPath: logs
        {{- with include "kubilitics.mounts" (list . $ai) }}
        {{- . | nindent 8 }}
        {{- end }}
    {{- if eq (toString $ai.configReload) "sidecar" }}
    {{- include "kubilitics.ai.reloadContainer" . | nindent 4 }}
    {{- end }}
    {{- with include "kubilitics.extraContainers" $ai.sidecars }}
    {{- . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "kubilitics.name.ai" . }}
    {{- if not (include "kubilitics.ai.perReplica" .) }}
    {{- include "kubilitics.dataVolume" (list . $ai.persistence "ai") | nindent 4 }}
    {{- end }}
    {{- with include "kubilitics.volumes" (list . $ai) }}
    {{- . | nindent 4 }}
    {{- end }}
  {{- with include "kubilitics.scheduling" $ai | trim }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/*
The backend's environment and its kubeconfig.
*/}}

{{- define "kubilitics.uid.backend" -}}
[[ backend.uid ]]
{{- end -}}

{{- define "kubilitics.port.backend" -}}
[[ backend.port ]]
{{- end -}}

{{/* Where other components find the backend. */}}
{{- define "kubilitics.backend.url" -}}
http://{{ include "kubilitics.name.backend" . }}:{{ include "kubilitics.port.backend" . }}
{{- end -}}

{{/*
Every port is explicit: Kubernetes would otherwise offer <SERVICE>_PORT=tcp://... variables, and one value it cannot read makes
the backend forget its whole configuration. The AI's address is always there, whether AI is or not.
*/}}
{{- define "kubilitics.backend.env" -}}
{{- $backend := .Values.backend | default dict -}}
{{- $auth := $backend.auth | default dict -}}
- name: KUBILITICS_BIND_ADDRESS
  value: "0.0.0.0"
- name: KUBILITICS_PORT
  value: {{ include "kubilitics.port.backend" . | quote }}
- name: KUBILITICS_GRPC_PORT
  value: "0"
- name: KUBILITICS_DEPLOYMENT_MODE
  value: in-cluster
- name: KUBILITICS_DATABASE_PATH
  value: /data/kubilitics.db
- name: HOME
  value: /data
- name: KUBECONFIG
  value: /etc/kubilitics-kubeconfig/config
- name: KUBILITICS_AI_BACKEND_URL
  value: {{ include "kubilitics.ai.url" . | quote }}
- name: KUBILITICS_AUTH_MODE
  value: {{ $auth.mode | quote }}
{{- if $auth.existingSecret }}
- name: KUBILITICS_AUTH_JWT_SECRET
  valueFrom:
    secretKeyRef:
      name: {{ $auth.existingSecret | quote }}
      key: {{ $auth.jwtSecretKey | quote }}
- name: KUBILITICS_AUTH_ADMIN_USER
  valueFrom:
    secretKeyRef:
      name: {{ $auth.existingSecret | quote }}
      key: {{ $auth.adminUserKey | quote }}
      optional: true
- name: KUBILITICS_AUTH_ADMIN_PASS
  valueFrom:
    secretKeyRef:
      name: {{ $auth.existingSecret | quote }}
      key: {{ $auth.adminPasswordKey | quote }}
      optional: true
{{- end }}
{{- with $backend.allowedOrigins }}
- name: KUBILITICS_ALLOWED_ORIGINS
  value: {{ include "kubilitics.envValue" (join "," .) }}
{{- end }}
{{- with $backend.logLevel }}
- name: KUBILITICS_LOG_LEVEL
  value: {{ . | quote }}
{{- end }}
{{- with $backend.logFormat }}
- name: KUBILITICS_LOG_FORMAT
  value: {{ . | quote }}
{{- end }}
{{- with include "kubilitics.goMemoryLimit" ((($backend.resources | default dict).limits | default dict).memory | default "") }}
- name: GOMEMLIMIT
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* A kubeconfig for the cluster the backend runs in; the token is read from its file each time, so it never goes stale. */}}
{{- define "kubilitics.backend.kubeconfig" -}}
apiVersion: v1
kind: Config
current-context: in-cluster
clusters:
  - name: in-cluster
    cluster:
      server: https://kubernetes.default.svc
      certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
users:
  - name: in-cluster
    user:
      tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token
contexts:
  - name: in-cluster
    context:
      cluster: in-cluster
      user: in-cluster
      namespace: {{ include "kubilitics.namespace" . | quote }}
{{- end -}}

{{/* The backend's connections, but for those with AI, which AI's own policies add. */}}
{{- define "kubilitics.network.backend" -}}
{{- $network := .Values.networkPolicy | default dict -}}
{{- $own := $network.backend | default dict -}}
{{- $port := list (include "kubilitics.port.backend" .) -}}
ingress:
  - why: the frontend's proxy, test and hook pods
    peers: [{components: [frontend, hook, test]}]
    ports:
      {{- include "kubilitics.network.tcp" $port | indent 6 }}
  {{- include "kubilitics.network.extraIngress" (list . $own.extraIngress $port $port) | nindent 2 }}
egress:
  {{- include "kubilitics.network.dns" . | nindent 2 }}
  - why: the Kubernetes API server
    peers:
      - apiServer: true
    ports:
      {{- include "kubilitics.network.tcp" ($network.apiServer | default dict).ports | indent 6 }}
  {{- with $own.clusterCidrs }}
  - why: API servers of further clusters
    anyName: true
    peers: {{ include "kubilitics.network.blocks" . }}
    ports:
      {{- include "kubilitics.network.tcp" ($network.apiServer | default dict).ports | indent 6 }}
  {{- end }}
  {{- include "kubilitics.network.extraEgress" $own.extraEgress | nindent 2 }}
{{- end -}}

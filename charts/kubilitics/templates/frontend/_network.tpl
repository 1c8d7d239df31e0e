{{/* The frontend's connections, but for those with AI, which AI's own policies add. */}}
{{- define "kubilitics.network.frontend" -}}
{{- $own := (.Values.networkPolicy | default dict).frontend | default dict -}}
{{- $port := list (include "kubilitics.port.frontend" .) -}}
ingress:
  - why: the one door
    {{- if $own.from }}
    peers: {{ toJson $own.from }}
    {{- else if include "kubilitics.exposed" . }}
    peers: [{anyone: true}]
    {{- else }}
    peers: [{namespaceSelector: {}}]
    {{- end }}
    ports:
      {{- include "kubilitics.network.tcp" $port | indent 6 }}
  - why: test and hook pods
    peers:
      {{- include "kubilitics.network.pods" (list . (list "hook" "test")) | nindent 6 }}
    ports:
      {{- include "kubilitics.network.tcp" $port | indent 6 }}
egress:
  {{- include "kubilitics.network.dns" . | nindent 2 }}
  - why: the backend
    peers:
      {{- include "kubilitics.network.pods" (list . (list "backend")) | nindent 6 }}
    ports:
      {{- include "kubilitics.network.tcp" (list (include "kubilitics.port.backend" .)) | indent 6 }}
  {{- include "kubilitics.network.extraEgress" $own.extraEgress | nindent 2 }}
{{- end -}}

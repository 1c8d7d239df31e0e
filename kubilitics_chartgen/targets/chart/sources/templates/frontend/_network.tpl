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
    peers: [{components: [hook, test]}]
    ports:
      {{- include "kubilitics.network.tcp" $port | indent 6 }}
egress:
  {{- include "kubilitics.network.dns" . | nindent 2 }}
  - why: the backend
    peers: [{components: [backend]}]
    ports: [{port: {{ include "kubilitics.port.backend" . }}, protocol: TCP}]
  {{- include "kubilitics.network.extraEgress" $own.extraEgress | nindent 2 }}
{{- end -}}

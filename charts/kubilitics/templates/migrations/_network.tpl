{{/* Rules for a migration's pod: it talks to what the operator names. */}}
{{- define "kubilitics.network.migrations" -}}
{{- $own := (.Values.networkPolicy | default dict).migrations | default dict -}}
ingress: []
egress:
  {{- include "kubilitics.network.dns" . | nindent 2 }}
  {{- include "kubilitics.network.extraEgress" $own.extraEgress | nindent 2 }}
{{- end -}}

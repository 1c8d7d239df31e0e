{{- define "kubilitics.validate.network" -}}
{{- $network := .Values.networkPolicy | default dict -}}
{{- $external := $network.externalEgress | default dict -}}
{{- $dns := $network.dns | default dict -}}
{{- $needed := dict "networkPolicy.enabled" $network.enabled -}}
{{- if $network.enabled -}}
{{- $needed = dict
  "networkPolicy.flavor" $network.flavor
  "networkPolicy.dns.namespaceSelector" $dns.namespaceSelector
  "networkPolicy.dns.ports" $dns.ports
  "networkPolicy.apiServer.cidrs" ($network.apiServer | default dict).cidrs
  "networkPolicy.apiServer.ports" ($network.apiServer | default dict).ports
  "networkPolicy.externalEgress.cidrs" $external.cidrs
  "networkPolicy.externalEgress.exceptCidrs" $external.exceptCidrs
-}}
{{- end -}}
{{- include "kubilitics.validate.required" $needed }}
{{- $families := dict "true" false "false" false -}}
{{- range $external.cidrs | default list -}}
{{- if hasSuffix "/0" . -}}
{{- $_ := set $families (contains ":" . | toString) true -}}
{{- end -}}
{{- end -}}
{{- $lost := list -}}
{{- range $external.exceptCidrs | default list -}}
{{- if not (get $families (contains ":" . | toString)) }}{{ $lost = append $lost . }}{{ end -}}
{{- end -}}
{{- if $lost -}}
{{- range include "kubilitics.network.usualExcepts" . | fromYamlArray }}{{ $lost = without $lost . }}{{ end -}}
{{- end -}}
{{- with $lost }}
- id: except-without-all
{{- end }}
{{- end -}}

{{/* What the default leaves out; not missed where a narrower network is listed. */}}
{{- define "kubilitics.network.usualExcepts" -}}
- "10.0.0.0/8"
- "172.16.0.0/12"
- "192.168.0.0/16"
- "100.64.0.0/10"
- "fc00::/7"
- "fe80::/10"
- "169.254.0.0/16"
{{- end -}}

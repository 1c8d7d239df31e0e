{{/*
Flavor `kubernetes`: NetworkPolicies, as every cluster has them. They know no host names and no API server.
*/}}

{{- define "kubilitics.network.kubernetes" -}}
{{- $root := index . 0 -}}
{{- $rules := index . 2 -}}
podSelector:
  {{- include "kubilitics.network.selector" (list $root (index . 1)) | nindent 2 }}
policyTypes:
{{- range $side, $type := dict "ingress" "Ingress" "egress" "Egress" }}
{{- if hasKey $rules $side }}
  - {{ $type }}
{{- end }}
{{- end }}
{{- range $side, $key := dict "ingress" "from" "egress" "to" }}
{{- with get $rules $side }}
{{ $side }}:
{{- range . }}
{{- $peers := include "kubilitics.network.plainPeers" (list $root .peers) | fromYamlArray }}
{{- $anyone := has (dict "anyone" true) $peers }}
{{- if $peers }}
  # {{ .why }}
  - ports:
      {{- toYaml .ports | nindent 6 }}
    {{- if not $anyone }}
    {{ $key }}:
      {{- toYaml $peers | nindent 6 }}
    {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Peers with hosts and the API server as addresses; {anyone: true} stays. Argument: (list root peers). */}}
{{- define "kubilitics.network.plainPeers" -}}
{{- $root := index . 0 -}}
{{- $network := $root.Values.networkPolicy | default dict -}}
{{- $plain := list -}}
{{- range index . 1 | default list -}}
{{- if .host -}}
{{- $plain = concat $plain (include "kubilitics.network.outside" $root | fromYamlArray) -}}
{{- else if .apiServer -}}
{{- $plain = concat $plain (include "kubilitics.network.blocks" (($network.apiServer | default dict).cidrs) | fromYamlArray) -}}
{{- else -}}
{{- $plain = append $plain . -}}
{{- end -}}
{{- end -}}
{{- toYaml ($plain | uniq) -}}
{{- end -}}

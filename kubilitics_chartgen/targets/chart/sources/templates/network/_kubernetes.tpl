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
{{- $peers := .peers }}
{{- $anyone := false }}
{{- range $peers }}
{{- $anyone = or $anyone .anyone }}
{{- if or .host .apiServer }}
{{- $peers = include "kubilitics.network.plainPeers" (list $root $peers) | fromJsonArray }}
{{- end }}
{{- end }}
{{- if $peers }}
  # {{ .why }}
  - ports:
      {{- range .ports }}
      - {port: {{ .port }}, protocol: {{ .protocol }}}
      {{- end }}
    {{- if not $anyone }}
    {{ $key }}:
      {{- range $peers }}
      {{- include "kubilitics.network.peer" (list $root .) | nindent 6 }}
      {{- end }}
    {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* One NetworkPolicyPeer. Argument: (list root peer). */}}
{{- define "kubilitics.network.peer" -}}
{{- $peer := index . 1 -}}
{{- if $peer.components -}}
- podSelector:
    {{- include "kubilitics.network.selector" (list (index . 0) $peer.components) | nindent 4 }}
{{- else if $peer.ipBlock -}}
- ipBlock:
    cidr: {{ $peer.ipBlock.cidr | quote }}
    {{- with $peer.ipBlock.except }}
    except:
      {{- range . }}
      - {{ . | quote }}
      {{- end }}
    {{- end }}
{{- else -}}
{{- $selectors := list -}}
{{- range $kind := list "namespaceSelector" "podSelector" -}}
{{- if hasKey $peer $kind -}}
{{- $labels := include "kubilitics.network.labelSelector" (get $peer $kind) -}}
{{- $selectors = append $selectors (printf "%s:%s" $kind ($labels | empty | ternary " {}" (printf "\n%s" ($labels | trim | indent 2)))) -}}
{{- end -}}
{{- end -}}
- {{ join "\n" $selectors | indent 2 | trim }}
{{- end -}}
{{- end -}}

{{- define "kubilitics.network.labelSelector" -}}
{{- with .matchLabels }}
matchLabels:
{{- range $key, $value := . }}
  {{ $key | quote }}: {{ $value | quote }}
{{- end }}
{{- end }}
{{- with .matchExpressions }}
matchExpressions:
{{- range . }}
  - {{ toJson . }}
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
{{- $plain = concat $plain (include "kubilitics.network.outside" $root | fromJsonArray) -}}
{{- else if .apiServer -}}
{{- $plain = concat $plain (include "kubilitics.network.blocks" (($network.apiServer | default dict).cidrs) | fromJsonArray) -}}
{{- else -}}
{{- $plain = append $plain . -}}
{{- end -}}
{{- end -}}
{{- $plain | uniq | toJson -}}
{{- end -}}

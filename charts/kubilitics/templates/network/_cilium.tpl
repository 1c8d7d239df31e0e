{{/*
Flavor `cilium`: CiliumNetworkPolicies. Host names are allowed exactly, and the API server as the entity Cilium knows.
*/}}

{{- define "kubilitics.network.cilium" -}}
{{- $root := index . 0 -}}
{{- $rules := index . 2 -}}
{{- $hosts := list -}}
{{- range $rule := $rules.egress -}}
{{- range .peers -}}
{{- if .host }}{{ $hosts = append $hosts .host }}{{ end -}}
{{- if and .ipBlock $rule.anyName }}{{ $hosts = append $hosts "*" }}{{ end -}}
{{- end -}}
{{- end -}}
endpointSelector:
  {{- include "kubilitics.network.selector" (list $root (index . 1)) | nindent 2 }}
{{- range $side, $direction := dict "ingress" "from" "egress" "to" }}
{{- if hasKey $rules $side }}
{{- $lines := list }}
{{- range get $rules $side }}
{{- $lines = append $lines (include "kubilitics.network.ciliumRule" (list $root $direction . ($hosts | uniq)) | trim) }}
{{- end }}
{{ $side }}:
  {{- join "\n" (compact $lines) | default "# nobody\n- {}" | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* One rule: Cilium wants one for each kind of peer. Argument: (list root direction rule hosts). */}}
{{- define "kubilitics.network.ciliumRule" -}}
{{- $direction := index . 1 -}}
{{- $rule := index . 2 -}}
{{- $endpoints := list }}{{ $cidrs := list }}{{ $entities := list }}{{ $names := list -}}
{{- range $rule.peers -}}
{{- if .host }}{{ $names = append $names (dict (contains "*" .host | ternary "matchPattern" "matchName") .host) }}
{{- else if .apiServer }}{{ $entities = append $entities "kube-apiserver" }}
{{- else if .anyone }}{{ $entities = append $entities "all" }}
{{- else if .ipBlock }}{{ $cidrs = append $cidrs .ipBlock }}
{{- else if .components }}{{ $endpoints = append $endpoints (include "kubilitics.network.selector" (list (index $ 0) .components) | fromYaml) }}
{{- else }}{{ $endpoints = append $endpoints (include "kubilitics.network.ciliumEndpoint" . | fromYaml) }}
{{- end -}}
{{- end -}}
{{- range $kind, $peers := dict "Endpoints" $endpoints "CIDRSet" $cidrs "Entities" $entities "FQDNs" ($names | uniq) }}
{{- if $peers }}
# {{ $rule.why }}
- {{ $direction }}{{ $kind }}:
    {{- toYaml $peers | nindent 4 }}
  toPorts:
    - ports:
        {{- range $rule.ports }}
        - {port: {{ .port | toString | quote }}, protocol: {{ .protocol }}}
        {{- end }}
      {{- if $rule.dns }}
      rules:
        dns:
          {{- include "kubilitics.network.ciliumNames" (list (index $ 0) (index $ 3)) | trim | nindent 10 }}
      {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
The names that may be looked up: the cluster's own, to the depth that search domains lead to (Cilium's star is one label), and
the allowed hosts. Any name, where addresses are open whose names are not known. Argument: (list root hosts).
*/}}
{{- define "kubilitics.network.ciliumNames" -}}
{{- if has "*" (index . 1) }}
- matchPattern: "*"
{{- else }}
{{- $domain := (index . 0).Values.clusterDomain -}}
{{- range $depth := untilStep 1 9 1 }}
- matchPattern: {{ printf "%s%s" (repeat $depth "*.") $domain | quote }}
{{- end }}
{{- range index . 1 }}
- {{ contains "*" . | ternary "matchPattern" "matchName" }}: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A NetworkPolicyPeer of selectors as Cilium's selector: a namespace's labels stand among the pod's. */}}
{{- define "kubilitics.network.ciliumEndpoint" -}}
{{- $labels := dict -}}
{{- $expressions := list -}}
{{- range $key, $value := (.podSelector | default dict).matchLabels -}}
{{- $_ := set $labels $key $value -}}
{{- end -}}
{{- range (.podSelector | default dict).matchExpressions -}}
{{- $expressions = append $expressions . -}}
{{- end -}}
{{- if hasKey . "namespaceSelector" -}}
{{- $expressions = append $expressions (dict "key" "k8s:io.kubernetes.pod.namespace" "operator" "Exists") -}}
{{- range $key, $value := (.namespaceSelector | default dict).matchLabels -}}
{{- $_ := set $labels (printf "k8s:io.cilium.k8s.namespace.labels.%s" $key) $value -}}
{{- end -}}
{{- range (.namespaceSelector | default dict).matchExpressions -}}
{{- $key := printf "k8s:io.cilium.k8s.namespace.labels.%s" .key -}}
{{- $expressions = append $expressions (merge (dict "key" $key) .) -}}
{{- end -}}
{{- end -}}
{{- if $labels }}
matchLabels:
  {{- toYaml $labels | nindent 2 }}
{{- end }}
{{- if $expressions }}
matchExpressions:
  {{- toYaml $expressions | nindent 2 }}
{{- end }}
{{- if not (or $labels $expressions) }}
{}
{{- end }}
{{- end -}}

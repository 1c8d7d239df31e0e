{{/*
Network policies in one language, which each flavor translates: a map with `ingress` and `egress`, lists of rules. A rule has
`why`, `ports` ({port, protocol}) and `peers`: plain NetworkPolicyPeers, or one of {components: [name]} for the release's own pods,
{anyone: true}, {apiServer: true} and {host: name}, which may be a pattern. A rule without peers is no rule: it never means everybody. `dns` marks the rule for looking
up names, `anyName` one whose addresses may have any.
*/}}

{{/* "true" where there are policies. */}}
{{- define "kubilitics.network.on" -}}
{{- if (.Values.networkPolicy | default dict).enabled -}}true{{- end -}}
{{- end -}}

{{- define "kubilitics.network.flavor" -}}
{{- (.Values.networkPolicy | default dict).flavor | default "kubernetes" -}}
{{- end -}}

{{/* apiVersion and kind of a policy. */}}
{{- define "kubilitics.network.type" -}}
{{- $flavor := include "kubilitics.network.flavor" . -}}
{{- if eq $flavor "cilium" -}}
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
{{- else if eq $flavor "calico" -}}
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
{{- else -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{- end -}}
{{- end -}}

{{/* The spec of a policy. Argument: (list root components rules); no components means every pod of the release. */}}
{{- define "kubilitics.network.spec" -}}
{{- $rules := index . 2 | fromYaml -}}
{{- if hasKey $rules "Error" -}}
{{- fail (printf "the network rules of %s cannot be read: %s" (index . 1) $rules.Error) -}}
{{- end -}}
{{- $flavor := include "kubilitics.network.flavor" (index . 0) -}}
{{- include (printf "kubilitics.network.%s" $flavor) (list (index . 0) (index . 1) $rules) -}}
{{- end -}}

{{/* What selects the pods of these components. Argument: (list root components). */}}
{{- define "kubilitics.network.selector" -}}
{{- $root := index . 0 -}}
{{- $components := index . 1 -}}
matchLabels:
{{- if eq (len $components) 1 }}
  {{- include "kubilitics.selectorLabels" (list $root (first $components)) | nindent 2 }}
{{- else }}
  app.kubernetes.io/name: {{ $root.Values.nameOverride | default $root.Chart.Name | quote }}
  app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
{{- with $components }}
matchExpressions:
  - key: app.kubernetes.io/component
    operator: In
    values: {{ toJson . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Peers as JSON: addresses. Argument: a list of CIDRs. */}}
{{- define "kubilitics.network.blocks" -}}
{{- $peers := list -}}
{{- range . | default list -}}
{{- $peers = append $peers (dict "ipBlock" (dict "cidr" .)) -}}
{{- end -}}
{{- toJson $peers -}}
{{- end -}}

{{/*
Peers as JSON: the addresses of servers outside. A policy without host names can only say where they are not: in private networks.
*/}}
{{- define "kubilitics.network.outside" -}}
{{- $external := (.Values.networkPolicy | default dict).externalEgress | default dict -}}
{{- $peers := list -}}
{{- range $cidr := $external.cidrs | default list -}}
{{- $block := dict "cidr" $cidr -}}
{{- if hasSuffix "/0" $cidr -}}
{{- $except := list -}}
{{- range $external.exceptCidrs | default list -}}
{{- if eq (contains ":" .) (contains ":" $cidr) -}}
{{- $except = append $except . -}}
{{- end -}}
{{- end -}}
{{- if $except -}}
{{- $_ := set $block "except" $except -}}
{{- end -}}
{{- end -}}
{{- $peers = append $peers (dict "ipBlock" $block) -}}
{{- end -}}
{{- toJson $peers -}}
{{- end -}}

{{/* A list of TCP ports as a rule has them. Argument: a list of numbers. */}}
{{- define "kubilitics.network.tcp" -}}
{{- range . | default list }}
- {port: {{ . | int64 }}, protocol: TCP}
{{- end }}
{{- end -}}

{{/* Rule: look up names. */}}
{{- define "kubilitics.network.dns" -}}
{{- $dns := (.Values.networkPolicy | default dict).dns | default dict -}}
- why: names
  dns: true
  peers:
    - namespaceSelector: {{ $dns.namespaceSelector | default dict | toJson }}
      podSelector: {{ $dns.podSelector | default dict | toJson }}
    {{- range $dns.cidrs }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
  ports:
    {{- range $protocol := list "UDP" "TCP" }}
    {{- range $dns.ports | default list }}
    - {port: {{ . | int64 }}, protocol: {{ $protocol }}}
    {{- end }}
    {{- end }}
{{- end -}}

{{/* Rules: what the operator opens beyond the table. Argument: the component's `extraEgress`. */}}
{{- define "kubilitics.network.extraEgress" -}}
{{- range . | default list }}
- why: opened in the values
  anyName: true
  peers: {{ toJson .to }}
  ports:
    {{- range .ports }}
    - {port: {{ .port | int64 }}, protocol: {{ .protocol | default "TCP" }}}
    {{- end }}
{{- end }}
{{- end -}}

{{/* Rules: who reaches a component's ports beyond the table. Argument: (list root peers ports scraped-ports). */}}
{{- define "kubilitics.network.extraIngress" -}}
{{- $monitoring := ((index . 0).Values.networkPolicy | default dict).monitoring | default dict -}}
{{- $scraper := dict -}}
{{- range $key := list "namespaceSelector" "podSelector" -}}
{{- with get $monitoring $key -}}
{{- $_ := set $scraper $key . -}}
{{- end -}}
{{- end -}}
{{- if and $scraper (index . 3) }}
- why: metrics
  peers: {{ list $scraper | toJson }}
  ports:
    {{- include "kubilitics.network.tcp" (index . 3) | indent 4 }}
{{- end }}
{{- with index . 1 }}
- why: opened in the values
  peers: {{ toJson . }}
  ports:
    {{- include "kubilitics.network.tcp" (index $ 2) | indent 4 }}
{{- end }}
{{- end -}}

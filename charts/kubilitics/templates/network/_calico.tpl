{{/*
Flavor `calico`: Calico's NetworkPolicies. Open-source Calico knows no host names; where this one does
(networkPolicy.calico.domainRules), they are allowed exactly.
*/}}

{{- define "kubilitics.network.calico" -}}
{{- $root := index . 0 -}}
{{- $rules := index . 2 -}}
{{- $selector := include "kubilitics.network.selector" (list $root (index . 1)) | fromYaml -}}
selector: {{ include "kubilitics.network.calicoSelector" $selector | quote }}
types:
{{- range $side, $type := dict "ingress" "Ingress" "egress" "Egress" }}
{{- if hasKey $rules $side }}
  - {{ $type }}
{{- end }}
{{- end }}
{{- range $side, $other := dict "ingress" "source" "egress" "destination" }}
{{- $lines := list }}
{{- range get $rules $side | default list }}
{{- $lines = append $lines (include "kubilitics.network.calicoRule" (list $root $other .) | trim) }}
{{- end }}
{{- with compact $lines }}
{{ $side }}:
  {{- join "\n" . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* One rule for each protocol and peer: Calico has one of each in a rule. Argument: (list root source|destination rule). */}}
{{- define "kubilitics.network.calicoRule" -}}
{{- $root := index . 0 -}}
{{- $other := index . 1 -}}
{{- $rule := index . 2 -}}
{{- $ports := dict -}}
{{- range $rule.ports -}}
{{- $_ := set $ports .protocol (append (get $ports .protocol | default list) (.port | int64)) -}}
{{- end -}}
{{- range $peer := include "kubilitics.network.calicoPeers" (list $root $rule.peers) | fromJsonArray }}
{{- range $protocol, $numbers := $ports }}
# {{ $rule.why }}
- action: Allow
  protocol: {{ $protocol }}
  {{- if eq $other "destination" }}
  destination:
    {{- merge (dict "ports" $numbers) $peer | toYaml | nindent 4 }}
  {{- else }}
  {{- with $peer }}
  source:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  destination:
    {{- dict "ports" $numbers | toYaml | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Peers as Calico's entity rules; everybody is the empty one. Argument: (list root peers). */}}
{{- define "kubilitics.network.calicoPeers" -}}
{{- $root := index . 0 -}}
{{- $domains := list -}}
{{- $entities := list -}}
{{- $plain := list -}}
{{- range index . 1 | default list -}}
{{- if and .host ((($root.Values.networkPolicy | default dict).calico | default dict).domainRules) -}}
{{- $domains = append $domains .host -}}
{{- else -}}
{{- $plain = append $plain . -}}
{{- end -}}
{{- end -}}
{{- with $domains -}}
{{- $entities = append $entities (dict "domains" (uniq .)) -}}
{{- end -}}
{{- range include "kubilitics.network.plainPeers" (list $root $plain) | fromJsonArray -}}
{{- if .anyone -}}
{{- $entities = append $entities dict -}}
{{- else if .ipBlock -}}
{{- $nets := dict "nets" (list .ipBlock.cidr) -}}
{{- with .ipBlock.except }}{{ $_ := set $nets "notNets" . }}{{ end -}}
{{- $entities = append $entities $nets -}}
{{- else -}}
{{- $selector := .podSelector -}}
{{- with .components }}{{ $selector = include "kubilitics.network.selector" (list $root .) | fromYaml }}{{ end -}}
{{- $entity := dict "selector" (include "kubilitics.network.calicoSelector" $selector) -}}
{{- if hasKey . "namespaceSelector" -}}
{{- $_ := set $entity "namespaceSelector" (include "kubilitics.network.calicoSelector" .namespaceSelector) -}}
{{- end -}}
{{- $entities = append $entities $entity -}}
{{- end -}}
{{- end -}}
{{- toJson $entities -}}
{{- end -}}

{{/* A label selector as an expression. The schema lets no quote into labels. */}}
{{- define "kubilitics.network.calicoSelector" -}}
{{- $terms := list -}}
{{- $selector := . | default dict -}}
{{- range $key, $value := $selector.matchLabels -}}
{{- $terms = append $terms (printf "%s == '%s'" $key $value) -}}
{{- end -}}
{{- range $selector.matchExpressions -}}
{{- if eq .operator "Exists" }}{{ $terms = append $terms (printf "has(%s)" .key) }}
{{- else if eq .operator "DoesNotExist" }}{{ $terms = append $terms (printf "!has(%s)" .key) }}
{{- else -}}
{{- $operator := eq .operator "In" | ternary "in" "not in" -}}
{{- $terms = append $terms (printf "%s %s {'%s'}" .key $operator (join "', '" .values)) -}}
{{- end -}}
{{- end -}}
{{- join " && " $terms | default "all()" -}}
{{- end -}}

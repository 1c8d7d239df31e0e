{{/*
Where the language models and other servers of AI are, as peers and ports of network policies.
*/}}

{{/* {peer, port} of every language model's server. */}}
{{- define "kubilitics.network.targets" -}}
{{- $targets := list -}}
{{- range include "kubilitics.ai.activeProviders" . | fromJsonArray -}}
{{- $own := list -}}
{{- range .hosts -}}
{{- $own = append $own (dict "peer" (dict "host" .name) "port" .port) -}}
{{- end -}}
{{- if and (include "kubilitics.ollama.deployed" $) (eq .endpoint (include "kubilitics.ollama.url" $)) -}}
{{- $own = list (dict "peer" (dict "components" (list "ollama")) "port" (include "kubilitics.port.ollama" $)) -}}
{{- else if .endpoint -}}
{{- $own = include "kubilitics.network.address" (list $ .endpoint) | fromJsonArray -}}
{{- end -}}
{{- $targets = concat $targets $own -}}
{{- end -}}
{{- toJson $targets -}}
{{- end -}}

{{/*
One rule for each port at which these servers answer, or the proxy to them: what is outside is reached through it, where there
is one. Argument: (list root why targets).
*/}}
{{- define "kubilitics.network.rulesTo" -}}
{{- $root := index . 0 -}}
{{- $why := index . 1 -}}
{{- $proxy := ($root.Values.global | default dict).proxy | default dict -}}
{{- $through := $proxy.httpsProxy | default $proxy.httpProxy -}}
{{- $targets := list -}}
{{- range index . 2 -}}
{{- if and $through .peer.host (not (include "kubilitics.network.withoutProxy" (list $proxy.noProxy .peer.host))) -}}
{{- $targets = concat $targets (include "kubilitics.network.address" (list $root $through) | fromJsonArray) -}}
{{- else -}}
{{- $targets = append $targets . -}}
{{- end -}}
{{- end -}}
{{- $peers := dict -}}
{{- range $targets -}}
{{- $_ := set $peers (toString .port) (append (get $peers (toString .port) | default list) .peer) -}}
{{- end -}}
{{- range $port, $found := $peers }}
- why: {{ $why }}
  peers: {{ uniq $found | toJson }}
  ports:
    - {port: {{ $port | int64 }}, protocol: TCP}
{{- end }}
{{- end -}}

{{/* "true" for a host that NO_PROXY names, itself or a domain above it. Argument: (list no-proxy host). */}}
{{- define "kubilitics.network.withoutProxy" -}}
{{- $list := index . 0 | default list -}}
{{- $dotted := printf ".%s" (index . 1) -}}
{{- $found := "" -}}
{{- range kindIs "string" $list | ternary (splitList "," (toString $list)) $list -}}
{{- $domain := toString . | trim | lower | trimPrefix "*" | trimPrefix "." -}}
{{- if and $domain (hasSuffix (printf ".%s" $domain) $dotted) }}{{ $found = "true" }}{{ end -}}
{{- end -}}
{{- $found -}}
{{- end -}}

{{/*
{peer, port} of the server at an address, as a list; nothing for one that cannot be read, or of the pod itself. A Service in
the cluster is told by `.svc` in its name, or by a name without a dot; then its namespace is open at that port, which must
be the one of its pods. Argument: (list root url).
*/}}
{{- define "kubilitics.network.address" -}}
{{- $root := index . 0 -}}
{{- $url := toString (index . 1) -}}
{{- $pattern := "^(https?)://(?:[^/?#@]*@)?(\\x5b[0-9A-Fa-f:.]+\\x5d|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?(?:[/?#].*)?$" -}}
{{- if regexMatch $pattern $url -}}
{{- $host := regexReplaceAll $pattern $url "${2}" | lower | trimSuffix "." | trimAll "[]" -}}
{{- $usual := eq (regexReplaceAll $pattern $url "${1}") "https" | ternary 443 80 -}}
{{- $port := regexReplaceAll $pattern $url "${3}" | default (toString $usual) | int64 -}}
{{- $name := $host | trimSuffix (printf ".%s" $root.Values.clusterDomain) -}}
{{- $peer := dict -}}
{{- $found := list -}}
{{- if contains ":" $host -}}
{{- $peer = ne $host "::1" | ternary (dict "ipBlock" (dict "cidr" (printf "%s/128" $host))) dict -}}
{{- else if regexMatch "^[0-9]+(\\.[0-9]+){3}$" $host -}}
{{- $peer = hasPrefix "127." $host | ternary dict (dict "ipBlock" (dict "cidr" (printf "%s/32" $host))) -}}
{{- else if eq $host "localhost" -}}
{{- else if not (contains "." $host) -}}
{{- $peer = dict "podSelector" dict -}}
{{- else if hasSuffix ".svc" $name -}}
{{- $namespace := splitList "." $name | reverse | rest | first -}}
{{- $labels := dict "kubernetes.io/metadata.name" $namespace -}}
{{- $peer = dict "namespaceSelector" (dict "matchLabels" $labels) -}}
{{- else -}}
{{- $peer = dict "host" $host -}}
{{- end -}}
{{- if and $peer (ge $port 1) (le $port 65535) -}}
{{- $found = list (dict "peer" $peer "port" $port) -}}
{{- end -}}
{{- toJson $found -}}
{{- else -}}
[]
{{- end -}}
{{- end -}}

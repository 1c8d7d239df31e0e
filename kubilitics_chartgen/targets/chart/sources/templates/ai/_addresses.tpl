{{/*
Where the language models and other servers of AI are, as peers and ports of network policies.
*/}}

{{/* {peer, port, scheme} of every language model's server. */}}
{{- define "kubilitics.network.targets" -}}
{{- $targets := list -}}
{{- range include "kubilitics.ai.activeProviders" . | fromJsonArray -}}
{{- $own := list -}}
{{- range .hosts -}}
{{- $own = append $own (dict "peer" (dict "host" .name) "port" .port "scheme" "https") -}}
{{- end -}}
{{- if and (include "kubilitics.ollama.deployed" $) (eq .endpoint (include "kubilitics.ollama.url" $)) -}}
{{- $own = list (dict "peer" (dict "components" (list "ollama")) "port" (include "kubilitics.port.ollama" $) "scheme" "http") -}}
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
{{- $targets := list -}}
{{- range $target := index . 2 -}}
{{- $proxy := include "kubilitics.network.proxy" (list $root $target) -}}
{{- if hasPrefix "http" $proxy -}}
{{- $targets = concat $targets (include "kubilitics.network.address" (list $root $proxy) | fromJsonArray) -}}
{{- else -}}
{{- $targets = append $targets $target -}}
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

{{/*
The proxy that a server is reached through: its address, "secret" where only a Secret knows it, or nothing. Each scheme has a
variable of its own, and Services of the cluster are always reached directly. Argument: (list root {peer, port, scheme}).
*/}}
{{- define "kubilitics.network.proxy" -}}
{{- $target := index . 1 -}}
{{- $proxy := ((index . 0).Values.global | default dict).proxy | default dict -}}
{{- $secret := empty $proxy.existingSecret | ternary "" "secret" -}}
{{- $through := get (dict "https" ($proxy.httpsProxy | default $secret) "http" $proxy.httpProxy) $target.scheme -}}
{{- $host := $target.peer.host | default (($target.peer.ipBlock | default dict).cidr | default "" | splitList "/" | first) -}}
{{- if and $through $host (not (include "kubilitics.network.withoutProxy" (list $proxy.noProxy $host $target.port))) -}}
{{- $through -}}
{{- end -}}
{{- end -}}

{{/*
"true" for a host that NO_PROXY names: itself, a domain above it, or the network of its address. Argument: (list no-proxy host
port).
*/}}
{{- define "kubilitics.network.withoutProxy" -}}
{{- $list := index . 0 | default list -}}
{{- $host := index . 1 -}}
{{- $port := printf ":%d" (index . 2 | int64) -}}
{{- $found := "" -}}
{{- range kindIs "string" $list | ternary (splitList "," (toString $list)) $list -}}
{{- $entry := toString . | trim | lower -}}
{{- $domain := $entry | trimSuffix $port | trimPrefix "*" | trimPrefix "." -}}
{{- $isAbove := and $domain (hasSuffix (printf ".%s" $domain) (printf ".%s" $host)) -}}
{{- if or (eq $entry "*") $isAbove (include "kubilitics.network.inBlock" (list $host $entry)) }}{{ $found = "true" }}{{ end -}}
{{- end -}}
{{- $found -}}
{{- end -}}

{{/* "true" for an IPv4 address in a network such as 10.0.0.0/8. Argument: (list address network). */}}
{{- define "kubilitics.network.inBlock" -}}
{{- $parts := splitList "/" (index . 1) -}}
{{- $addresses := list (index . 0) (first $parts) -}}
{{- if and (eq (len $parts) 2) (regexMatch "^([0-9]+(\\.[0-9]+){3} ?){2}$" (join " " $addresses)) -}}
{{- $size := 1 -}}
{{- range until (sub 32 (last $parts | int) | int) }}{{ $size = mul 2 $size }}{{ end -}}
{{- $networks := list -}}
{{- range $addresses -}}
{{- $number := 0 -}}
{{- range splitList "." . }}{{ $number = add (mul 256 $number) (int64 .) }}{{ end -}}
{{- $networks = append $networks (div $number $size) -}}
{{- end -}}
{{- if eq (first $networks) (last $networks) -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/*
{peer, port, scheme} of the server at an address, as a list; nothing for one that cannot be read, or of the pod itself. A Service in
the cluster is told by `.svc` in its name, or by a name without a dot; then its namespace is open at that port, which must
be the one of its pods. Argument: (list root url).
*/}}
{{- define "kubilitics.network.address" -}}
{{- $root := index . 0 -}}
{{- $url := toString (index . 1) -}}
{{- $pattern := "^(https?)://(?:[^/?#@]*@)?(\\x5b[0-9A-Fa-f:.]+\\x5d|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?(?:[/?#].*)?$" -}}
{{- if regexMatch $pattern $url -}}
{{- $host := regexReplaceAll $pattern $url "${2}" | lower | trimSuffix "." | trimAll "[]" -}}
{{- $scheme := regexReplaceAll $pattern $url "${1}" -}}
{{- $usual := eq $scheme "https" | ternary 443 80 -}}
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
{{- $found = list (dict "peer" $peer "port" $port "scheme" $scheme) -}}
{{- end -}}
{{- toJson $found -}}
{{- else -}}
[]
{{- end -}}
{{- end -}}

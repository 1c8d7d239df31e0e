{{/*
AI's connections, those of its own servers, and what core's pods need to reach AI.
*/}}

{{/* "true" where the chart runs this server for AI: qdrant, chromadb or ollama. Argument: (list root component). */}}
{{- define "kubilitics.network.part" -}}
{{- if eq (index . 1) "ollama" -}}
{{- include "kubilitics.ollama.deployed" (index . 0) -}}
{{- else -}}
{{- include "kubilitics.vectorDatabase.deploys" . -}}
{{- end -}}
{{- end -}}

{{/* Ports of the servers that the chart can run for AI. */}}
{{- define "kubilitics.network.servers" -}}
[% for server, ports in ai_servers.items() %]
[[ server ]]: [[ ports | tojson ]]
[% endfor %]
{{- end -}}

{{/* What one of these servers may do: answer AI, and Ollama fetch its models. Argument: (list root component values). */}}
{{- define "kubilitics.network.server" -}}
{{- $root := index . 0 -}}
{{- $own := index . 2 | default dict -}}
{{- $ports := get (include "kubilitics.network.servers" $root | fromYaml) (index . 1) -}}
{{- $scraped := eq (index . 1) "qdrant" | ternary (list (first $ports)) list -}}
{{- $askers := eq (index . 1) "ollama" | ternary (list "ai" "ai-test") (list "ai") -}}
ingress:
  - why: AI
    peers: [{components: {{ toJson $askers }}}]
    ports:
      {{- include "kubilitics.network.tcp" $ports | indent 6 }}
  {{- include "kubilitics.network.extraIngress" (list $root $own.extraIngress $ports $scraped) | nindent 2 }}
egress:
  {{- if and (eq (index . 1) "ollama") (include "kubilitics.ollama.fetches" $root) }}
  {{- $registry := include "kubilitics.ollama.registry" $root | fromYamlArray }}
  {{- include "kubilitics.network.dns" $root | nindent 2 }}
  {{- include "kubilitics.network.rulesTo" (list $root "the registry of models and its storage" $registry) | nindent 2 }}
  {{- end }}
  {{- include "kubilitics.network.extraEgress" $own.extraEgress | nindent 2 }}
{{- end -}}

{{- define "kubilitics.network.aiFromCore" -}}
egress:
  - why: AI
    peers: [{components: [ai]}]
    ports: [{port: {{ include "kubilitics.port.ai" . }}, protocol: TCP}]
{{- end -}}

{{- define "kubilitics.network.aiQueries" -}}
ingress:
  - why: AI's tools
    peers: [{components: [ai]}]
    ports: [{port: {{ include "kubilitics.port.backend" . }}, protocol: TCP}]
{{- end -}}

{{- define "kubilitics.network.ai" -}}
{{- $own := (.Values.networkPolicy | default dict).ai | default dict -}}
{{- $port := list (include "kubilitics.port.ai" .) -}}
ingress:
  - why: backend, the frontend's proxy, test and hook pods
    peers: [{components: [ai-test, backend, frontend, hook, test]}]
    ports:
      {{- include "kubilitics.network.tcp" $port | indent 6 }}
  {{- include "kubilitics.network.extraIngress" (list . $own.extraIngress $port $port) | nindent 2 }}
egress:
  {{- include "kubilitics.network.dns" . | nindent 2 }}
  - why: the backend
    peers: [{components: [backend]}]
    ports: [{port: {{ include "kubilitics.port.backend" . }}, protocol: TCP}]
  {{- if include "kubilitics.ai.clusterAccess" . }}
  - why: the Kubernetes API server
    peers:
      - apiServer: true
    ports:
      {{- include "kubilitics.network.tcp" ((.Values.networkPolicy | default dict).apiServer | default dict).ports | indent 6 }}
  {{- end }}
  {{- range $part, $ports := include "kubilitics.network.servers" . | fromYaml }}
  {{- if include "kubilitics.network.part" (list $ $part) }}
  - why: AI's own {{ $part }}
    peers: [{components: [{{ $part }}]}]
    ports:
      {{- include "kubilitics.network.tcp" $ports | indent 6 }}
  {{- end }}
  {{- end }}
  {{- include "kubilitics.network.providers" . | nindent 2 }}
  {{- with and (include "kubilitics.vectorDatabase.used" .) (.Values.vectorDatabase | default dict).endpoint }}
  {{- $database := include "kubilitics.network.address" (list $ .) | fromJsonArray }}
  {{- include "kubilitics.network.rulesTo" (list $ "the vector database" $database) | nindent 2 }}
  {{- end }}
  {{- include "kubilitics.network.extraEgress" $own.extraEgress | nindent 2 }}
{{- end -}}

{{- define "kubilitics.network.providers" -}}
{{- $targets := include "kubilitics.network.targets" . | fromJsonArray -}}
{{- include "kubilitics.network.rulesTo" (list . "the language model's servers" $targets) -}}
{{- end -}}

{{/*
Whom policies keep from the proxy, because only a Secret knows its address: keys of `networkPolicy`, as a JSON list.
*/}}
{{- define "kubilitics.network.closedProxies" -}}
{{- $targets := include "kubilitics.network.targets" . | fromJsonArray -}}
{{- with and (include "kubilitics.vectorDatabase.used" .) (.Values.vectorDatabase | default dict).endpoint -}}
{{- $targets = concat $targets (include "kubilitics.network.address" (list $ .) | fromJsonArray) -}}
{{- end -}}
{{- $asked := dict "ai" $targets -}}
{{- if and (include "kubilitics.ollama.deployed" .) (include "kubilitics.ollama.fetches" .) -}}
{{- $_ := set $asked "ollama" (include "kubilitics.ollama.registry" . | fromYamlArray) -}}
{{- end -}}
{{- $closed := list -}}
{{- range $part, $outside := $asked -}}
{{- range $outside -}}
{{- if eq (include "kubilitics.network.proxy" (list $ .)) "secret" }}{{ $closed = append $closed $part }}{{ end -}}
{{- end -}}
{{- end -}}
{{- uniq $closed | toJson -}}
{{- end -}}

{{/* AI's test pod: it tries AI, and all that AI may reach of providers. */}}
{{- define "kubilitics.network.aiTest" -}}
{{- $own := (.Values.networkPolicy | default dict).ai | default dict -}}
egress:
  {{- include "kubilitics.network.dns" . | nindent 2 }}
  - why: AI
    peers: [{components: [ai]}]
    ports: [{port: {{ include "kubilitics.port.ai" . }}, protocol: TCP}]
  {{- include "kubilitics.network.providers" . | nindent 2 }}
  {{- include "kubilitics.network.extraEgress" $own.extraEgress | nindent 2 }}
{{- end -}}

{{/* "true" where Kubilitics can be reached from outside the cluster. */}}
{{- define "kubilitics.exposed" -}}
{{- $frontend := .Values.frontend | default dict -}}
{{- $type := ($frontend.service | default dict).type -}}
{{- $outside := has $type (list "NodePort" "LoadBalancer") -}}
{{- range list "ingress" "httpRoute" "route" -}}
{{- $outside = or $outside ((get $.Values . | default dict).enabled) -}}
{{- end -}}
{{- if and $frontend.enabled $outside -}}true{{- end -}}
{{- end -}}

{{/* Why whoever comes from outside is answered by plain HTTP, as far as the chart knows; nothing where it knows none. */}}
{{- define "kubilitics.exposure.plain" -}}
{{- $frontend := .Values.frontend | default dict -}}
{{- $ingress := .Values.ingress | default dict -}}
{{- $type := ($frontend.service | default dict).type | default "" -}}
{{- $plain := list -}}
{{- if and $ingress.enabled (not ($ingress.tls | default dict).enabled) -}}
{{- $plain = append $plain "ingress.tls.enabled is false" -}}
{{- end -}}
{{- if has $type (list "NodePort" "LoadBalancer") -}}
{{- $plain = append $plain (printf "frontend.service.type is %s" $type) -}}
{{- end -}}
{{- if $frontend.enabled -}}
{{- join " and " $plain -}}
{{- end -}}
{{- end -}}

{{/*
The hosts of an Ingress, HTTPRoute or Route, as http(s) addresses, one a line. Nothing where none is named. Whether a Gateway answers
by HTTPS its listeners say, not the HTTPRoute.
*/}}
{{- define "kubilitics.exposure.addresses" -}}
{{- $ingress := .Values.ingress | default dict -}}
{{- $httpRoute := .Values.httpRoute | default dict -}}
{{- $route := .Values.route | default dict -}}
{{- if and $ingress.enabled $ingress.host }}
{{ ($ingress.tls | default dict).enabled | ternary "https" "http" }}://{{ $ingress.host | replace "*" "<any name>" }}
{{- end }}
{{- if $httpRoute.enabled }}
{{- range $httpRoute.hostnames }}
https://{{ . | replace "*" "<any name>" }} (http where the Gateway has no HTTPS listener)
{{- end }}
{{- end }}
{{- if and $route.enabled $route.host }}
https://{{ $route.host }}
{{- end }}
{{- end -}}

{{/*
The gateways of an HTTPRoute, with the group and kind that the server would add, so that tools that compare find nothing added.
Argument: httpRoute.parentRefs.
*/}}
{{- define "kubilitics.exposure.parentRefs" -}}
{{- $parents := list -}}
{{- range . -}}
{{- $parent := dict "group" "gateway.networking.k8s.io" "kind" "Gateway" -}}
{{- range $key, $value := . }}{{ $_ := set $parent $key $value }}{{ end -}}
{{- $parents = append $parents $parent -}}
{{- end -}}
{{- toYaml $parents -}}
{{- end -}}

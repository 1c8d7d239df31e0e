{{- define "kubilitics.validate.exposure" -}}
{{- $frontend := .Values.frontend | default dict -}}
{{- $auth := (.Values.backend | default dict).auth | default dict -}}
{{- $needed := dict -}}
{{- range $key := list "ingress" "httpRoute" "route" -}}
{{- $_ := set $needed (printf "%s.enabled" $key) (get $.Values $key | default dict).enabled -}}
{{- end -}}
{{- $ingress := .Values.ingress | default dict -}}
{{- if $ingress.enabled -}}
{{- $_ := set $needed "ingress.tls.enabled" ($ingress.tls | default dict).enabled -}}
{{- end -}}
{{- include "kubilitics.validate.required" $needed }}
{{- range $key := list "ingress" "httpRoute" "route" }}
{{- if (get $.Values $key | default dict).enabled }}
{{- if not $frontend.enabled }}
- {id: exposed-without-frontend, path: {{ $key }}.enabled}
{{- else if not (or (eq (toString $auth.mode) "required") $auth.acknowledgeExposed) }}
- {id: exposed-without-auth, path: {{ $key }}.enabled}
{{- end }}
{{- end }}
{{- end }}
{{- $httpRoute := .Values.httpRoute | default dict -}}
{{- if and $httpRoute.enabled (not $httpRoute.parentRefs) }}
- id: http-route-without-gateway
{{- end }}
{{- if $httpRoute.enabled }}
{{- $sections := dict }}
{{- range $httpRoute.parentRefs }}
{{- $gateway := list (.group | default "gateway.networking.k8s.io") (.kind | default "Gateway") .namespace .name | toJson }}
{{- $_ := set $sections $gateway (append (get $sections $gateway | default list) (.sectionName | default "")) }}
{{- end }}
{{- $twice := false }}
{{- range $sections }}
{{- $twice = or $twice (and (gt (len .) 1) (or (has "" .) (ne (len .) (len (uniq .))))) }}
{{- end }}
{{- if $twice }}
- id: http-route-gateway-twice
{{- end }}
{{- $timeouts := $httpRoute.timeouts | default dict }}
{{- $request := include "kubilitics.seconds" $timeouts.request | float64 }}
{{- if and $request (gt (include "kubilitics.seconds" $timeouts.backendRequest | float64) $request) }}
- id: http-route-timeouts
{{- end }}
{{- end }}
{{- if and $ingress.enabled ($ingress.certManager | default dict).clusterIssuer }}
{{- if not (and ($ingress.tls | default dict).enabled $ingress.host) }}
- id: certificate-without-tls
{{- end }}
{{- end }}
{{- range $key, $kind := dict "httpRoute" "gateway.networking.k8s.io/v1/HTTPRoute" "route" "route.openshift.io/v1/Route" }}
{{- $section := get $.Values $key | default dict }}
{{- if and $section.enabled (eq (toString $section.renderMode) "failIfMissing") }}
{{- if not (include "kubilitics.crd" (list $ $section.renderMode $kind)) }}
- {id: custom-kind-missing, path: {{ $key }}.renderMode}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

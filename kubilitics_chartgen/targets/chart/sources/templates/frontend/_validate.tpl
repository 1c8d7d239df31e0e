{{- define "kubilitics.validate.frontend" -}}
{{- $frontend := .Values.frontend | default dict -}}
{{- $service := $frontend.service | default dict -}}
{{- $auth := (.Values.backend | default dict).auth | default dict -}}
{{- $needed := dict "frontend.enabled" $frontend.enabled -}}
{{- if $frontend.enabled -}}
{{- $_ := set $needed "frontend.image.repository" ($frontend.image | default dict).repository -}}
{{- $_ := set $needed "frontend.serviceAccount.create" ($frontend.serviceAccount | default dict).create -}}
{{- $_ := set $needed "frontend.service.port" $service.port -}}
{{- end -}}
{{- include "kubilitics.validate.required" $needed }}
{{- include "kubilitics.validate.labels" (dict "frontend.labels" $frontend.labels "frontend.podLabels" $frontend.podLabels) }}
{{- include "kubilitics.validate.knobs" (list . "frontend" $frontend "frontend/deployment.yaml") }}
{{- if not (has $service.type (list "NodePort" "LoadBalancer")) }}
{{- range $key := list "nodePort" "externalTrafficPolicy" }}
{{- if get $service $key }}
- {id: service-type-without, path: {{ printf "frontend.service.%s" $key | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- if ne (toString $service.type) "LoadBalancer" }}
{{- range $key := list "loadBalancerClass" "loadBalancerSourceRanges" }}
{{- if get $service $key }}
- {id: service-type-without, path: {{ printf "frontend.service.%s" $key | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- if and $frontend.enabled (has $service.type (list "NodePort" "LoadBalancer")) }}
{{- if not (or (eq (toString $auth.mode) "required") $auth.acknowledgeExposed) }}
- id: exposed-without-auth
{{- end }}
{{- end }}
{{- end -}}

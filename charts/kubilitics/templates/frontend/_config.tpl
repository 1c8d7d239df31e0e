{{/*
The frontend's nginx: everything in its ConfigMap. Nothing here depends on whether AI is on.
*/}}

{{/*
A string for nginx between double quotes. The schema keeps these characters out of the values already; nginx has no escape for
a dollar sign, so here they are dropped.
*/}}
{{- define "kubilitics.frontend.quote" -}}
"{{ regexReplaceAll "[^ -~]|[\"$\\\\]" (toString .) "" }}"
{{- end -}}

{{/* The ConfigMap's data: file name to text. */}}
{{- define "kubilitics.frontend.config" -}}
nginx.conf: |
  {{- .Files.Get "files/frontend/nginx.conf" | trim | nindent 2 }}
prepare.sh: |
  {{- .Files.Get "files/frontend/prepare.sh" | trim | nindent 2 }}
upstreams.conf: |
  {{- include "kubilitics.frontend.upstreams" . | nindent 2 }}
origins.conf: |
  {{- include "kubilitics.frontend.origins" . | nindent 2 }}
realip.conf: |
  {{- include "kubilitics.frontend.realip" . | nindent 2 }}
access.conf: |
  {{- include "kubilitics.frontend.access" . | nindent 2 }}
headers.conf: |
  {{- include "kubilitics.frontend.headers" . | trim | nindent 2 }}
discovery.json: |
  {{- include "kubilitics.frontend.discovery" . | fromJson | toPrettyJson | nindent 2 }}
{{- end -}}

{{/* What /api/discovery answers without AI: paths from the origin. AI's own flags are AI's to add. */}}
{{- define "kubilitics.frontend.discovery" -}}
{{- $pattern := (.Values.discovery | default dict).pattern | default "direct" -}}
{{- $endpoints := dict "backend" "/api/backend" "ai" (eq $pattern "proxy" | ternary "/api/proxy/ai" "/api/ai") -}}
{{- dict "version" 1 "pattern" $pattern "endpoints" $endpoints "ai" nil | toJson -}}
{{- end -}}

{{/* The Services by their full names: nginx knows no search domains. */}}
{{- define "kubilitics.frontend.upstreams" -}}
{{- $zone := printf "%s.svc.%s" (include "kubilitics.namespace" .) .Values.clusterDomain -}}
{{- $backend := printf "%s.%s" (include "kubilitics.name.backend" .) $zone -}}
{{- $ai := printf "%s.%s" (include "kubilitics.name.ai" .) $zone -}}
map "" $backend_host { default {{ include "kubilitics.frontend.quote" $backend }}; }
map "" $ai_host { default {{ include "kubilitics.frontend.quote" $ai }}; }
{{- end -}}

{{/* Origins beside the frontend's own. nginx compares without regard to case and refuses to start on a repeated entry. */}}
{{- define "kubilitics.frontend.origins" -}}
{{- $origins := list -}}
{{- range (.Values.backend | default dict).allowedOrigins | default list -}}
{{- $origins = append $origins (toString . | lower) -}}
{{- end -}}
map $http_origin $origin_listed {
    default 0;
{{- range $origins | uniq }}
    {{ include "kubilitics.frontend.quote" . }} 1;
{{- end }}
}
{{- end -}}

{{/* Proxies in front of this one, whose word on the client's address and scheme is believed. */}}
{{- define "kubilitics.frontend.realip" -}}
{{- $proxies := list -}}
{{- range (.Values.backend | default dict).trustedProxies | default list -}}
{{- if regexMatch "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$" (toString .) -}}
{{- $proxies = append $proxies (lower .) -}}
{{- end -}}
{{- end -}}
real_ip_header X-Forwarded-For;
real_ip_recursive on;
{{- range $proxies | uniq }}
set_real_ip_from {{ . }};
{{- end }}
geo $realip_remote_addr $from_trusted_proxy {
    default 0;
{{- range $proxies | uniq }}
    {{ . }} 1;
{{- end }}
}
{{- end -}}

{{/* AI asks nobody who they are; where the backend does, it is asked first. */}}
{{- define "kubilitics.frontend.access" -}}
{{- $auth := (.Values.backend | default dict).auth | default dict -}}
{{- if ne (toString $auth.mode) "disabled" -}}
auth_request /_kubilitics/session;
auth_request_set $auth_status $upstream_status;
{{- else -}}
# backend.auth.mode is disabled: everybody who reaches the frontend may use AI.
{{- end -}}
{{- end -}}

{{/* Security headers of every answer. */}}
{{- define "kubilitics.frontend.headers" -}}
{{- with (.Values.frontend | default dict).contentSecurityPolicy }}
add_header Content-Security-Policy {{ include "kubilitics.frontend.quote" . }} always;
{{- end }}
add_header X-Content-Type-Options nosniff always;
add_header X-Frame-Options DENY always;
add_header Referrer-Policy same-origin always;
add_header Permissions-Policy "camera=(), geolocation=(), microphone=(), payment=(), usb=()" always;
{{- end -}}

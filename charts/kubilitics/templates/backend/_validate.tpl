{{- define "kubilitics.validate.backend" -}}
{{- $backend := .Values.backend | default dict -}}
{{- $auth := $backend.auth | default dict -}}
{{- $persistence := $backend.persistence | default dict -}}
{{- $needed := dict
  "backend.image.repository" ($backend.image | default dict).repository
  "backend.auth.mode" $auth.mode
  "backend.persistence.enabled" $persistence.enabled
  "backend.serviceAccount.create" ($backend.serviceAccount | default dict).create
-}}
{{- if $auth.existingSecret -}}
{{- $_ := set $needed "backend.auth.jwtSecretKey" $auth.jwtSecretKey -}}
{{- $_ := set $needed "backend.auth.adminUserKey" $auth.adminUserKey -}}
{{- $_ := set $needed "backend.auth.adminPasswordKey" $auth.adminPasswordKey -}}
{{- end -}}
{{- if and $persistence.enabled (not $persistence.existingClaim) -}}
{{- $_ := set $needed "backend.persistence.size" $persistence.size -}}
{{- $_ := set $needed "backend.persistence.accessModes" $persistence.accessModes -}}
{{- end -}}
{{- with $backend.aiDiscovery -}}
{{- if .enabled -}}
{{- $_ := set $needed "backend.aiDiscovery.timeoutSeconds" .timeoutSeconds -}}
{{- end -}}
{{- end -}}
{{- include "kubilitics.validate.required" $needed }}
{{- include "kubilitics.validate.labels" (dict "backend.labels" $backend.labels "backend.podLabels" $backend.podLabels) }}
{{- include "kubilitics.validate.knobs" (list . "backend" $backend "backend/deployment.yaml") }}
{{- include "kubilitics.validate.variables" (list "backend" $backend.extraEnv
  (list
    "KUBILITICS_TLS_ENABLED"
    "KUBILITICS_TLS_CERT_PATH"
    "KUBILITICS_TLS_KEY_PATH"
  )
) }}
{{- if gt (int64 $backend.replicas) 1 }}
- id: backend-replicas
{{- end }}
{{- if and (has $auth.mode (list "optional" "required")) (not $auth.existingSecret) }}
- id: auth-secret-missing
{{- end }}
{{- if $auth.jwtSecret }}
- id: jwt-secret-in-values
{{- end }}
{{- if has "*" ($backend.allowedOrigins | default list) }}
- id: origin-wildcard
{{- end }}
{{- end -}}

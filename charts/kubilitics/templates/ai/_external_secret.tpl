{{/*
The Secret with the providers' keys, brought by the External Secrets Operator.
*/}}

{{/* The keys of the Secret that the providers in use read, as a YAML list. */}}
{{- define "kubilitics.ai.secretKeys" -}}
{{- $keys := list -}}
{{- range include "kubilitics.ai.activeProviders" . | fromJsonArray -}}
{{- if and .secretKey (or (eq (toString .secretHolds) "key") (and (eq (toString .secretHolds) "endpoint") (not .endpoint))) -}}
{{- $keys = append $keys .secretKey -}}
{{- end -}}
{{- end -}}
{{- toYaml ($keys | uniq) -}}
{{- end -}}

{{- define "kubilitics.ai.externalSecretKind" -}}
{{- printf "%s/ExternalSecret" .Values.ai.externalSecret.apiVersion -}}
{{- end -}}

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

{{/* "true" where the ExternalSecret is rendered: it is wanted, a provider reads the Secret, and the cluster may know the kind. */}}
{{- define "kubilitics.ai.externalSecretMade" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $external := $ai.externalSecret | default dict -}}
{{- if and $ai.enabled $external.enabled (include "kubilitics.ai.secretKeys" . | fromYamlArray) -}}
{{- include "kubilitics.crd" (list . $external.renderMode (include "kubilitics.ai.externalSecretKind" .)) -}}
{{- end -}}
{{- end -}}

{{/* What `kubectl create secret generic` is told of each of these keys. */}}
{{- define "kubilitics.ai.secretLiterals" -}}
{{- $keys := include "kubilitics.ai.secretKeys" . | fromYamlArray -}}
{{- range include "kubilitics.ai.activeProviders" . | fromJsonArray -}}
{{- if has .secretKey $keys }}
{{- printf " --from-literal=%s=%s" .secretKey (.keyExample | default "http://...") -}}
{{- $keys = without $keys .secretKey -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
The LLM providers in use: what files/providers knows of them, with the operator's settings.
*/}}

{{/*
The chosen provider and its fallbacks as a JSON list, the chosen one first; empty with provider `none`. `staysInside` is true
where the address is known to be a Service of this cluster.
*/}}
{{- define "kubilitics.ai.activeProviders" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $active := list -}}
{{- range prepend ($ai.fallbackProviders | default list) ($ai.llmProvider | default "none") | uniq -}}
{{- with $.Files.Get (printf "files/providers/%s.json" .) -}}
{{- $provider := fromJson . -}}
{{- $settings := get ($ai.providers | default dict) $provider.id | default dict -}}
{{- $endpoint := include "kubilitics.ai.endpoint" (list $ $provider.id) -}}
{{- $_ := set $provider "isFallback" (ne $provider.id $ai.llmProvider) -}}
{{- $_ := set $provider "model" ($settings.model | default "") -}}
{{- $_ := set $provider "endpoint" $endpoint -}}
{{- $_ := set $provider "secretKey" ($settings.secretKey | default "") -}}
{{- $isInside := and $provider.needsEndpoint (include "kubilitics.ai.isInside" (list $ $endpoint)) -}}
{{- $_ := set $provider "staysInside" (not (empty $isInside)) -}}
{{- $active = append $active $provider -}}
{{- end -}}
{{- end -}}
{{- toJson $active -}}
{{- end -}}

{{/* "true" for the address of a Service of this cluster. Argument: (list root url). */}}
{{- define "kubilitics.ai.isInside" -}}
{{- $inside := printf "^https?://([a-z0-9-]+|[a-z0-9.-]+\\.svc(\\.%s)?)(:[0-9]+)?(/|$)" ((index . 0).Values.clusterDomain | default "" | replace "." "\\.") -}}
{{- if regexMatch $inside (toString (index . 1)) -}}true{{- end -}}
{{- end -}}

{{/* The chosen provider as a JSON map; an empty one with provider `none`. */}}
{{- define "kubilitics.ai.provider" -}}
{{- $chosen := dict -}}
{{- range include "kubilitics.ai.activeProviders" . | fromJsonArray -}}
{{- if not .isFallback -}}
{{- $chosen = . -}}
{{- end -}}
{{- end -}}
{{- toJson $chosen -}}
{{- end -}}

{{/*
The part of the configuration file that names providers, without any key, as JSON. Argument: (list root active-providers).
*/}}
{{- define "kubilitics.ai.llm" -}}
{{- $maxTokens := (((index . 0).Values.ai | default dict).reasoning | default dict).maxTokens -}}
{{- $llm := dict "provider" "none" -}}
{{- $fallbacks := list -}}
{{- range index . 1 -}}
{{- $settings := dict -}}
{{- if .model -}}
{{- $_ := set $settings "model" .model -}}
{{- end -}}
{{- if .endpoint -}}
{{- $_ := set $settings "base_url" .endpoint -}}
{{- end -}}
{{- if and .takesTokens $maxTokens -}}
{{- $_ := set $settings "max_tokens" ($maxTokens | int64) -}}
{{- end -}}
{{- $_ := set $llm .imageName $settings -}}
{{- if .isFallback -}}
{{- $fallbacks = append $fallbacks .imageName -}}
{{- else -}}
{{- $_ := set $llm "provider" .imageName -}}
{{- end -}}
{{- end -}}
{{- if $fallbacks -}}
{{- $_ := set $llm "fallback_providers" $fallbacks -}}
{{- end -}}
{{- toJson $llm -}}
{{- end -}}

{{/*
What comes from the Secret: keys, and an address where no value gives it. A missing key leaves AI running and ready, only
unconfigured, where the image allows that; else the pod waits for the Secret. A fallback's key may always be missing.
*/}}
{{- define "kubilitics.ai.providerEnv" -}}
{{- $secret := (.Values.ai | default dict).apiKeySecret -}}
{{- range include "kubilitics.ai.activeProviders" . | fromJsonArray }}
{{- if and .secretKey (or (eq .secretHolds "key") (and .endpointInSecret (not .endpoint))) }}
- name: {{ .secretEnv }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret | quote }}
      key: {{ .secretKey | quote }}
      {{- if or .isFallback (and (eq .secretHolds "key") (not .keyRequired)) }}
      optional: true
      {{- end }}
{{- if .settingsEnv }}
# The image takes these settings as a whole; Kubernetes puts the key in.
- name: {{ .settingsEnv }}
  value: {{ dict "base_url" .endpoint "model" .model "api_key" (printf "$(%s)" .secretEnv) | toJson | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

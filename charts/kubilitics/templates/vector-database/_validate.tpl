{{- define "kubilitics.validate.vectorDatabase" -}}
{{- include "kubilitics.validate.address" (dict "vectorDatabase.endpoint" (.Values.vectorDatabase | default dict).endpoint) }}
{{- if include "kubilitics.vectorDatabase.used" . }}
{{- $database := .Values.vectorDatabase -}}
{{- $secret := $database.apiKeySecret | default dict -}}
{{- $needed := dict "vectorDatabase.provider" $database.provider -}}
{{- if $secret.name -}}
{{- $_ := set $needed "vectorDatabase.apiKeySecret.key" $secret.key -}}
{{- end -}}
{{- include "kubilitics.validate.required" $needed }}
{{- range $store := list "qdrant" "chromadb" }}
{{- if include "kubilitics.vectorDatabase.deploys" (list $ $store) }}
{{- include "kubilitics.validate.server" (list (printf "vectorDatabase.%s" $store) (get $database $store)) }}
{{- include "kubilitics.validate.knobs" (list $ (printf "vectorDatabase.%s" $store) (get $database $store | default dict) (printf "%s/deployment.yaml" $store)) }}
{{- end }}
{{- end }}
{{- if and (has $database.provider (list "pinecone" "weaviate")) (not $database.endpoint) }}
- id: vector-database-endpoint
{{- end }}
{{- if and $database.endpoint (eq (toString .Values.ai.dataResidency) "local-only") (not (include "kubilitics.ai.isInside" (list . $database.endpoint))) }}
- {id: residency-endpoint, path: vectorDatabase.endpoint}
{{- end }}
{{- if and (include "kubilitics.vectorDatabase.deploys" (list . "chromadb")) $secret.name }}
- id: vector-database-login
{{- end }}
{{- end }}
{{- end -}}

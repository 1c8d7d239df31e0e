{{/*
The vector database as AI sees it: which one, where it is, and its key.
*/}}

{{/* Not empty where AI uses a vector database. */}}
{{- define "kubilitics.vectorDatabase.used" -}}
{{- if and (.Values.ai | default dict).enabled (.Values.vectorDatabase | default dict).enabled -}}
true
{{- end -}}
{{- end -}}

{{/* Not empty where the chart deploys this one itself. Argument: (list root qdrant|chromadb). */}}
{{- define "kubilitics.vectorDatabase.deploys" -}}
{{- $root := index . 0 -}}
{{- $database := $root.Values.vectorDatabase | default dict -}}
{{- if and (include "kubilitics.vectorDatabase.used" $root) (eq (toString $database.provider) (index . 1)) (not $database.endpoint) -}}
true
{{- end -}}
{{- end -}}

{{- define "kubilitics.port.qdrant" -}}
6333
{{- end -}}

{{- define "kubilitics.uid.qdrant" -}}
1000
{{- end -}}

{{- define "kubilitics.port.chromadb" -}}
8000
{{- end -}}

{{- define "kubilitics.uid.chromadb" -}}
1000
{{- end -}}

{{/* Where AI finds it: the operator's address, or that of the chart's own. */}}
{{- define "kubilitics.vectorDatabase.endpoint" -}}
{{- $database := .Values.vectorDatabase | default dict -}}
{{- if $database.endpoint -}}
{{- $database.endpoint -}}
{{- else if has $database.provider (list "qdrant" "chromadb") -}}
http://{{ include "kubilitics.name" (list . $database.provider) }}:{{ include (printf "kubilitics.port.%s" $database.provider) . }}
{{- end -}}
{{- end -}}

{{/* What the AI's configuration file says of it under vector_memory, or nothing. */}}
{{- define "kubilitics.vectorDatabase.config" -}}
{{- $config := dict -}}
{{- if include "kubilitics.vectorDatabase.used" . -}}
{{- $config = dict "backend" .Values.vectorDatabase.provider "endpoint" (include "kubilitics.vectorDatabase.endpoint" .) -}}
{{- end -}}
{{- toJson $config -}}
{{- end -}}

{{/* The key as a variable, or nothing. Argument: (list root variable's-name optional). */}}
{{- define "kubilitics.vectorDatabase.keyEnv" -}}
{{- $secret := ((index . 0).Values.vectorDatabase | default dict).apiKeySecret | default dict -}}
{{- if and (include "kubilitics.vectorDatabase.used" (index . 0)) $secret.name -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret.name | quote }}
      key: {{ $secret.key | quote }}
      {{- if index . 2 }}
      optional: true
      {{- end }}
{{- end -}}
{{- end -}}

{{/* Where a database listens that would leave IPv6 out otherwise. Argument: its values. */}}
{{- define "kubilitics.vectorDatabase.listen" -}}
{{- has "IPv6" ((.service | default dict).ipFamilies | default list) | ternary "::" "0.0.0.0" -}}
{{- end -}}

{{- define "kubilitics.qdrant.env" -}}
- name: QDRANT__SERVICE__HOST
  value: {{ include "kubilitics.vectorDatabase.listen" (.Values.vectorDatabase.qdrant | default dict) | quote }}
- name: QDRANT__SERVICE__HTTP_PORT
  value: {{ include "kubilitics.port.qdrant" . | quote }}
- name: QDRANT__SERVICE__GRPC_PORT
  value: "6334"
- name: QDRANT__TELEMETRY_DISABLED
  value: "true"
- name: QDRANT__STORAGE__STORAGE_PATH
  value: /qdrant/storage
- name: QDRANT__STORAGE__SNAPSHOTS_PATH
  value: /qdrant/snapshots
- name: QDRANT_INIT_FILE_PATH
  value: /qdrant/storage/.qdrant-initialized
{{- with include "kubilitics.vectorDatabase.keyEnv" (list . "QDRANT__SERVICE__API_KEY" false) }}
{{ . }}
{{- end }}
{{- end -}}

{{- define "kubilitics.chromadb.env" -}}
- name: CHROMA_LISTEN_ADDRESS
  value: {{ include "kubilitics.vectorDatabase.listen" (.Values.vectorDatabase.chromadb | default dict) | quote }}
- name: CHROMA_PORT
  value: {{ include "kubilitics.port.chromadb" . | quote }}
- name: CHROMA_PERSIST_PATH
  value: /data
- name: ANONYMIZED_TELEMETRY
  value: "False"
- name: HOME
  value: /data
{{- end -}}

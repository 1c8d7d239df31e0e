{{/*
A container beside Ollama that fetches the models, or nothing. The server answers at once and AI starts with it; a model that
cannot be fetched holds up nobody.
*/}}
{{- define "kubilitics.ollama.pull" -}}
{{- $ollama := .Values.ollama | default dict -}}
{{- $models := include "kubilitics.ollama.models" . | fromYamlArray -}}
{{- if include "kubilitics.ollama.fetches" . -}}
- name: pull
  image: {{ include "kubilitics.image" (list . $ollama.image) | quote }}
  {{- with ($ollama.image | default dict).pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  securityContext:
    {{- include "kubilitics.containerSecurityContext" . | nindent 4 }}
  command:
    - /bin/sh
    - -c
    - |
      trap 'exit 0' TERM
      for model in "$@"; do
        deadline=$(($(date +%s) + TIMEOUT_SECONDS))
        while left=$((deadline - $(date +%s))); [ "$left" -gt 0 ]; do
          { timeout "$left" ollama pull "$model" & wait $!; } && continue 2
          sleep 5
        done
        echo "could not fetch $model within $TIMEOUT_SECONDS seconds; going on without it"
      done
      echo "done"
      # A pod's container must not end; this one costs next to nothing.
      while :; do sleep 3600 & wait $!; done
    - pull
    {{- toYaml $models | nindent 4 }}
  env:
    - name: OLLAMA_HOST
      value: 127.0.0.1:{{ include "kubilitics.port.ollama" . }}
    - name: TIMEOUT_SECONDS
      value: {{ $ollama.pullTimeoutSeconds | int64 | quote }}
    - name: HOME
      value: /tmp
    {{- with include "kubilitics.commonEnv" . | trim }}
    {{- . | nindent 4 }}
    {{- end }}
  resources:
    requests: {cpu: 10m, memory: 32Mi}
    limits: {cpu: 500m, memory: 128Mi}
  volumeMounts:
    - name: tmp
      mountPath: /tmp
    {{- with include "kubilitics.commonMounts" . | trim }}
    {{- . | nindent 4 }}
    {{- end }}
{{- end -}}
{{- end -}}

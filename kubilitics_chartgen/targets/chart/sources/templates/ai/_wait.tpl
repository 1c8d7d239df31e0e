{{/*
An init container that waits for the provider's server, because the image exits without it. Bounded: afterwards the AI
container starts anyway and says what is wrong.
*/}}
{{- define "kubilitics.ai.endpointWait" -}}
{{- $ai := .Values.ai -}}
{{- $provider := include "kubilitics.ai.provider" . | fromJson -}}
- name: wait-for-provider
  image: {{ include "kubilitics.image" (list . $ai.image) | quote }}
  {{- with ($ai.image | default dict).pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  securityContext:
    {{- include "kubilitics.containerSecurityContext" . | nindent 4 }}
  command:
    - /bin/sh
    - -c
    - |
      deadline=$(($(date +%s) + TIMEOUT_SECONDS))
      # Any answer will do, also one that asks for a key.
      until answer=$(wget -q -Y off -T 5 -O /dev/null "${ENDPOINT%/}${READY_PATH}" 2>&1) || [ "${answer#*HTTP/}" != "$answer" ]; do
        if [ "$(date +%s)" -ge "$deadline" ]; then
          echo "no answer from the provider after $TIMEOUT_SECONDS seconds; starting without it"
          exit 0
        fi
        sleep 2
      done
  env:
    - name: READY_PATH
      value: {{ $provider.readyPath | quote }}
    - name: TIMEOUT_SECONDS
      value: {{ ($ai.endpointWait | default dict).timeoutSeconds | default 1 | int64 | quote }}
    - name: ENDPOINT
      {{- if $provider.endpoint }}
      value: {{ include "kubilitics.envValue" $provider.endpoint }}
      {{- else }}
      valueFrom:
        secretKeyRef:
          name: {{ $ai.apiKeySecret | quote }}
          key: {{ $provider.secretKey | quote }}
      {{- end }}
    {{- with include "kubilitics.commonEnv" . | trim }}
    {{- . | nindent 4 }}
    {{- end }}
  resources:
    {{- toYaml ($ai.resources | default dict) | nindent 4 }}
  {{- with include "kubilitics.commonMounts" . | trim }}
  volumeMounts:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/*
Not empty where the provider's server is reached through a proxy, which would answer for it, there or not. Argument: (list root
url).
*/}}
{{- define "kubilitics.ai.throughProxy" -}}
{{- $root := index . 0 -}}
{{- range include "kubilitics.network.address" . | fromJsonArray -}}
{{- include "kubilitics.network.proxy" (list $root .) -}}
{{- end -}}
{{- end -}}

{{/*
An init container that looks whether AI is there, and says so in its log. It knows AI by its conventional address only, ends at
the limit at the latest and always well: AI neither delays nor stops the backend.
*/}}
{{- define "kubilitics.backend.aiDiscovery" -}}
{{- $backend := .Values.backend -}}
- name: discover-ai
  image: {{ include "kubilitics.image" (list . $backend.image) | quote }}
  {{- with ($backend.image | default dict).pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  securityContext:
    {{- include "kubilitics.containerSecurityContext" . | nindent 4 }}
  command:
    - /bin/sh
    - -c
    - |
      {{- .Files.Get "files/backend/discover-ai.sh" | trim | nindent 6 }}
  env:
    - name: AI_HOST
      value: {{ printf "%s.%s.svc.%s" (include "kubilitics.name.ai" .) (include "kubilitics.namespace" .) .Values.clusterDomain | quote }}
    - name: AI_PORT
      value: {{ include "kubilitics.port.ai" . | quote }}
    - name: TIMEOUT_SECONDS
      value: {{ $backend.aiDiscovery.timeoutSeconds | int64 | quote }}
    {{- with include "kubilitics.commonEnv" . | trim }}
    {{- . | nindent 4 }}
    {{- end }}
  {{- with include "kubilitics.commonMounts" . | trim }}
  volumeMounts:
    {{- . | nindent 4 }}
  {{- end }}
  resources:
    {{- toYaml ($backend.resources | default dict) | nindent 4 }}
{{- end -}}

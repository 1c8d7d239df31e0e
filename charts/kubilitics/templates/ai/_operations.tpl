{{/*
How a running AI pod learns of changes, and how it is given its provider.
*/}}

{{/*
Annotations whose change restarts the pod, as YAML. With the reload sidecar a change of the part that the image can take over
while it runs, `llm`, restarts nothing.
*/}}
{{- define "kubilitics.ai.restartAnnotations" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $config := include "kubilitics.ai.config" . -}}
{{- if eq (toString $ai.configReload) "sidecar" -}}
checksum/config-without-llm: {{ omit ($config | fromYaml) "llm" | toYaml | sha256sum }}
{{- else -}}
checksum/config: {{ $config | sha256sum }}
{{- end }}
{{- with $ai.restartToken }}
kubilitics.io/restart-token: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* The container that tells AI of a changed configuration file. Of the AI's own image, as its own user. */}}
{{- define "kubilitics.ai.reloadContainer" -}}
{{- $ai := .Values.ai -}}
- name: config-reload
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
      {{- .Files.Get "files/ai/reload.sh" | trim | nindent 6 }}
  resources:
    {{- toYaml ($ai.reloadResources | default dict) | nindent 4 }}
  volumeMounts:
    - name: config
      mountPath: /etc/kubilitics
      readOnly: true
{{- end -}}

{{/*
A hook in the AI container that hands the provider over to the running service. Kubernetes expands no $(NAME) here. Nothing for
provider `none`.
*/}}
{{- define "kubilitics.ai.initializeHook" -}}
{{- $script := .Files.Get "files/ai/initialize-provider.sh" -}}
{{- range include "kubilitics.ai.activeProviders" . | fromYamlArray -}}
{{- if not .isFallback -}}
{{- $holdsKey := and .secretKey (eq (toString .secretHolds) "key") -}}
{{- $holdsEndpoint := and .secretKey (eq (toString .secretHolds) "endpoint") -}}
lifecycle:
  postStart:
    exec:
      command:
        - /bin/sh
        - -c
        - |
          {{- $script | trim | nindent 10 }}
        - initialize-provider
        - {{ .imageName | quote }}
        - {{ .model | quote }}
        - {{ .endpoint | quote }}
        - {{ $holdsKey | ternary .secretEnv "" | quote }}
        - {{ $holdsEndpoint | ternary .secretEnv "" | quote }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
How a running AI pod learns of changes, and how it is given its provider.
*/}}

{{/*
Annotations whose change restarts the pod, as JSON. With the reload sidecar a change of the part that the image can take over
while it runs, `llm`, restarts nothing.
*/}}
{{- define "kubilitics.ai.restartAnnotations" -}}
{{- $ai := .Values.ai | default dict -}}
{{- $config := include "kubilitics.ai.config" . -}}
{{- $annotations := dict -}}
{{- if eq (toString $ai.configReload) "sidecar" -}}
{{- $_ := set $annotations "checksum/config-without-llm" (omit ($config | fromYaml) "llm" | toYaml | sha256sum) -}}
{{- else -}}
{{- $_ := set $annotations "checksum/config" ($config | sha256sum) -}}
{{- end -}}
{{- with $ai.restartToken -}}
{{- $_ := set $annotations "kubilitics.io/restart-token" (toString .) -}}
{{- end -}}
{{- toJson $annotations -}}
{{- end -}}

{{/* Scripts beside AI's configuration file, as the ConfigMap's data; often none. */}}
{{- define "kubilitics.ai.scripts" -}}
{{- $ai := .Values.ai | default dict -}}
{{- if eq (toString $ai.configReload) "sidecar" }}
reload.sh: |
  {{- .Files.Get "files/ai/reload.sh" | trim | nindent 2 }}
{{- end }}
{{- if ($ai.initializeProvider | default dict).enabled }}
initialize-provider.sh: |
  {{- .Files.Get "files/ai/initialize-provider.sh" | trim | nindent 2 }}
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
  command: ["/bin/sh", "/etc/kubilitics/reload.sh"]
  {{- with include "kubilitics.commonEnv" . | trim }}
  env:
    {{- . | nindent 4 }}
  {{- end }}
  resources:
    {{- toYaml ($ai.reloadResources | default dict) | nindent 4 }}
  volumeMounts:
    - name: config
      mountPath: /etc/kubilitics
      readOnly: true
    {{- with include "kubilitics.commonMounts" . | trim }}
    {{- . | nindent 4 }}
    {{- end }}
{{- end -}}

{{/*
A hook in the AI container that hands the provider over to the running service; nothing for provider `none`.
*/}}
{{- define "kubilitics.ai.initializeHook" -}}
{{- range include "kubilitics.ai.activeProviders" . | fromJsonArray -}}
{{- if not .isFallback -}}
{{- $holdsKey := and (ne .secretKey "") (eq (toString .secretHolds) "key") -}}
{{- $holdsEndpoint := and (ne .secretKey "") (eq (toString .secretHolds) "endpoint") -}}
postStart:
  exec:
    command:
      - /bin/sh
      - /etc/kubilitics/initialize-provider.sh
      - {{ .imageName | quote }}
      - {{ .model | quote }}
      - {{ .endpoint | quote }}
      - {{ $holdsKey | ternary .secretEnv "" | quote }}
      - {{ $holdsEndpoint | ternary .secretEnv "" | quote }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "kubilitics.port.frontend" -}}
[[ frontend.port ]]
{{- end -}}

{{- define "kubilitics.uid.frontend" -}}
[[ frontend.uid ]]
{{- end -}}

{{/* What nginx and its init step read and write; all else is read-only. */}}
{{- define "kubilitics.frontend.mounts" -}}
- name: config
  mountPath: /etc/kubilitics/nginx
  readOnly: true
- name: html
  mountPath: /usr/share/kubilitics/html
- name: run
  mountPath: /run/kubilitics
- name: tmp
  mountPath: /tmp
{{- end -}}

{{/* Where other components find the frontend. */}}
{{- define "kubilitics.frontend.url" -}}
http://{{ include "kubilitics.name.frontend" . }}:{{ ((.Values.frontend | default dict).service | default dict).port | default 80 | int64 }}
{{- end -}}

{{/*
What every container of the chart has, in whichever pod: the proxy's variables and further certificate authorities. Each helper
takes the root and gives list items, or nothing.

  kubilitics.commonEnv      under `env`
  kubilitics.commonMounts   under `volumeMounts`
  kubilitics.commonVolumes  under the pod's `volumes`
*/}}

{{/* Every Service the chart can make, by the last part of its name, whether it is there or not: no core object may change with it. */}}
{{- define "kubilitics.serviceSuffixes" -}}
[% for component in components %]
- [[ component.id ]]
[% endfor %]
[% for server in auxiliary %]
- [[ server.id ]]
[% endfor %]
- ai-headless
- ai-primary
{{- end -}}

{{/*
What is reached directly: this pod, the cluster's own names and API server, the chart's Services, and what the operator adds.
Kubernetes puts the API server's address in the variable's place.
*/}}
{{- define "kubilitics.noProxy" -}}
{{- $root := . -}}
{{- $domain := .Values.clusterDomain -}}
{{- $hosts := list "localhost" "127.0.0.1" "::1" "$(KUBERNETES_SERVICE_HOST)" "kubernetes.default.svc" -}}
{{- $hosts = concat $hosts (list ".svc" (printf ".svc.%s" $domain) (printf ".%s" $domain)) -}}
{{- $hosts = append $hosts (printf ".%s" (include "kubilitics.namespace" .)) -}}
{{- range include "kubilitics.serviceSuffixes" . | fromYamlArray -}}
{{- $hosts = append $hosts (include "kubilitics.name" (list $root .)) -}}
{{- end -}}
{{- range ((.Values.global | default dict).proxy | default dict).noProxy | default list -}}
{{- $hosts = append $hosts (toString . | replace "$(" "$$(") -}}
{{- end -}}
{{- $hosts | uniq | join "," -}}
{{- end -}}

{{- define "kubilitics.commonEnv" -}}
{{- $global := .Values.global | default dict -}}
{{- $proxy := $global.proxy | default dict -}}
{{- $ca := $global.caBundle | default dict -}}
{{- if $proxy.existingSecret }}
{{- range $name := list "HTTPS_PROXY" "https_proxy" "HTTP_PROXY" "http_proxy" }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $proxy.existingSecret | quote }}
      key: {{ $name | lower | replace "_" "-" }}
      {{- if eq (lower $name) "http_proxy" }}
      optional: true
      {{- end }}
{{- end }}
{{- else }}
{{- with $proxy.httpsProxy }}
- name: HTTPS_PROXY
  value: {{ include "kubilitics.envValue" . }}
- name: https_proxy
  value: {{ include "kubilitics.envValue" . }}
{{- end }}
{{- with $proxy.httpProxy }}
- name: HTTP_PROXY
  value: {{ include "kubilitics.envValue" . }}
- name: http_proxy
  value: {{ include "kubilitics.envValue" . }}
{{- end }}
{{- end }}
{{- if or $proxy.existingSecret $proxy.httpProxy $proxy.httpsProxy }}
- name: NO_PROXY
  value: {{ include "kubilitics.noProxy" . | quote }}
- name: no_proxy
  value: {{ include "kubilitics.noProxy" . | quote }}
{{- end }}
{{- if or $ca.configMap $ca.secret }}
# Instead of the system's folders, so these are named first.
- name: SSL_CERT_DIR
  value: /etc/ssl/certs:/etc/pki/tls/certs:/etc/kubilitics-ca
{{- end }}
{{- end -}}

{{- define "kubilitics.commonMounts" -}}
{{- $ca := (.Values.global | default dict).caBundle | default dict -}}
{{- if or $ca.configMap $ca.secret }}
- name: ca-bundle
  mountPath: /etc/kubilitics-ca
  readOnly: true
{{- end }}
{{- end -}}

{{- define "kubilitics.commonVolumes" -}}
{{- $ca := (.Values.global | default dict).caBundle | default dict -}}
{{- if or $ca.configMap $ca.secret }}
- name: ca-bundle
  {{- if $ca.configMap }}
  configMap:
    name: {{ $ca.configMap | quote }}
  {{- else }}
  secret:
    secretName: {{ $ca.secret | quote }}
  {{- end }}
    items:
      - key: {{ $ca.key | quote }}
        path: ca.crt
{{- end }}
{{- end -}}

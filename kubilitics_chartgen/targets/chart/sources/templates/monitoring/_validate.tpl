{{- define "kubilitics.validate.monitoring" -}}
{{- $monitoring := .Values.monitoring | default dict -}}
{{- $service := $monitoring.serviceMonitor | default dict -}}
{{- $pod := $monitoring.podMonitor | default dict -}}
{{- include "kubilitics.validate.labels" (dict "monitoring.serviceMonitor.labels" $service.labels "monitoring.podMonitor.labels" $pod.labels) }}
{{- if and $service.enabled $pod.enabled }}
- id: monitored-twice
{{- end }}
{{- range $name, $kind := dict "serviceMonitor" "ServiceMonitor" "podMonitor" "PodMonitor" }}
{{- $monitor := get $monitoring $name | default dict }}
{{- if and $monitor.enabled (eq (toString $monitor.renderMode) "failIfMissing") (not ($.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" $kind))) }}
- {id: crd-missing, path: {{ printf "monitoring.%s.renderMode" $name }}}
{{- end }}
{{- if and $monitor.enabled $monitor.interval $monitor.scrapeTimeout }}
{{- if gt (include "kubilitics.seconds" $monitor.scrapeTimeout | float64) (include "kubilitics.seconds" $monitor.interval | float64) }}
- {id: scrape-timeout, path: {{ printf "monitoring.%s.scrapeTimeout" $name }}}
{{- end }}
{{- end }}
{{- if and $monitor.enabled (kindIs "invalid" $monitor.renderMode) }}
- {id: value-missing, path: {{ printf "monitoring.%s.renderMode" $name }}}
{{- end }}
{{- end }}
{{- end -}}

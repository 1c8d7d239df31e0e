{{/*
ServiceMonitors and PodMonitors, the same for every component.
*/}}

{{/* Whether to render a kind of monitor. Argument: (list root serviceMonitor|podMonitor). */}}
{{- define "kubilitics.monitored" -}}
{{- $root := index . 0 -}}
{{- $monitor := get ($root.Values.monitoring | default dict) (index . 1) | default dict -}}
{{- $kind := dict "serviceMonitor" "ServiceMonitor" "podMonitor" "PodMonitor" -}}
{{- if $monitor.enabled -}}
{{- include "kubilitics.crd" (list $root $monitor.renderMode (printf "monitoring.coreos.com/v1/%s" (get $kind (index . 1)))) -}}
{{- end -}}
{{- end -}}

{{/* Where the metrics are, and how often they are read. Argument: the monitor's values. */}}
{{- define "kubilitics.metrics" -}}
port: http
path: /metrics
{{- with .interval }}
interval: {{ . }}
{{- end }}
{{- with .scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
{{- end -}}

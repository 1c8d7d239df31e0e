{{/*
The operator's knobs that every component has. One helper per place in the workload; each gives whole keys or list items, or
nothing, so it is called as

  {{- with include "kubilitics.podSettings" $ai }}
  {{- . | nindent 6 }}
  {{- end }}

  place                              helper                        argument
  workload's spec                    kubilitics.workloadSettings   component's values
  pod's spec                         kubilitics.podSettings        component's values
  items of `initContainers`          kubilitics.extraContainers    component's initContainers
  items of `containers`              kubilitics.extraContainers    component's sidecars
  items of `volumes`                 kubilitics.volumes            (list root component-values)
  main container, its environment    kubilitics.containerEnv       (list root component-values own-env-as-text)
  main container, anywhere           kubilitics.containerSettings  component's values
  main container, `startupProbe`     kubilitics.startupSettings    component's values
  main container, `volumeMounts`     kubilitics.mounts             (list root component-values)
  any other container of the chart   kubilitics.commonEnv, kubilitics.commonMounts (see _environment.tpl)

What collides with the chart's own is refused, see kubilitics.validate.knobs.
*/}}

{{- define "kubilitics.workloadSettings" -}}
{{- if not (kindIs "invalid" .revisionHistoryLimit) -}}
revisionHistoryLimit: {{ .revisionHistoryLimit | int64 }}
{{- end -}}
{{- end -}}

{{- define "kubilitics.podSettings" -}}
{{- $settings := list -}}
{{- if not (kindIs "invalid" .terminationGracePeriodSeconds) -}}
{{- $settings = append $settings (printf "terminationGracePeriodSeconds: %d" (int64 .terminationGracePeriodSeconds)) -}}
{{- end -}}
{{- range $key := list "runtimeClassName" "dnsPolicy" -}}
{{- with get $ $key -}}
{{- $settings = append $settings (printf "%s: %s" $key (quote .)) -}}
{{- end -}}
{{- end -}}
{{- range $key := list "dnsConfig" "hostAliases" -}}
{{- with get $ $key -}}
{{- $settings = append $settings (dict $key . | toYaml) -}}
{{- end -}}
{{- end -}}
{{- join "\n" $settings -}}
{{- end -}}

{{/*
Containers as the operator wrote them; what the Pod Security Standard `restricted` asks of each is added where it is missing.
*/}}
{{- define "kubilitics.extraContainers" -}}
{{- $containers := list -}}
{{- range . | default list -}}
{{- $security := dict "allowPrivilegeEscalation" false "capabilities" (dict "drop" (list "ALL")) -}}
{{- $security = merge dict (.securityContext | default dict | deepCopy) $security -}}
{{- $containers = append $containers (merge (dict "securityContext" $security) (omit . "securityContext")) -}}
{{- end -}}
{{- with $containers }}
{{- toYaml . }}
{{- end }}
{{- end -}}

{{- define "kubilitics.volumes" -}}
{{- $common := list -}}
{{- with include "kubilitics.commonVolumes" (index . 0) | trim -}}
{{- $common = fromYamlArray . -}}
{{- end -}}
{{- with concat $common ((index . 1).extraVolumes | default list) }}
{{- toYaml . }}
{{- end }}
{{- end -}}

{{- define "kubilitics.mounts" -}}
{{- $common := list -}}
{{- with include "kubilitics.commonMounts" (index . 0) | trim -}}
{{- $common = fromYamlArray . -}}
{{- end -}}
{{- with concat $common ((index . 1).extraVolumeMounts | default list) }}
{{- toYaml . }}
{{- end }}
{{- end -}}

{{/* The chart's own variables first: an operator's may refer to them as $(NAME). */}}
{{- define "kubilitics.containerEnv" -}}
{{- $values := index . 1 -}}
{{- $own := list (index . 2 | trim) (include "kubilitics.commonEnv" (index . 0) | trim) -}}
{{- with $values.extraEnv -}}
{{- $own = append $own (toYaml .) -}}
{{- end -}}
{{- with without $own "" | join "\n" -}}
env:
  {{- . | nindent 2 }}
{{- end }}
{{- with $values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "kubilitics.containerSettings" -}}
{{- with .lifecycle -}}
lifecycle:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{- define "kubilitics.startupSettings" -}}
{{- $threshold := (.startupProbe | default dict).failureThreshold -}}
{{- if not (kindIs "invalid" $threshold) -}}
failureThreshold: {{ int64 $threshold }}
{{- end -}}
{{- end -}}

{{/* What a Service's operator may add to its spec. Argument: the Service's values. */}}
{{- define "kubilitics.serviceSettings" -}}
{{- $settings := dict -}}
{{- range $key := list "ipFamilyPolicy" "ipFamilies" -}}
{{- with get $ $key -}}
{{- $_ := set $settings $key . -}}
{{- end -}}
{{- end -}}
{{- with $settings }}
{{- toYaml . }}
{{- end }}
{{- end -}}

{{/*
Names, labels, images and versions that every component shares. Each helper is a pure function of its argument.
*/}}

{{/*
The first part of every name. A release called after the chart (kubilitics, kubilitics-prod) keeps its name; any other gets
the chart's name, or its alias in an umbrella chart, behind it. No two aliases in one release can get the same, and no two releases
that do not differ by a dot alone, which Helm allows in a release's name and Kubernetes in no Service's.
*/}}
{{- define "kubilitics.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if or (eq $release $name) (hasPrefix (printf "%s-" $name) $release) -}}
{{- $release -}}
{{- else -}}
{{- printf "%s-%s" $release $name -}}
{{- end -}}
{{- end -}}

{{/*
A name of at most 63 characters for one object. A longer one is cut and ends in a hash of the whole, so that two long
names stay different. Argument: (list root suffix).
*/}}
{{- define "kubilitics.name" -}}
{{- $full := printf "%s-%s" (include "kubilitics.fullname" (index . 0)) (index . 1) -}}
{{- if gt (len $full) 63 -}}
{{- printf "%s-%s" ($full | trunc 54 | trimSuffix "-") ($full | sha256sum | trunc 8) -}}
{{- else -}}
{{- $full -}}
{{- end -}}
{{- end -}}

{{/*
The name of a StatefulSet, at most 52 characters: Kubernetes puts a hash behind it in a label of its pods. The same as
"kubilitics.name" where that is short enough. Argument: (list root suffix).
*/}}
{{- define "kubilitics.statefulSetName" -}}
{{- $full := printf "%s-%s" (include "kubilitics.fullname" (index . 0)) (index . 1) -}}
{{- if gt (len $full) 52 -}}
{{- printf "%s-%s" ($full | trunc 43 | trimSuffix "-") ($full | sha256sum | trunc 8) -}}
{{- else -}}
{{- $full -}}
{{- end -}}
{{- end -}}

{{- define "kubilitics.name.backend" -}}
{{- include "kubilitics.name" (list . "backend") -}}
{{- end -}}

{{- define "kubilitics.name.frontend" -}}
{{- include "kubilitics.name" (list . "frontend") -}}
{{- end -}}

{{- define "kubilitics.name.ai" -}}
{{- include "kubilitics.name" (list . "ai") -}}
{{- end -}}

{{- define "kubilitics.namespace" -}}
{{- .Release.Namespace -}}
{{- end -}}

{{/* The Kubernetes version to render for. */}}
{{- define "kubilitics.kubeVersion" -}}
{{- .Values.kubeVersionOverride | default .Capabilities.KubeVersion.Version -}}
{{- end -}}

{{/* What selects a component's pods, and no other's. Never changes. Argument: (list root component). */}}
{{- define "kubilitics.selectorLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Values.nameOverride | default $root.Chart.Name | quote }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of an object. Argument: (list root component extra-labels). */}}
{{- define "kubilitics.labels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | quote }}
{{ include "kubilitics.selectorLabels" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: kubilitics
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- if or (index . 2) $root.Values.commonLabels }}
{{ merge dict (index . 2 | default dict) ($root.Values.commonLabels | default dict) | toYaml }}
{{- end }}
{{- end -}}

{{/* Annotations of an object, or nothing. Argument: (list root extra-annotations). */}}
{{- define "kubilitics.annotations" -}}
{{- $root := index . 0 -}}
{{- if or (index . 1) $root.Values.commonAnnotations }}
{{- merge dict (index . 1 | default dict) ($root.Values.commonAnnotations | default dict) | toYaml }}
{{- end }}
{{- end -}}

{{/* Labels and annotations of an object. Argument: (list root component extra-labels extra-annotations). */}}
{{- define "kubilitics.metadata" -}}
labels:
  {{- include "kubilitics.labels" . | nindent 2 }}
{{- if or (index . 3) (index . 0).Values.commonAnnotations }}
annotations:
  {{- include "kubilitics.annotations" (list (index . 0) (index . 3)) | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Labels of a pod: no version, no chart, so that they change only when the operator says so. */}}
{{- define "kubilitics.podLabels" -}}
{{- $root := index . 0 -}}
{{ include "kubilitics.selectorLabels" . }}
app.kubernetes.io/part-of: kubilitics
{{- if or (index . 2) $root.Values.commonLabels }}
{{ merge dict (index . 2 | default dict) ($root.Values.commonLabels | default dict) | toYaml }}
{{- end }}
{{- end -}}

{{/* registry/repository:tag@digest. Argument: (list root image-values). */}}
{{- define "kubilitics.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 | default dict -}}
{{- $registry := ($root.Values.global | default dict).imageRegistry | default $image.registry -}}
{{- with $registry }}{{ . }}/{{ end -}}
{{- $image.repository }}:{{ $image.tag | default $root.Chart.AppVersion -}}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{/* imagePullSecrets of a pod, from the chart's own and the umbrella's, each name once. */}}
{{- define "kubilitics.imagePullSecrets" -}}
{{- $names := list -}}
{{- range concat ((.Values.global | default dict).imagePullSecrets | default list) (.Values.imagePullSecrets | default list) -}}
{{- $names = append $names (kindIs "string" . | ternary . (get (kindIs "map" . | ternary . dict) "name")) -}}
{{- end -}}
{{- with $names | uniq -}}
imagePullSecrets:
{{- range . }}
  - name: {{ . | quote }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* The ServiceAccount of a component. Argument: (list root component-values component). */}}
{{- define "kubilitics.serviceAccountName" -}}
{{- $account := (index . 1 | default dict).serviceAccount | default dict -}}
{{- if $account.name -}}
{{- $account.name -}}
{{- else if $account.create -}}
{{- include "kubilitics.name" (list (index . 0) (index . 2)) -}}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{/* A string as the value of an environment variable: Kubernetes would expand $(NAME) in it. */}}
{{- define "kubilitics.envValue" -}}
{{- toString . | replace "$(" "$$(" | quote -}}
{{- end -}}

{{/* A quantity as a number: 100m is 0.1, 1Ki is 1024. */}}
{{- define "kubilitics.quantity" -}}
{{- $number := regexFind "^[-+]?[0-9.]+([eE][-+]?[0-9]+)?" (toString .) -}}
{{- $units := dict
  "n" 0.000000001 "u" 0.000001 "m" 0.001 "" 1
  "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000 "P" 1000000000000000 "E" 1000000000000000000
  "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976
-}}
{{- mulf ($number | float64) (get $units (trimPrefix $number (toString .))) -}}
{{- end -}}

{{/* Nine tenths of a memory limit in bytes, for Go's soft limit; nothing for a limit it cannot read. */}}
{{- define "kubilitics.goMemoryLimit" -}}
{{- if regexMatch "^[0-9]+(k|M|G|Ki|Mi|Gi)?$" (toString .) -}}
{{- div (mul (include "kubilitics.quantity" . | float64 | int64) 9) 10 -}}
{{- end -}}
{{- end -}}

{{/*
Fills a map with the entries of another, their keys in snake case at every depth: values are written in camel case, configuration
files are not. Argument: (list from to).
*/}}
{{- define "kubilitics.snakeCase" -}}
{{- $to := index . 1 -}}
{{- range $key, $value := index . 0 -}}
{{- if kindIs "map" $value -}}
{{- $inner := dict -}}
{{- include "kubilitics.snakeCase" (list $value $inner) -}}
{{- $_ := set $to (snakecase $key) $inner -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $_ := set $to (snakecase $key) $value -}}
{{- end -}}
{{- end -}}
{{- end -}}

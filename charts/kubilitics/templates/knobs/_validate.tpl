{{/*
What the knobs of every component, the proxy and the certificates refuse.
*/}}

{{/*
Whether a text somewhere in a value cannot be written: Helm's toYaml would give nothing at all for the map or list that holds it,
without a word. Such signs begin with one of three bytes, which hardly any text has.
*/}}
{{- define "kubilitics.unwritable" -}}
{{- $text := toJson . -}}
{{- if or (contains "\x7f" $text) (contains "\xc2" $text) (contains "\xef" $text) -}}
{{- range concat (untilStep 127 160 1) (list 0xfeff 0xfffe 0xffff) -}}
{{- if contains (printf "%c" .) $text -}}true{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A refusal for each text that cannot be written. Argument: (list values-path value), which holds one. */}}
{{- define "kubilitics.validate.text" -}}
{{- $path := index . 0 -}}
{{- $value := index . 1 -}}
{{- $inside := "" -}}
{{- if or (kindIs "map" $value) (kindIs "slice" $value) -}}
{{- range $key, $item := $value -}}
{{- if include "kubilitics.unwritable" $item -}}
{{- $inside = printf "%s\n%s" $inside (include "kubilitics.validate.text" (list (append $path (toString $key)) $item)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $inside }}
{{- $inside }}
{{- else }}
- {id: unwritable-text, path: {{ join "." $path | quote }}}
{{- end }}
{{- end -}}

{{/*
Which of the operator's items collide, as JSON: `owned` with one of the chart's, `twice` with one another. Argument: (list
all-items operator's-items key).
*/}}
{{- define "kubilitics.validate.collisions" -}}
{{- $key := index . 2 -}}
{{- $own := dict -}}
{{- range index . 1 -}}
{{- $name := get . $key | toString | clean -}}
{{- $_ := set $own $name (get $own $name | default 0 | int | add1) -}}
{{- end -}}
{{- $all := dict -}}
{{- range index . 0 | default list -}}
{{- $name := get . $key | toString | clean -}}
{{- if hasKey $own $name -}}
{{- $_ := set $all $name (get $all $name | default 0 | int | add1) -}}
{{- end -}}
{{- end -}}
{{- $owned := list -}}
{{- $twice := list -}}
{{- range $name, $times := $own -}}
{{- if gt (int $times) 1 -}}
{{- $twice = append $twice $name -}}
{{- else if gt (get $all $name | int) 1 -}}
{{- $owned = append $owned $name -}}
{{- end -}}
{{- end -}}
{{- dict "owned" $owned "twice" $twice | toJson -}}
{{- end -}}

{{/*
What a component's knobs may not do. What the chart owns is read from the workload itself, so there is no list to keep. Argument:
(list root values-path component-values workload's-template).
*/}}
{{- define "kubilitics.validate.knobs" -}}
{{- $root := index . 0 -}}
{{- $path := index . 1 -}}
{{- $values := index . 2 -}}
{{- if or $values.extraEnv $values.extraVolumes $values.extraVolumeMounts $values.initContainers $values.sidecars }}
{{- $workload := include (printf "%s/%s" $root.Template.BasePath (index . 3)) $root | fromYaml -}}
{{- $pod := (($workload.spec | default dict).template | default dict).spec | default dict -}}
{{- $main := $pod.containers | default (list dict) | first -}}
{{- with $values.extraEnv }}
{{- $env := include "kubilitics.validate.collisions" (list $main.env . "name") | fromJson }}
{{- range $env.owned }}
- {id: extra-env-owned, path: {{ printf "%s.extraEnv %s" $path . | quote }}}
{{- end }}
{{- range $env.twice }}
- {id: extra-twice, path: {{ printf "%s.extraEnv %s" $path . | quote }}}
{{- end }}
{{- end }}
{{- with $values.extraVolumes }}
{{- $volumes := include "kubilitics.validate.collisions" (list $pod.volumes . "name") | fromJson }}
{{- range $volumes.owned }}
- {id: extra-volume-owned, path: {{ printf "%s.extraVolumes %s" $path . | quote }}}
{{- end }}
{{- range $volumes.twice }}
- {id: extra-twice, path: {{ printf "%s.extraVolumes %s" $path . | quote }}}
{{- end }}
{{- end }}
{{- with concat ($values.initContainers | default list) ($values.sidecars | default list) }}
{{- $all := concat ($pod.initContainers | default list) ($pod.containers | default list) }}
{{- $containers := include "kubilitics.validate.collisions" (list $all . "name") | fromJson }}
{{- range $containers.owned }}
- {id: extra-container-owned, path: {{ printf "%s.sidecars or %s.initContainers %s" $path $path . | quote }}}
{{- end }}
{{- range $containers.twice }}
- {id: extra-twice, path: {{ printf "%s.sidecars and %s.initContainers %s" $path $path . | quote }}}
{{- end }}
{{- end }}
{{- with $values.extraVolumeMounts }}
{{- $mounts := include "kubilitics.validate.collisions" (list $main.volumeMounts . "mountPath") | fromJson }}
{{- range $mounts.owned }}
- {id: extra-volume-owned, path: {{ printf "%s.extraVolumeMounts %s" $path . | quote }}}
{{- end }}
{{- range $mounts.twice }}
- {id: extra-twice, path: {{ printf "%s.extraVolumeMounts %s" $path . | quote }}}
{{- end }}
{{- if $workload }}
{{- $known := list }}
{{- range $pod.volumes }}{{ $known = append $known .name }}{{ end }}
{{- range . }}
{{- if not (has .name $known) }}
- {id: extra-mount-without-volume, path: {{ printf "%s.extraVolumeMounts %s" $path .name | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if and (eq (toString $values.dnsPolicy) "None") (not ($values.dnsConfig | default dict).nameservers) }}
- {id: dns-without-servers, path: {{ printf "%s.dnsPolicy" $path | quote }}}
{{- end }}
{{- $version := include "kubilitics.kubeVersion" $root }}
{{- $grace := int64 (kindIs "invalid" $values.terminationGracePeriodSeconds | ternary 30 $values.terminationGracePeriodSeconds) }}
{{- range $hook := list "postStart" "preStop" }}
{{- with (get ($values.lifecycle | default dict) $hook | default dict).sleep }}
{{- if semverCompare "<1.30.0-0" $version }}
- {id: sleep-too-new, path: {{ printf "%s.lifecycle.%s.sleep" $path $hook | quote }}}
{{- else if or (gt (int64 .seconds) $grace) (and (eq (int64 .seconds) 0) (semverCompare "<1.32.0-0" $version)) }}
- {id: sleep-out-of-range, path: {{ printf "%s.lifecycle.%s.sleep.seconds" $path $hook | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- range $knob := list "initContainers" "sidecars" }}
{{- range get $values $knob | default list }}
{{- if .restartPolicy }}
{{- $first := ternary "<1.28.0-0" "<1.34.0-0" (and (eq $knob "initContainers") (eq .restartPolicy "Always")) }}
{{- if semverCompare $first $version }}
- {id: restart-policy-too-new, path: {{ printf "%s.%s %s" $path $knob .name | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- include "kubilitics.validate.service" (list (printf "%s.service" $path) $values.service) }}
{{- end -}}

{{/* A refusal for each of the operator's variables that other values decide. Argument: (list values-path variables decided). */}}
{{- define "kubilitics.validate.variables" -}}
{{- $path := index . 0 -}}
{{- $decided := index . 2 -}}
{{- range index . 1 }}
{{- if has .name $decided }}
- {id: extra-env-decided, path: {{ printf "%s.extraEnv %s" $path .name | quote }}}
{{- end }}
{{- end }}
{{- end -}}

{{/*
A refusal for each request above its limit, in whatever runs, and for what a container cannot have a part of: GPUs and the like, whose
names carry a domain that is not Kubernetes' own, and huge pages.
*/}}
{{- define "kubilitics.validate.resources" -}}
{{- $frontend := .Values.frontend | default dict -}}
{{- $ai := .Values.ai | default dict -}}
{{- $migrations := .Values.migrations | default dict -}}
{{- $tests := .Values.tests | default dict -}}
{{- $running := dict "backend.resources" (.Values.backend | default dict).resources -}}
{{- if $frontend.enabled -}}
{{- $_ := set $running "frontend.resources" $frontend.resources -}}
{{- end -}}
{{- if $ai.enabled -}}
{{- $_ := set $running "ai.resources" $ai.resources -}}
{{- $_ := set $running "ai.reloadResources" $ai.reloadResources -}}
{{- end -}}
{{- if include "kubilitics.ollama.deployed" . -}}
{{- $_ := set $running "ollama.resources" (include "kubilitics.ollama.resources" .Values.ollama | fromYaml) -}}
{{- end -}}
{{- range $store := list "qdrant" "chromadb" -}}
{{- if include "kubilitics.vectorDatabase.deploys" (list $ $store) -}}
{{- $_ := set $running (printf "vectorDatabase.%s.resources" $store) (get $.Values.vectorDatabase $store | default dict).resources -}}
{{- end -}}
{{- end -}}
{{- if $migrations.enabled -}}
{{- $_ := set $running "migrations.resources" $migrations.resources -}}
{{- end -}}
{{- if $tests.enabled -}}
{{- $_ := set $running "tests.resources" $tests.resources -}}
{{- end -}}
{{- range $path, $resources := $running }}
{{- $requests := ($resources | default dict).requests | default dict }}
{{- $limits := ($resources | default dict).limits | default dict }}
{{- range $name, $request := $requests }}
{{- $limit := get $limits $name }}
{{- if and (ne (toString $limit) "") (ne (toString $limit) (toString $request)) }}
{{- if gt (include "kubilitics.quantity" $request | float64) (include "kubilitics.quantity" $limit | float64) }}
- {id: request-above-limit, path: {{ printf "%s.requests.%s" $path $name | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- range $name := concat (keys $requests) (keys $limits) | uniq | sortAlpha }}
{{- $extended := and (contains "/" $name) (not (contains "kubernetes.io/" $name)) }}
{{- if or $extended (hasPrefix "hugepages-" $name) }}
{{- $limit := include "kubilitics.quantity" (get $limits $name) | float64 }}
{{- $request := include "kubilitics.quantity" (get $requests $name) | float64 }}
{{- $differs := and (hasKey $requests $name) (or (not (hasKey $limits $name)) (ne $request $limit)) }}
{{- if or $differs (and $extended (or (ne (floor $limit) $limit) (ne (floor $request) $request))) }}
- {id: extended-resource, path: {{ printf "%s %s" $path $name | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* What a Service's knobs may not do. Argument: (list values-path service-values). */}}
{{- define "kubilitics.validate.service" -}}
{{- $path := index . 0 -}}
{{- $service := index . 1 | default dict -}}
{{- if and (gt (len ($service.ipFamilies | default list)) 1) (not (has $service.ipFamilyPolicy (list "PreferDualStack" "RequireDualStack"))) }}
- {id: two-ip-families, path: {{ printf "%s.ipFamilies" $path | quote }}}
{{- end }}
{{- include "kubilitics.validate.labels" (dict (printf "%s.labels" $path) $service.labels) }}
{{- end -}}

{{/* The proxy and the certificate authorities of every container. */}}
{{- define "kubilitics.validate.environment" -}}
{{- $global := .Values.global | default dict -}}
{{- $proxy := $global.proxy | default dict -}}
{{- $ca := $global.caBundle | default dict -}}
{{- range $key := list "httpProxy" "httpsProxy" }}
{{- if include "kubilitics.holdsCredentials" (get $proxy $key) }}
- {id: proxy-credentials, path: {{ printf "global.proxy.%s" $key | quote }}}
{{- end }}
{{- if and $proxy.existingSecret (get $proxy $key) }}
- {id: proxy-twice, path: {{ printf "global.proxy.%s" $key | quote }}}
{{- end }}
{{- end }}
{{- if and $ca.configMap $ca.secret }}
- id: ca-bundle-twice
{{- end }}
{{- if or $ca.configMap $ca.secret }}
{{- include "kubilitics.validate.required" (dict "global.caBundle.key" $ca.key) }}
{{- end }}
{{- end -}}

{{/*
What is refused whichever component it concerns. Each `kubilitics.validate.*` gives a YAML list of refusals: the id, and the path
where it differs from the one that files/refusals.json names.
*/}}

{{/* A refusal for each value that is missing. Argument: a map from values path to value. */}}
{{- define "kubilitics.validate.required" -}}
{{- range $path, $value := . }}
{{- if kindIs "invalid" $value }}
- {id: value-missing, path: {{ $path | quote }}}
{{- end }}
{{- end }}
{{- end -}}

{{/* A refusal for each label that belongs to the chart. Argument: a map from values path to labels. */}}
{{- define "kubilitics.validate.labels" -}}
{{- range $path, $labels := . }}
{{- range $label := keys ($labels | default dict) | sortAlpha }}
{{- if regexMatch "^(app\\.kubernetes\\.io|helm\\.sh|kubilitics\\.com)/" $label }}
- {id: reserved-label, path: {{ printf "%s.%s" $path $label | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* "true" for an address with a user or password in it. */}}
{{- define "kubilitics.holdsCredentials" -}}
{{- if regexMatch "^https?://[^/?#]*@" (toString .) -}}true{{- end -}}
{{- end -}}

{{/* A refusal for each address with a password in it. Argument: a map from values path to address. */}}
{{- define "kubilitics.validate.address" -}}
{{- range $path, $address := . }}
{{- if include "kubilitics.holdsCredentials" $address }}
- {id: endpoint-credentials, path: {{ $path | quote }}}
{{- end }}
{{- end }}
{{- end -}}

{{/* What a server needs that others make: an image with a tag, a volume, an identity. Argument: (list path values). */}}
{{- define "kubilitics.validate.server" -}}
{{- $path := index . 0 -}}
{{- $server := index . 1 | default dict -}}
{{- $image := $server.image | default dict -}}
{{- $persistence := $server.persistence | default dict -}}
{{- $needed := dict
  (printf "%s.image.repository" $path) $image.repository
  (printf "%s.image.tag" $path) $image.tag
  (printf "%s.persistence.enabled" $path) $persistence.enabled
  (printf "%s.serviceAccount.create" $path) ($server.serviceAccount | default dict).create
-}}
{{- if and $persistence.enabled (not $persistence.existingClaim) -}}
{{- $_ := set $needed (printf "%s.persistence.size" $path) $persistence.size -}}
{{- $_ := set $needed (printf "%s.persistence.accessModes" $path) $persistence.accessModes -}}
{{- end -}}
{{- include "kubilitics.validate.required" $needed }}
{{- include "kubilitics.validate.labels" (dict (printf "%s.labels" $path) $server.labels (printf "%s.podLabels" $path) $server.podLabels) }}
{{- end -}}

{{/*
A refusal where renderMode failIfMissing meets a cluster without the kind. Argument: (list root values-path renderMode
"group/version/Kind").
*/}}
{{- define "kubilitics.validate.crd" -}}
{{- $root := index . 0 -}}
{{- if and (eq (toString (index . 2)) "failIfMissing") (not ($root.Capabilities.APIVersions.Has (index . 3))) }}
- {id: crd-missing, path: {{ index . 1 | quote }}}
{{- end }}
{{- end -}}

{{- define "kubilitics.validate.general" -}}
{{- $rbac := .Values.rbac | default dict -}}
{{- $needed := dict
  "clusterDomain" .Values.clusterDomain
  "podSecurity.fixedIds" (.Values.podSecurity | default dict).fixedIds
  "rbac.create" $rbac.create
-}}
{{- if $rbac.create -}}
{{- $_ := set $needed "rbac.scope" $rbac.scope -}}
{{- end -}}
{{- include "kubilitics.validate.required" $needed }}
{{- include "kubilitics.validate.labels" (dict "commonLabels" .Values.commonLabels) }}
{{- include "kubilitics.validate.environment" . }}
{{- range $index, $object := .Values.extraObjects }}
{{- if and (eq $object.kind "Secret") (or $object.data $object.stringData) }}
- {id: secret-in-extra-objects, path: {{ printf "extraObjects.%d" $index | quote }}}
{{- end }}
{{- end }}
{{- if not (semverCompare ">=1.25.0-0" (include "kubilitics.kubeVersion" .)) }}
- id: kubernetes-too-old
{{- end }}
{{- if and (regexMatch "^[0-9]" (include "kubilitics.fullname" .)) (not (semverCompare ">=1.36.0-0" (include "kubilitics.kubeVersion" .))) }}
- id: name-begins-with-digit
{{- end }}
{{- end -}}

{{/* A refusal for each text that cannot be written, in any value but the umbrella's. */}}
{{- define "kubilitics.validate.texts" -}}
{{- $written := omit .Values "global" -}}
{{- if include "kubilitics.unwritable" $written }}
{{- include "kubilitics.validate.text" (list list $written) }}
{{- end }}
{{- end -}}

{{/*
A refusal where several components would make one ServiceAccount or keep their data on one claim, and where AI would have the
backend's account or Secret.
*/}}
{{- define "kubilitics.validate.shared" -}}
{{- $backend := .Values.backend | default dict -}}
{{- $ai := .Values.ai | default dict -}}
{{- $storing := list (list "backend" $backend) -}}
{{- if include "kubilitics.ollama.deployed" . -}}
{{- $storing = append $storing (list "ollama" .Values.ollama) -}}
{{- end -}}
{{- range $store := list "qdrant" "chromadb" -}}
{{- if include "kubilitics.vectorDatabase.deploys" (list $ $store) -}}
{{- $storing = append $storing (list (printf "vectorDatabase.%s" $store) (get $.Values.vectorDatabase $store | default dict)) -}}
{{- end -}}
{{- end -}}
{{- $components := $storing -}}
{{- if (.Values.frontend | default dict).enabled -}}
{{- $components = append $components (list "frontend" .Values.frontend) -}}
{{- end -}}
{{- if $ai.enabled -}}
{{- $components = append $components (list "ai" $ai) -}}
{{- if not (include "kubilitics.ai.perReplica" .) -}}
{{- $storing = append $storing (list "ai" $ai) -}}
{{- end -}}
{{- end -}}
{{- $makers := dict -}}
{{- range $components -}}
{{- $path := first . -}}
{{- $component := last . -}}
{{- if ($component.serviceAccount | default dict).create -}}
{{- $name := include "kubilitics.serviceAccountName" (list $ $component (trimPrefix "vectorDatabase." $path)) -}}
{{- $_ := set $makers $name (append (get $makers $name | default list) (printf "%s.serviceAccount.name" $path)) -}}
{{- end -}}
{{- end -}}
{{- $claims := dict -}}
{{- range $storing -}}
{{- $path := first . -}}
{{- $persistence := (last .).persistence | default dict -}}
{{- if $persistence.enabled -}}
{{- $claim := $persistence.existingClaim | default (include "kubilitics.name" (list $ (trimPrefix "vectorDatabase." $path))) -}}
{{- $_ := set $claims $claim (append (get $claims $claim | default list) (printf "%s.persistence.existingClaim" $path)) -}}
{{- end -}}
{{- end -}}
{{- range $makers }}
{{- if gt (len .) 1 }}
- {id: service-account-twice, path: {{ join ", " . | quote }}}
{{- end }}
{{- end }}
{{- range $claims }}
{{- if gt (len .) 1 }}
- {id: claim-twice, path: {{ join ", " . | quote }}}
{{- end }}
{{- end }}
{{- if $ai.enabled }}
{{- $account := include "kubilitics.serviceAccountName" (list . $ai "ai") }}
{{- $bothMake := and ($ai.serviceAccount | default dict).create ($backend.serviceAccount | default dict).create }}
{{- if and (eq $account (include "kubilitics.serviceAccountName" (list . $backend "backend"))) (not $bothMake) }}
- id: ai-shares-account
{{- end }}
{{- if and $ai.apiKeySecret (eq (toString ($backend.auth | default dict).existingSecret) $ai.apiKeySecret) }}
- id: ai-shares-secret
{{- end }}
{{- end }}
{{- end -}}

{{/* Seconds of a length of time, such as 1h30m, as a decimal number. */}}
{{- define "kubilitics.seconds" -}}
{{- $units := dict "h" 3600.0 "m" 60.0 "s" 1.0 "ms" 0.001 -}}
{{- $sum := 0.0 -}}
{{- range regexFindAll "[0-9]+[a-z]+" (toString .) -1 -}}
{{- $sum = addf $sum (mulf (regexFind "[0-9]+" . | float64) (get $units (regexFind "[a-z]+" .))) -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{/* Images that the compatibility matrix blocks. */}}
{{- define "kubilitics.validate.compatibility" -}}
{{- with include "kubilitics.compatibility.findings" . -}}
{{- if eq (include "kubilitics.compatibility.enforce" $) "block" -}}
{{- range fromJsonArray . -}}
{{- if eq .status "blocked" -}}
{{- $paths := list -}}
{{- range without .subjects "chart" -}}{{- $paths = append $paths (printf "%s.image.tag" .) -}}{{- end }}
{{- $where := join ", " $paths | quote }}
{{- $detail := quote .sentence }}
{{- if has "ai" .subjects }}
- {id: ai-version-blocked, path: {{ $where }}, detail: {{ $detail }}}
{{- else }}
- {id: version-blocked, path: {{ $where }}, detail: {{ $detail }}}
{{- end }}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

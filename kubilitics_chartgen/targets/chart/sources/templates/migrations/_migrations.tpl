{{/*
The Job that migrates a database before the release changes; for images that bring one, not for SQLite.
*/}}

{{/* What differs from the backend's image, as YAML; only what the operator set. Another repository brings its own tag and digest. */}}
{{- define "kubilitics.migrations.image" -}}
{{- $image := (.Values.migrations | default dict).image | default dict -}}
{{- $own := dict -}}
{{- if $image.repository -}}
{{- $own = dict "repository" $image.repository "tag" ($image.tag | default "") "digest" ($image.digest | default "") -}}
{{- end -}}
{{- range $key := list "registry" "tag" "digest" "pullPolicy" -}}
{{- with get $image $key -}}
{{- $_ := set $own $key . -}}
{{- end -}}
{{- end -}}
{{- if and $own.tag (not (hasKey $own "digest")) -}}
{{- $_ := set $own "digest" "" -}}
{{- end -}}
{{- toYaml $own -}}
{{- end -}}

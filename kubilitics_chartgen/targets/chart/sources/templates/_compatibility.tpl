{{/*
Which versions of the images go together, by files/compatibility.json. The data is read only where an image differs from the
chart's own release, whose images belong together.
*/}}

{{/*
The version of each image in use as JSON, component to tag, and the chart's; nothing where all are the chart's own. A digest
without a tag gives an empty one: nobody can say which release it holds.
*/}}
{{- define "kubilitics.compatibility.versions" -}}
{{- $images := dict "backend" (.Values.backend | default dict).image -}}
{{- with .Values.frontend -}}{{- if .enabled -}}{{- $_ := set $images "frontend" .image -}}{{- end -}}{{- end -}}
{{- with .Values.ai -}}{{- if .enabled -}}{{- $_ := set $images "ai" .image -}}{{- end -}}{{- end -}}
{{- $own := $.Chart.AppVersion -}}
{{- $versions := dict -}}
{{- $mixed := false -}}
{{- range $component, $image := $images -}}
{{- $image = $image | default dict -}}
{{- $tag := $image.tag | default ($image.digest | empty | ternary $own "") -}}
{{- $_ := set $versions $component $tag -}}
{{- if ne $tag $own -}}{{- $mixed = true -}}{{- end -}}
{{- end -}}
{{- if $mixed -}}
{{- toJson (set $versions "chart" $.Chart.Version) -}}
{{- end -}}
{{- end -}}

{{/*
What the matrix says, as a JSON list: id, status, subjects, reason and missing features. Every rule whose ranges all hold speaks. A
pre-release is judged as the release it leads to, because Helm's own comparison skips pre-releases; build metadata is left out.
Argument: (list root versions).
*/}}
{{- define "kubilitics.compatibility.judge" -}}
{{- $matrix := (index . 0).Files.Get "files/compatibility.json" | fromJson -}}
{{- $versions := index . 1 -}}
{{- $clean := dict -}}
{{- $release := dict -}}
{{- range $subject, $tag := $versions -}}
{{- if regexMatch $matrix.versionPattern $tag -}}
{{- $text := regexReplaceAll "[+_].*$" $tag "" | trimPrefix "v" -}}
{{- $_ := set $clean $subject $text -}}
{{- $_ := set $release $subject (splitList "-" $text | first) -}}
{{- end -}}
{{- end -}}
{{- $subjects := list "frontend" "backend" "ai" "chart" -}}
{{- $found := list -}}
{{- range $rule := $matrix.rules -}}
{{- $speaks := true -}}
{{- range $subject, $range := $rule.when -}}
{{- if $speaks -}}
{{- $speaks = and (hasKey $release $subject) (semverCompare $range (get $release $subject)) -}}
{{- end -}}
{{- end -}}
{{- if $speaks -}}
{{- $who := list -}}
{{- range $subjects -}}{{- if hasKey $rule.when . -}}{{- $who = append $who . -}}{{- end -}}{{- end -}}
{{- $found = append $found (set (omit $rule "when") "subjects" $who) -}}
{{- end -}}
{{- end -}}
{{- $oneRelease := omit $clean "chart" | values | uniq | len | ge 1 -}}
{{- range $subject := $subjects -}}
{{- $answers := list -}}
{{- if hasKey $release $subject -}}
{{- if and (ne $subject "chart") (contains "-" (get $clean $subject)) (not $oneRelease) -}}
{{- $answers = append $answers "prerelease" -}}
{{- end -}}
{{- if semverCompare (get $matrix.newer $subject) (get $release $subject) -}}
{{- $answers = append $answers "newer" -}}
{{- end -}}
{{- else if hasKey $versions $subject -}}
{{- $answers = append $answers "unreadable" -}}
{{- end -}}
{{- range $answers -}}
{{- $found = append $found (merge (dict "id" . "subjects" (list $subject) "missing" list) (get $matrix.answers .)) -}}
{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* Findings that are not "compatible", with their sentence, as a JSON list; nothing where the images are the chart's own. */}}
{{- define "kubilitics.compatibility.findings" -}}
{{- with include "kubilitics.compatibility.versions" . -}}
{{- $versions := fromJson . -}}
{{- $found := list -}}
{{- range include "kubilitics.compatibility.judge" (list $ $versions) | fromJsonArray -}}
{{- if ne .status "compatible" -}}
{{- $named := list -}}
{{- range .subjects -}}
{{- $named = append $named (printf "%s %s" . (get $versions . | default "(a digest without a tag)")) -}}
{{- end -}}
{{- $found = append $found (set . "sentence" (printf "%s: %s" (join " with " $named) .reason)) -}}
{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}
{{- end -}}

{{/* Whether a blocked combination is refused: unless somebody said otherwise. */}}
{{- define "kubilitics.compatibility.enforce" -}}
{{- $enforce := toString (.Values.compatibility | default dict).enforce -}}
{{- has $enforce (list "off" "false") | ternary "off" (eq $enforce "warn" | ternary "warn" "block") -}}
{{- end -}}

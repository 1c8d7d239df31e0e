"""Charts that stress what `helm template` prints: splitting, ordering, hooks, tests, subcharts, odd documents."""

from __future__ import annotations

SUBCHART = {
    "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
    "charts/sub/values.yaml": "colour: blue\n",
    "charts/sub/templates/_helpers.tpl": '{{ define "sub.colour" }}{{ .Values.colour }}{{ end }}',
    "charts/sub/templates/NOTES.txt": "notes of sub\n",
    "charts/sub/templates/map.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sub}\ndata:\n"
        '  colour: {{ include "sub.colour" . }}\n  shared: {{ .Values.global.word | quote }}\n'
    ),
}
DEPENDS_ON_SUB = "dependencies:\n  - {name: sub, version: 0.1.0, condition: sub.enabled}\n"

ODD_DOCUMENTS = {
    "templates/a.yaml": (
        "\n\n# a comment before the first document\napiVersion: v1\nkind: Service\nmetadata: {name: late}\n"
        "---\n# only a comment\n---\n\n---   \n  \napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: early}\n\n\n"
        "---\nkind: ConfigMap\nmetadata: {name: text}\ndata:\n"
        "  a: |\n    first\n\n    ---not a separator\n    last\n   \n"
    ),
    "templates/b.yaml": "apiVersion: example.com/v1\nkind: Zebra\nmetadata: {name: z}",
    "templates/c.yaml": "apiVersion: example.com/v1\nkind: Fig\nmetadata: {name: 7}\n---\nkind: Zebra\nmetadata: {}\n",
    "templates/empty.yaml": "{{- if false }}never: true{{ end }}\n",
    "templates/spaces.yaml": "\n \n\t\n",
    "templates/_partial.yaml": "kind: ConfigMap\n",
    "templates/MYNOTES.txt": "Helm takes any name that ends like this for notes: {",
    "templates/null.yaml": "null\n",
    "templates/crlf.yaml": "kind: Secret\r\nmetadata: {name: crlf}\r\n---\r\nkind: Role\r\nmetadata: {name: crlf}\r\n",
    "templates/deep/ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: first}\n",
    "crds/thing.yaml": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n",
}

HOOKS = {
    "templates/hooks.yaml": "".join(
        f'---\napiVersion: v1\nkind: {kind}\nmetadata:\n  name: {name}\n  annotations: {{"helm.sh/hook": "{event}"}}\n'
        for kind, name, event in (
            ("Job", "after", "post-install,post-upgrade"),
            ("ConfigMap", "before", "pre-install"),
            ("Pod", "check", "test"),
            ("Pod", "old-check", "test-success"),
            ("Job", "unknown", "sometimes"),
            ("Job", "loud", " Pre-Install , pre-upgrade "),
        )
    ),
    "templates/plain.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plain\n  annotations: {size: 5}\n",
}
ONLY_HOOKS = {"templates/hooks.yaml": HOOKS["templates/hooks.yaml"]}

VALUES_AND_NUMBERS = {
    "values.yaml": (
        "bytes: 10485760\nratio: 0.5\non: on\noff: no\nwhen: 2001-01-01\nclock: 1:30\nexponent: 1e3\noctal: 0o17\n"
        "text: 'on'\nlist: [1, two]\nmap: {a: 1, b: {c: 2}}\n"
    ),
    "templates/all.yaml": "kind: ConfigMap\nmetadata: {name: all}\ndata:\n{{ toYaml .Values | indent 2 }}\n",
    "templates/each.yaml": (
        "kind: ConfigMap\nmetadata: {name: each}\ndata:\n"
        "{{- range $key, $value := .Values }}\n  {{ $key }}: {{ printf `%v %T` $value $value | quote }}\n{{- end }}\n"
    ),
}

RELEASE = {
    "templates/release.yaml": (
        "kind: ConfigMap\nmetadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}\ndata:\n"
        "  {{- toYaml (pick .Release `IsInstall` `IsUpgrade` `Revision` `Service`) | nindent 2 }}\n"
        '  unicode: "{{ .Values.word | default `é€😀` }}"\n'
    ),
}

KUBE_VERSION = {
    "templates/version.yaml": (
        "kind: ConfigMap\nmetadata: {name: version}\ndata:\n  minor: {{ .Capabilities.KubeVersion.Minor | quote }}\n"
        "  full: {{ .Capabilities.KubeVersion.Version }}\n"
    ),
}

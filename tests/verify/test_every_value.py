"""A value that changes nothing is tried wherever the report says that it was: once each."""

from __future__ import annotations

import re
from collections import Counter

from kubilitics_chartgen.verify import space_checks
from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.verify.charts import VALUES, write_chart


def test_it_is_tried_once_in_each_of_so_many_configurations(tmp_path, monkeypatch):
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\n"
    template = config + "{{ if .Values.idle }}{{ end }}{{ if not .Values.quiet }}data: {a: b}{{ end }}\n"
    values = VALUES + "idle: false\nquiet: true\n"
    folder = write_chart(
        tmp_path / "web", {"templates/notes.yaml": template, "values.yaml": values, "values.schema.json": None}
    )
    tried: Counter[str] = Counter()
    seen = set()
    matters = space_checks.matters

    def noting(subject, ledger, asked):
        for configuration, factor in asked:
            tried[subject.space.factors[factor].name] += 1
            seen.add((factor, configuration))
        return matters(subject, ledger, asked)

    monkeypatch.setattr(space_checks, "matters", noting)
    report = verify(VerifyRequest(folder, checks=("every-value",), workers=1))
    (finding,) = report.findings
    assert finding.path == "idle"
    (count,) = re.findall(r"in (\d+) configurations", finding.message)
    assert tried["idle"] == int(count) > 20
    assert len(seen) == sum(tried.values())


LISTED = """\
{{- range .Values.objects }}
---
{{ tpl (typeIs "string" . | ternary . (toYaml .)) $ }}
{{- end }}
"""


def told(folder):
    findings = verify(VerifyRequest(folder, checks=("every-value",), workers=1)).findings
    return [each.path for each in findings if each.check == "every-value"]


def test_nothing_is_said_of_a_value_where_every_other_one_that_is_tried_makes_helm_stop(tmp_path):
    """Nothing tells what an element is, and a text is no object."""
    changes = {"templates/extra.yaml": LISTED, "values.yaml": f"{VALUES}objects: []\n", "values.schema.json": None}
    assert told(write_chart(tmp_path / "web", changes)) == []


MONITOR = """\
{{- if and .Values.monitor.enabled (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1") }}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web}
spec:
  selector: {matchLabels: {app.kubernetes.io/instance: {{ .Release.Name }}}}
  endpoints: [{port: http{{ with .Values.monitor.interval }}, interval: {{ . }}{{ end }}}]
{{- end }}
"""


def test_a_value_that_matters_on_another_cluster_only_and_with_another_value_matters(tmp_path):
    values = f'{VALUES}monitor: {{enabled: false, interval: ""}}\n'
    # Beside objects that are there anyway, so that nothing tells whether this one is.
    template = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: notes}}\n---\n{MONITOR}"
    changes = {"templates/notes.yaml": template, "values.yaml": values, "values.schema.json": None}
    assert told(write_chart(tmp_path / "web", changes)) == []

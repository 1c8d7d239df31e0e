"""Findings that are made small many at once are those that are made small one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubilitics_chartgen.verify import proofs
from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.verify.charts import SERVICE, write_chart

BROKEN = {
    "templates/service.yaml": SERVICE.replace("port: {{ .Values.service.port }},", "port: 70000,"),
    "templates/early.yaml": """\
{{- if .Values.autoscaling.enabled }}
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: {{ .Release.Name }}}
spec: {minAvailable: 1, selector: {matchLabels: {app.kubernetes.io/instance: nobody}}, extra: {{ .Values.replicas }}}
{{- end }}
""",
    "templates/stops.yaml": '{{- if eq .Values.greeting "loud" }}{{ .Values.extra.one.two }}{{ end -}}\n',
}


def test_as_one_after_the_other(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = VerifyRequest(write_chart(tmp_path / "web", BROKEN), random=20, workers=1)
    together = verify(request)
    monkeypatch.setattr(proofs, "AT_ONCE", 1)
    assert verify(request).findings == together.findings
    assert {"services", "removed-apis", "renders"} <= {each.check for each in together.findings}
    assert all(each.values is not None and each.values.count("\n") <= 4 for each in together.findings)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_is_shown_by_values_that_are_surely_valid_if_it_can_be(tmp_path: Path, workers: int) -> None:
    """Though a text where nothing says that one may stand shows the same fault, and is seen first."""
    wrong = '{{ ternary 70000 80 (or (not (empty .Values.called)) (eq .Values.greeting "loud")) }}'
    service = SERVICE.replace("name: {{ .Release.Name }}", "name: {{ .Values.called | default .Release.Name }}")
    changes = {
        "templates/service.yaml": service.replace("{{ .Values.service.port }}", wrong),
        "values.schema.json": None,
    }
    chart = write_chart(tmp_path / "web", changes)
    (finding,) = verify(VerifyRequest(chart, checks=("services",), random=20, workers=workers)).findings
    assert finding.fails
    assert (finding.object, finding.values) == ("Service/web", 'greeting: "loud"\n')

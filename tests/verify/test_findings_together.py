"""Findings that are made small many at once are those that are made small one after the other."""

from __future__ import annotations

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

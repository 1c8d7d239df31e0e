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

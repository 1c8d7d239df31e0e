"""The items of a list are checked one by one, and the list itself is no object."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.verify.charts import WEB, write_chart

ITEM = "  metadata: {name: x}\n  data: {a: b}\n"
LISTS = {
    "List": f"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n{ITEM}",
    "ConfigMapList": f"apiVersion: v1\nkind: ConfigMapList\nitems:\n-{ITEM[1:]}",
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_fault_of_an_item_is_found_and_none_of_the_list(kind, tmp_path):
    changes = {
        "Chart.yaml": WEB["Chart.yaml"],
        "values.yaml": "flag: false\n",
        "templates/a.yaml": LISTS[kind] + '  {{ if .Values.flag }}immutable: "yes"{{ end }}\n',
    }
    report = verify(VerifyRequest(write_chart(tmp_path / "web", dict.fromkeys(WEB) | changes), random=0, workers=1))
    (finding,) = report.findings
    assert (finding.check, finding.object, finding.path) == ("schema", "ConfigMap/x", "immutable")
    assert finding.line == 4
    assert finding.values == "flag: true\n"

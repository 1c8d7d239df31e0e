"""What is read of a chart is what Helm reads of it."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.verify.chart_files import read_chart
from tests.verify.charts import write_chart

INSIDE = {
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 0.1.0\n",
    "charts/db/templates/db.yaml": "# db\n",
    "charts/db/templates/db.yaml.orig": "# {{ if }}\n",
}


def test_templates_that_helm_ignores_are_none(tmp_path):
    changes = {
        ".helmignore": "templates/x*.yaml\n*.orig\nci/\n.chartgen.yaml\n",
        "templates/x.yaml": "{{ if }}",
        "templates/y.yaml.orig": "{{ end }}",
        "ci/a-values.yaml": "tag: a\n",
        ".chartgen.yaml": "{}\n",
        **INSIDE,
    }
    folder = write_chart(tmp_path / "web", changes)
    chart = read_chart(folder)
    packed = {name.removeprefix("web/") for name in EmbeddedEngine().load(folder).contents}
    assert set(chart.templates) == {name for name in packed if name.startswith("templates/")}
    assert "templates/config.yaml" in chart.templates
    assert [set(inner.templates) for inner in chart.subcharts] == [{"charts/db/templates/db.yaml"}]
    # What is there for others than Helm is read all the same.
    assert chart.ci_files == ["ci/a-values.yaml"]
    assert ".chartgen.yaml" in chart.files


def test_a_chart_inside_that_is_called_otherwise_than_its_folder_is_read(tmp_path):
    inside = {name.replace("/db/", "/database/"): text for name, text in INSIDE.items() if not name.endswith(".orig")}
    chart = read_chart(write_chart(tmp_path / "web", {".helmignore": "*.orig\n", **inside}))
    assert [inner.prefix for inner in chart.subcharts] == [("db",)]


def test_a_name_that_is_lost_in_a_package_is_an_error(tmp_path):
    with pytest.raises(InputError) as caught:
        read_chart(write_chart(tmp_path / "web", {"templates/a\\b.yaml": "# text\n"}))
    (problem,) = caught.value.problems
    assert (problem.file, "backslash" in problem.message) == ("templates/a\\b.yaml", True)

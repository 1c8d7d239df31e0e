"""Rendering and judging never ask the network, whatever a chart says."""

from __future__ import annotations

import json
import socket

from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.engine import Release
from tests.verify.charts import SCHEMA, write_chart
from tests.verify.test_verify_command import run

ASKS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: web-asks}
data:
  host: {{ getHostByName "localhost" | quote }}
  there: {{ lookup "v1" "Secret" "default" "web" | toJson | quote }}
"""


def test_a_chart_that_asks_for_names_objects_and_remote_schemas_gets_nothing(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as trap:
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/schema.json"
        schema = SCHEMA.replace('{"type": "string"},', f'{{"$ref": "{address}"}},', 1)
        assert address in schema
        fine = write_chart(tmp_path / "fine", {"templates/asks.yaml": ASKS})
        done = run(fine, "--json", "--checks", "renders,schema")
        assert (done.returncode, json.loads(done.stdout)["findings"]) == (0, [])
        remote = write_chart(tmp_path / "remote", {"values.schema.json": schema})
        told = run(remote)
        assert told.returncode in (1, 2)
        assert "127.0.0.1" in told.stdout + told.stderr
        trap.settimeout(0.2)
        try:
            trap.accept()
        except TimeoutError:
            return
        raise AssertionError("somebody asked for the schema")


def test_names_are_not_looked_up(tmp_path):
    chart = EmbeddedEngine().load(write_chart(tmp_path / "web", {"templates/asks.yaml": ASKS}))
    text = chart.render({}, Release("web"))["web/templates/asks.yaml"]
    assert 'host: ""' in text
    assert 'there: "{}"' in text

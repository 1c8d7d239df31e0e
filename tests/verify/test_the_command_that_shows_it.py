"""The command that is told with a finding gives real Helm the same values, whatever their keys are."""

from __future__ import annotations

import json
import shlex
import subprocess

import pytest
import yaml

from kubilitics_chartgen.verify.shrink import helm_command
from kubilitics_chartgen.verify.subject import read_subject
from tests.tools import helm3
from tests.verify.charts import WEB, write_chart


@pytest.mark.parametrize("key", ["a[0]", "[0]", "a]", "b.c", "d=e,f", "{x}", "back\\slash", "a b", "'\"", "-a", "é"])
def test_a_key_stands_for_itself(key, tmp_path):
    values = json.dumps({key: False, "map": {key: False}})
    changes = {"Chart.yaml": WEB["Chart.yaml"], "values.yaml": values, "templates/a.yaml": "{{ toJson .Values }}"}
    subject = read_subject(write_chart(tmp_path / "web", dict.fromkeys(WEB) | changes))
    on = subject.base.choose(dict.fromkeys(range(len(subject.space.factors)), 1))
    _helm, *rest = shlex.split(helm_command(str(tmp_path / "web"), subject.space, on, "web/templates/a.yaml"))
    done = subprocess.run([helm3(), *rest], capture_output=True, text=True, check=True)
    assert yaml.safe_load(done.stdout) == {key: True, "map": {key: True}}

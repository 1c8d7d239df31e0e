"""Memory stays flat: what a sweep looked at is forgotten, however many configurations there are."""

import gc

from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.helm.settings import parse_chart_settings
from kubilitics_chartgen.verify.checks import CHECKS, read_declared
from kubilitics_chartgen.verify.checks.conditions import MAX_SECTIONS, Told
from kubilitics_chartgen.verify.space.configuration import configuration_of
from kubilitics_chartgen.verify.subject import read_subject
from kubilitics_chartgen.verify.sweep import inspector, sweeper
from kubilitics_chartgen.verify.sweep.inspector import Inspector
from kubilitics_chartgen.verify.sweep.task import Request, Status
from tests.verify.charts import write_chart

CONDITIONS = ", ".join(f"{{id: c{bit}, values: [{{a.b{bit}: true}}]}}" for bit in range(10))
DECLARED = f"declared: {{conditions: [{CONDITIONS}]}}"


def alive(kind):
    gc.collect()
    return sum(type(each) is kind for each in gc.get_objects())


def looking():
    return Inspector([check.name for check in CHECKS], read_declared(parse_chart_settings(DECLARED)))


def test_values_are_forgotten_though_what_they_mean_is_remembered():
    its = looking()
    context = its.context((), "store", "kubilitics")
    before = alive(Told)
    for number in range(900):
        its.faults((), context, {"a": {f"b{bit}": bool(number >> bit & 1) for bit in range(10)}})
    # The whole values, and the section `a`.
    assert 0 < alive(Told) - before <= 2 * MAX_SECTIONS


def test_documents_are_forgotten_with_all_that_was_found_in_them(monkeypatch):
    monkeypatch.setattr(inspector, "MAX_SEEN", 50)
    its = looking()
    context = its.context((), "store", "kubilitics")
    before = alive(inspector.Seen)
    for number in range(500):
        text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{number}}}\n"
        seen, new = its.documents("web/templates/a.yaml", text, context)
        assert new == 1
        its.faults(seen, context, {"a": {}})
    del seen
    assert 0 < alive(inspector.Seen) - before <= 50
    assert its.generation == 9


def test_what_is_refused_takes_no_room_from_what_was_printed(tmp_path, monkeypatch):
    monkeypatch.setattr(sweeper, "MAX_KNOWN", 40)
    gate = "{{ if eq (int .Values.replicas) 0 }}{{ fail `none` }}{{ end }}"
    subject = read_subject(write_chart(tmp_path / "web", {"templates/gate.yaml": gate, "values.schema.json": None}))
    its = sweeper.Sweeper(subject.task([check.name for check in CHECKS]))

    def outcome(name, values):
        configuration = configuration_of(subject.space, values, release=Release(name, "store"))
        return its.run([Request(0, configuration)])[0]

    assert outcome("web", {}).rendered == len(subject.slices)
    for number in range(100):
        assert outcome(f"refused-{number}", {"replicas": 0}).status is Status.REFUSED
    again = outcome("web", {})
    assert (again.status, again.rendered) == (Status.ACCEPTED, 0)

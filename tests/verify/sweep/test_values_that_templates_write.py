"""Templates that write to values which others read are never answered from what was rendered with other writes."""

from __future__ import annotations

import random
from itertools import product

from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.verify.subject import read_subject
from kubilitics_chartgen.verify.sweep.sweeper import Sweeper
from kubilitics_chartgen.verify.sweep.task import Request
from tests.verify.charts import WEB, write_chart

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {a: {{ %s | quote }}}\n"
FILES = dict.fromkeys(WEB) | {
    "Chart.yaml": WEB["Chart.yaml"],
    "values.yaml": "loud: false\nother: one\nread: {word: plain}\n",
    ".chartgen.yaml": "verify: {factors: {add: {other: [two], read.word: [silent]}}}\n",
    # Helm renders what comes last first.
    "templates/z.yaml": '{{ if .Values.loud }}{{ $_ := set .Values.read "word" "loud" }}{{ end }}',
    "templates/b.yaml": OBJECT % ("b", ".Values.read.word"),
    "templates/c.yaml": OBJECT % ("c", ".Values.other"),
}


def test_every_configuration_prints_what_helm_prints_in_whatever_order_they_come(tmp_path):
    subject = read_subject(write_chart(tmp_path / "web", FILES), kube_versions=supported())
    assert subject.dependencies.shared
    levels = [range(len(factor.levels)) for factor in subject.space.factors]
    chosen = [dict(enumerate(each)) for each in product(*levels)]
    for seed in range(20):
        order = random.Random(seed).sample(chosen, len(chosen))
        sweeper = Sweeper(subject.task(["schema"]))
        for number, each in enumerate(order):
            configuration = subject.base.choose(each)
            (ours,) = sweeper.run([Request(number, configuration, again=True)])
            (helm,) = sweeper.run([Request(-1, configuration, again=True, alone=True)])
            assert sorted(ours.objects) == sorted(helm.objects)
            assert len(ours.objects) == 2

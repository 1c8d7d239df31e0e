"""What the pod of a hook needs is there when Helm waits for it: pkg/action/install.go, hooks.go and hook_sorter.

Helm makes the hooks of `pre-install` one after the other, by weight, and waits until the Jobs and Pods among them are
done, before it makes anything else.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.verify.charts import write_chart
from tests.verify.checks.rendered import RELEASE, context, document, judged

JOB = f"""\
apiVersion: batch/v1
kind: Job
metadata: {{name: {RELEASE}-migrate, annotations: {{NOTES}}}}
spec:
  template:
    spec:
      restartPolicy: Never
      imagePullSecrets: [{{name: {RELEASE}-pull}}]
      containers:
        - name: migrate
          image: example.com/migrate:1
          env:
            - {{name: A, valueFrom: {{secretKeyRef: {{name: {RELEASE}-web, key: a}}}}}}
            - {{name: B, valueFrom: {{secretKeyRef: {{name: {RELEASE}-web, key: b}}}}}}
"""
OTHER = """\
apiVersion: v1
kind: %s
metadata: {name: %s, annotations: {%s}}
stringData: {a: x, b: x}
"""
PATH = "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef"
BEFORE = "helm.sh/hook: pre-install"
FIRST, LATER = f'{BEFORE}, helm.sh/hook-weight: "-5"', f'{BEFORE}, helm.sh/hook-weight: "5"'


def found(job, secret, *, kind="Job", upgrade=False, more=()):
    texts = [JOB.replace("NOTES", job).replace("kind: Job", f"kind: {kind}")]
    texts += [OTHER % ("Secret", f"{RELEASE}-{name}", notes) for name, notes in (("web", secret), ("pull", ""))]
    items = [document(text) for text in (*texts, *more)]
    return [(one.object, one.path) for _, one in judged(items, replace(context(), upgrade=upgrade), "references")]


@pytest.mark.parametrize(
    ("job", "secret"),
    [
        (BEFORE, ""),
        ('helm.sh/hook: "pre-install,pre-upgrade"', ""),
        ('helm.sh/hook: "post-install, Pre-Install"', ""),
        (BEFORE, "helm.sh/hook: post-install"),
        (BEFORE, "helm.sh/hook: pre-upgrade"),
        (BEFORE, LATER),
        (FIRST, BEFORE),
        # strconv.Atoi fails, and Helm takes 0.
        (f"{BEFORE}, helm.sh/hook-weight: first", LATER),
    ],
)
def test_what_is_made_later_is_told_once(job, secret):
    assert found(job, secret) == [(f"Job/{RELEASE}-migrate", PATH)]


@pytest.mark.parametrize(
    ("job", "secret"),
    [
        ("", ""),
        ("", LATER),
        ("helm.sh/hook: pre-upgrade", ""),
        ("helm.sh/hook: post-install", ""),
        (BEFORE, BEFORE),
        (BEFORE, FIRST),
        (LATER, BEFORE),
        (LATER, 'helm.sh/hook: "pre-install,pre-upgrade"'),
    ],
)
def test_what_is_there_by_then_is_no_fault(job, secret):
    assert found(job, secret) == []


def test_for_other_kinds_helm_does_not_wait():
    assert found(BEFORE, "", kind="Deployment") == []


def test_at_an_upgrade_the_rest_is_there():
    assert found(BEFORE, "", upgrade=True) == []


def test_what_an_operator_makes_may_be_there():
    made = f"""\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {{name: {RELEASE}-web}}
spec: {{target: {{creationPolicy: Merge}}}}
"""
    assert found(BEFORE, "", more=[made]) == []


@pytest.mark.parametrize(("condition", "told"), [("IsInstall", True), ("IsUpgrade", False)])
def test_what_is_rendered_for_upgrades_alone_is_judged_so(tmp_path, condition, told):
    job = JOB.replace("NOTES", BEFORE).replace(RELEASE, "{{ .Release.Name }}").replace("-web,", "-late,")
    secret = OTHER % ("Secret", "{{ .Release.Name }}-late", "")
    hook = f"{{{{- if .Release.{condition} }}}}\n{job}{{{{- end }}}}\n"
    chart = write_chart(tmp_path / "web", {"templates/hook.yaml": hook, "templates/secret.yaml": secret})
    findings = verify(VerifyRequest(chart, random=0, workers=1, checks=("references",))).findings
    assert ("made only after this hook" in " ".join(each.message for each in findings)) is told

"""An object that names the release's namespace is where one is that names none."""

from __future__ import annotations

from kubilitics_chartgen.verify.verification import VerifyRequest, verify
from tests.verify.charts import SERVICE, write_chart

HERE = "metadata:\n  namespace: {{ .Release.Namespace }}\n"
ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: {{ .Release.Name }}}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ .Release.Name }}}
subjects: [{kind: ServiceAccount, name: default}]
"""


def found(folder):
    findings = verify(VerifyRequest(folder, workers=1, random=0)).findings
    # That some objects name it and some do not is for the check `namespaces`.
    return {(each.check, each.object) for each in findings if each.check != "namespaces"}


def test_a_service_and_a_binding_there_belong_to_what_names_none(tmp_path):
    assert "metadata:\n" in SERVICE
    changes = {"templates/service.yaml": SERVICE.replace("metadata:\n", HERE, 1), "templates/role.yaml": ROLE}
    before = found(
        write_chart(
            tmp_path / "plain" / "web",
            {"templates/role.yaml": ROLE.replace(", namespace: {{ .Release.Namespace }}", "")},
        )
    )
    assert found(write_chart(tmp_path / "named" / "web", changes)) == before


def test_what_names_another_namespace_is_elsewhere(tmp_path):
    elsewhere = ROLE.replace("{{ .Release.Namespace }}", "kube-system")
    assert ("bindings", "Role/web") in found(write_chart(tmp_path / "web", {"templates/role.yaml": elsewhere}))

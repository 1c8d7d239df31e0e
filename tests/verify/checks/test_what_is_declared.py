"""What a chart's author declares in `.chartgen.yaml`: read strictly, with every mistake named at once."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.settings import parse_chart_settings
from kubilitics_chartgen.verify.checks import Context, read_declared
from kubilitics_chartgen.verify.checks.declared import Connection, Declared, External, Labels, Party, Permission
from kubilitics_chartgen.verify.lint.exemptions import Exemption, read_exemptions
from tests.verify.checks.rendered import EXAMPLES, RELEASE, context, document, judged, rendered


def declared(text):
    return read_declared(parse_chart_settings(text))


def test_all_of_it_is_read():
    own = declared(
        """
        declared:
          external: [{kind: Secret, name: "*-tls", reason: made by hand}]
          permissions: [{role: "*-web", apiGroups: [""], resources: [pods], verbs: [get], named: true, reason: x}]
          labels: [{templates: "templates/web/*", labels: {app: web}}]
          parties: [{id: web, labels: {app: web}}, {id: world, outside: [internet]}]
          connections: [{from: web, to: world, ports: [443], protocols: [TCP, UDP], required: true, why: calls}]
        """
    )
    expected = Declared(
        (External("Secret", "*-tls", "made by hand"),),
        (Permission("*-web", ("",), ("pods",), ("get",), True, "x"),),
        (Labels("templates/web/*", (("app", "web"),)),),
        (Party("web", (("app", "web"),)), Party("world", (), ("internet",))),
        (Connection("web", "world", (443,), ("TCP", "UDP"), True),),
    )
    assert vars(own) == vars(expected)


def test_a_chart_that_declares_nothing_is_fine():
    nothing = declared("kubeVersion: {value: x}")
    assert vars(nothing) == vars(Declared())
    assert hash(Context((), declared=nothing)) == hash(Context((), declared=nothing))


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("declared: [a]", ["declared"]),
        ("declared: {extern: []}", ["declared.extern"]),
        ("declared: {external: {}}", ["declared.external"]),
        ("declared: {external: [a, {kind: Secret}]}", ["declared.external[0]", "declared.external[1]"]),
        ("declared: {permissions: [{role: a, verb: [get]}]}", ["declared.permissions[0]"]),
        ("declared: {permissions: [{role: a, verbs: get}]}", ["declared.permissions[0]"]),
        ("declared: {permissions: [{verbs: [get]}]}", ["declared.permissions[0]"]),
        ("declared: {parties: [{id: a}]}", ["declared.parties[0]"]),
        ("declared: {parties: [{id: a, outside: [moon]}]}", ["declared.parties[0]"]),
        ("declared: {connections: [{from: a, to: b}]}", ["declared.connections[0]", "declared.connections[0]"]),
        ("declared: {connections: [{from: a, to: b, ports: [http]}]}", ["declared.connections[0]"]),
    ],
)
def test_every_mistake_is_named_with_its_place(text, paths):
    with pytest.raises(InputError) as error:
        declared(text)
    assert [problem.path for problem in error.value.problems] == paths


USES_SECRET = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: web, image: "a:1", envFrom: [{secretRef: {name: NAME}}]}]
"""


@pytest.mark.parametrize(
    ("name", "own", "is_found"),
    [
        ("from-the-operator", "", False),
        (f"{RELEASE}-keys", "", True),
        (f"a-{RELEASE}-keys", "", True),
        (f"{RELEASE}keeper", "", False),
        (f"{RELEASE}-keys", "declared: {external: [{kind: Secret, name: '*-keys'}]}", False),
        (f"{RELEASE}-keys", "declared: {external: [{kind: ConfigMap, name: '*-keys'}]}", True),
    ],
)
def test_what_carries_the_releases_name_is_the_charts_own_unless_declared(name, own, is_found):
    against = Context((), "store", RELEASE, declared(own))
    found = judged([document(USES_SECRET.replace("NAME", name))], against, "references")
    assert bool(found) == is_found


def test_without_a_list_of_permissions_only_dangerous_ones_are_found():
    chart = EXAMPLES / "permissions" / "bad"
    assert judged(rendered(chart), context(None), "permissions") == []
    assert judged(rendered(chart), context(chart), "permissions") != []


ROLE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: any-name-at-all, labels: {app: LABEL}}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
"""


@pytest.mark.parametrize(("label", "is_found"), [("web", False), ("other", True)])
def test_rights_are_declared_for_roles_by_their_labels(label, is_found):
    own = declared("declared: {permissions: [{labels: {app: web}, apiGroups: [''], resources: [pods], verbs: [get]}]}")
    found = judged([document(ROLE.replace("LABEL", label))], Context((), "store", RELEASE, own), "permissions")
    assert bool(found) == is_found


WEB = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {chart: shop, app: web}}
spec: {containers: [{name: web, image: "a:1"}]}
"""
POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {matchLabels: {chart: shop, app: PART}}}], ports: [{port: PORT}]}]
"""


@pytest.mark.parametrize(
    ("part", "port", "is_found"),
    [("proxy", 80, False), ("proxy", 81, True), ("database", 80, True), ("somebody", 80, True)],
)
def test_a_policy_may_name_a_part_that_is_switched_off_as_far_as_is_declared(part, port, is_found):
    own = declared(
        """
        declared:
          parties:
            - {id: web, labels: {app: web}}
            - {id: proxy, labels: {app: proxy}}
            - {id: database, labels: {app: database}}
          connections: [{from: proxy, to: web, ports: [80], required: true}, {from: web, to: database, required: true}]
        """
    )
    objects = [document(WEB), document(POLICY.replace("PART", part).replace("PORT", str(port)))]
    found = judged(objects, Context((), "store", RELEASE, own), "reachability")
    assert bool(found) == is_found, found


def test_findings_of_verify_can_be_exempt():
    text = "verify: {exempt: [{check: pod-security, path: DaemonSet/*-node, reason: it mounts disks}]}"
    (exemption,) = read_exemptions(text, {"pod-security"}, section="verify")
    assert exemption.accepts("pod-security", "DaemonSet/shop-node", "spec.x")
    assert not exemption.accepts("pod-security", "Deployment/shop-web", "spec.x")
    assert not exemption.accepts("images", "DaemonSet/shop-node")
    numbered = Exemption("images", "spec.containers[0].image", "for the test")
    assert numbered.accepts("images", "spec.containers[0].image")
    assert not numbered.accepts("images", "spec.containers0.image")
    assert read_exemptions(text, {"pod-security"}) == ()


def test_settings_that_are_broken_are_told_as_such_where_exemptions_are_read():
    with pytest.raises(InputError) as raised:
        read_exemptions("lint: {}\nlint: {}\n", {"pod-security"})
    assert raised.value.summary == ".chartgen.yaml cannot be used"
    assert [problem.line for problem in raised.value.problems] == [2]

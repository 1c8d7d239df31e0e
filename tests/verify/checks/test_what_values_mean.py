"""Conditions that a chart's author declares, and what holds or fails with them."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.settings import parse_chart_settings
from kubilitics_chartgen.verify.checks import Context, Meanings, read_declared
from tests.verify.checks.rendered import EXAMPLES, RELEASE, context, document, judged, rendered


def declared(text):
    return read_declared(parse_chart_settings(text))


def against(text, values):
    own = declared(text)
    return Context((), "store", RELEASE, own, Meanings(own).of(values))


@pytest.mark.parametrize(
    ("wanted", "fitting", "others"),
    [
        # What Go's templates take for empty is not set: false, 0, nothing, and empty texts, lists and maps.
        ("true", [True, "x", 1, ["a"], {"a": 1}], [False, "", 0, None, [], {}]),
        ("false", [False, "", 0, None, [], {}], [True, "x", 1, ["a"], {"a": 1}]),
        ("fast", ["fast"], ["faster", "", None]),
        ('"fast*"', ["fast", "faster"], ["slow", None]),
        ('""', ["", None], ["x"]),
        ("3", [3, 3.0], [4, "3", None]),
        ("[fast, 3]", ["fast", 3], ["slow", 4]),
    ],
)
def test_a_condition_holds_with_the_values_that_it_names(wanted, fitting, others):
    own = Meanings(declared(f"declared: {{conditions: [{{id: it, values: [{{web.mode: {wanted}}}]}}]}}"))
    for value in fitting:
        assert own.of({"web": {"mode": value}}).holds == {"it"}, value
    for value in others:
        assert own.of({"web": {"mode": value}}).fails == {"it"}, value


def test_a_condition_with_unless_is_open_between_the_two():
    own = Meanings(
        declared("declared: {conditions: [{id: it, values: [{a: 1, b: true}, {a: 9}], unless: [{b: false}]}]}")
    )
    assert own.of({"a": 1, "b": True}).holds == own.of({"a": 9}).holds == {"it"}
    assert own.of({"a": 1}).fails == own.of({}).fails == {"it"}
    between = own.of({"a": 2, "b": True})
    assert (between.holds, between.fails) == (frozenset(), frozenset())


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("declared: {conditions: [{id: a}]}", ["declared.conditions[0]"]),
        ("declared: {conditions: [{id: a, values: {a: 1}}]}", ["declared.conditions[0]"]),
        ("declared: {permissions: [{role: a, when: moon}]}", ["declared.permissions[0]"]),
        ("declared: {fields: [{kind: Pod, when: moon}]}", ["declared.fields"]),
        ("declared: {fields: [{kind: Pod}]}", ["declared.fields[0]"]),
        ("declared: {fields: [{copies: {spec: a}}]}", ["declared.fields[0]"]),
        ("declared: {fields: [{kind: Pod, copies: [spec]}]}", ["declared.fields[0]"]),
        ("declared: {fields: [{kind: Pod, has: spec}]}", ["declared.fields[0]"]),
        ("declared: {external: [{kind: Secret, name: a, values: [b]}]}", ["declared.external[0]"]),
        (
            "declared: {conditions: [{id: a, values: [{}]}], parties: [{id: x, labels: {a: b}}], "
            "connections: [{from: x, to: x, when: moon}]}",
            ["declared.connections[0]"],
        ),
    ],
)
def test_every_mistake_is_named_with_its_place(text, paths):
    with pytest.raises(InputError) as error:
        declared(text)
    assert [problem.path for problem in error.value.problems] == paths


def test_without_conditions_the_word_of_a_connection_is_for_readers():
    own = declared("declared: {parties: [{id: x, labels: {a: b}}], connections: [{from: x, to: x, when: at night}]}")
    assert own.connections[0].when == "at night"


PODS = """
apiVersion: v1
kind: Pod
metadata: {name: NAME, labels: {app: NAME}}
spec: {containers: [{name: a, image: "a:1"}]}
"""
POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: database}
spec:
  podSelector: {matchLabels: {app: database}}
  policyTypes: [Ingress, Egress]
  ingress: RULES
"""
OPEN = "[{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]"
WAYS = """
declared:
  conditions: [{id: stored, values: [{storage: database}], unless: [{storage: memory}]}]
  parties: [{id: web, labels: {app: web}}, {id: database, labels: {app: database}}]
  connections: [{from: web, to: database, ports: [5432], when: stored}]
"""


@pytest.mark.parametrize(
    ("storage", "rules", "words"),
    [
        ("database", OPEN, []),
        ("database", "[]", ["`database` cannot be reached by `web` over TCP, though that is declared"]),
        ("memory", OPEN, ["lets `web` connect to `database` at TCP port `5432`, which is not declared"]),
        ("memory", "[]", []),
        ("undecided", OPEN, []),
        ("undecided", "[]", []),
    ],
)
def test_a_way_is_open_while_its_condition_holds_and_shut_while_it_fails(storage, rules, words):
    objects = [document(PODS.replace("NAME", name)) for name in ("web", "database")]
    objects.append(document(POLICY.replace("RULES", rules)))
    found = judged(objects, against(WAYS, {"storage": storage}), "reachability")
    assert [fault.message for _, fault in found if fault.object.endswith("database")] == words


def test_a_policy_that_lets_in_pods_of_another_chart_in_the_release_is_found():
    """As charts of one umbrella have the same release, `app.kubernetes.io/name` tells their pods apart."""
    name, instance = "app.kubernetes.io/name: shop", f"app.kubernetes.io/instance: {RELEASE}"
    pods = [PODS.replace("app: NAME", f"app: NAME, {name}, {instance}").replace("NAME", each) for each in ("web", "db")]
    own = """
declared:
  parties: [{id: web, labels: {app: web}}, {id: db, labels: {app: db}}]
  connections: [{from: web, to: db, ports: [5432], required: true}]
"""
    for labels, is_found in ((f"app: web, {instance}", True), (f"app: web, {name}, {instance}", False)):
        rules = f"[{{from: [{{podSelector: {{matchLabels: {{{labels}}}}}}}], ports: [{{port: 5432}}]}}]"
        policy = POLICY.replace("database", "db").replace("RULES", rules).replace(", Egress", "")
        objects = [document(text) for text in (*pods, policy)]
        found = [fault.message for _, fault in judged(objects, against(own, {}), "reachability")]
        message = "lets the `web` of another chart connect to `db` at TCP port `5432`, which is not declared"
        assert [each for each in found if "another chart" in each] == ([message] if is_found else [])


ROLE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get], NAMES}]
"""
NAMED = """
declared:
  conditions: [{id: it, values: [{lit: true}]}]
  permissions: [{role: web, apiGroups: [""], resources: [secrets], verbs: [get], named: true, when: it}]
"""


@pytest.mark.parametrize(
    ("names", "lit", "is_found"),
    [("resourceNames: [a]", True, False), ("resourceNames: []", True, True), ("resourceNames: [a]", False, True)],
)
def test_a_right_for_named_objects_is_another_one_than_for_all(names, lit, is_found):
    found = judged([document(ROLE.replace("NAMES", names))], against(NAMED, {"lit": lit}), "granted")
    assert bool(found) == is_found


def test_a_built_in_role_is_bound_while_its_condition_holds():
    own = "declared: {conditions: [{id: it, values: [{lit: true}]}], permissions: [{role: view, when: it}]}"
    binding = document(
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: a}, "
        "roleRef: {kind: ClusterRole, name: view}}"
    )
    assert judged([binding], against(own, {"lit": True}), "granted") == []
    assert [fault.message for _, fault in judged([binding], against(own, {}), "granted")] == [
        "binds `view`, though it does not hold"
    ]
    assert [fault.message for _, fault in judged([], against(own, {"lit": True}), "granted")] == [
        "`view` is not bound, though it holds"
    ]


USES = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: web, image: "a:1", envFrom: [{secretRef: {name: NAME, optional: true}}]}]
"""


@pytest.mark.parametrize(
    ("paths", "name", "is_found"),
    [
        ("[web.secret]", "keys", False),
        ("[web.secret]", "keys-x", True),
        ("[web.secret]", "more", True),
        ('["*"]', "more", False),
        ('["*"]', '"0123"', False),
        ('["*"]', "key", True),
    ],
)
def test_a_secret_is_called_as_a_value_has_it_also_where_it_may_lack(paths, name, is_found):
    own = f"declared: {{external: [{{kind: Secret, values: {paths}}}]}}"
    values = {"web": {"secret": "keys", "others": [{"name": "more"}, "0123"]}}
    found = judged([document(USES.replace("NAME", name))], against(own, values), "given-names")
    assert bool(found) == is_found


def test_a_role_names_the_secret_that_a_value_gives():
    own = "declared: {external: [{kind: Secret, values: [secret]}]}"
    role = document(ROLE.replace("NAMES", "resourceNames: [keys]"))
    assert judged([role], against(own, {"secret": "keys"}), "given-names") == []
    assert judged([role], against(own, {"secret": "others"}), "given-names") != []


@pytest.mark.parametrize(
    ("stands", "value", "is_found"),
    [
        ("replicas: 3", 3, False),
        ("replicas: 3", 3.0, False),
        ("replicas: 3", 4, True),
        ("replicas: 0", 0, False),
        ("other: 1", 3, True),
        # What is not set may be left out, or be empty.
        ("other: 1", None, False),
        ('replicas: ""', None, False),
        ("replicas: {b: 1, a: [2]}", {"a": [2.0], "b": 1}, False),
        ("replicas: {a: [2]}", {"a": [3]}, True),
        # A variable's value is a text.
        ('replicas: "3"', 3, False),
        ('replicas: "true"', True, False),
        ("replicas: true", "true", True),
    ],
)
def test_a_value_arrives_as_it_is(stands, value, is_found):
    own = "declared: {fields: [{kind: Thing, copies: {spec replicas: a.b}}]}"
    thing = document(f"apiVersion: v1\nkind: Thing\nmetadata: {{name: x}}\nspec: {{{stands}}}")
    assert bool(judged([thing], against(own, {"a": {"b": value}}), "declared-fields")) == is_found


def test_what_depends_on_values_is_not_judged_where_they_are_not_known():
    chart = EXAMPLES / "declared-fields" / "bad"
    own = context(chart)
    unknown = Context(own.kube_versions, own.namespace, own.release, own.declared)
    for name in ("declared-fields", "granted", "given-names"):
        items = rendered(EXAMPLES / name / "bad")
        assert judged(items, unknown, "declared-fields", "granted", "given-names") == []


def test_prometheus_asks_with_the_secret_that_a_value_names():
    own = "declared: {external: [{kind: Secret, values: [secret]}]}"
    monitor = """
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web}
spec: {endpoints: [{port: http, authorization: {credentials: {name: keys, key: token}}}]}
"""
    assert judged([document(monitor)], against(own, {"secret": "keys"}), "given-names") == []
    (found,) = judged([document(monitor)], against(own, {"secret": "others"}), "given-names")
    assert found[1].path == "spec.endpoints[0].authorization.credentials.name"


@pytest.mark.parametrize(
    ("way", "stands", "is_found"),
    [
        ("spec containers web image", "a:1", False),
        ("spec containers web image", "a:2", True),
        ("spec containers 0 image", "a:1|b:1", False),
        ("spec containers 1 image", "*", True),
        ("spec containers other image", "*", True),
        ("spec containers web args 1", "b", False),
        # A text is read as YAML, as which JSON can be read as well.
        ("data settings.json log level", "info", False),
        ("data settings.json log levels", "*", True),
        ("data settings.yaml log on", "true", False),
        ("data broken.yaml log", "*", True),
    ],
)
def test_the_way_to_a_field_leads_through_lists_and_texts(way, stands, is_found):
    thing = document(
        """
apiVersion: v1
kind: Thing
metadata: {name: x}
spec: {containers: [{name: web, image: "a:1", args: [a, b]}]}
data:
  settings.json: '{"log": {"level": "info"}}'
  settings.yaml: "log: {'on': true}"
  broken.yaml: "{"
"""
    )
    own = f"declared: {{fields: [{{kind: Other|Thing, stands: {{{way}: '{stands}'}}}}]}}"
    found = judged([thing], against(own, {}), "declared-fields")
    assert bool(found) == is_found


@pytest.mark.parametrize(
    ("objects", "is_about"),
    [
        ("kind: Deployment|Thing", True),
        ("kind: Deployment", False),
        ("kind: Thing, templates: templates/x*", True),
        ("kind: Thing, templates: templates/web/*", False),
        ("kind: Thing, name: '*-web'", True),
        ("kind: Thing, name: '*-other'", False),
    ],
)
def test_a_field_is_declared_for_objects_by_kind_template_and_name(objects, is_about):
    thing = document("apiVersion: v1\nkind: Thing\nmetadata: {name: shop-web}")
    own = f"declared: {{fields: [{{{objects}, stands: {{spec: '*'}}}}]}}"
    assert bool(judged([thing], against(own, {}), "declared-fields")) == is_about

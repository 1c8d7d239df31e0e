"""What `make probe-rules` has written is what the server answers; of a version not probed, plan's rules cover it."""

from kubilitics_chartgen.kube.fixed_fields import fixed_fields, is_in
from kubilitics_chartgen.kube.updates import rules
from kubilitics_chartgen.kube.versions import parse_version
from tests.cluster.plan_accuracy import quiet_namespace
from tests.cluster.probe_rules import bases, collected, probe

KINDS = ("ClusterRoleBinding", "PersistentVolumeClaim", "PriorityClass", "RoleBinding", "Secret", "StorageClass")
"""Small ones; the others take minutes."""


def test_the_fields_that_never_change_are_those_that_are_written_down(cluster, namespace):
    quiet_namespace(cluster, namespace)
    minor = parse_version(cluster.version).minor
    objects = [item for item in bases(namespace) if item["kind"] in KINDS]
    found = collected(probe(cluster, namespace, objects))
    assert {name.rpartition("/")[2] for name in found} == set(KINDS)
    for name, answer in found.items():
        group, _slash, kind = name.rpartition("/")
        written = fixed_fields(minor).get((group, kind))
        if written is not None:
            assert (tuple(answer["fixed"]), tuple(answer["free"])) == (written.fixed, written.free), kind
        known = [path for rule in rules(group, kind, minor) for path in rule.paths]
        assert [path for path in answer["fixed"] if not any(is_in(path, other) for other in known)] == [], kind

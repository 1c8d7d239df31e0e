"""What `plan` says of an upgrade: facts of Kubernetes and of Helm, as tests/cluster/test_plan.py sees them."""

import copy

import pytest

from kubilitics_chartgen.helm import documents
from kubilitics_chartgen.kube.versions import parse_version
from kubilitics_chartgen.upgrade import Apply, make_plan
from kubilitics_chartgen.upgrade.state import state_of

NEWEST = parse_version("1.37")


def manifest(*texts):
    return state_of(documents({f"c/templates/{number}.yaml": text for number, text in enumerate(texts)}), "default")


def deployment(strategy="", spec="replicas: 2", env='[{name: A, value: "1"}, {name: B, value: "2"}]', **more):
    image, volumes = more.get("image", "x:1"), more.get("volumes", "")
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  {spec}
  {strategy}
  selector: {{matchLabels: {more.get("selector", "{a: b}")}}}
  template:
    metadata: {{labels: {{a: b, c: d}}}}
    spec:
      {volumes}
      containers: [{{name: c, image: "{image}", env: {env}}}]
"""


def claim(size="1Gi", notes="", storage_class=""):
    return f"""
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: data, annotations: {{{notes}}}}}
spec:
  accessModes: [ReadWriteOnce]
  {storage_class}
  resources: {{requests: {{storage: {size}}}}}
"""


def autoscaler(low=1):
    return f"""
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: web}}
spec: {{minReplicas: {low}, maxReplicas: 5, scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}}}
"""


KEEP = "helm.sh/resource-policy: keep"


def plan(old, new, *applies, version=NEWEST):
    old, new = ([side] if isinstance(side, str) else side for side in (old, new))
    return make_plan(manifest(*old), manifest(*new), version=version, applies=applies or tuple(Apply))


def fate(old, new, *applies, kind="", version=NEWEST):
    """The verdict on the only object, or on the one of a kind, and all that is said of it."""
    found = [c for c in plan(old, new, *applies, version=version).changes if kind in ("", c.identity.kind)]
    assert len(found) == 1
    return found[0].verdict.value, "\n".join(found[0].reasons)


def test_the_same_manifest_is_unchanged_and_nothing_is_dangerous():
    found = plan(deployment(), deployment())
    assert (found.verdict.value, found.is_dangerous) == ("unchanged", False)


def test_writing_a_default_or_another_form_of_a_quantity_changes_nothing():
    explicit = "strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}"
    assert fate(deployment(), deployment(explicit)) == ("unchanged", "")
    assert fate(claim("1Gi"), claim("1024Mi")) == ("unchanged", "")


def test_a_new_image_replaces_the_pods_one_after_the_other():
    verdict, reason = fate(deployment(), deployment(image="x:2"))
    assert (verdict, reason) == ("rolling restart", "2 pods are replaced, at most 1 more and 0 fewer at a time")


@pytest.mark.parametrize("apply", list(Apply))
def test_another_order_of_variables_is_another_pod_template(apply):
    swapped = deployment(env='[{name: B, value: "2"}, {name: A, value: "1"}]')
    assert fate(deployment(), swapped, apply)[0] == "rolling restart"


def test_recreate_is_downtime():
    recreate = "strategy: {type: Recreate}"
    verdict, reason = fate(deployment(recreate), deployment(recreate, image="x:2"))
    assert verdict == "recreated with downtime"
    assert "2 pods are stopped before" in reason


@pytest.mark.parametrize(
    ("rolling", "expected"),
    [("", "depends"), ("strategy: {rollingUpdate: {maxUnavailable: 1}}", "recreated with downtime")],
)
def test_a_volume_for_one_node_makes_a_rolling_restart_wait(rolling, expected):
    """Where no pod may be missing, the old one keeps the volume until the new one is ready, which waits for it."""
    volumes = "volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]"
    old, new = ([deployment(rolling, volumes=volumes, image=image), claim()] for image in ("x:1", "x:2"))
    verdict, reason = fate(old, new, kind="Deployment")
    assert verdict == expected
    assert "claim data can be used on one node at a time" in reason
    assert ("the rollout stalls" in reason) == (expected == "depends")


def test_to_recreate_from_a_filled_in_strategy_works_with_helm_3_and_is_refused_by_server_side_apply():
    for strategy in ("strategy: {type: Recreate}", "strategy: {type: Recreate, rollingUpdate: null}"):
        assert fate(deployment(), deployment(strategy), Apply.client) == ("changed in place", "")
        verdict, reason = fate(deployment(), deployment(strategy), Apply.server)
        assert verdict == "refused"
        assert reason.startswith("spec.strategy.rollingUpdate: ")


def test_to_recreate_from_a_strategy_rendered_in_full_works_with_both():
    old = deployment("strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}")
    assert fate(old, deployment("strategy: {type: Recreate}"))[0] == "changed in place"


def test_where_the_two_ways_differ_the_worse_counts_and_is_named():
    verdict, reason = fate(deployment(), deployment("strategy: {type: Recreate}"))
    assert verdict == "refused"
    assert reason.startswith("with server-side apply: ")


@pytest.mark.parametrize(("replicas", "verdict"), [(1, "recreated with downtime"), (3, "rolling restart")])
def test_where_surge_and_unavailable_come_to_nothing_one_pod_goes_first(replicas, verdict):
    """As the deployment controller does, which could not begin otherwise."""
    rolling, spec = "strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 25%}}", f"replicas: {replicas}"
    assert fate(deployment(rolling, spec, image="x:1"), deployment(rolling, spec, image="x:2"))[0] == verdict


def test_a_changed_selector_is_refused():
    verdict, reason = fate(deployment(), deployment(selector="{a: b, c: d}"))
    assert (verdict, reason) == ("refused", "spec.selector: cannot be changed once the object exists")


def test_a_claim_that_shrinks_is_refused_and_one_that_grows_depends_on_its_class():
    assert fate(claim("2Gi"), claim("1Gi")) == (
        "refused",
        "spec.resources.requests.storage: a claim cannot shrink (2Gi to 1Gi)",
    )
    verdict, reason = fate(claim("1Gi"), claim("2Gi"))
    assert verdict == "depends"
    assert "allowVolumeExpansion" in reason


def test_a_named_class_over_one_that_the_cluster_chose_depends_and_over_another_is_refused():
    standard, fast = ("storageClassName: standard", "storageClassName: fast")
    assert fate(claim(), claim(storage_class=fast))[0] == "depends"
    assert fate(claim(storage_class=standard), claim(storage_class=fast))[0] == "refused"
    assert fate(claim(storage_class=standard), claim())[0] == "refused"


def test_a_claim_that_leaves_the_release_is_data_at_risk_unless_its_installed_manifest_says_keep():
    assert fate([claim()], [])[0] == "data at risk"
    assert fate([claim(notes=KEEP)], [])[0] == "kept"


def test_dropping_replicas_under_an_autoscaler_scales_down_with_helm_3():
    old, new = [deployment(), autoscaler()], [deployment(spec=""), autoscaler()]
    verdict, reason = fate(old, new, Apply.client, kind="Deployment")
    assert verdict == "depends"
    assert "falls to 1 until the autoscaler acts" in reason
    old = [deployment()]
    assert fate(old, new, Apply.client, kind="Deployment") == ("changed in place", "scaled from 2 to 1")


@pytest.mark.parametrize(
    ("low", "was", "becomes", "expected"),
    [
        # Outside of its bounds, 5 at most, it scales at once, and owns what Helm had set.
        (3, "replicas: 1", "replicas: 2", "refused"),
        (3, "replicas: 1", "replicas: 1", "refused"),
        (5, "replicas: 1", "replicas: 2", "refused"),
        (3, "replicas: 1", "replicas: 4", "depends"),
        (3, "replicas: 4", "replicas: 2", "depends"),
        (3, "replicas: 4", "replicas: 4", "depends"),
        (1, "replicas: 1", "replicas: 9", "depends"),
        (3, "replicas: 0", "replicas: 2", "changed in place"),
        (5, "replicas: 5", "replicas: 2", "changed in place"),
        (5, "replicas: 1", "replicas: 5", "changed in place"),
        # What Helm never set has no owner.
        (3, "", "replicas: 1", "changed in place"),
        (3, "", "replicas: 2", "changed in place"),
        (5, "", "replicas: 5", "changed in place"),
        (3, "", "", "unchanged"),
    ],
)
def test_server_side_apply_collides_with_an_autoscaler_where_helm_had_set_the_replicas(low, was, becomes, expected):
    old, new = [deployment(spec=was), autoscaler(low)], [deployment(spec=becomes)]
    assert fate(old, new, Apply.server, kind="Deployment")[0] == expected


def test_replicas_rendered_beside_an_autoscaler_are_set_back_by_every_upgrade_with_helm_3():
    both = [deployment(), autoscaler()]
    verdict, reason = fate(both, both, Apply.client, kind="Deployment")
    assert verdict == "changed in place"
    assert reason == "scaled from what the autoscaler has set, 1 to 5, to 2, until the autoscaler acts"


def test_replicas_that_come_when_the_autoscaler_goes_are_said_to_be_scaled():
    """Also the one replica that the server would have filled in: there are others by now."""
    for replicas in (1, 2):
        old, new = [deployment(spec=""), autoscaler(2)], deployment(spec=f"replicas: {replicas}")
        said = f"scaled from what the autoscaler has set, 2 to 5, to {replicas}"
        assert fate(old, new, Apply.client, kind="Deployment") == ("changed in place", said)
        more = "refused if an earlier revision had set replicas beside an autoscaler, which --live tells"
        change = next(item for item in plan(old, [new]).changes if item.identity.kind == "Deployment")
        assert change.verdict.value == "changed in place"
        assert change.reasons == (said, f"with server-side apply: {more}")


def stateful_set(extra="", size="1Gi", image="x:1", replicas=3):
    return f"""
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: db}}
spec:
  replicas: {replicas}
  serviceName: db
  {extra}
  selector: {{matchLabels: {{a: b}}}}
  template:
    metadata: {{labels: {{a: b}}}}
    spec: {{containers: [{{name: c, image: "{image}"}}]}}
  volumeClaimTemplates:
    - metadata: {{name: data}}
      spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: {size}}}}}}}
"""


def test_a_stateful_set_is_replaced_from_the_last_pod_down_to_its_partition():
    assert fate(stateful_set(), stateful_set(image="x:2")) == (
        "rolling restart",
        "3 pods are replaced one after the other, from 2 down to 0",
    )
    part = "updateStrategy: {rollingUpdate: {partition: 2}}"
    assert "1 pod is replaced one after the other, from 2 down to 2" in fate(
        stateful_set(part), stateful_set(part, image="x:2")
    )
    on_delete = "updateStrategy: {type: OnDelete}"
    assert fate(stateful_set(on_delete), stateful_set(on_delete, image="x:2"))[0] == "changed in place"


def test_on_delete_beside_what_the_server_had_filled_in_is_refused():
    on_delete = "updateStrategy: {type: OnDelete%s}"
    assert fate(stateful_set(), stateful_set(on_delete % ""))[0] == "refused"
    nulled = stateful_set(on_delete % ", rollingUpdate: null")
    assert fate(stateful_set(), nulled, Apply.client)[0] == "changed in place"
    assert fate(stateful_set(), nulled, Apply.server)[0] == "refused"


def test_claim_templates_never_change_and_other_fields_by_the_kubernetes_minor():
    assert fate(stateful_set(), stateful_set(size="2Gi"))[1].startswith("spec.volumeClaimTemplates: ")
    history = stateful_set("revisionHistoryLimit: 3")
    assert fate(stateful_set(), history)[0] == "changed in place"
    assert fate(stateful_set(), history, version=parse_version("1.32"))[0] == "refused"


def test_fewer_replicas_whose_claims_are_deleted_are_data_at_risk():
    delete = "persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}"
    assert fate(stateful_set(delete), stateful_set(delete, replicas=1))[0] == "data at risk"
    assert fate(stateful_set(), stateful_set(replicas=1)) == ("changed in place", "scaled from 3 to 1")


def test_a_workload_that_becomes_another_kind_is_downtime():
    other = stateful_set().replace("name: db}", "name: web}", 1)
    assert fate(deployment(), other, kind="Deployment")[0] == "recreated with downtime"


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {key: %s}\n%s"


def test_a_secrets_value_is_masked_everywhere():
    environment = '[{name: PLAIN, value: "url-with-tiger-42-in-it"}, {name: DB_PASSWORD, value: "%s"}]'
    old = [SECRET % ("tiger-42", ""), deployment(env=environment % "open-sesame")]
    new = [SECRET % ("lion-4711", ""), deployment(env="[]")]
    text = str(plan(old, new).as_dict())
    assert "(hidden)" in text
    for secret in ("tiger-42", "lion-4711", "dGlnZXItNDI=", "bGlvbi00NzEx", "open-sesame"):
        assert secret not in text


def test_a_variable_named_like_a_secret_is_masked_where_only_its_value_changes():
    old, new = (
        deployment(env=f'[{{name: DB_PASSWORD, value: "{value}"}}]') for value in ("open-sesame", "shut-sesame")
    )
    text = str(plan(old, new).as_dict())
    assert "env[DB_PASSWORD].value" in text
    assert "sesame" not in text


def test_an_immutable_secret_and_another_type_are_refused():
    old = SECRET % ("one-value", "immutable: true")
    assert fate(old, SECRET % ("two-value", "immutable: true"))[1].startswith("data: ")
    assert fate(old, SECRET % ("one-value", ""))[1].startswith("immutable: ")
    assert fate(SECRET % ("one-value", ""), SECRET % ("one-value", "type: example.com/x"))[1].startswith("type: ")


JOB = """
apiVersion: batch/v1
kind: Job
metadata: {name: j, annotations: {%s}}
spec:
  suspend: %s
  template: {spec: {restartPolicy: Never, containers: [{name: c, image: "%s"}]}}
"""


def test_a_jobs_template_is_refused_unless_it_may_still_be_suspended():
    assert fate(JOB % ("", "false", "x:1"), JOB % ("", "false", "x:2"))[0] == "refused"
    assert fate(JOB % ("", "true", "x:1"), JOB % ("", "true", "x:2"))[0] == "depends"


def test_an_object_that_stops_being_a_hook_depends_and_hooks_are_listed():
    hook = JOB % ("helm.sh/hook: pre-upgrade", "false", "x:1")
    assert fate(hook, JOB % ("", "false", "x:1"))[0] == "depends"
    assert plan(hook, hook).hooks == ("Job/j (pre-upgrade)",)


def test_an_api_that_the_version_no_longer_serves_is_refused():
    old = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: p}\nspec: {minAvailable: 1}\n"
    new = old.replace("v1beta1", "v1")
    verdict, reason = fate(old, new)
    assert verdict == "refused"
    assert "mapkubeapis" in reason


def test_an_unknown_field_is_refused_before_it_is_sent():
    verdict, reason = fate(deployment(), deployment(spec="replicsa: 2"))
    assert (verdict, reason) == ("refused", "spec.replicsa: unknown field.")


def test_planning_changes_neither_side():
    old, new = manifest(deployment(), claim()), manifest(deployment(image="x:2"), claim("2Gi"))
    before = copy.deepcopy((dict(old.objects), dict(new.objects)))
    make_plan(old, new, version=NEWEST, applies=tuple(Apply))
    assert (dict(old.objects), dict(new.objects)) == before


def test_a_service_keeps_the_family_policy_that_its_manifest_no_longer_says():
    """As its address, the server takes it from what is stored."""
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80}]%s}\n"
    dual = service % ", ipFamilyPolicy: PreferDualStack"
    for apply in Apply:
        assert fate(dual, service % "", apply) == ("unchanged", "")
        assert fate(dual, service % ", ipFamilyPolicy: SingleStack", apply)[0] == "changed in place"

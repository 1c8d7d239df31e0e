"""What preflight reads off rendered objects, before any cluster is asked."""

from fractions import Fraction

from kubilitics_chartgen.cluster.needs import needs_of, requests_of

MIB = 2**20


def container(name="c", **more):
    return {"name": name, "image": "x", **more}


def asking(memory, **more):
    return container(resources={"requests": {"memory": memory}}, **more)


def deployment(spec, name="web", **more):
    template = {"metadata": {"labels": {"a": "b"}}, "spec": spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"template": template, **more},
    }


def test_a_pod_requests_what_its_containers_do_or_its_largest_init_container():
    """Kubernetes documentation, "Resource sharing within containers"."""
    spec = {"containers": [asking("100Mi"), asking("50Mi")], "initContainers": [asking("120Mi"), asking("90Mi")]}
    assert requests_of(spec) == {"memory": 150 * MIB}
    spec["initContainers"].append(asking("400Mi"))
    assert requests_of(spec) == {"memory": 400 * MIB}


def test_a_sidecar_counts_beside_the_containers():
    spec = {"containers": [asking("100Mi")], "initContainers": [asking("50Mi", restartPolicy="Always")]}
    assert requests_of(spec) == {"memory": 150 * MIB}


def test_a_sidecar_runs_beside_the_init_containers_after_it():
    """Kubernetes documentation, "Resource sharing within containers": each is added to the sidecars before it."""
    sidecar, first, last = asking("1Mi", restartPolicy="Always"), asking("3Mi"), asking("4Mi")
    assert requests_of({"containers": [asking("1Mi")], "initContainers": [sidecar, last]}) == {"memory": 5 * MIB}
    assert requests_of({"containers": [asking("1Mi")], "initContainers": [first, sidecar]}) == {"memory": 3 * MIB}


def test_a_limit_without_a_request_is_the_request():
    spec = {"containers": [container(resources={"limits": {"cpu": "500m"}})]}
    assert requests_of(spec) == {"cpu": Fraction(1, 2)}


def test_under_an_autoscaler_its_fewest_pods_count():
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": target, "minReplicas": 3, "maxReplicas": 6},
    }
    assert [pod.replicas for pod in needs_of([deployment({"containers": []}), scaler]).pods] == [3]
    assert [pod.replicas for pod in needs_of([deployment({"containers": []}, replicas=2)]).pods] == [2]
    assert [pod.replicas for pod in needs_of([deployment({"containers": []}, replicas=0)]).pods] == [0]


def reading(secret, key, **more):
    return container(env=[{"name": "K", "valueFrom": {"secretKeyRef": {"name": secret, "key": key, **more}}}])


def test_a_secret_is_needed_where_one_of_its_users_cannot_do_without():
    spec = {"containers": [reading("s", "a", optional=True), reading("s", "b")]}
    (found,) = needs_of([deployment(spec)]).references
    assert (found.kind, found.name, found.keys, found.user, found.optional) == (
        "Secret",
        "s",
        ("a", "b"),
        "Deployment/web",
        False,
    )
    (optional,) = needs_of([deployment({"containers": [reading("s", "a", optional=True)]})]).references
    assert optional.optional


def test_what_the_release_brings_or_an_operator_makes_is_not_looked_for():
    spec = {"containers": [reading("made", "a")], "volumes": [{"name": "v", "configMap": {"name": "brought"}}]}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "brought"}}
    external = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "e"},
        "spec": {"target": {"name": "made"}},
    }
    assert needs_of([deployment(spec), config, external]).references == ()
    assert [found.name for found in needs_of([deployment(spec)]).references] == ["made", "brought"]


def test_an_image_pull_secret_that_the_release_brings_is_not_looked_for():
    spec = {"containers": [], "imagePullSecrets": [{"name": "mine"}, {"name": "other"}]}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "mine"}}
    assert [reference.name for reference in needs_of([deployment(spec), secret]).references] == ["other"]


def test_the_claims_of_a_statefulset_are_named_as_kubernetes_names_them():
    template = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
    item = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "ai"}, "spec": {}}
    item["spec"] = {"volumeClaimTemplates": [template]}
    assert [claim.name for claim in needs_of([item]).claims] == ["data-ai-0"]

"""What holds for every object and pod, in every profile."""

import itertools

import pytest

from tests.chart.objects import AI_ON, PROFILES, merged, profile, render

SITUATIONS = {path.stem: profile(path) for path in PROFILES} | {
    "defaults": {},
    "ai with an ollama from the secret": merged(AI_ON, {"ai": {"llmProvider": "ollama"}}),
    "openshift": merged(AI_ON, {"podSecurity": {"fixedIds": False}}),
    "proxy and certificates": merged(
        AI_ON,
        {
            "global": {"proxy": {"httpsProxy": "http://proxy.example:3128"}, "caBundle": {"configMap": "ca"}},
            "ai": {"llmProvider": "ollama"},
        },
    ),
    "operations": merged(
        AI_ON,
        {
            "backend": {"aiDiscovery": {"enabled": True}},
            "migrations": {"enabled": True, "command": ["/app/migrate"]},
            "ai": {"llmProvider": "openai", "configReload": "sidecar", "clusterAccess": {"enabled": True}},
        },
    ),
    "provider handed over": merged(AI_ON, {"ai": {"llmProvider": "openai", "initializeProvider": {"enabled": True}}}),
    "every way in, with Calico": merged(
        AI_ON,
        {
            "backend": {"auth": {"acknowledgeExposed": True}},
            "ingress": {"enabled": True, "host": "k.example.com", "tls": {"enabled": True}},
            "httpRoute": {"enabled": True, "parentRefs": [{"name": "public"}]},
            "route": {"enabled": True},
            "networkPolicy": {"flavor": "calico"},
        },
    ),
    "no volumes": merged(
        AI_ON, {"backend": {"persistence": {"enabled": False}}, "ai": {"persistence": {"enabled": False}}}
    ),
    "a volume per replica and qdrant": merged(
        AI_ON,
        {"ai": {"replicas": 3, "persistence": {"perReplica": True}}, "vectorDatabase": {"enabled": True}},
    ),
    "chroma and ollama with a GPU": merged(
        AI_ON,
        {
            "ai": {"replicas": 2, "persistence": {"enabled": False}},
            "vectorDatabase": {"enabled": True, "provider": "chromadb"},
            "ollama": {"enabled": True, "gpu": {"enabled": True}, "runtimeClassName": "nvidia"},
            "podSecurity": {"fixedIds": False},
        },
    ),
}
RECOMMENDED = {"name", "instance", "version", "component", "part-of", "managed-by"}

everywhere = pytest.mark.parametrize("values", SITUATIONS.values(), ids=SITUATIONS)


@everywhere
def test_every_object_carries_the_recommended_labels(values):
    for item in render(values).all:
        labels = item["metadata"]["labels"]
        assert {f"app.kubernetes.io/{key}" for key in RECOMMENDED} <= set(labels), item["metadata"]["name"]
        assert labels["app.kubernetes.io/version"] == "1.2.0"
        assert labels["app.kubernetes.io/managed-by"] == "Helm"


@everywhere
def test_every_pod_passes_the_restricted_pod_security_standard(values):
    from kubilitics_chartgen.kube.pod_security import violations

    for name, template in render(values).pods():
        assert violations(template["spec"]) == [], name


@everywhere
def test_no_pod_is_offered_the_addresses_of_services_as_variables(values):
    """A Service called kubilitics would set KUBILITICS_PORT=tcp://…, which resets the backend's configuration."""
    for name, template in render(values).pods():
        assert template["spec"]["enableServiceLinks"] is False, name


@everywhere
def test_every_port_is_explicit_and_every_root_file_system_read_only(values):
    names = {"kubilitics-qdrant": ["http", "grpc"], "kubilitics-migrate": []}
    for name, template in render(values).pods():
        main, *others = template["spec"]["containers"]
        ports = main.get("ports", [])
        assert [port["name"] for port in ports] == names.get(name, ["http"])
        assert all(port["containerPort"] > 1024 for port in ports)
        assert not any("ports" in container for container in others)
        for container in [main, *others, *template["spec"].get("initContainers", [])]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name


@everywhere
def test_only_the_folders_that_the_images_write_to_are_writable(values):
    writable = {
        "kubilitics-backend": {"/data", "/tmp"},
        "kubilitics-ai": {"/data/ai", "/app/logs"},
        "kubilitics-frontend": {"/usr/share/kubilitics/html", "/run/kubilitics", "/tmp"},
        "kubilitics-qdrant": {"/qdrant/storage", "/qdrant/snapshots"},
        "kubilitics-chromadb": {"/data", "/tmp"},
        "kubilitics-ollama": {"/data", "/tmp"},
        "kubilitics-migrate": {"/tmp"},
    }
    beside = {"pull": {"/tmp"}, "config-reload": set()}
    for name, template in render(values).pods():
        main, *others = template["spec"]["containers"]
        for container, expected in [(main, writable[name]), *((other, beside[other["name"]]) for other in others)]:
            mounts = {mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")}
            assert mounts == expected


@everywhere
def test_services_and_workloads_select_their_own_pods_and_no_others(values):
    objects = render(values)
    pods = {name: template["metadata"]["labels"] for name, template in objects.pods()}
    for item in objects.all:
        if item["kind"] == "Service":
            selector = dict(item["spec"]["selector"])
            selector.pop("statefulset.kubernetes.io/pod-name", None)
        elif item["kind"] in ("Deployment", "StatefulSet", "PodDisruptionBudget"):
            selector = item["spec"]["selector"]["matchLabels"]
        else:
            continue
        selected = [name for name, labels in pods.items() if selector.items() <= labels.items()]
        assert selected == [f"kubilitics-{item['metadata']['labels']['app.kubernetes.io/component']}"]


@everywhere
def test_selectors_and_pods_carry_neither_version_nor_chart(values):
    for name, template in render(values).pods():
        labels = template["metadata"]["labels"]
        assert "helm.sh/chart" not in labels, name
        assert "app.kubernetes.io/version" not in labels, name


@everywhere
def test_every_service_points_at_a_port_of_its_pods(values):
    objects = render(values)
    ports = {
        template["metadata"]["labels"]["app.kubernetes.io/component"]: {
            port["name"] for container in template["spec"]["containers"] for port in container.get("ports", [])
        }
        for _, template in objects.pods()
    }
    for item in objects.all:
        if item["kind"] == "Service":
            component = item["metadata"]["labels"]["app.kubernetes.io/component"]
            assert {port["targetPort"] for port in item["spec"]["ports"]} <= ports[component]


@everywhere
def test_no_secret_is_rendered(values):
    assert "Secret" not in {kind for kind, _ in render(values).names}


def test_on_openshift_the_platform_chooses_the_ids():
    for name, template in render(SITUATIONS["openshift"]).pods():
        context = template["spec"]["securityContext"]
        assert not {"runAsUser", "runAsGroup", "fsGroup"} & set(context), name
        assert context["runAsNonRoot"] is True


def test_otherwise_pods_run_as_the_users_built_into_the_images():
    users = {name: template["spec"]["securityContext"]["runAsUser"] for name, template in render(AI_ON).pods()}
    assert users == {"kubilitics-backend": 1000, "kubilitics-frontend": 101, "kubilitics-ai": 1000}


DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ({}, "ghcr.io/kubilitics/kubilitics-backend:1.2.0"),
        ({"tag": "1.1.9"}, "ghcr.io/kubilitics/kubilitics-backend:1.1.9"),
        ({"digest": DIGEST}, f"ghcr.io/kubilitics/kubilitics-backend:1.2.0@{DIGEST}"),
        ({"registry": ""}, "kubilitics/kubilitics-backend:1.2.0"),
        (
            {"registry": "mirror.example:5000/cache", "repository": "kube/backend"},
            "mirror.example:5000/cache/kube/backend:1.2.0",
        ),
    ],
)
def test_images_are_registry_repository_tag_and_digest(image, expected):
    assert render({"backend": {"image": image}}).container("kubilitics-backend")["image"] == expected


def test_one_registry_for_all_images_wins_over_each():
    values = merged(
        AI_ON, {"global": {"imageRegistry": "registry.internal"}, "ai": {"image": {"registry": "x.example"}}}
    )
    for _, template in render(values).pods():
        spec = template["spec"]
        for container in spec["containers"] + spec.get("initContainers", []):
            assert container["image"].startswith("registry.internal/kubilitics/")


def test_pull_secrets_of_the_chart_and_of_an_umbrella_come_together():
    values = {"imagePullSecrets": [{"name": "a"}], "global": {"imagePullSecrets": ["b", {"name": "a"}]}}
    for _, template in render(values).pods():
        assert template["spec"]["imagePullSecrets"] == [{"name": "b"}, {"name": "a"}]


def test_checksums_are_over_data_so_labels_restart_nothing():
    plain = dict(render(AI_ON).pods())
    values = merged(AI_ON, {"commonAnnotations": {"note": "x"}, "backend": {"labels": {"team": "x"}}})
    for name, template in render(values).pods():
        assert template == plain[name]


def test_operators_labels_annotations_and_scheduling_arrive():
    scheduling = {
        "tolerations": [{"key": "dedicated", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {}},
        "priorityClassName": "high",
        "nodeSelector": {"disk": "ssd"},
    }
    values = merged(AI_ON, {"commonLabels": {"team": "x"}, "commonAnnotations": {"owner": "y"}})
    for component in ("backend", "frontend", "ai"):
        values = merged(
            values, {component: {**scheduling, "podLabels": {"pod": component}, "podAnnotations": {"a": "b"}}}
        )
    objects = render(values)
    for item in objects.all:
        assert item["metadata"]["labels"]["team"] == "x"
        assert item["metadata"]["annotations"]["owner"] == "y"
    for name, template in objects.pods():
        assert template["metadata"]["labels"]["pod"] in name
        assert template["metadata"]["labels"]["team"] == "x"
        assert template["metadata"]["annotations"]["a"] == "b"
        spec = template["spec"]
        assert {key: spec[key] for key in ("tolerations", "affinity", "priorityClassName")} == {
            key: scheduling[key] for key in ("tolerations", "affinity", "priorityClassName")
        }
        assert spec["nodeSelector"]["disk"] == "ssd"


def test_a_checksum_cannot_be_replaced_by_an_annotation_of_the_same_name():
    values = {"backend": {"podAnnotations": {"checksum/kubeconfig": "x"}}}
    template = render(values).get("Deployment", "kubilitics-backend")["spec"]["template"]
    assert template["metadata"]["annotations"]["checksum/kubeconfig"] != "x"


@pytest.mark.parametrize("release", ["k", "kubilitics", "kubilitics-prod", "x" * 53, "kubilitics-" + "y" * 42])
def test_names_fit_in_63_characters_and_release_kubilitics_keeps_its_name(release):
    values = {"nameOverride": "n" * 40} if release == "k" else {}
    everything = merged(SITUATIONS["a volume per replica and qdrant"], {"ollama": {"enabled": True}}, values)
    names = [name for kind, name in render(everything, release=release).names if ":" not in name]
    assert max(map(len, names)) <= 63
    if release.startswith("kubilitics"):
        assert all(name.startswith(release[:43]) for name in names), "a StatefulSet is cut at 52 with its hash"


def test_a_dot_in_a_releases_name_is_in_no_name_of_an_object():
    """Helm takes it, and Kubernetes takes it for no Service."""
    names = [name for kind, name in render(AI_ON, release="my.release").names if ":" not in name]
    assert "my-release-kubilitics-backend" in names
    assert not any("." in name for name in names)
    assert "kubilitics-prod-backend" in [name for _, name in render(release="kubilitics.prod").names]


def full_names(release, namespace):
    everything = merged(SITUATIONS["a volume per replica and qdrant"], {"ollama": {"enabled": True}})
    objects = render(everything, release=release, namespace=namespace)
    return {(item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in objects.all}


RELEASES = [
    "kubilitics",
    "kubilitics-ai",
    "kubilitics-kubilitics",
    "a",
    "a-kubilitics",
    "a-kubilitics-backend",
    "b" * 53,
    "b" * 52 + "c",
]


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(RELEASES, 2)))
def test_two_releases_in_one_namespace_never_collide(one, other):
    assert not full_names(one, "default") & full_names(other, "default")


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("a-b", "a"), ("kubilitics", "default")])
def test_two_releases_of_one_name_in_two_namespaces_never_collide(one, other):
    values = {"rbac": {"scope": "namespaces", "namespaces": ["shared"], "manage": True}}
    for extra in ({}, values):
        first, second = (render(merged(AI_ON, extra), namespace=namespace) for namespace in (one, other))
        keys = [
            {(item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in objects.all}
            for objects in (first, second)
        ]
        assert not keys[0] & keys[1]


def test_selectors_of_two_releases_never_match_each_others_pods():
    first, second = render(AI_ON, release="a"), render(AI_ON, release="a-kubilitics")
    for item in first.all:
        if item["kind"] == "Service":
            for _, template in second.pods():
                assert not item["spec"]["selector"].items() <= template["metadata"]["labels"].items()

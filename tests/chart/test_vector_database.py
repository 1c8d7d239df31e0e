"""The vector database (section 5 of the delivery architecture, "Auxiliary Components")."""

import pytest
import yaml

from kubilitics_chartgen.kube.pod_security import violations
from tests.chart.helms import embedded
from tests.chart.objects import AI_ON, merged, render

STORES = ["qdrant", "chromadb"]
stores = pytest.mark.parametrize("store", STORES)
MANAGED = {"endpoint": "https://index.pinecone.example"}


def with_store(provider, **settings):
    return merged(AI_ON, {"vectorDatabase": {"enabled": True, "provider": provider, **settings}})


def memory(objects):
    return yaml.safe_load(objects.get("ConfigMap", "kubilitics-ai")["data"]["config.yaml"])["vector_memory"]


@stores
def test_a_local_one_gets_the_same_treatment_as_the_backend(store):
    """Dedicated Deployment, Service, claim, limits."""
    name = f"kubilitics-{store}"
    objects = render(with_store(store))
    kinds = sorted(item["kind"] for item in objects.of(store))
    assert kinds == ["Deployment", "NetworkPolicy", "PersistentVolumeClaim", "Service", "ServiceAccount"]
    assert {item["metadata"]["name"] for item in objects.of(store)} == {name}
    assert set(objects.container(name)["resources"]) == {"requests", "limits"}
    claim = objects.get("PersistentVolumeClaim", name)
    assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    spec = objects.get("Deployment", name)["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert violations(spec["template"]["spec"]) == []
    assert spec["template"]["spec"]["automountServiceAccountToken"] is False


@pytest.mark.parametrize(("store", "ports"), [("qdrant", {"http": 6333, "grpc": 6334}), ("chromadb", {"http": 8000})])
def test_it_is_found_inside_the_cluster_at_its_own_ports(store, ports):
    objects = render(with_store(store))
    service = objects.get("Service", f"kubilitics-{store}")["spec"]
    assert service["type"] == "ClusterIP"
    assert {port["name"]: port["port"] for port in service["ports"]} == ports
    listening = objects.container(f"kubilitics-{store}")["ports"]
    assert {port["name"]: port["containerPort"] for port in listening} == ports


@pytest.mark.parametrize(
    ("store", "variable"), [("qdrant", "QDRANT__SERVICE__HOST"), ("chromadb", "CHROMA_LISTEN_ADDRESS")]
)
@pytest.mark.parametrize(
    ("families", "address"),
    [([], "0.0.0.0"), (["IPv4"], "0.0.0.0"), (["IPv6"], "::"), (["IPv4", "IPv6"], "::")],
)
def test_it_listens_at_the_addresses_that_its_service_has(store, variable, families, address):
    policy = {"ipFamilyPolicy": "PreferDualStack"} if len(families) == 2 else {}
    values = with_store(store, **{store: {"service": {"ipFamilies": families, **policy}}})
    (listens,) = [item for item in render(values).container(f"kubilitics-{store}")["env"] if item["name"] == variable]
    assert listens["value"] == address


@pytest.mark.parametrize(
    ("store", "live", "ready"),
    [("qdrant", "/livez", "/readyz"), ("chromadb", "/api/v2/heartbeat", "/api/v2/heartbeat")],
)
def test_probes_ask_what_the_server_answers_without_a_key(store, live, ready):
    container = render(with_store(store)).container(f"kubilitics-{store}")
    assert container["livenessProbe"]["httpGet"] == {"path": live, "port": "http"}
    assert container["readinessProbe"]["httpGet"] == {"path": ready, "port": "http"}
    startup = container["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 60


@stores
def test_images_are_pinned_and_a_tag_cannot_be_left_out(store):
    image = render(with_store(store)).container(f"kubilitics-{store}")["image"]
    tag = image.rsplit(":", 1)[1]
    assert tag[0] in "v0123456789"
    assert tag != "1.2.0"
    for empty in ("", None):
        assert embedded(with_store(store, **{store: {"image": {"tag": empty}}})) is not None


def test_qdrant_runs_unprivileged_and_writes_nothing_beside_its_volume():
    objects = render(with_store("qdrant"))
    container = objects.container("kubilitics-qdrant")
    assert container["image"].endswith("-unprivileged")
    env = objects.env("kubilitics-qdrant")
    assert env["QDRANT__STORAGE__STORAGE_PATH"] == "/qdrant/storage"
    assert env["QDRANT__STORAGE__SNAPSHOTS_PATH"] == "/qdrant/snapshots"
    assert env["QDRANT_INIT_FILE_PATH"].startswith("/qdrant/storage/")
    assert {mount["name"] for mount in container["volumeMounts"]} == {"data"}


def test_chroma_keeps_everything_on_its_volume():
    objects = render(with_store("chromadb"))
    env = objects.env("kubilitics-chromadb")
    assert env["CHROMA_PERSIST_PATH"] == env["HOME"] == "/data"
    assert {"name": "data", "mountPath": "/data"} in objects.container("kubilitics-chromadb")["volumeMounts"]


@pytest.mark.parametrize(
    ("store", "address"),
    [("qdrant", "http://kubilitics-qdrant:6333"), ("chromadb", "http://kubilitics-chromadb:8000")],
)
def test_ai_is_told_where_it_is(store, address):
    found = memory(render(with_store(store)))
    assert (found["backend"], found["endpoint"]) == (store, address)
    assert {"backend", "endpoint"} & set(memory(render(AI_ON))) == set()


@pytest.mark.parametrize("provider", ["pinecone", "weaviate", "qdrant", "chromadb"])
def test_one_that_runs_elsewhere_is_used_and_none_is_deployed(provider):
    objects = render(with_store(provider, **MANAGED))
    assert [name for component in STORES for name in objects.of(component)] == []
    assert memory(objects) | {"backend": provider, **MANAGED} == memory(objects)


@pytest.mark.parametrize("provider", ["pinecone", "weaviate"])
def test_a_managed_one_needs_an_address(provider):
    assert "- vectorDatabase.endpoint:" in embedded(with_store(provider))


def test_the_key_is_a_reference_and_qdrant_never_starts_open_for_lack_of_it():
    objects = render(with_store("qdrant", apiKeySecret={"name": "memory", "key": "token"}))
    reference = {"name": "memory", "key": "token"}
    assert objects.env("kubilitics-qdrant")["QDRANT__SERVICE__API_KEY"] == {"secretKeyRef": reference}
    assert objects.env("kubilitics-ai")["KUBILITICS_VECTOR_MEMORY_API_KEY"] == {
        "secretKeyRef": {**reference, "optional": True}
    }
    assert "Secret" not in {kind for kind, _ in objects.names}
    assert "QDRANT__SERVICE__API_KEY" not in render(with_store("qdrant")).env("kubilitics-qdrant")


def test_a_key_is_not_pretended_to_protect_a_server_that_asks_for_none():
    secret = {"apiKeySecret": {"name": "memory"}}
    assert "asks nobody for a key" in embedded(with_store("chromadb", **secret))
    assert embedded(with_store("chromadb", **secret, **MANAGED)) is None


@stores
def test_with_ai_off_there_is_no_vector_database(store):
    values = merged(with_store(store, apiKeySecret={"name": "memory"}), {"ai": {"enabled": False}})
    objects = render(values)
    assert objects.of(store) == []
    assert objects.texts_of("backend", "frontend") == render().texts_of("backend", "frontend")


def test_nothing_of_it_is_refused_while_it_is_off():
    assert embedded(merged(AI_ON, {"vectorDatabase": {"provider": "pinecone", "qdrant": {"image": None}}})) is None


def test_readme_and_notes_say_that_no_image_acts_on_it_yet():
    assert "No AI image up to this release acts on it" in render(with_store("qdrant")).notes


@stores
@pytest.mark.parametrize("missing", ["image", "persistence", "serviceAccount"])
def test_what_it_cannot_do_without_is_named(store, missing):
    complaint = embedded(with_store(store, **{store: {missing: None}}))
    assert f"vectorDatabase.{store}.{missing}" in complaint
    assert "null or missing" in complaint

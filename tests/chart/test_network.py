"""Promise 6: what can talk to what is exactly the documented table."""

import pytest
import yaml

from kubilitics_chartgen.model import connections
from kubilitics_chartgen.model.connections import CONNECTIONS
from tests.chart import crds
from tests.chart.network import ACTORS, COMPONENTS, PRIVATE, render_in, ways
from tests.chart.objects import AI_ON, CHART, merged, render

TCP, BOTH = ("TCP",), ("TCP", "UDP")
PODS = [name for name, actor in ACTORS.items() if hasattr(actor, "namespace") and name not in COMPONENTS]
OUTSIDERS = [name for name in ACTORS if name not in COMPONENTS]
API_SERVER = {"networkPolicy": {"apiServer": {"cidrs": ["10.96.0.1/32"]}}}
OPENAI = merged(AI_ON, {"ai": {"llmProvider": "openai"}})


def rows(*lines):
    return {
        (source, target, port, protocol)
        for sources, targets, ports, protocols in lines
        for source in sources
        for target in targets
        for port in ports
        for protocol in protocols
        if source != target
    }


# The facts: sections 5 and 7 of the delivery architecture, and the ports of each image.
CORE = rows(
    (["backend", "frontend", "test", "hook"], ["dns"], [53, 5353], BOTH),
    (["frontend", "test", "hook"], ["backend"], [8080], TCP),
    (["test", "hook"], ["frontend"], [8080], TCP),
    (["backend"], ["api-server"], [443, 6443], TCP),
    (PODS, ["frontend"], [8080], TCP),
)
AI = rows(
    (["ai"], ["dns"], [53, 5353], BOTH),
    (["ai"], ["backend"], [8080], TCP),
    (["ai-test"], ["dns"], [53, 5353], BOTH),
    (["backend", "frontend", "test", "hook", "ai-test"], ["ai"], [8081], TCP),
)
TRIES = ["ai", "ai-test"]  # AI's test tries what AI may reach.
OUTSIDE = rows((TRIES, ["internet", "internet-6", "other-cluster"], [443], TCP))


def network(**settings):
    return {"networkPolicy": settings}


SCRAPER = network(
    monitoring={
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
    }
)
QDRANT = {"vectorDatabase": {"enabled": True, "provider": "qdrant"}}
CHROMADB = {"vectorDatabase": {"enabled": True, "provider": "chromadb"}}
OLLAMA = {"ollama": {"enabled": True}}
PROXY = {"global": {"proxy": {"httpsProxy": "http://10.96.0.1:3128", "noProxy": ["internal.example"]}}}


OTHER_PROXY = "http://10.96.0.1:8000"


def ollama_at(endpoint):
    return merged(AI_ON, {"ai": {"llmProvider": "ollama", "providers": {"ollama": {"endpoint": endpoint}}}})


def database_at(provider, endpoint):
    return merged(AI_ON, {"vectorDatabase": {"enabled": True, "provider": provider, "endpoint": endpoint}})


MIGRATIONS = {"migrations": {"enabled": True, "command": ["/migrate"]}}
AI_OLLAMA = rows((["ai"], ["ollama"], [11434], TCP))
PULL_DNS = rows((["ollama"], ["dns"], [53, 5353], BOTH))
PULL = PULL_DNS | rows((["ollama"], ["internet", "internet-6", "other-cluster"], [443], TCP))


SITUATIONS = {
    "core alone": ({}, CORE),
    "ai unconfigured": (AI_ON, CORE | AI),
    "a provider outside": (OPENAI, CORE | AI | OUTSIDE),
    "a provider behind a proxy": (
        merged(OPENAI, PROXY),
        CORE | AI | rows((TRIES, ["api-server"], [3128], TCP)),
    ),
    "a provider behind a proxy that is for http alone": (
        merged(OPENAI, {"global": {"proxy": {"httpProxy": "http://10.96.0.1:3128"}}}),
        CORE | AI | OUTSIDE,
    ),
    "a provider behind a proxy that only a Secret knows": (
        merged(OPENAI, {"global": {"proxy": {"existingSecret": "proxy"}}}),
        CORE | AI | OUTSIDE,
    ),
    "a provider by http, with a proxy for each": (
        merged(ollama_at("http://models.example.com"), PROXY, {"global": {"proxy": {"httpProxy": OTHER_PROXY}}}),
        CORE | AI | rows((TRIES, ["api-server"], [8000], TCP)),
    ),
    "a provider by http, with a proxy for https": (
        merged(ollama_at("http://models.example.com"), PROXY),
        CORE | AI | rows((TRIES, ["internet", "internet-6", "other-cluster"], [80], TCP)),
    ),
    "an address behind a proxy": (
        merged(ollama_at("http://192.168.7.1:8000"), {"global": {"proxy": {"httpProxy": OTHER_PROXY}}}),
        CORE | AI | rows((TRIES, ["api-server"], [8000], TCP)),
    ),
    "an address in a network that needs no proxy": (
        merged(
            ollama_at("http://192.168.7.1:8000"),
            {"global": {"proxy": {"httpProxy": OTHER_PROXY, "noProxy": ["192.168.6.0/23"]}}},
        ),
        CORE | AI | rows((TRIES, ["node"], [8000], TCP)),
    ),
    "an address beside a network that needs no proxy": (
        merged(
            ollama_at("http://192.168.7.1:8000"),
            {"global": {"proxy": {"httpProxy": OTHER_PROXY, "noProxy": ["192.168.6.0/24", "10.0.0.0/8"]}}},
        ),
        CORE | AI | rows((TRIES, ["api-server"], [8000], TCP)),
    ),
    "an address and port that need no proxy": (
        merged(
            ollama_at("http://192.168.7.1:8000"),
            {"global": {"proxy": {"httpProxy": OTHER_PROXY, "noProxy": ["192.168.7.1:8000"]}}},
        ),
        CORE | AI | rows((TRIES, ["node"], [8000], TCP)),
    ),
    "a proxy that nothing needs": (
        merged(OPENAI, PROXY, {"global": {"proxy": {"noProxy": ["*"]}}}),
        CORE | AI | OUTSIDE,
    ),
    "a provider that needs no proxy": (
        merged(OPENAI, PROXY, {"global": {"proxy": {"noProxy": ["openai.com"]}}}),
        CORE | AI | OUTSIDE,
    ),
    "a private endpoint's network": (
        merged(OPENAI, network(externalEgress={"cidrs": ["203.0.113.0/24"]})),
        CORE | AI | rows((TRIES, ["other-cluster"], [443], TCP)),
    ),
    "ollama in the cluster": (
        ollama_at("http://ollama.ollama.svc:11434"),
        CORE | AI | rows((TRIES, ["llm"], [11434], TCP)),
    ),
    "ollama in the cluster by its full name": (
        ollama_at("http://Ollama.ollama.svc.cluster.local.:11434/path"),
        CORE | AI | rows((TRIES, ["llm"], [11434], TCP)),
    ),
    "ollama in the same namespace": (
        ollama_at("http://neighbour"),
        CORE | AI | rows((TRIES, ["neighbour", "other-release-ai"], [80], TCP)),
    ),
    "ollama by an address": (
        ollama_at("http://192.168.7.1:8000"),
        CORE | AI | rows((TRIES, ["node"], [8000], TCP)),
    ),
    "ollama by an address of six": (
        ollama_at("https://[fd00::7]"),
        CORE | AI | rows((TRIES, ["private-6"], [443], TCP)),
    ),
    "ollama on the internet": (
        ollama_at("https://models.example.com:8000/v1"),
        CORE | AI | rows((TRIES, ["internet", "internet-6", "other-cluster"], [8000], TCP)),
    ),
    "ollama in the pod itself": (ollama_at("http://127.0.0.1:11434"), CORE | AI),
    "ollama at an unknown address": (merged(AI_ON, {"ai": {"llmProvider": "ollama"}}), CORE | AI),
    "scrapers": (
        merged(AI_ON, SCRAPER),
        CORE | AI | rows((["scraper"], ["backend"], [8080], TCP), (["scraper"], ["ai"], [8081], TCP)),
    ),
    "qdrant": (
        merged(AI_ON, QDRANT, SCRAPER),
        CORE
        | AI
        | rows(
            (["ai"], ["qdrant"], [6333, 6334], TCP),
            (["scraper"], ["qdrant"], [6333], TCP),
            (["scraper"], ["backend"], [8080], TCP),
            (["scraper"], ["ai"], [8081], TCP),
        ),
    ),
    "chromadb": (merged(AI_ON, CHROMADB), CORE | AI | rows((["ai"], ["chromadb"], [8000], TCP))),
    "the chart's ollama": (merged(AI_ON, OLLAMA), CORE | AI | AI_OLLAMA | PULL),
    "the chart's ollama behind a proxy": (
        merged(AI_ON, OLLAMA, PROXY),
        CORE | AI | AI_OLLAMA | PULL_DNS | rows((["ollama"], ["api-server"], [3128], TCP)),
    ),
    "the chart's ollama, filled by hand": (
        merged(AI_ON, OLLAMA, {"ollama": {"pull": False}}),
        CORE | AI | AI_OLLAMA,
    ),
    "the chart's ollama as the provider": (
        merged(AI_ON, {"ai": {"llmProvider": "ollama"}}, OLLAMA, {"ollama": {"pull": False}}),
        CORE | AI | rows((TRIES, ["ollama"], [11434], TCP)),
    ),
    "a vector database in the cluster": (
        database_at("qdrant", "http://ollama.ollama.svc:6333"),
        CORE | AI | rows((["ai"], ["llm"], [6333], TCP)),
    ),
    "a managed vector database": (
        database_at("pinecone", "https://memory.pinecone.example"),
        CORE | AI | rows((["ai"], ["internet", "internet-6", "other-cluster"], [443], TCP)),
    ),
    "a managed vector database at its own port": (
        database_at("weaviate", "https://memory.weaviate.example:8080/v1"),
        CORE | AI | rows((["ai"], ["internet", "internet-6", "other-cluster"], [8080], TCP)),
    ),
    "a managed vector database behind a proxy": (
        merged(database_at("pinecone", "https://memory.pinecone.example"), PROXY),
        CORE | AI | rows((["ai"], ["api-server"], [3128], TCP)),
    ),
    "a vector database of an ai that is off": (
        {"vectorDatabase": {"enabled": True, "provider": "pinecone", "endpoint": "https://memory.pinecone.example"}},
        CORE,
    ),
    "ai may read the cluster": (
        merged(AI_ON, {"ai": {"clusterAccess": {"enabled": True}}}),
        CORE | AI | rows((["ai"], ["api-server"], [443, 6443], TCP)),
    ),
    "the backend looks for ai": (merged(AI_ON, {"backend": {"aiDiscovery": {"enabled": True}}}), CORE | AI),
    "migrations": (MIGRATIONS, CORE | rows((["migrate"], ["dns"], [53, 5353], BOTH))),
    "migrations of a database": (
        merged(
            MIGRATIONS,
            network(
                migrations={
                    "extraEgress": [
                        {"to": [{"podSelector": {"matchLabels": {"app": "neighbour"}}}], "ports": [{"port": 8000}]}
                    ]
                }
            ),
        ),
        CORE | rows((["migrate"], ["dns"], [53, 5353], BOTH), (["migrate"], ["neighbour"], [8000], TCP)),
    ),
    "servers of an ai that is off": (merged(QDRANT, OLLAMA), CORE),
    "exposed": (
        {
            "ingress": {"enabled": True},
            "backend": {"auth": {"acknowledgeExposed": True}},
        },
        CORE | rows((OUTSIDERS, ["frontend"], [8080], TCP)),
    ),
    "exposed to its controller": (
        {
            "ingress": {"enabled": True},
            "backend": {"auth": {"acknowledgeExposed": True}},
            **network(
                frontend={"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}]}
            ),
        },
        CORE - rows((PODS, ["frontend"], [8080], TCP)) | rows((["ingress-controller"], ["frontend"], [8080], TCP)),
    ),
    "further clusters": (
        network(backend={"clusterCidrs": ["203.0.113.0/24"]}),
        CORE | rows((["backend"], ["other-cluster"], [443, 6443], TCP)),
    ),
    "extras": (
        merged(
            AI_ON,
            network(
                backend={
                    "extraIngress": [{"podSelector": {"matchLabels": {"app": "neighbour"}}}],
                    "extraEgress": [{"to": [{"ipBlock": {"cidr": "104.18.0.0/16"}}], "ports": [{"port": 443}]}],
                },
                ai={
                    "extraEgress": [
                        {"to": [{"ipBlock": {"cidr": "192.168.7.1/32"}}], "ports": [{"port": 53, "protocol": "UDP"}]}
                    ]
                },
            ),
        ),
        CORE
        | AI
        | rows(
            (["neighbour"], ["backend"], [8080], TCP),
            (["backend"], ["internet"], [443], TCP),
            (TRIES, ["node"], [53], ("UDP",)),
        ),
    ),
    "dns of each node": (
        network(dns={"cidrs": ["192.168.7.1/32"], "ports": [53], "podSelector": {"matchLabels": {"k8s-app": "none"}}}),
        CORE - rows((["backend", "frontend", "test", "hook"], ["dns"], [53, 5353], BOTH))
        | rows((["backend", "frontend", "test", "hook"], ["node"], [53], BOTH)),
    ),
}


@pytest.mark.parametrize(("values", "expected"), SITUATIONS.values(), ids=SITUATIONS)
def test_what_can_talk_to_what_is_exactly_the_table(values, expected):
    found = ways(render_in(merged(API_SERVER, values)))
    assert sorted(found - expected) == []
    assert sorted(expected - found) == []


SELECTORS = {
    "namespaceSelector": {
        "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["ingress"]}]
    },
    "podSelector": {
        "matchExpressions": [{"key": "app", "operator": "DoesNotExist"}, {"key": "k8s-app", "operator": "Exists"}]
    },
}
SITUATIONS["peers by expressions"] = (
    network(backend={"extraIngress": [SELECTORS]}),
    CORE | rows((["dns"], ["backend"], [8080], TCP)),
)
SITUATIONS["peers by two values"] = (
    network(
        backend={
            "extraIngress": [
                {
                    "namespaceSelector": {},
                    "podSelector": {
                        "matchExpressions": [{"key": "app", "operator": "In", "values": ["neighbour", "ingress"]}]
                    },
                }
            ]
        }
    ),
    CORE | rows((["neighbour", "ingress-controller"], ["backend"], [8080], TCP)),
)


def by_name(expected):
    """Where hosts are allowed by name, the one server behind the name is left of the internet."""
    public = ("internet-6", "other-cluster")
    exact = {way for way in expected if not (way[0] in ("ai", "ai-test", "ollama") and way[1] in public)}
    return exact | {(source, "internet", *rest) for source, target, *rest in expected - exact if target in public}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_cilium_says_the_same_but_knows_hosts_by_name(situation):
    values, expected = SITUATIONS[situation]
    objects = render_in(merged(API_SERVER, values, network(flavor="cilium")))
    assert {item["kind"] for item in objects.all if item["kind"].endswith("NetworkPolicy")} == {"CiliumNetworkPolicy"}
    assert ways(objects) == by_name(expected)
    assert [problem for item in objects.all if crds.is_known(item) for problem in crds.problems(item)] == []


@pytest.mark.parametrize("situation", SITUATIONS)
def test_open_source_calico_says_the_same_as_kubernetes(situation):
    values, expected = SITUATIONS[situation]
    objects = render_in(merged(API_SERVER, values, network(flavor="calico")))
    assert {item["apiVersion"] for item in objects.all if item["kind"] == "NetworkPolicy"} == {"projectcalico.org/v3"}
    assert ways(objects) == expected
    assert [problem for item in objects.all if crds.is_known(item) for problem in crds.problems(item)] == []


def test_calico_with_domain_rules_knows_hosts_by_name():
    values = merged(API_SERVER, OPENAI, network(flavor="calico", calico={"domainRules": True}))
    objects = render_in(values)
    assert ways(objects) == CORE | AI | rows((TRIES, ["internet"], [443], TCP))
    (rule,) = [
        rule
        for rule in objects.get("NetworkPolicy", "kubilitics-ai")["spec"]["egress"]
        if "domains" in rule["destination"]
    ]
    assert rule["destination"] == {"domains": ["api.openai.com"], "ports": [443]}


def test_open_source_calico_has_no_domain_rules():
    values = merged(OPENAI, network(flavor="calico", calico={"domainRules": True}))
    policy = render_in(values).get("NetworkPolicy", "kubilitics-ai")
    assert any("domains" in problem for problem in crds.problems(policy))


def cilium_egress(values, name="kubilitics-ai"):
    objects = render_in(merged(values, network(flavor="cilium")))
    return objects.get("CiliumNetworkPolicy", name)["spec"]["egress"]


@pytest.mark.parametrize(
    ("provider", "hosts"),
    [("none", []), ("openai", ["api.openai.com"]), ("anthropic", ["api.anthropic.com"])],
)
def test_cilium_allows_exactly_the_active_providers_names(provider, hosts):
    """Section 7 of the delivery architecture: port 443 of the provider's API, nothing else."""
    egress = cilium_egress(merged(AI_ON, {"ai": {"llmProvider": provider}}))
    assert [
        ([item["matchName"] for item in rule["toFQDNs"]], rule["toPorts"]) for rule in egress if "toFQDNs" in rule
    ] == [([host], [{"ports": [{"port": "443", "protocol": "TCP"}]}]) for host in hosts]
    assert not [rule for rule in egress if "toCIDRSet" in rule or "toEntities" in rule]
    (dns,) = [port["rules"]["dns"] for rule in egress for port in rule["toPorts"] if "rules" in port]
    assert [item["matchName"] for item in dns if "matchName" in item] == hosts
    patterns = [item["matchPattern"] for item in dns if "matchPattern" in item]
    assert all(set(pattern.removesuffix("cluster.local")) == {"*", "."} for pattern in patterns)
    # Cilium's star stands for one label: a Service's full name has two before `svc.cluster.local`.
    assert "*.*.*.cluster.local" in patterns


@pytest.mark.parametrize("name", ["kubilitics-backend", "kubilitics-frontend", "kubilitics-helpers"])
def test_with_cilium_core_looks_up_names_of_the_cluster_only(name):
    dns = [port["rules"]["dns"] for rule in cilium_egress(OPENAI, name) for port in rule["toPorts"] if "rules" in port]
    assert [item for names in dns for item in names if "matchName" in item] == []


def test_cilium_lets_ollama_fetch_models_from_its_registry_only():
    egress = cilium_egress(merged(AI_ON, OLLAMA), "kubilitics-ollama")
    (names,) = [rule["toFQDNs"] for rule in egress if "toFQDNs" in rule]
    assert names == [{"matchName": "registry.ollama.ai"}, {"matchPattern": "*.r2.cloudflarestorage.com"}]
    (dns,) = [port["rules"]["dns"] for rule in egress for port in rule["toPorts"] if "rules" in port]
    assert [item for item in dns if item in names] == names
    assert {"matchPattern": "*"} not in dns


@pytest.mark.parametrize("flavor", ["kubernetes", "cilium", "calico"])
def test_a_migration_finds_its_policy_before_it_starts(flavor):
    objects = render_in(merged(MIGRATIONS, network(flavor=flavor)))
    (policy,) = [
        item for item in objects.all if item["kind"].endswith("Policy") and "-migrate" in item["metadata"]["name"]
    ]
    job = objects.get("Job", "kubilitics-migrate")
    own, jobs = policy["metadata"]["annotations"], job["metadata"]["annotations"]
    assert own["helm.sh/hook"] == jobs["helm.sh/hook"]
    assert int(own["helm.sh/hook-weight"]) < int(jobs["helm.sh/hook-weight"])
    assert own["argocd.argoproj.io/hook"] == jobs["argocd.argoproj.io/hook"]


@pytest.mark.parametrize("kind", ["serviceMonitor", "podMonitor"])
def test_metrics_that_nobody_may_read_are_warned_of(kind):
    monitored = {"monitoring": {kind: {"enabled": True, "renderMode": "alwaysRender"}}}
    words = "networkPolicy.monitoring"
    assert words in render(monitored).notes
    assert words not in render({}).notes
    assert words not in render(merged(monitored, SCRAPER)).notes
    assert words not in render(merged(monitored, network(enabled=False))).notes


@pytest.mark.parametrize(
    ("endpoint", "is_inside"),
    [
        ("http://memory.data.svc:6333", True),
        ("http://memory:6333", True),
        ("https://memory.data.svc.cluster.local", True),
        ("https://memory.example.com", False),
        ("http://10.0.0.7:6333", False),
    ],
)
def test_local_only_knows_where_the_memory_is(endpoint, is_inside):
    values = merged(database_at("qdrant", endpoint), {"ai": {"dataResidency": "local-only"}})
    if is_inside:
        render(values)
    else:
        with pytest.raises(Exception, match=r"vectorDatabase\.endpoint: ai\.dataResidency is local-only"):
            render(values)


def test_with_cilium_any_name_is_looked_up_only_where_addresses_without_names_are_open():
    clusters = network(backend={"clusterCidrs": ["203.0.113.0/24"]})
    for name, expected in (("kubilitics-backend", True), ("kubilitics-ai", False)):
        rules = cilium_egress(merged(OPENAI, clusters), name)
        names = [item for rule in rules for port in rule["toPorts"] for item in port.get("rules", {}).get("dns", [])]
        assert ({"matchPattern": "*"} in names) is expected


def test_with_cilium_the_api_server_is_an_entity():
    (rule,) = [rule for rule in cilium_egress({}, "kubilitics-backend") if "toEntities" in rule]
    assert rule["toEntities"] == ["kube-apiserver"]
    assert [port["port"] for port in rule["toPorts"][0]["ports"]] == ["443", "6443"]


def test_the_crds_refuse_what_they_should():
    policy = render_in(network(flavor="cilium")).get("CiliumNetworkPolicy", "kubilitics-backend")
    assert crds.problems(policy) == []
    for change in ({"typo": 1}, {"egress": [{"toEntities": ["everybody"]}]}, {"ingress": "all"}):
        assert crds.problems({**policy, "spec": {**policy["spec"], **change}}) != []


def test_without_an_address_the_api_server_is_looked_for_in_private_networks_only():
    """A pod of the chart stays closed at its own end, wherever its address lies."""
    targets = {(target, port) for source, target, port, _ in ways(render_in({})) - CORE if source == "backend"}
    assert targets == {(name, port) for name in PRIVATE if name not in COMPONENTS for port in (443, 6443)} - {
        ("api-server", 443),
        ("api-server", 6443),
    }


def test_every_pod_of_the_chart_is_closed_by_default_whatever_it_is():
    """Also one whose component has no policy of its own, such as a migration's."""
    assert not [way for way in ways(render_in(merged(OPENAI, API_SERVER))) if "migrate" in way[:2]]


def test_policies_can_be_left_to_somebody_else():
    assert not [item for item in render(merged(OPENAI, network(enabled=False))).all if item["kind"] == "NetworkPolicy"]


def test_ai_changes_no_policy_of_core():
    for flavor in ("kubernetes", "cilium", "calico"):
        values = network(flavor=flavor)
        off, on = render(values), render(merged(values, OPENAI))
        for folder in ("backend", "frontend", "network"):
            assert off.texts_of(folder) == on.texts_of(folder)
            assert "ai" not in {line.strip() for text in off.texts_of(folder).values() for line in text.split()}


CONDITIONS = {
    "core alone": {"always", "door"},
    "ai unconfigured": {"always", "door", "ai"},
    "a provider outside": {"always", "door", "ai", "ai-and-provider"},
    "ollama in the cluster": {"always", "door", "ai", "ai-and-endpoint"},
    "scrapers": {"always", "door", "ai", "monitoring", "ai-and-monitoring"},
    "qdrant": {"always", "door", "ai", "monitoring", "ai-and-monitoring", "qdrant", "qdrant-and-monitoring"},
    "chromadb": {"always", "door", "ai", "chromadb"},
    "the chart's ollama": {"always", "door", "ai", "ollama", "pull", "pull-directly"},
    "the chart's ollama behind a proxy": {"always", "door", "ai", "ollama", "pull", "pull-and-proxy"},
    "the chart's ollama, filled by hand": {"always", "door", "ai", "ollama"},
    "the chart's ollama as the provider": {"always", "door", "ai", "ollama", "ollama-used"},
    "a vector database in the cluster": {"always", "door", "ai", "vector-database-inside"},
    "a managed vector database": {"always", "door", "ai", "vector-database-outside"},
    "ai may read the cluster": {"always", "door", "ai", "ai-and-cluster-access"},
    "migrations": {"always", "door", "migrations"},
    "exposed": {"always", "exposed", "door"},
    "further clusters": {"always", "door", "clusters"},
    "a provider behind a proxy": {"always", "door", "ai", "ai-and-proxy"},
}
WHO = {
    "in-cluster": PODS,
    "anyone": OUTSIDERS,
    "provider": ["internet", "internet-6", "other-cluster"],
    "endpoint": ["llm"],
    "proxy": ["api-server"],
    "database-outside": ["internet", "internet-6", "other-cluster"],
    "database-inside": ["llm"],
    "registry": ["internet", "internet-6", "other-cluster"],
    "clusters": ["other-cluster"],
}
VALUE_PORTS = {
    "provider": (443,),
    "endpoint": (11434,),
    "proxy": (3128,),
    "database-outside": (443,),
    "database-inside": (6333,),
}


@pytest.mark.parametrize("situation", CONDITIONS)
def test_the_documented_table_says_the_same(situation):
    lines = [
        (
            WHO.get(row.source, [row.source]),
            WHO.get(row.target, [row.target]),
            row.ports or VALUE_PORTS[row.target],
            row.protocols,
        )
        for row in CONNECTIONS
        if row.when in CONDITIONS[situation]
    ]
    values, _ = SITUATIONS[situation]
    assert rows(*lines) == ways(render_in(merged(API_SERVER, values)))


def test_every_condition_of_the_table_is_tested():
    assert {row.when for row in CONNECTIONS} == set.union(*CONDITIONS.values()) == set(connections.CONDITIONS)


def test_the_readme_and_the_toolkits_settings_carry_the_table():
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    declared = yaml.safe_load((CHART / ".chartgen.yaml").read_text(encoding="utf-8"))["declared"]["connections"]
    assert len(declared) == len(CONNECTIONS)
    assert {
        "from": "frontend",
        "to": "backend",
        "ports": [8080],
        "protocols": ["TCP"],
        "when": "always",
    }.items() <= next(item for item in declared if (item["from"], item["to"]) == ("frontend", "backend")).items()
    assert "| frontend | backend | 8080 | always | REST, WebSockets |" in readme


@pytest.mark.parametrize(
    "endpoint", ["http://[::1", "http://a:b", "http://x:99999", "http://", "http://%zz", "http://["]
)
def test_an_address_that_nobody_can_read_opens_nothing(endpoint):
    assert ways(render_in(merged(API_SERVER, ollama_at(endpoint)))) == CORE | AI


def test_an_empty_list_of_networks_opens_nothing():
    values = merged(OPENAI, API_SERVER, network(externalEgress={"cidrs": []}))
    assert ways(render_in(values)) == CORE | AI

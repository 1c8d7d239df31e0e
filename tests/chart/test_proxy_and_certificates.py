"""The proxy and the certificates reach every container of the chart, and nothing inside goes through the proxy."""

import ipaddress
import itertools

import pytest

from tests.chart.helms import embedded
from tests.chart.objects import AI_ON, merged, render
from tests.chart.test_everywhere import SITUATIONS

PROXY = {
    "httpProxy": "http://proxy.example:3128",
    "httpsProxy": "http://secure.example:3129",
    "noProxy": [".corp.example"],
}
EVERYTHING = merged(
    AI_ON,
    {"ai": {"llmProvider": "ollama"}, "global": {"proxy": PROXY, "caBundle": {"configMap": "ca", "key": "all.pem"}}},
)


def containers(objects):
    for name, pod in objects.pods():
        for item in pod["spec"]["containers"] + pod["spec"].get("initContainers", []):
            yield f"{name}/{item['name']}", item, pod["spec"]


def env(container):
    return {item["name"]: item.get("value", item.get("valueFrom")) for item in container.get("env", [])}


def goes_direct(host, no_proxy):
    """Go's rule (golang.org/x/net/http/httpproxy): a domain and all below it; with a dot, only what is below."""
    for entry in no_proxy.split(","):
        if "/" in entry:
            continue
        if entry.startswith(".") and host.endswith(entry):
            return True
        if host == entry or host.endswith(f".{entry}"):
            return True
    return False


def test_the_proxy_reaches_every_container_in_both_spellings():
    found = list(containers(render(EVERYTHING)))
    assert {name for name, _, _ in found} == {
        "kubilitics-backend/backend",
        "kubilitics-frontend/nginx",
        "kubilitics-frontend/prepare",
        "kubilitics-ai/ai",
        "kubilitics-ai/wait-for-provider",
    }
    for name, container, _ in found:
        variables = env(container)
        for key, value in (("http_proxy", PROXY["httpProxy"]), ("https_proxy", PROXY["httpsProxy"])):
            assert variables[key] == variables[key.upper()] == value, name
        assert variables["no_proxy"] == variables["NO_PROXY"], name
        assert "$(KUBERNETES_SERVICE_HOST)" in variables["NO_PROXY"].split(",")
        assert "$$" not in variables["NO_PROXY"]
        assert ".corp.example" in variables["NO_PROXY"].split(",")


@pytest.mark.parametrize("release", ["kubilitics", "other", "x" * 53])
@pytest.mark.parametrize("domain", ["cluster.local", "k8s.example"])
def test_nothing_inside_the_cluster_goes_through_the_proxy(release, domain):
    objects = render(merged(EVERYTHING, {"clusterDomain": domain}), release=release, namespace="tools")
    services = [item["metadata"]["name"] for item in objects.all if item["kind"] == "Service"]
    assert len(services) == 3
    inside = [
        "localhost",
        "kubernetes.default.svc",
        f"kubernetes.default.svc.{domain}",
        f"other.elsewhere.svc.{domain}",
    ]
    for name in services:
        inside += [name, f"{name}.tools", f"{name}.tools.svc", f"{name}.tools.svc.{domain}"]
    for name, container, _ in containers(objects):
        no_proxy = env(container)["NO_PROXY"]
        assert [host for host in inside if not goes_direct(host, no_proxy)] == [], name
        assert not goes_direct("api.openai.com", no_proxy)
        addresses = {"127.0.0.1", "::1"} & set(no_proxy.split(","))
        assert {ipaddress.ip_address(item).is_loopback for item in addresses} == {True}
        assert len(addresses) == 2


def test_a_proxy_with_a_password_comes_from_a_secret():
    for _, container, _ in containers(render(merged(AI_ON, {"global": {"proxy": {"existingSecret": "proxy"}}}))):
        variables = env(container)
        for name in ("HTTPS_PROXY", "https_proxy"):
            assert variables[name] == {"secretKeyRef": {"name": "proxy", "key": "https-proxy"}}
        for name in ("HTTP_PROXY", "http_proxy"):
            assert variables[name] == {"secretKeyRef": {"name": "proxy", "key": "http-proxy", "optional": True}}
        assert goes_direct("kubilitics-ai", variables["NO_PROXY"])


@pytest.mark.parametrize("url", ["http://u:p@proxy.example:3128", "https://u@proxy.example", "http://u:p%40@p:1/"])
@pytest.mark.parametrize("key", ["httpProxy", "httpsProxy"])
def test_a_password_in_the_address_is_refused_without_being_repeated(key, url):
    complaint = embedded({"global": {"proxy": {key: url}}})
    assert f"global.proxy.{key}: a password in values" in complaint
    assert "u:p" not in complaint


@pytest.mark.parametrize(
    ("proxy", "endpoint", "waits"),
    [
        ({"httpProxy": "http://proxy.example:3128"}, "http://models.example.com:8000", False),
        ({"httpProxy": "http://proxy.example:3128"}, "https://models.example.com", True),
        ({"httpsProxy": "http://proxy.example:3128"}, "https://models.example.com", False),
        ({"httpsProxy": "http://proxy.example:3128", "noProxy": ["example.com"]}, "https://models.example.com", True),
        ({"httpsProxy": "http://proxy.example:3128"}, "https://ollama.models.svc", True),
        ({"existingSecret": "proxy"}, "https://models.example.com", False),
    ],
)
def test_a_server_behind_the_proxy_is_not_waited_for(proxy, endpoint, waits):
    """The proxy would answer for it, and BusyBox's wget knows only half of what the variables say."""
    ai = {"llmProvider": "ollama", "providers": {"ollama": {"endpoint": endpoint}}}
    (pod,) = [
        pod
        for name, pod in render(merged(AI_ON, {"ai": ai, "global": {"proxy": proxy}})).pods()
        if name.endswith("-ai")
    ]
    names = [item["name"] for item in pod["spec"].get("initContainers", [])]
    assert names == (["wait-for-provider"] if waits else [])
    if waits:
        assert "-Y off" in pod["spec"]["initContainers"][0]["command"][2]


def test_an_at_sign_after_the_host_is_no_password():
    assert embedded({"global": {"proxy": {"httpProxy": "http://proxy.example:3128/a@b"}}}) is None


@pytest.mark.parametrize("kind", ["configMap", "secret"])
def test_certificates_reach_every_container_and_the_systems_own_stay(kind):
    values = merged(EVERYTHING, {"global": {"caBundle": {"configMap": "", kind: "company"}}})
    for name, container, spec in containers(render(values)):
        folders = env(container)["SSL_CERT_DIR"].split(":")
        assert {"/etc/ssl/certs", "/etc/pki/tls/certs"} < set(folders), name
        (mount,) = [item for item in container["volumeMounts"] if item["mountPath"] in folders]
        assert mount["readOnly"] is True
        assert "subPath" not in mount, "a mounted file alone would never change"
        (volume,) = [item for item in spec["volumes"] if item["name"] == mount["name"]]
        source = volume[kind]
        assert source["secretName" if kind == "secret" else "name"] == "company"
        assert source["items"] == [{"key": "all.pem", "path": "ca.crt"}]


def test_without_either_no_container_knows_of_them():
    for _, container, spec in containers(render(merged(AI_ON, {"ai": {"llmProvider": "ollama"}}))):
        assert not {"NO_PROXY", "HTTPS_PROXY", "SSL_CERT_DIR"} & set(env(container))
        assert "ca-bundle" not in [item["name"] for item in spec["volumes"]]


def test_hosts_to_reach_directly_alone_set_nothing():
    assert render({"global": {"proxy": {"noProxy": ["a.example"]}}}).all == render().all


@pytest.mark.parametrize("values", SITUATIONS.values(), ids=SITUATIONS)
@pytest.mark.parametrize("proxy", [{}, {"httpsProxy": "http://p.example"}, {"existingSecret": "p"}], ids=str)
def test_no_list_names_anything_twice(values, proxy):
    extra = {
        "global": {"proxy": proxy, "caBundle": {"secret": "ca"}},
        **{name: {"extraEnv": [{"name": "REGION", "value": "x"}]} for name in ("backend", "frontend", "ai")},
    }
    if proxy.get("existingSecret") and "proxy" in values.get("global", {}):
        values = {key: value for key, value in values.items() if key != "global"}
    layered = merged({"global": {"caBundle": {"configMap": ""}}}, values, extra)
    layered["global"]["caBundle"] = {"secret": "ca"}
    for name, pod in render(layered).pods():
        spec = pod["spec"]
        everything = spec["containers"] + spec.get("initContainers", [])
        lists = [[item["name"] for item in everything], [item["name"] for item in spec["volumes"]]]
        for container in everything:
            lists.append([item["name"] for item in container.get("env", [])])
            lists.append([item["mountPath"] for item in container.get("volumeMounts", [])])
        for names in lists:
            assert len(names) == len(set(names)), (
                name,
                [n for n, same in itertools.groupby(sorted(names)) if len(list(same)) > 1],
            )


@pytest.mark.parametrize(
    "proxy",
    [
        {"noProxy": ["a b"]},
        {"noProxy": ["$(X)"]},
        {"noProxy": ["a,b"]},
        {"httpProxy": "proxy:3128"},
        {"httpProxi": "x"},
    ],
)
def test_what_is_no_address_is_refused(proxy):
    assert embedded({"global": {"proxy": proxy}}) is not None

"""What Helm prints after an installation: commands that can be run as they stand, and what is dangerous."""

import ipaddress

import pytest

from tests.chart.objects import AI_ON, PROFILES, merged, profile, render
from tests.chart.test_core import auth

STORE = {"enabled": True, "secretStoreRef": {"name": "vault"}, "remoteRefs": {"openai-api-key": {"key": "k"}}}
PROXY = {"global": {"proxy": {"existingSecret": "proxy"}}}
LOAD_BALANCER = {"frontend": {"service": {"type": "LoadBalancer"}}}


def ai(provider="openai", **settings):
    return merged(AI_ON, {"ai": {"llmProvider": provider, **settings}})


def commands(values, **place):
    """The lines that are to be run in a shell."""
    return [line.strip() for line in render(values, **place).notes.splitlines() if line.startswith("  ")]


def warnings(values):
    """The paragraphs that warn, each in one line."""
    paragraphs = render(values).notes.split("\n\n")
    return [" ".join(text.split()) for text in paragraphs if text.startswith("WARNING: ")]


def warned(values, *words):
    """Whether one of the warnings has all of these words."""
    return any(all(word in text for word in words) for text in warnings(values))


def exposed_by(door, **settings):
    return {door: {"enabled": True, **settings}, "backend": {"auth": {"acknowledgeExposed": True}}}


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({}, "kubectl -n default port-forward service/kubilitics-frontend 8080:80"),
        (exposed_by("ingress"), "kubectl -n default get ingress kubilitics-frontend"),
        (exposed_by("ingress", host="k.example.com"), "http://k.example.com"),
        (exposed_by("httpRoute", parentRefs=[{"name": "gw"}]), "kubectl -n default get httproute kubilitics-frontend"),
    ],
)
def test_a_door_that_was_opened_is_the_one_to_go_through(values, line):
    assert commands(values)[0] == line
    assert ("http://localhost:8080" in render(values).notes) is ("port-forward" in line)


def test_a_secret_with_several_keys_is_made_by_one_command_because_a_second_one_would_fail():
    (command,) = [line for line in commands(ai(fallbackProviders=["anthropic"])) if "create secret" in line]
    assert command == (
        "kubectl -n default create secret generic kubilitics-ai-secrets"
        " --from-literal=openai-api-key=sk-... --from-literal=anthropic-api-key=sk-ant-..."
    )


def test_an_address_that_is_in_no_value_is_in_that_command_and_one_that_is_there_is_not():
    (command,) = [line for line in commands(ai("ollama")) if "create secret" in line]
    assert command.endswith(" kubilitics-ai-secrets --from-literal=ollama-url=http://...")
    known = ai("ollama", providers={"ollama": {"endpoint": "http://ollama.models.svc:11434"}})
    assert not any("create secret" in line for line in commands(known))


@pytest.mark.parametrize(
    ("values", "made"),
    [
        (ai(externalSecret=STORE), True),
        (ai(externalSecret={**STORE, "renderMode": "skipIfMissing"}), False),
        (ai("none", externalSecret=STORE), False),
        (ai(), False),
    ],
)
def test_an_external_secret_is_announced_only_where_there_is_one(values, made):
    objects = render(values)
    assert (("ExternalSecret", "kubilitics-ai") in objects.names) is made
    assert ("get externalsecret kubilitics-ai" in objects.notes) is made
    assert ("create secret" in objects.notes) is (values["ai"]["llmProvider"] == "openai" and not made)


def test_ai_is_turned_on_by_a_whole_command_that_keeps_the_values_given_before():
    upgrade = "helm upgrade team <chart> -n tools --reset-then-reuse-values --set"
    assert f"{upgrade} ai.enabled=true" in commands({}, release="team", namespace="tools")
    assert f"{upgrade} ai.llmProvider=openai" in commands(AI_ON, release="team", namespace="tools")


def test_without_the_frontend_no_browser_reaches_ai():
    off = {"frontend": {"enabled": False}}
    assert "No browser reaches AI" in render(merged(AI_ON, off)).notes
    assert "No browser reaches AI" not in render(off).notes
    assert "No browser reaches AI" not in render(AI_ON).notes


def test_a_model_that_was_not_chosen_may_be_retired():
    words = "name a current one in ai.providers.anthropic.model"
    assert words in render(ai("anthropic")).notes
    assert words not in render(ai("anthropic", providers={"anthropic": {"model": "claude-of-today"}})).notes
    own = ai("ollama", providers={"ollama": {"endpoint": "http://ollama.models.svc:11434"}})
    assert "retire" not in render(own).notes, "a server of one's own retires no model"


def test_rights_to_change_the_cluster_without_a_login_are_warned_of():
    for right in ("manage", "exec"):
        rights = {"rbac": {right: True}}
        assert warned(rights, "backend.auth.mode is disabled", f"rbac.{right}")
        assert not warned(merged(rights, auth("required")), "backend.auth.mode is disabled")
        assert not warned(merged(rights, {"rbac": {"create": False}}), "backend.auth.mode is disabled")
    assert not warned({}, "backend.auth.mode is disabled")


@pytest.mark.parametrize(
    ("values", "path"),
    [
        (LOAD_BALANCER, "frontend.service.type is LoadBalancer"),
        ({"frontend": {"service": {"type": "NodePort"}}}, "frontend.service.type is NodePort"),
        ({"ingress": {"enabled": True, "host": "k.example.com"}}, "ingress.tls.enabled is false"),
    ],
)
def test_a_login_over_plain_http_is_warned_of(values, path):
    for mode in ("required", "optional"):
        assert warned(merged(auth(mode, acknowledgeExposed=True), values), "passwords travel unencrypted", path)
    assert not warned(merged(auth("disabled", acknowledgeExposed=True), values), "unencrypted")


def test_a_login_over_https_or_inside_the_cluster_is_not_warned_of():
    encrypted = {"ingress": {"enabled": True, "host": "k.example.com", "tls": {"enabled": True}}}
    for values in (
        {},
        encrypted,
        {"route": {"enabled": True}},
        merged(LOAD_BALANCER, {"frontend": {"enabled": False}}),
    ):
        assert not warned(merged(auth("required"), values), "unencrypted")


def test_ai_without_network_policies_is_warned_of_because_it_asks_nobody_who_they_are():
    off = {"networkPolicy": {"enabled": False}}
    assert warned(merged(AI_ON, off), "networkPolicy.enabled is false", "kubilitics-ai:8081")
    assert not warned(off, "networkPolicy.enabled")
    assert not warned(AI_ON, "networkPolicy.enabled")


def test_a_proxy_that_only_a_secret_knows_must_be_opened():
    open_it = "networkPolicy.ai.extraEgress"
    assert warned(merged(ai(), PROXY), "keep AI from the proxy", open_it)
    for values in (
        ai(),
        merged(AI_ON, PROXY),
        merged(ai(), PROXY, {"networkPolicy": {"enabled": False}}),
        merged(ai(), PROXY, {"global": {"proxy": {"noProxy": ["api.openai.com"]}}}),
        merged(ai(), {"global": {"proxy": {"httpsProxy": "http://proxy.example:3128"}}}),
    ):
        assert not warned(values, "from the proxy")


def test_the_proxy_is_opened_for_the_fetching_of_models_and_for_a_vector_database_outside_too():
    ollama = merged(ai("ollama"), PROXY, {"ollama": {"enabled": True}})
    assert warned(ollama, "keep Ollama from the proxy", "networkPolicy.ollama.extraEgress")
    assert not warned(ollama, "keep AI from the proxy")
    assert not warned(merged(ollama, {"ollama": {"pull": False}}), "from the proxy")
    outside = {"vectorDatabase": {"enabled": True, "provider": "pinecone", "endpoint": "https://memory.example.com"}}
    assert warned(merged(AI_ON, PROXY, outside), "keep AI from the proxy")


def test_several_pods_that_would_share_a_memory_no_image_acts_on_are_warned_of():
    several = ai(replicas=3, persistence={"enabled": False})
    database = {"vectorDatabase": {"enabled": True}}
    words = "no AI image up to this release acts on the vector database"
    assert warned(merged(several, database), "several AI pods", words)
    scaled = ai(autoscaling={"enabled": True, "maxReplicas": 3}, persistence={"enabled": False})
    assert warned(merged(scaled, database), "several AI pods", words)
    assert not warned(merged(several, database, {"ai": {"replicas": 1}}), "several AI pods")
    assert not warned(ai(replicas=3, persistence={"perReplica": True}), "several AI pods")


def test_addresses_are_none_that_cannot_be_opened_and_say_what_is_not_known():
    ways = {
        "ingress": {"enabled": True, "host": "*.example.com"},
        "httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}], "hostnames": ["k.example.org"]},
    }
    lines = commands(merged(auth("disabled", acknowledgeExposed=True), ways))
    assert "http://<any name>.example.com" in lines
    assert "https://k.example.org (http where the Gateway has no HTTPS listener)" in lines


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_no_profile_sends_passwords_by_plain_http_or_believes_a_whole_private_network(path):
    values = profile(path)
    assert not warned(values, "unencrypted")
    for network in values.get("backend", {}).get("trustedProxies", []):
        assert ipaddress.ip_network(network).prefixlen >= 24, network


def test_rights_of_the_account_that_every_pod_has_are_warned_of():
    unnamed = {"backend": {"serviceAccount": {"create": False}}}
    words = ("backend.serviceAccount.create is false", 'account "default"')
    assert warned(unnamed, *words)
    assert not warned(merged(unnamed, {"backend": {"serviceAccount": {"name": "mine"}}}), *words)
    assert not warned(merged(unnamed, {"rbac": {"create": False}}), *words)
    assert not warned({}, *words)

"""Providers, fallbacks, data residency: sections 3, 5 and 8 of the delivery architecture, and what the image does."""

import json

import pytest
import yaml

from tests.chart.helms import embedded
from tests.chart.objects import AI_ON, CHART, merged, render

AI = "kubilitics-ai"
AZURE = {"endpoint": "https://x.openai.azure.com/openai/v1", "model": "my-deployment"}
VLLM = {"endpoint": "http://vllm.models.svc:8000/v1", "model": "mistral"}


def ai(provider, **settings):
    return merged(AI_ON, {"ai": {"llmProvider": provider, **settings}})


def env_list(values):
    return render(values).container(AI)["env"]


def config(values):
    return yaml.safe_load(render(values).get("ConfigMap", AI)["data"]["config.yaml"])


def test_the_providers_are_those_of_the_delivery_architecture():
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    enum = schema["properties"]["ai"]["properties"]["llmProvider"]["enum"]
    assert set(enum) == {"none", "openai", "anthropic", "azure", "ollama", "custom"}


def test_azure_is_a_custom_server_to_the_image_with_the_key_put_in_by_kubernetes():
    values = ai("azure", providers={"azure": AZURE})
    assert config(values)["llm"] == {
        "provider": "custom",
        "custom": {"base_url": AZURE["endpoint"], "model": AZURE["model"]},
    }
    env = env_list(values)
    names = [item["name"] for item in env]
    assert names.index("AZURE_OPENAI_API_KEY") < names.index("KUBILITICS_LLM_CUSTOM"), "only earlier variables expand"
    by_name = {item["name"]: item for item in env}
    assert by_name["AZURE_OPENAI_API_KEY"]["valueFrom"] == {
        "secretKeyRef": {"name": "kubilitics-ai-secrets", "key": "azure-openai-api-key"}
    }
    assert json.loads(by_name["KUBILITICS_LLM_CUSTOM"]["value"]) == {
        "base_url": AZURE["endpoint"],
        "model": AZURE["model"],
        "api_key": "$(AZURE_OPENAI_API_KEY)",
    }


def test_a_custom_server_without_a_key_needs_no_secret():
    env = {item["name"] for item in env_list(ai("custom", providers={"custom": VLLM}))}
    assert not env & {"CUSTOM_API_KEY", "KUBILITICS_LLM_CUSTOM"}


def test_a_custom_server_with_a_key_gets_it():
    values = ai("custom", providers={"custom": {**VLLM, "secretKey": "vllm-key"}})
    env = {item["name"]: item for item in env_list(values)}
    assert env["CUSTOM_API_KEY"]["valueFrom"]["secretKeyRef"]["key"] == "vllm-key"
    assert json.loads(env["KUBILITICS_LLM_CUSTOM"]["value"])["api_key"] == "$(CUSTOM_API_KEY)"


@pytest.mark.parametrize(("provider", "settings"), [("azure", AZURE), ("custom", VLLM)])
def test_the_pod_waits_for_servers_without_which_the_image_exits(provider, settings):
    values = ai(provider, providers={provider: settings})
    (wait,) = render(values).get("Deployment", AI)["spec"]["template"]["spec"]["initContainers"]
    env = {item["name"]: item["value"] for item in wait["env"]}
    assert env["ENDPOINT"] + env["READY_PATH"] == settings["endpoint"] + "/models"


def test_fallbacks_bring_their_keys_which_may_be_missing():
    env = {item["name"]: item for item in env_list(ai("anthropic", fallbackProviders=["openai"]))}
    assert env["ANTHROPIC_API_KEY"]["valueFrom"]["secretKeyRef"]["optional"] is True
    assert env["OPENAI_API_KEY"]["valueFrom"]["secretKeyRef"]["optional"] is True
    values = ai("openai", fallbackProviders=["azure"], providers={"azure": AZURE})
    env = {item["name"]: item for item in env_list(values)}
    assert env["AZURE_OPENAI_API_KEY"]["valueFrom"]["secretKeyRef"]["optional"] is True
    assert config(values)["llm"]["fallback_providers"] == ["custom"]


def test_a_provider_that_is_its_own_fallback_counts_once():
    names = [item["name"] for item in env_list(ai("openai", fallbackProviders=["openai"]))]
    assert names.count("OPENAI_API_KEY") == 1


@pytest.mark.parametrize("provider", ["openai", "anthropic", "azure"])
def test_local_only_refuses_every_provider_outside(provider):
    settings = {"azure": AZURE} if provider == "azure" else {}
    assert "local-only" in embedded(ai(provider, dataResidency="local-only", providers=settings))
    fallback = ai(
        "custom", fallbackProviders=[provider], dataResidency="local-only", providers={"custom": VLLM, **settings}
    )
    assert "local-only" in embedded(fallback)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://ollama:11434",
        "http://ollama.models.svc:11434",
        "https://ollama.models.svc.cluster.local",
        "http://ollama.models.svc/v1",
    ],
)
def test_local_only_takes_servers_inside_the_cluster(endpoint):
    values = ai("ollama", dataResidency="local-only", providers={"ollama": {"endpoint": endpoint}})
    assert embedded(values) is None


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://ollama.example.com",
        "http://ollama.svc.example.com",
        "http://1.2.3.4:11434",
        "http://a.svc@evil.example/",
        "",
    ],
)
def test_local_only_refuses_servers_that_may_be_outside(endpoint):
    values = ai("ollama", dataResidency="local-only", providers={"ollama": {"endpoint": endpoint}})
    assert "local-only" in embedded(values)


def test_notes_say_with_which_provider_and_what_it_may_reach():
    notes = render(ai("openai", fallbackProviders=["anthropic"])).notes
    assert "OpenAI" in notes
    assert "api.openai.com:443" in notes
    assert "api.anthropic.com:443" in notes
    assert "are sent there" in notes
    inside = render(ai("custom", providers={"custom": VLLM})).notes
    assert "http://vllm.models.svc:8000/v1" in inside
    assert "are sent there" not in inside


@pytest.mark.parametrize(
    ("provider", "settings", "sent"),
    [
        ("openai", {}, ["OpenAI"]),
        ("custom", {"model": "m", "endpoint": "https://models.example.com/v1"}, ["OpenAI-compatible server"]),
        ("custom", VLLM, []),
        ("ollama", {}, ["Ollama"]),
        ("ollama", {"endpoint": "http://ollama.models.svc:11434"}, []),
    ],
)
def test_discovery_tells_clients_of_every_server_that_the_notice_to_users_tells_of(provider, settings, sent):
    import json

    objects = render(ai(provider, providers={provider: settings}))
    notices = json.loads(objects.get("ConfigMap", "kubilitics-ai-discovery")["data"]["discovery.json"])["ai"]["notices"]
    assert [notice.rpartition(" sent to ")[2] for notice in notices] == [f"{title}." for title in sent]


def test_the_notice_to_users_says_where_their_data_goes():
    assert "OpenAI and Anthropic" in config(ai("openai", fallbackProviders=["anthropic"]))["consent"]["notice"]
    assert "stays in your cluster" in config(ai("custom", providers={"custom": VLLM}))["consent"]["notice"]
    elsewhere = {"custom": {**VLLM, "endpoint": "https://models.example.com/v1"}}
    assert "is sent to" in config(ai("custom", providers=elsewhere))["consent"]["notice"]
    assert "is sent to Ollama" in config(ai("ollama"))["consent"]["notice"], "an address in the Secret is not known"
    own = config(ai("openai", consentNotice={"text": "Ask Jane: 'AI'"}))
    assert own["consent"] == {"required": True, "notice": "Ask Jane: 'AI'"}

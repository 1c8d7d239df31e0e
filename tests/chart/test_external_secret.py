"""The Secret with the keys, brought by the External Secrets Operator; judged by that operator's own definition."""

import subprocess

import pytest

from tests.chart import crds
from tests.chart.helms import embedded, helm3
from tests.chart.objects import AI_ON, CHART, merged, render
from tests.chart.test_injection import NASTY, outcome

AI = "kubilitics-ai"
KIND = "ExternalSecret"
REFS = {
    "openai-api-key": {"key": "kubilitics/openai", "property": "api-key", "version": "3"},
    "anthropic-api-key": {"key": "kubilitics/anthropic"},
    "ollama-url": {"key": "kubilitics/ollama"},
}
STRATEGIES = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}
"""The defaults of the operator's definition."""


def external(provider="openai", *, ai=None, **settings):
    secret = {"enabled": True, "secretStoreRef": {"name": "vault"}, "remoteRefs": REFS, **settings}
    return merged(AI_ON, {"ai": {"llmProvider": provider, "externalSecret": secret, **(ai or {})}})


def made(values):
    return render(values).get(KIND, AI)


def test_by_default_the_operator_of_the_cluster_makes_the_secret():
    assert KIND not in {kind for kind, _ in render(merged(AI_ON, {"ai": {"llmProvider": "openai"}})).names}


def test_it_creates_the_secret_that_ai_reads_from_the_store():
    item = made(external())
    assert item["apiVersion"] == "external-secrets.io/v1"
    assert item["spec"]["target"]["name"] == "kubilitics-ai-secrets"
    assert item["spec"]["secretStoreRef"] == {"kind": "SecretStore", "name": "vault"}
    assert item["spec"]["refreshInterval"] == "1h"
    (data,) = item["spec"]["data"]
    assert data["secretKey"] == "openai-api-key"
    assert data["remoteRef"].items() >= {"key": "kubilitics/openai", "property": "api-key", "version": "3"}.items()


def test_only_the_chosen_providers_key_is_fetched():
    for provider, key in (("anthropic", "anthropic-api-key"), ("ollama", "ollama-url")):
        assert [item["secretKey"] for item in made(external(provider))["spec"]["data"]] == [key]


@pytest.mark.parametrize(
    "values",
    [external("none"), external("ollama", ai={"providers": {"ollama": {"endpoint": "http://ollama:11434"}}})],
    ids=["none", "ollama with an address in the values"],
)
def test_a_provider_that_reads_no_secret_needs_none(values):
    assert KIND not in {kind for kind, _ in render(values).names}


def test_other_names_of_secret_and_key_are_followed():
    values = external(
        remoteRefs={"token": {"key": "x"}},
        ai={"apiKeySecret": "team-keys", "providers": {"openai": {"secretKey": "token"}}},
    )
    spec = made(values)["spec"]
    assert (spec["target"]["name"], spec["data"][0]["secretKey"]) == ("team-keys", "token")


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("field", ["key", "property", "version"])
def test_no_name_of_the_store_becomes_structure_or_code(field, text):
    values = external(remoteRefs={"openai-api-key": {"key": "k", field: text}})
    item = outcome(values)
    if item is not None:
        (data,) = item.get(KIND, AI)["spec"]["data"]
        assert data["remoteRef"] == {**STRATEGIES, "key": "k", field: text}


def test_with_ai_off_there_is_none():
    assert KIND not in {kind for kind, _ in render(merged(external(), {"ai": {"enabled": False}})).names}


@pytest.mark.parametrize("api_version", ["external-secrets.io/v1", "external-secrets.io/v1beta1"])
@pytest.mark.parametrize("kind", ["SecretStore", "ClusterSecretStore"])
def test_the_operators_own_definition_accepts_it(api_version, kind):
    item = made(external(apiVersion=api_version, secretStoreRef={"name": "vault", "kind": kind}))
    assert crds.problems(item) == []
    assert crds.added(item) == [], "tools that compare with what they rendered would show it as a difference for ever"


def test_the_operators_own_definition_is_really_asked():
    item = made(external())
    broken = merged(item, {"spec": {"secretStoreRef": {"kind": "Vault"}, "typing": "mistake"}})
    assert len(crds.problems(broken)) == 2


def template(*arguments, mode):
    """What `helm template` prints for a cluster of these kinds."""
    secret = "ai.externalSecret"
    settings = [
        "ai.enabled=true",
        "ai.llmProvider=openai",
        f"{secret}.enabled=true",
        f"{secret}.renderMode={mode}",
        f"{secret}.secretStoreRef.name=vault",
        f"{secret}.remoteRefs.openai-api-key.key=x",
    ]
    command = [helm3(), "template", "kubilitics", str(CHART), *(f"--set={text}" for text in settings), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return run.stdout, run.stderr


def test_render_mode_decides_where_the_cluster_lacks_the_kind():
    known = "--api-versions=external-secrets.io/v1/ExternalSecret"
    line = f"kind: {KIND}\n"
    assert line in template(mode="alwaysRender")[0]
    assert line not in template(mode="skipIfMissing")[0]
    assert line in template(known, mode="skipIfMissing")[0]
    assert "ai.externalSecret.renderMode" in template(mode="failIfMissing")[1]
    assert line in template(known, mode="failIfMissing")[0]


def test_every_key_without_a_place_in_the_store_is_named():
    complaint = embedded(external("anthropic", remoteRefs={"openai-api-key": {"key": "x"}}))
    assert complaint is not None
    assert "ai.externalSecret.remoteRefs.anthropic-api-key.key" in complaint

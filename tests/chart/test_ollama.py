"""An Ollama server of the release's own: its pod, its models, and an AI that needs neither key nor way out for it."""

import os
import signal
import subprocess
import time

import pytest
import yaml

from kubilitics_chartgen.kube.pod_security import violations
from tests.chart.helms import embedded
from tests.chart.objects import AI_ON, REPOSITORY, merged, profile, render

OLLAMA = "kubilitics-ollama"
AI = "kubilitics-ai"
ADDRESS = "http://kubilitics-ollama:11434"


def with_ollama(provider="ollama", **settings):
    return merged(AI_ON, {"ai": {"llmProvider": provider}, "ollama": {"enabled": True, **settings}})


def pod(values):
    return render(values).get("Deployment", OLLAMA)["spec"]["template"]["spec"]


def containers(values):
    return {container["name"]: container for container in pod(values)["containers"]}


def test_it_is_a_deployment_a_service_and_a_claim_that_stays():
    objects = render(with_ollama())
    kinds = sorted(item["kind"] for item in objects.of("ollama"))
    assert kinds == ["Deployment", "NetworkPolicy", "PersistentVolumeClaim", "Service", "ServiceAccount"]
    service = objects.get("Service", OLLAMA)["spec"]
    assert (service["type"], service["ports"][0]["port"]) == ("ClusterIP", 11434)
    claim = objects.get("PersistentVolumeClaim", OLLAMA)
    assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    assert violations(pod(with_ollama())) == []


def test_it_listens_for_others_and_keeps_models_and_its_own_key_on_the_volume():
    container = containers(with_ollama())["ollama"]
    env = {item["name"]: item["value"] for item in container["env"]}
    assert env == {"OLLAMA_HOST": "0.0.0.0:11434", "OLLAMA_MODELS": "/data/models", "HOME": "/data"}
    assert {"name": "data", "mountPath": "/data"} in container["volumeMounts"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/api/version", "port": "http"}


def test_ai_uses_it_without_a_key_a_secret_or_an_address_outside():
    objects = render(with_ollama())
    config = yaml.safe_load(objects.get("ConfigMap", AI)["data"]["config.yaml"])
    assert config["llm"]["ollama"] == {"model": "llama3", "base_url": ADDRESS}
    template = objects.get("Deployment", AI)["spec"]["template"]["spec"]
    assert "secretKeyRef" not in str(template)
    (wait,) = template["initContainers"]
    assert {"name": "ENDPOINT", "value": ADDRESS} in wait["env"]
    assert ADDRESS in objects.notes
    assert "create secret" not in objects.notes


def test_an_endpoint_that_is_given_wins_and_the_notes_say_so():
    elsewhere = {"ai": {"providers": {"ollama": {"endpoint": "http://other:11434"}}}}
    objects = render(merged(with_ollama(), elsewhere))
    config = yaml.safe_load(objects.get("ConfigMap", AI)["data"]["config.yaml"])
    assert config["llm"]["ollama"]["base_url"] == "http://other:11434"
    assert "AI does not use it" in objects.notes


def test_beside_another_provider_it_runs_and_the_notes_say_that_ai_does_not_use_it():
    objects = render(with_ollama("openai"))
    assert objects.of("ollama")
    assert "AI does not use it, because ai.llmProvider is openai" in objects.notes
    assert "AI does not use it" not in render(with_ollama()).notes


def test_the_address_follows_the_release():
    objects = render(with_ollama(), release="x")
    config = yaml.safe_load(objects.get("ConfigMap", "x-kubilitics-ai")["data"]["config.yaml"])
    assert config["llm"]["ollama"]["base_url"] == "http://x-kubilitics-ollama:11434"
    assert ("Service", "x-kubilitics-ollama") in objects.names


def fetched(values):
    command = containers(values)["pull"]["command"]
    return command[command.index("pull") + 1 :]


def test_it_fetches_the_models_that_are_named_or_the_one_ai_asks_for():
    assert fetched(with_ollama()) == ["llama3"]
    assert fetched(with_ollama(models=["mistral", "qwen3:0.6b"])) == ["mistral", "qwen3:0.6b"]
    other = {"ai": {"providers": {"ollama": {"model": "1e3"}}}}
    assert fetched(merged(with_ollama(), other)) == ["1e3"]


def test_without_a_network_nothing_is_fetched():
    assert set(containers(with_ollama(pull=False))) == {"ollama"}
    assert "it fetches none" in render(with_ollama(pull=False)).notes


def test_the_server_does_not_wait_for_its_models():
    """They are fetched beside it: no init container, so AI starts with the server and not with the last model."""
    assert "initContainers" not in pod(with_ollama())


def test_gpus_are_asked_for_in_requests_and_limits():
    values = with_ollama(gpu={"enabled": True, "count": 2, "resource": "amd.com/gpu"}, runtimeClassName="rocm")
    resources = containers(values)["ollama"]["resources"]
    assert resources["requests"]["amd.com/gpu"] == resources["limits"]["amd.com/gpu"] == 2
    assert resources["requests"]["memory"] == "4Gi"
    assert pod(values)["runtimeClassName"] == "rocm"
    assert "amd.com/gpu" not in str(containers(values)["pull"]["resources"])
    assert "runtimeClassName" not in pod(with_ollama())


def test_with_ai_off_there_is_no_ollama():
    objects = render(merged(with_ollama(), {"ai": {"enabled": False}}))
    assert objects.of("ollama") == []
    assert objects.names == render().names


def test_an_empty_tag_is_refused_because_it_has_no_version_of_the_products():
    assert "ollama.image.tag" in embedded(with_ollama(image={"tag": None}))


OLLAMA_SCRIPT = """#!/bin/sh
echo "$@" >> "$LOG"
[ "$2" = good ] || [ "$(grep -c "$2" "$LOG")" -gt "$FAILURES" ]
"""


@pytest.fixture
def pull(tmp_path):
    """Runs the container's command with a stand-in for `ollama`; kills it at the end."""
    (tmp_path / "ollama").write_text(OLLAMA_SCRIPT)
    (tmp_path / "ollama").chmod(0o755)
    sleep = tmp_path / "sleep"
    sleep.write_text('#!/bin/sh\n[ "$1" = 5 ] && exec /bin/sleep 0.2\nexec /bin/sleep "$1"\n')
    sleep.chmod(0o755)
    started = []

    def start(models, seconds=3600, failures=0):
        command = containers(with_ollama(models=models))["pull"]["command"]
        env = {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "LOG": str(tmp_path / "log"),
            "TIMEOUT_SECONDS": str(seconds),
            "FAILURES": str(failures),
        }
        with (tmp_path / "out").open("wb") as out:
            process = subprocess.Popen(command, env=env, stdout=out, stderr=out, start_new_session=True)
        started.append(process)
        deadline = time.monotonic() + 20
        while "done" not in (tmp_path / "out").read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        return process, (tmp_path / "out").read_text(), (tmp_path / "log").read_text().splitlines()

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_the_command_fetches_each_model_and_stays_until_it_is_told_to_stop(pull):
    process, said, log = pull(["good", "good-too"])
    assert log == ["pull good", "pull good-too"]
    assert "could not" not in said
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=5) == 0


def test_the_command_tries_again_while_the_server_starts(pull):
    _, said, log = pull(["late"], failures=2)
    assert log == ["pull late"] * 3
    assert "could not" not in said


def test_a_model_that_cannot_be_fetched_is_given_up_and_the_next_one_is_fetched(pull):
    started = time.monotonic()
    _, said, log = pull(["absent", "good"], seconds=2, failures=1000)
    assert time.monotonic() - started < 10
    assert "could not fetch absent within 2 seconds; going on without it" in said
    assert log[-1] == "pull good"


def test_the_profile_with_ollama_needs_no_secret_at_all():
    objects = render(profile(REPOSITORY / "values" / "ollama-in-cluster.yaml"))
    assert "secretKeyRef" not in str(list(objects.pods()))
    assert fetched(profile(REPOSITORY / "values" / "ollama-in-cluster.yaml"))[0] == "llama3"

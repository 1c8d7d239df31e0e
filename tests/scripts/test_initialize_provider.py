"""The provider is handed to AI once, is left alone where it is there, and nothing ever fails or shows the key."""

import json

import pytest

from tests.scripts.shells import serving

KEY = "sk-example-key"
ROUTE = "/api/v1/config/provider"


def health(*, configured):
    return 200, json.dumps({"status": "healthy", "llm_configured": configured, "llm_provider": "openai"})


def configure(server, path, _body):
    if path == ROUTE:
        server.answers["/health"] = health(configured=True)


@pytest.fixture
def ai():
    answers = {"/health": health(configured=False), ROUTE: (200, "{}")}
    with serving(answers, on_post=configure) as server:
        yield server


@pytest.fixture
def hand_over(shell, tmp_path):
    def run(url, provider="openai", model="gpt-4", address="", key=KEY, limit="3", **env):
        log = tmp_path / "log"
        result = shell.run(
            "ai/initialize-provider.sh",
            provider,
            model,
            address,
            "OPENAI_API_KEY" if key is not None else "",
            "OLLAMA_BASE_URL" if provider == "ollama" else "",
            AI_URL=url,
            MARKER_FILE=str(tmp_path / "marker"),
            LOG_FILE=str(log),
            TIMEOUT_SECONDS=limit,
            **({"OPENAI_API_KEY": key} if key else {}),
            **env,
        )
        assert result.code == 0
        assert result.output in ("", "Terminated\n")  # what BusyBox says of a command that ran out of time
        said = log.read_text() if log.exists() else ""
        assert KEY not in said
        log.unlink(missing_ok=True)
        return said

    return run


def posted(server):
    return [json.loads(body) for method, path, body in server.asked if (method, path) == ("POST", ROUTE)]


def test_the_provider_is_posted_with_key_and_model(ai, hand_over, shell):
    assert "has the provider openai now" in hand_over(ai.url)
    assert posted(ai) == [{"provider": "openai", "api_key": KEY, "model": "gpt-4", "base_url": ""}]
    assert KEY not in shell.calls


def test_after_a_restart_nothing_is_posted_again(ai, hand_over):
    hand_over(ai.url)
    assert "already" in hand_over(ai.url)
    assert len(posted(ai)) == 1


def test_a_database_that_was_lost_is_filled_again(ai, hand_over):
    hand_over(ai.url)
    ai.answers["/health"] = health(configured=False)
    hand_over(ai.url)
    assert len(posted(ai)) == 2


def test_a_changed_key_or_model_is_posted(ai, hand_over):
    hand_over(ai.url)
    hand_over(ai.url, key="sk-new")
    hand_over(ai.url, key="sk-new", model="gpt-5")
    assert [(body["api_key"], body["model"]) for body in posted(ai)] == [
        (KEY, "gpt-4"),
        ("sk-new", "gpt-4"),
        ("sk-new", "gpt-5"),
    ]


def test_what_somebody_else_set_through_the_api_stays(ai, hand_over):
    ai.answers["/health"] = health(configured=True)
    assert "stays" in hand_over(ai.url)
    assert posted(ai) == []


def test_an_address_comes_from_the_values_or_from_the_secret(ai, hand_over):
    hand_over(ai.url, provider="ollama", model="llama3", address="http://a:1", key=None)
    hand_over(ai.url, provider="ollama", model="llama3", key=None, OLLAMA_BASE_URL="http://b:2")
    assert [body["base_url"] for body in posted(ai)] == ["http://a:1", "http://b:2"]
    assert [body["api_key"] for body in posted(ai)] == ["", ""]


@pytest.mark.parametrize("key", ['a"b', "a\\b", "a'b$(id)`id`", "%s%n", "-n", "*", " a b "])
def test_a_key_arrives_as_it_is_whatever_it_holds(ai, hand_over, key):
    hand_over(ai.url, key=key)
    assert posted(ai)[0]["api_key"] == key


def test_a_line_break_at_the_end_of_the_key_is_dropped_and_within_it_refused(ai, hand_over):
    hand_over(ai.url, key=f"{KEY}\n")
    assert posted(ai)[0]["api_key"] == KEY
    assert "line break" in hand_over(ai.url, key="sk-a\nsk-b")
    assert len(posted(ai)) == 1


def test_without_a_key_nothing_is_posted(ai, hand_over):
    assert "no key" in hand_over(ai.url, key="")
    assert posted(ai) == []


def test_an_ai_that_is_not_there_or_silent_is_waited_for_no_longer_than_the_limit(hand_over, closed_port, silent_port):
    assert "did not answer" in hand_over(f"http://127.0.0.1:{closed_port}", limit="1")
    assert "did not answer" in hand_over(f"http://127.0.0.1:{silent_port}", limit="1")


def test_an_ai_that_refuses_is_no_failure_and_is_tried_again_at_the_next_start(ai, hand_over):
    ai.answers[ROUTE] = (400, "{}")
    ai.on_post = None
    assert "did not accept" in hand_over(ai.url)
    assert "did not accept" in hand_over(ai.url)
    assert len(posted(ai)) == 2

"""Looking for AI ends in time and well, whatever DNS and AI do."""

import pytest

from tests.scripts.shells import serving

LIMIT = 2


@pytest.fixture
def discover(shell):
    def run(port, lookup="exit 0"):
        shell.replace("nslookup", lookup)
        result = shell.run("backend/discover-ai.sh", AI_HOST="127.0.0.1", AI_PORT=str(port), TIMEOUT_SECONDS=str(LIMIT))
        assert result.code == 0
        return result

    return run


def test_an_ai_that_is_there_is_found_at_once(discover):
    with serving({"/health": (200, "{}")}) as ai:
        result = discover(ai.port)
    assert "AI answers" in result.output
    assert result.seconds < LIMIT


def test_without_a_service_the_backend_starts_at_once(discover, closed_port):
    result = discover(closed_port, lookup="exit 1")
    assert "starts without AI" in result.output
    assert result.seconds < LIMIT


def test_an_ai_that_does_not_answer_yet_is_no_failure(discover, closed_port):
    assert "does not answer yet" in discover(closed_port).output


def test_a_hanging_dns_costs_no_more_than_the_limit(discover, closed_port):
    result = discover(closed_port, lookup="exec sleep 20")
    assert "longer than 2 seconds" in result.output
    assert LIMIT <= result.seconds < LIMIT + 2


def test_a_silent_ai_costs_no_more_than_the_limit(discover, silent_port):
    assert discover(silent_port).seconds < LIMIT + 2


def test_an_image_without_the_tools_is_no_failure(shell, closed_port):
    shell.replace("nslookup", "exit 127")
    shell.replace("wget", "exit 127")
    shell.replace("sleep", "exit 127")
    result = shell.run("backend/discover-ai.sh", AI_HOST="x", AI_PORT=str(closed_port), TIMEOUT_SECONDS="1")
    assert result.code == 0

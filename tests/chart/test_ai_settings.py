"""Features, rollout, limits and safety switches: their defaults, and that they reach AI's configuration."""

import itertools

import pytest
import yaml

from kubilitics_chartgen.model.rollout import offered
from tests.chart.objects import AI_ON, CHART, merged, render


def config(**settings):
    objects = render(merged(AI_ON, {"ai": settings}))
    return yaml.safe_load(objects.get("ConfigMap", "kubilitics-ai")["data"]["config.yaml"])


def test_defaults_are_those_of_the_delivery_architecture():
    defaults = config()
    assert defaults["cache"]["ttl"]["investigations"] == 30 * 60, "section 9"
    assert 60 <= defaults["cache"]["ttl"]["kubernetes_queries"] <= 300, "section 9: 1 to 5 minutes"
    assert defaults["budget"]["warn_at_percent"] == 80, "section 9"
    assert defaults["latency_objective"]["p99_seconds"] == 20, "section 9"
    assert defaults["vector_memory"]["cache_size_mb"] == 50, "section 9"
    assert all(defaults["output_validation"].values()), "section 8"
    assert all(defaults["privacy"].values()), "section 8"
    assert defaults["audit"] == {"enabled": True}, "section 8"
    assert defaults["alerts"]["enabled"] is False, "section 4: AI alerts are optional"


def test_limits_and_budgets_reach_the_configuration_as_numbers():
    limits = {"perUserPerHour": 20, "perUserPerDay": 100, "perOrganizationPerMonth": 10485760}
    assert config(rateLimits=limits)["rate_limits"] == {
        "per_user_per_hour": 20,
        "per_user_per_day": 100,
        "per_organization_per_month": 10485760,
    }
    assert config(tokenBudgets={"perUserPerMonth": 5000000})["budget"]["per_user_per_month"] == 5000000


def test_scheduled_investigations_reach_the_configuration():
    investigation = {"name": "restarts", "everyMinutes": 5, "question": "Which pods restart: and 'why'?"}
    assert config(scheduledInvestigations=[investigation])["scheduled_investigations"] == [
        {"name": "restarts", "every_minutes": 5, "question": "Which pods restart: and 'why'?"}
    ]


def test_organizations_and_users_reach_the_configuration():
    values = merged(
        AI_ON,
        {
            "ai": {"rollout": {"percentage": 5}},
            "organizations": {"acme": {"ai": {"enabled": True}}, "other": {"ai": {"enabled": False}}},
            "users": {"jane@acme.example": {"ai": {"enabled": True}}},
        },
    )
    document = yaml.safe_load(render(values).get("ConfigMap", "kubilitics-ai")["data"]["config.yaml"])
    assert document["rollout"] == {
        "percentage": 5,
        "organizations": {"acme": True, "other": False},
        "users": {"jane@acme.example": True},
    }


def test_with_ai_off_flags_of_users_and_organizations_bring_nothing_back():
    values = {"users": {"jane": {"ai": {"enabled": True}}}, "organizations": {"acme": {"ai": {"enabled": True}}}}
    assert render(values).names == render().names


TRUTH = {
    # (user, organization, among the share): gets AI, when ai.enabled is true
    (True, True, True): True,
    (True, True, False): True,
    (True, False, True): True,
    (True, False, False): True,
    (True, None, True): True,
    (True, None, False): True,
    (False, True, True): False,
    (False, True, False): False,
    (False, False, True): False,
    (False, False, False): False,
    (False, None, True): False,
    (False, None, False): False,
    (None, True, True): True,
    (None, True, False): True,
    (None, False, True): False,
    (None, False, False): False,
    (None, None, True): True,
    (None, None, False): False,
}


@pytest.mark.parametrize("flags", list(itertools.product((True, False, None), (True, False, None), (True, False))))
def test_the_precedence_of_flags_as_a_truth_table(flags):
    user, organization, in_share = flags
    given = {"user": user, "organization": organization, "in_share": in_share}
    assert offered(enabled=True, **given) is TRUTH[flags]
    assert offered(enabled=False, **given) is False, "global off wins over all"


def test_the_readme_states_the_precedence_once():
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    assert readme.count("| `ai.enabled` | user | organization | among the share | gets AI |") == 1
    assert "| false | true | true | yes | no |" in readme

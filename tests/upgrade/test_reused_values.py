"""`--reuse-values` and its kin in `plan`, as Helm means them (pkg/action/upgrade.go, reuseValues).

tests/cluster/test_plan_live.py holds the same against real Helms.
"""

import json

import pytest

from kubilitics_chartgen.helm import Before, Keep, Values, upgrade_values
from tests.upgrade.test_command import NEW, OLD, plan

OLD_DEFAULTS = {"size": 1, "color": "red", "image": {"tag": "1", "pull": "Always"}}
NEW_DEFAULTS = {"size": 2, "color": "blue", "image": {"tag": "2", "pull": "Never"}, "added": {"on": False}}
BEFORE = Before({"size": 9}, {**OLD_DEFAULTS, "size": 9})


def kept(given, keep, before=BEFORE):
    return upgrade_values(Values(given), before, keep, NEW_DEFAULTS)


def test_reused_values_bring_the_old_defaults_and_name_what_is_missing():
    found = kept({"color": "green"}, Keep.all)
    assert found.values.data == {"size": 9, "color": "green"}
    assert found.defaults == {**OLD_DEFAULTS, "size": 9}
    assert found.lacking == ("added",)
    assert kept({"added": {"other": 1}}, Keep.all).lacking == ("added.on",)
    assert kept({"added": None}, Keep.all).lacking == ()


def test_values_reused_after_a_reset_come_over_the_new_defaults():
    found = kept({"color": "green"}, Keep.given)
    assert (found.values.data, found.lacking) == ({"size": 9, "color": "green"}, ())


def test_without_any_value_helm_keeps_the_given_ones():
    assert kept({}, Keep.unless_given).values.data == {"size": 9}
    assert kept({"color": "green"}, Keep.unless_given).values.data == {"color": "green"}
    assert kept({}, Keep.none).values.data == {}
    assert not kept({}, Keep.unless_given, Before({}, OLD_DEFAULTS)).kept


def test_a_null_over_a_reused_value_shows_what_lay_under_it():
    """Helm's CoalesceTables drops both the null and the value: with the old defaults the old value shows again."""
    assert "size" not in kept({"size": None}, Keep.all).values.data
    assert kept({"size": None}, Keep.all).defaults["size"] == 9
    assert "size" not in kept({"size": None}, Keep.given).values.data
    assert kept({"color": None}, Keep.all).values.data["color"] is None


@pytest.fixture
def replicas(tmp_path):
    path = tmp_path / "old.yaml"
    path.write_text("frontend: {replicas: 3}")
    return path


def frontend(answer):
    found = json.loads(answer.stdout)
    change = next(
        item for item in found["changes"] if (item["kind"], item["name"]) == ("Deployment", "kubilitics-frontend")
    )
    return found, [difference["after"] for difference in change["differences"] if difference["path"] == "spec.replicas"]


def test_reused_values_are_planned_with_the_command_and_the_keys_they_lack(replicas):
    found, scaled = frontend(plan(OLD, NEW, "--old-values", replicas, "--reuse-values", "--json"))
    assert scaled == []
    assert found["run"].endswith("--namespace default --reuse-values")
    assert "--reuse-values leaves out what the new chart has added: ai, " in found["notes"][0]


def test_no_values_at_all_keep_those_of_before_and_a_reset_does_not(replicas):
    found, scaled = frontend(plan(OLD, NEW, "--old-values", replicas, "--json"))
    assert scaled == []
    assert "no value is given, so Helm keeps those that were given before" in found["notes"][0]
    found, scaled = frontend(plan(OLD, NEW, "--old-values", replicas, "--reset-values", "--json"))
    assert (scaled, found["notes"]) == ([1], [])


def test_what_is_given_comes_over_what_is_reused(replicas):
    options = ("--old-values", replicas, "--reset-then-reuse-values", "--set", "ai.enabled=true", "--json")
    found, scaled = frontend(plan(OLD, NEW, *options))
    assert (scaled, found["counts"]["created"] > 5) == ([], True)
    assert "--reset-then-reuse-values" in found["run"]


def test_what_the_reused_values_lack_is_named_where_the_new_chart_cannot_do_without(replicas):
    answer = plan(OLD, NEW, "--old-values", replicas, "--reuse-values", "--set", "ai.enabled=true")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "does not take the values of before (--reuse-values)" in answer.stderr
    assert "the reused values lack what the new chart has added: ai.affinity, " in answer.stderr
    assert "Upgrade with --reset-then-reuse-values" in answer.stderr


def test_two_ways_at_once_and_ways_that_do_not_fit_are_refused(replicas):
    assert "exclude each other" in plan(OLD, NEW, "--reuse-values", "--reset-values").stderr
    assert "leave --reuse-values out" in plan(OLD, NEW, "--reuse-values", "--fleet", replicas).stderr
    assert "leave --old-values out" in plan(NEW, "--live", "--old-values", replicas).stderr

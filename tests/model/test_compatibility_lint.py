"""A matrix with a mistake in it gets a sentence that says which."""

import copy

import pytest

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.model.compatibility import MATRIX, decide, lint, matrix_data, read_matrix


@pytest.fixture
def data():
    return copy.deepcopy(matrix_data(MATRIX))


def rule(data, name):
    return next(rule for rule in data["rules"] if rule["id"] == name)


def add(data, name, when, status="compatible"):
    data["rules"].append({"id": name, "when": when, "status": status, "reason": "a test", "missing": []})


def found(data):
    return [str(problem) for problem in lint(read_matrix(data))]


def refused(data):
    with pytest.raises(InputError) as caught:
        read_matrix(data, file="matrix.json")
    return [str(problem) for problem in caught.value.problems]


def test_the_matrix_of_this_release_has_no_mistakes():
    assert lint(MATRIX) == []


def test_written_and_read_back_it_is_the_same(data):
    assert read_matrix(data) == MATRIX
    versions = {"frontend": "1.3.0", "backend": "1.2.0", "ai": "latest"}
    assert decide(versions, read_matrix(data)) == decide(versions, MATRIX)


def test_two_rules_that_contradict_each_other(data):
    add(data, "trouble", {"frontend": "=1.2.0", "backend": ">=1.1.9, <1.2.1"}, "blocked")
    text = "\n".join(found(data))
    assert '"core-1.2" says compatible and "trouble" says blocked of frontend >=1.2.0, <1.2.1' in text
    assert '"frontend-1.2-newer" says compatible and "trouble"' in text


def test_two_rules_that_overlap_with_the_same_answer(data):
    add(data, "again", {"frontend": ">=1.2.0, <1.3.0", "backend": ">=1.2.5, <1.4.0"})
    text = "\n".join(found(data))
    assert 'this rule and "again" overlap: both speak for frontend >=1.2.0, <1.3.0 with backend >=1.2.5, <1.3.0' in text


def test_a_rule_that_never_changes_an_answer(data):
    add(data, "idle", {"frontend": "<0.5.0", "backend": ">=1.0.0"}, "not-recommended")
    (problem,) = found(data)
    assert (
        'rules.idle: the rule never changes an answer: wherever it speaks, "frontend-0" is at least as strict'
        in problem
    )


def test_releases_that_no_rule_judges(data):
    data["rules"].remove(rule(data, "backend-ai-1.2"))
    assert any("no rule says how backend 1.2.0 with ai 1.2.0 go together" in line for line in found(data))


def test_a_release_that_was_added_without_its_rules(data):
    for component in ("frontend", "backend", "ai", "chart"):
        data["releases"][component].append("1.4.0")
    text = "\n".join(found(data))
    assert "no rule says how frontend 1.4.0 with backend 1.4.0 go together" in text
    assert "no rule says how chart 1.4.0 with kubernetes 1.25.0 go together" in text


def test_updates_that_wait_for_each_other(data):
    rule(data, "frontend-1.3-with-backend-1.2")["status"] = "blocked"
    rule(data, "backend-1.3-newer")["status"] = "blocked"
    (problem,) = found(data)
    assert "no component can go from 1.2.0 to 1.3.0 first" in problem
    assert "frontend 1.3.0 waits for backend 1.3.0, and backend 1.3.0 waits for frontend 1.3.0" in problem


def test_an_own_release_that_is_not_compatible(data):
    rule(data, "core-1.2")["status"] = "not-recommended"
    assert any("the images of chart 1.2.0 itself are not recommended" in line for line in found(data))


def test_typos_are_all_named_with_what_was_meant(data):
    rule(data, "core-1.2")["status"] = "compatibel"
    rule(data, "core-1.1")["when"] = {"fronted": ">=1.1.0", "backend": ">=1.1.0"}
    rule(data, "core-1.0")["reson"] = "x"
    assert refused(data) == [
        'matrix.json: rules.core-1.0.reson: "reson" is no part of a rule. Did you mean "reason"?',
        'matrix.json: rules.core-1.1.when.fronted: "fronted" is no subject. Did you mean "frontend"?',
        'matrix.json: rules.core-1.2.status: "compatibel" is no status. Did you mean "compatible"?',
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (">=1.3.0, <1.2.0", "holds no version"),
        (">=1.2.0, <1.2.0", "holds no version"),
        ("<0.0.0", "holds no version"),
        (">=1.2", "is not a range"),
        ("^1.2.0", "is not a range"),
        (">=1.2.0-rc.1", "is not a range"),
        (">=1.2.0 <1.3.0", "is not a range"),
        ("", "a text is expected"),
        (7, "a text is expected"),
    ],
)
def test_impossible_ranges(data, text, words):
    rule(data, "core-1.2")["when"]["backend"] = text
    (problem,) = refused(data)
    assert problem.startswith("matrix.json: rules.core-1.2.when.backend: ")
    assert words in problem


@pytest.mark.parametrize(
    "broken", [None, [], "x", {}, {"format": 2}, {"format": 1, "rules": {}}, {"format": 1, "rules": [7]}]
)
def test_what_is_no_matrix_at_all(broken):
    assert refused(broken)


def test_a_matrix_without_releases_or_with_words_for_them(data):
    data["releases"] = {"frontend": [], "backend": ["latest"], "moon": ["1.0.0"]}
    text = "\n".join(refused(data))
    assert "releases.frontend: at least one release is expected" in text
    assert "releases.ai: at least one release is expected" in text
    assert "releases.backend: 'latest' is no release such as 1.2.0" in text
    assert '"moon" is no subject' in text


def test_two_rules_of_one_name(data):
    data["rules"].append(data["rules"][0])
    assert any("two rules have this id" in line for line in refused(data))

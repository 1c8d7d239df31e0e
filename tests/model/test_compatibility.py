"""Which versions go together, as sections 7 and 10 of the delivery architecture say."""

import itertools
import json

import jsonschema_rs
import pytest

from kubilitics_chartgen.kube.versions import supported
from kubilitics_chartgen.model.compatibility import MATRIX, Status, decide, matrix_data, matrix_schema
from kubilitics_chartgen.model.release import RELEASE

COMPATIBLE, NOT_RECOMMENDED, BLOCKED = Status


def judged(frontend=None, backend=None, ai=None, **others):
    versions = {"frontend": frontend, "backend": backend, "ai": ai, **others}
    return decide({subject: text for subject, text in versions.items() if text is not None}, MATRIX)


@pytest.mark.parametrize(
    ("versions", "status"),
    [
        pytest.param(("1.2.0", "1.2.0", "1.2.0"), COMPATIBLE, id="section 7: all compatible"),
        pytest.param(("1.2.0", "1.1.9", "1.1.9"), COMPATIBLE, id="section 7: backend and AI one behind"),
        pytest.param(("1.3.0", "1.3.0", "1.2.0"), NOT_RECOMMENDED, id="section 7: AI missing features"),
        pytest.param((None, "1.1.0", "1.2.0"), COMPATIBLE, id="section 10: AI 1.2.0 with backend 1.1.0"),
        pytest.param(("1.2.0", "1.1.0"), COMPATIBLE, id="section 10: frontend 1.2.0 with backend 1.1.0"),
        pytest.param(("1.2.0", "1.1.5"), COMPATIBLE, id="section 10: frontend 1.2.0 with backend 1.1.5"),
    ],
)
def test_what_the_delivery_architecture_says(versions, status):
    assert judged(*versions).status is status


def test_the_third_row_says_that_ai_misses_features():
    verdict = judged("1.3.0", "1.3.0", "1.2.0")
    assert "misses features" in verdict.reasons[0]
    assert verdict.missing
    assert verdict.core_status is COMPATIBLE


def test_a_frontend_ahead_of_the_backend_says_what_users_do_without():
    assert "AI audit log" in " ".join(judged("1.2.0", "1.1.5").missing)
    assert judged("1.2.0", "1.2.0").missing == ()


WINDOW = ("1.3.0", "1.2.0", "1.1.9")


@pytest.mark.parametrize("newest", [0, 1])
def test_nothing_in_the_window_of_a_version_and_the_two_before_is_blocked(newest):
    lines = ("1.3.0", "1.2.0", "1.1.9", "1.0.0")[newest : newest + 3]
    for frontend, backend in itertools.product(lines, repeat=2):
        assert judged(frontend, backend).status is COMPATIBLE, (frontend, backend)
        for ai in lines:
            if ai != "1.0.0":
                assert judged(frontend, backend, ai).status is not BLOCKED, (frontend, backend, ai)


def test_in_the_window_only_an_ai_behind_or_a_frontend_before_ai_is_not_recommended():
    minor = {text: int(text.split(".")[1]) for text in WINDOW}
    for frontend, backend, ai in itertools.product(WINDOW, repeat=3):
        expected = NOT_RECOMMENDED if minor[ai] < minor[backend] or minor[frontend] < 2 else COMPATIBLE
        assert judged(frontend, backend, ai).status is expected, (frontend, backend, ai)


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        (("1.3.0", "1.0.0"), "two minor versions apart"),
        (("1.0.9", "1.3.1"), "two minor versions apart"),
        (("1.3.0", "1.2.0", "1.0.0"), "AI has come with release 1.1"),
        (("2.0.0", "1.3.0"), "major version"),
        (("1.2.0", "2.0.0"), "major version"),
        (("1.2.0", "1.2.0", "2.0.0"), "major version"),
        (("0.9.0", "1.2.0"), "before 1.0"),
        (("1.2.0", "0.1.1"), "before 1.0"),
    ],
)
def test_what_is_too_far_apart_is_blocked(versions, words):
    verdict = judged(*versions)
    assert verdict.status is BLOCKED
    assert words in verdict.reasons[0]


def test_a_blocked_ai_leaves_the_judgement_of_the_core_alone():
    verdict = judged("1.2.0", "1.2.0", "2.0.0")
    assert verdict.status is BLOCKED
    assert verdict.core_status is COMPATIBLE
    assert judged("1.2.0", "1.2.0").status is COMPATIBLE


@pytest.mark.parametrize(
    "same", ["v1.2.0", "1.2.0+build.5", "1.2.0_build.5", "v1.2.0+2026-01.a-b", "1.2.0@sha256:" + "a" * 64]
)
def test_prefix_build_metadata_and_digest_change_nothing(same):
    assert (
        judged(same, "1.2.0", "1.2.0").as_dict()["findings"] == judged("1.2.0", "1.2.0", "1.2.0").as_dict()["findings"]
    )


@pytest.mark.parametrize(
    "tag",
    [
        "latest",
        "main",
        "sha-0a1b2c3",
        "1.2",
        "1",
        "v1",
        "V1.2.0",
        "01.2.0",
        "1.2.0.0",
        "1.2.0-",
        "9999999999.0.0",
        "",
        "vv1.2.0",
    ],
)
def test_what_names_no_single_release_is_not_recommended_and_never_blocked(tag):
    verdict = judged("1.2.0", tag, "1.2.0")
    assert verdict.status is NOT_RECOMMENDED
    assert "names no single release" in verdict.reasons[0]


def test_a_digest_without_a_tag_is_named_as_such():
    assert judged("1.2.0", "", "1.2.0").reasons[0].startswith("backend (a digest without a tag): ")
    assert judged("1.2.0", "@sha256:" + "a" * 64).status is NOT_RECOMMENDED


@pytest.mark.parametrize("tag", ["1.2.0\n", "1.2.0 ", "\u0661.2.0"])
def test_only_plain_versions_are_read(tag):
    assert judged("1.2.0", tag).status is NOT_RECOMMENDED


def test_a_prerelease_is_judged_as_its_release_and_tried_with_itself_only():
    assert judged("1.3.0-rc.1", "1.3.0-rc.1", "1.3.0-rc.1").status is COMPATIBLE
    assert judged("1.3.0-rc.1", "1.3.0").status is NOT_RECOMMENDED
    assert judged("1.3.0-rc.1", "1.3.0-rc.2").status is NOT_RECOMMENDED
    assert judged("1.3.0-rc.1", "1.0.0").status is BLOCKED, "as 1.3.0"
    assert "pre-release" in judged("1.3.0", "1.3.0-rc.1").reasons[0]


def test_what_is_newer_than_the_matrix_is_not_recommended_and_not_blocked():
    for versions in (
        ("1.4.0", "1.3.0"),
        ("1.4.0", "1.4.0", "1.4.0"),
        ("1.3.0", "1.9.2", "1.3.0"),
        ("2.0.0", "2.0.0", "2.0.0"),
    ):
        verdict = judged(*versions)
        assert verdict.status is NOT_RECOMMENDED, versions
        assert "newer than everything" in verdict.reasons[0]
    assert judged("1.3.7", "1.3.9", "1.3.1").status is COMPATIBLE, "patches of a known minor version are known"


def test_chart_and_kubernetes():
    for version in supported():
        assert judged(chart="1.2.0", kubernetes=f"v{version}.3-gke.100").status is COMPATIBLE, version
    assert judged(chart="1.2.0", kubernetes="1.24").status is BLOCKED
    assert judged(chart="1.2.0", kubernetes="1.99").status is NOT_RECOMMENDED
    assert judged(chart="1.2.0", kubernetes="newest").status is NOT_RECOMMENDED
    assert judged("1.2.0", "1.2.0", "2.0.0", chart="1.2.0").status is BLOCKED


def test_this_release_is_in_the_matrix():
    own = dict.fromkeys(("frontend", "backend", "ai", "chart"), RELEASE.version)
    assert decide(own, MATRIX).status is COMPATIBLE
    assert RELEASE.version in MATRIX.releases["chart"]


def test_the_exported_matrix_fits_its_schema():
    data = json.loads(json.dumps(matrix_data(MATRIX)))
    validator = jsonschema_rs.validator_for(matrix_schema())
    assert [error.message for error in validator.iter_errors(data)] == []
    data["rules"][0]["status"] = "fine"
    assert not validator.is_valid(data)

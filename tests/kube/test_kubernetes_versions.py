"""Which Kubernetes versions can be named, and how."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.kube.versions import KubeVersion, newest, parse_version, parse_versions, supported


def test_every_minor_from_1_25_to_1_37_is_supported() -> None:
    assert [version.name for version in supported()] == [
        *("1.25", "1.26", "1.27", "1.28", "1.29", "1.30", "1.31"),
        *("1.32", "1.33", "1.34", "1.35", "1.36", "1.37"),
    ]
    assert newest() == KubeVersion(1, 37)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1.30", ["1.30.0"]),
        ("v1.30.2", ["1.30.2"]),
        ("1.32,1.30", ["1.30.0", "1.32.0"]),
        (" 1.30 , 1.30 ", ["1.30.0"]),
        ("1.34-1.37", ["1.34.0", "1.35.0", "1.36.0", "1.37.0"]),
        ("v1.29.3-1.30", ["1.29.3", "1.30.0"]),
        ("1.30-1.30", ["1.30.0"]),
        ("1.25-1.26,1.37.1", ["1.25.0", "1.26.0", "1.37.1"]),
    ],
)
def test_versions_are_written_as_lists_and_ranges(text: str, names: list[str]) -> None:
    assert [str(version) for version in parse_versions(text)] == names


def test_a_range_holds_every_supported_version_between_its_ends() -> None:
    assert parse_versions("1.25-1.37") == supported()


def test_versions_compare_by_number_not_by_text() -> None:
    assert KubeVersion(1, 9) < KubeVersion(1, 10) < KubeVersion(1, 10, 1)


@pytest.mark.parametrize("text", ["v1.30.2+k3s1", "1.30.4-gke.1043002", "v1.30.8-eks-2d5f260", "1.30+"])
def test_what_managed_clusters_report_is_understood(text: str) -> None:
    assert parse_version(text).name == "1.30"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.24", "Kubernetes 1.24 is not supported. Supported are 1.25 to 1.37."),
        ("2.30", "Kubernetes 2.30 is not supported."),
        ("latest", "'latest' is not a Kubernetes version. Write it as 1.30, or 1.30.2."),
        ("1.30,", "A version is missing."),
        ("", "A version is missing."),
        ("1.30-1.28", "The range 1.30-1.28 runs backwards. Write 1.28-1.30."),
        ("1.30-", "is not a Kubernetes version"),
        ("1.20-1.30", "Kubernetes 1.20 is not supported."),
    ],
)
def test_a_version_that_cannot_be_used_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_versions(text)
    assert said in str(caught.value)


def test_all_wrong_versions_of_a_list_are_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        parse_versions("1.24,1.30,newest,1.50-1.60")
    assert len(caught.value.problems) == 4

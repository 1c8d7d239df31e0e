"""Quantities mean what Kubernetes makes of them.

Sources: "Quantity" in the Kubernetes API reference, "Resource units in Kubernetes" in "Resource Management for Pods and
Containers", and the comments of apimachinery's `resource.Quantity`.
"""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from kubilitics_chartgen.kube.quantity import QUANTITY_PATTERN, is_quantity, parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", Fraction(1, 2)),
        ("500m", Fraction(1, 2)),
        ("100m", Fraction(1, 10)),
        ("1", Fraction(1)),
        ("128974848", Fraction(128974848)),
        ("129e6", Fraction(129_000_000)),
        ("129M", Fraction(129_000_000)),
        ("128974848000m", Fraction(128974848)),
        ("123Mi", Fraction(128974848)),
        ("1Ki", Fraction(1024)),
        ("1Gi", Fraction(1024**3)),
        ("1.5Gi", Fraction(3 * 1024**3, 2)),
        ("1Ei", Fraction(1024**6)),
        ("1k", Fraction(1000)),
        ("1e3", Fraction(1000)),
        ("1E3", Fraction(1000)),
        ("12E2", Fraction(1200)),
        ("1E", Fraction(10**18)),
        ("1e-3", Fraction(1, 1000)),
        ("400u", Fraction(4, 10_000)),
        ("1n", Fraction(1, 10**9)),
        ("+1", Fraction(1)),
        ("-1Ki", Fraction(-1024)),
        (".5", Fraction(1, 2)),
        ("1.", Fraction(1)),
        ("0.1", Fraction(1, 10)),
        (1, Fraction(1)),
        (0.1, Fraction(1, 10)),
        (134217728, Fraction(128 * 1024**2)),
        (1e22, Fraction(10**22)),
    ],
)
def test_a_quantity_is_read_exactly(text: str | int | float, value: Fraction) -> None:
    assert parse_quantity(text) == value


@pytest.mark.parametrize(
    "text", ["", "1K", "1ki", "1gb", "1GB", "1 Gi", "one", "1e", ".", "1.2.3", "0x10", "1Mi5", "٣", "1\n", True, False]
)
def test_what_is_no_quantity_is_refused(text: str | bool) -> None:
    with pytest.raises(ValueError, match="is not a Kubernetes quantity"):
        parse_quantity(text)
    assert not is_quantity(text)
    if isinstance(text, str) and text != "1\n":
        assert not re.search(QUANTITY_PATTERN, text)


@pytest.mark.parametrize("value", [None, [], {}, float("nan"), float("inf")])
def test_other_things_are_no_quantities(value: object) -> None:
    assert not is_quantity(value)


def test_a_common_mistake_is_one_m_of_memory_which_is_a_thousandth_of_a_byte() -> None:
    assert parse_quantity("400m") == Fraction(2, 5)


def test_an_absurd_exponent_is_refused_instead_of_computed() -> None:
    with pytest.raises(ValueError, match="exponent"):
        parse_quantity("1e999999999")

"""YAML that is written for Helm: its reader finds the very same values in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubilitics_chartgen.helm.values_file import parse_values
from kubilitics_chartgen.helm.yaml_write import yaml_text

TRICKY = ["1e3", "0o17", "0x1F", "1_000", ".5", "+1", "1:30", "~", "=", "<<", "y", "NO", "null", "2001-01-01", "", "é"]
TRICKY += [
    " a",
    "a ",
    "a: b",
    "a #b",
    "- a",
    "a\nb",
    "a\n",
    "\n",
    "'",
    '"',
    "{}",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "\t",
    "NaN",
    ".inf",
]


@pytest.mark.parametrize("text", TRICKY)
def test_text_stays_text(text: str) -> None:
    assert parse_values(yaml_text({"key": text, "list": [text]})).data == {"key": text, "list": [text]}


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**31), 2**31)
            | st.text(st.characters(codec="utf-8", exclude_categories=["C"])),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, alphabet="ab1"), inner, max_size=3)
            ),
            max_leaves=8,
        ),
    )
)
def test_anything_stays_what_it_is(values: dict) -> None:
    assert parse_values(yaml_text(values)).data == values

"""What Go prints in place of a value: package fmt, "Format errors", and how it prints nil."""

from __future__ import annotations

import pytest

from tests.verify.checks.rendered import context, judged, of


def found(text, kind="ConfigMap"):
    item = of({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, "data": {"a": text}})
    return [fault.message.split("`")[1] for _name, fault in judged([item], context(), "printed")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # The examples of the package's documentation.
        ("%!d(string=hi)", "%!d("),
        ("hi%!(EXTRA string=guys)", "%!(EXTRA"),
        ("hi%!d(MISSING)", "%!d("),
        ("%!(BADWIDTH)hi", "%!(BADWIDTH)"),
        ("%!(BADPREC)hi", "%!(BADPREC)"),
        ("%!(NOVERB)", "%!(NOVERB)"),
        ("%!d(BADINDEX)", "%!d("),
        ("%!s(PANIC=String method: bad)", "%!s("),
        ("%!s(<nil>)", "%!s("),
        ("first\nport=%!d(float64=80)\n", "%!d("),
        ("%!s(map[string]interface {}=map[a:b])", "%!s("),
        ("<nil>", "<nil>"),
        ("--owner=<nil>", "<nil>"),
    ],
)
def test_what_is_no_value_is_found(text, told):
    assert found(text) == [told]


@pytest.mark.parametrize(
    "text",
    [
        "100%!",
        "%!sort(1)",
        "%!200,304,302{Referer}i",
        # Of a list or map that may be written in several ways.
        "map[a:b c:d]",
        "map[string]int{}",
        "var x = map[string]string{}\nmap[a:b]\n",
        "rate(map[5m:1m])",
        "map[5m:1m]",
        "bitmap[a:b]",
        "print(map[a:b])",
        "it prints <nil> for nothing",
        "map[a: is not closed",
    ],
)
def test_what_may_be_meant_is_no_fault(text):
    assert found(text) == []


def test_what_a_secret_holds_is_not_told():
    assert found("%!d(string=geheim)", "Secret") == ["%!d("]

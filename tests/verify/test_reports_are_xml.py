"""A JUnit report is XML, whatever findings and templates are called."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from kubilitics_chartgen.verify.report import report_text
from kubilitics_chartgen.verify.result import Proof, VerifyReport


@pytest.mark.parametrize("sign", ["\x00", "\x01", "\x1b", "\ufffe", "\uffff", "\ud800", "\x7f", "\x85", "😀", "<", "&"])
def test_with_signs_that_xml_does_not_know(sign):
    name = f"a{sign}b"
    finding = Proof("names", "error", name, name, name, template=name, fix=name, values=name, command=name)
    report = VerifyReport(chart=name, findings=(finding,), numbers={})
    suite = ElementTree.fromstring(report_text("junit", report).encode())
    (case,) = suite.iter("testcase")
    shown = name if sign in "\x7f\x85😀<&" else "a\N{REPLACEMENT CHARACTER}b"
    assert case[0].get("message") == shown

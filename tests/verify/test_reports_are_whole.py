"""Reports as files say all that the terminal says: each finding by itself, where it is, and whether the run ended."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from kubilitics_chartgen.verify.report import report_text
from kubilitics_chartgen.verify.result import Coverage, Proof, VerifyReport

FINDING = Proof("services", "error", "too large", "Service/web", "spec.ports", template="web/templates/a.yaml", line=7)
COVERAGE = Coverage("web/templates/a.yaml", (), 1, 1, 1, 1, 0)


def cases(*findings, complete=True):
    report = VerifyReport(chart="web", findings=findings, coverage=(COVERAGE,), complete=complete)
    suite = ElementTree.fromstring(report_text("junit", report))
    found = list(suite.iter("testcase"))
    assert suite.get("tests") == str(len(found))
    return found


def test_findings_of_one_field_are_cases_of_different_names():
    other, elsewhere = replace(FINDING, message="taken"), replace(FINDING, path="spec.selector")
    names = [case.get("name") for case in cases(FINDING, other, elsewhere, FINDING)[1:]]
    assert names == [
        "Service/web spec.ports: too large",
        "Service/web spec.ports: taken",
        "Service/web spec.selector",
        "Service/web spec.ports: too large (2)",
    ]


def test_findings_of_one_field_by_different_checks_are_told_by_their_class():
    found = cases(FINDING, replace(FINDING, check="ports"))[1:]
    assert [(case.get("classname"), case.get("name")) for case in found] == [
        ("services", "Service/web spec.ports"),
        ("ports", "Service/web spec.ports"),
    ]


def test_a_failure_says_in_which_template_it_is():
    assert cases(FINDING)[1][0].text == "in web/templates/a.yaml, line 7 of what it prints"


def test_the_case_of_a_run_that_did_not_end_is_counted():
    assert len(cases(FINDING, complete=False)) == 3


@pytest.mark.parametrize(("complete", "colour"), [(True, "fine"), (False, "warning")])
def test_a_page_on_a_run_that_did_not_end_is_not_headed_as_fine(complete, colour):
    page = report_text("html", VerifyReport(chart="web", findings=(), complete=complete))
    assert f"<h1>web: <span class={colour}>nothing found" in page


def test_a_page_fits_narrow_screens_whatever_names_are_long():
    page = report_text("html", VerifyReport(chart="web", findings=()))
    assert "<meta name=viewport " in page
    assert "h1, h3, p, td, code { overflow-wrap: anywhere; }" in page

"""Findings that a chart's author accepts, written down in `.chartgen.yaml`."""

from __future__ import annotations

import pytest

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.verify.finding import Severity
from kubilitics_chartgen.verify.lint import lint
from tests.verify.lint.conftest import Build, without_schema


def test_an_exempt_finding_is_kept_aside_with_its_reason(build: Build) -> None:
    own = "lint:\n  exempt:\n    - {check: unused-value, path: old.*, reason: read by charts before 2.0}\n"
    folder = build(without_schema("old:\n  a: 1\n  b: 2\n", "") | {".chartgen.yaml": own})
    report = lint(folder)
    assert report.findings == ()
    assert {(finding.path, reason) for finding, reason in report.exempt} == {
        ("old.a", "read by charts before 2.0"),
        ("old.b", "read by charts before 2.0"),
    }


def test_an_exemption_that_nothing_needs_is_found(build: Build) -> None:
    own = "lint:\n  exempt:\n    - {check: unused-value, path: gone, reason: was once}\n"
    (finding,) = lint(build({".chartgen.yaml": own})).findings
    assert finding.check == "exemptions"
    assert (finding.severity, finding.file, finding.line) == (Severity.WARNING, ".chartgen.yaml", 3)


def test_exemptions_that_say_too_little_are_all_refused_at_once(build: Build) -> None:
    own = (
        "lint:\n  exempt:\n    - {check: unused-value, path: a}\n    - {check: nothing, path: a, reason: b}\n    - a\n"
    )
    with pytest.raises(InputError) as caught:
        lint(build({".chartgen.yaml": own}))
    assert [problem.line for problem in caught.value.problems] == [3, 4, 5]
    assert "reason" in caught.value.problems[0].message
    assert "undefined-value" in caught.value.problems[1].message

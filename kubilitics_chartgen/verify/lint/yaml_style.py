"""Chart.yaml, values.yaml and `ci/*-values.yaml` in the style that `ct lint` asks of them, by yamllint.

yamllint comes with the extra `lint`; without it the style is not judged, and a finding says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module, resources

from kubilitics_chartgen.verify.finding import Finding, Severity
from kubilitics_chartgen.verify.lint.subject import Subject

__all__ = ["NAME", "check"]

NAME = "yaml-style"


def check(subject: Subject) -> Sequence[Finding]:
    """One finding for each place; what yamllint only warns of does not fail, as in `ct lint`."""
    try:
        linter = import_module("yamllint.linter")
        config = import_module("yamllint.config").YamlLintConfig(_rules())
    except ImportError:
        message = "yamllint is not installed: the style of the YAML files was NOT judged"
        return [Finding(NAME, Severity.WARNING, message, fix="Install the extra: kubilitics-chartgen[lint]")]
    findings = []
    for name in ("Chart.yaml", "values.yaml", *subject.chart.ci_files):
        text = subject.chart.files.get(name)
        for problem in linter.run(text, config) if text is not None else ():
            severity = Severity.ERROR if problem.level == "error" else Severity.INFO
            rule = f" ({problem.rule})" if problem.rule else ""
            findings.append(Finding(NAME, severity, f"{problem.desc}{rule}", name, problem.line))
    return findings


def _rules() -> str:
    return resources.files(__package__).joinpath("yamllint.yaml").read_text(encoding="utf-8")

"""Reports as files: JUnit for CI, JSON for programs, one HTML page for people. Pure: a result in, text out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from xml.etree import ElementTree as Xml

from kubilitics_chartgen.verify.result import Coverage, Proof, VerifyReport

__all__ = ["report_text"]

_NO_XML = re.compile("[^\\t\\n\\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STYLE = """
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; vertical-align: top; }
tr + tr td { border-top: 1px solid #8884; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { overflow-x: auto; padding: .8rem; background: #8881; border-radius: .3rem; }
.error { color: #c22; } .warning { color: #a60; } .fine { color: #080; }
details > summary { cursor: pointer; }
h1, h3, p, td, code { overflow-wrap: anywhere; }
"""


def report_text(kind: str, result: VerifyReport) -> str:
    """The text of a report: `junit`, `json` or `html`."""
    if kind == "junit":
        return _junit(result)
    if kind == "json":
        return json.dumps(result.as_dict(), indent=2, sort_keys=True) + "\n"
    return _html(result)


def _junit(result: VerifyReport) -> str:
    failing = [finding for finding in result.findings if finding.fails]
    suite = Xml.Element(
        "testsuite",
        name=_clean(f"kubilitics-chartgen verify {result.chart}"),
        tests=str(len(result.coverage) + len(failing) + (not result.complete)),
        failures=str(len(failing)),
        errors="0" if result.complete else "1",
        time=str(result.numbers.get("seconds", 0)),
    )
    for each in result.coverage:
        case = Xml.SubElement(suite, "testcase", classname="coverage", name=_clean(each.template))
        Xml.SubElement(case, "system-out").text = _clean(each.shown)
    for finding, name in zip(failing, _case_names(failing), strict=True):
        case = Xml.SubElement(suite, "testcase", classname=finding.check, name=_clean(name))
        failure = Xml.SubElement(case, "failure", type=finding.severity, message=_clean(finding.message))
        place = finding.place and f"in {finding.place}"
        told = (place, finding.needs, finding.fix, finding.values, finding.command)
        failure.text = _clean("\n".join(part for part in told if part))
    if not result.complete:
        case = Xml.SubElement(suite, "testcase", classname="verify", name="the run ended before its time")
        Xml.SubElement(case, "error", message="what is not said here was not looked at")
    Xml.indent(suite)
    return Xml.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case_names(findings: Sequence[Proof]) -> Iterator[str]:
    """A name for each finding that no other of its check has, since many programs keep one case of a name only."""
    names = [_where(each) or each.template or each.message for each in findings]
    shared = Counter((each.check, name) for each, name in zip(findings, names, strict=True))
    told: Counter[tuple[str, str]] = Counter()
    for each, name in zip(findings, names, strict=True):
        full = f"{name}: {each.message}" if shared[each.check, name] > 1 and name != each.message else name
        told[each.check, full] += 1
        number = told[each.check, full]
        yield f"{full} ({number})" if number > 1 else full


def _where(finding: Proof) -> str:
    return " ".join(part for part in (finding.object, finding.path) if part)


def _clean(text: str) -> str:
    """What XML knows no sign for is replaced."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _html(result: VerifyReport) -> str:
    failing = [finding for finding in result.findings if finding.fails]
    aside = [finding for finding in result.findings if not finding.fails]
    nothing = "nothing found" if result.complete else "nothing found so far"
    verdict = f"{len(failing)} finding{'s' * (len(failing) != 1)}" if failing else nothing
    numbers = "".join(
        f"<tr><td>{escape(_words(name))}</td><td class=number>{value:,}</td></tr>"
        for name, value in result.numbers.items()
    )
    notes = "".join(f"<p>{escape(note)}</p>" for note in result.notes)
    ended = "" if result.complete else "<p class=error>The run ended before its time.</p>"
    head = (
        '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">'
        f"<title>{escape(result.chart)}</title><style>{_STYLE}</style>"
    )
    colour = "error" if failing else "fine" if result.complete else "warning"
    versions = ", ".join(result.kube_versions)
    return "".join(
        [
            head,
            f"<h1>{escape(result.chart)}: <span class={colour}>{verdict}</span></h1>{ended}{notes}",
            f"<p>Kubernetes {escape(versions)}; seed {result.seed}</p>",
            "<h2>Findings</h2>" if failing else "",
            *(_finding(finding) for finding in failing),
            "<h2>Set aside: these need values that nothing says to be valid</h2>" if aside else "",
            *(_finding(finding) for finding in aside),
            "<h2>Templates</h2><table><tr><th>template<th>how far<th>configurations<th>with objects<th>undecided</tr>",
            *(_row(each) for each in result.coverage),
            f"</table>{_branches(result)}",
            f"<h2>Values</h2><table><tr><th>value<th>templates that read it</tr>{_values(result)}</table>",
            f"<h2>Numbers</h2><table>{numbers}</table></html>\n",
        ]
    )


def _words(name: str) -> str:
    """The name of a number as people write it."""
    return re.sub(r"(?=[A-Z])", " ", name).lower()


def _finding(finding: Proof) -> str:
    also = f"Also {', '.join(finding.also)}" if finding.also else ""
    told = (finding.message, finding.place, finding.needs, finding.fix, also)
    return (
        f"<section><h3><span class={finding.severity}>{escape(finding.severity)}</span> {escape(finding.check)}: "
        f"{escape(_where(finding))}</h3>{''.join(f'<p>{escape(part)}</p>' for part in told if part)}"
        f"<pre>{escape(finding.values) or '# the values as they come'}</pre>"
        f"<pre>{escape(finding.command)}</pre></section>"
    )


def _row(each: Coverage) -> str:
    kind = "every combination" if each.strength == 0 else f"{each.strength}-wise"
    widened = f" (counts as reading everything: {escape(each.widened)})" if each.widened else ""
    names = ", ".join(escape(name) for name in each.factors)
    return (
        f"<tr><td><details><summary>{escape(each.template)}</summary>{names}</details>{widened}</td><td>{kind}</td>"
        f"<td class=number>{each.configurations:,}</td><td class=number>{each.printed:,}</td>"
        f"<td class=number>{each.undecided:,}</td></tr>"
    )


def _branches(result: VerifyReport) -> str:
    """Per file, the branches that no accepted configuration took."""
    if not result.branches:
        return ""
    rows: list[str] = []
    for each in result.branches:
        listed = "".join(
            f"<li>line {one.line}: <code>{escape(one.shown)}</code>{' (refused values take it)' if one.refused else ''}"
            for one in each.untaken
        )
        names = f"<details open><summary>{escape(each.file)}</summary><ul>{listed}</ul></details>"
        shown = names if listed else escape(each.file)
        rows.append(f"<tr><td>{shown}</td><td class=number>{each.branches}</td><td class=number>{each.taken}</td></tr>")
    late = "" if all(each.decided for each in result.branches) else "<p>There was no time to look at all values.</p>"
    head = "<tr><th>file, and the branches that no accepted values took<th>branches<th>taken</tr>"
    return f"<h2>Branches</h2>{late}<table>{head}{''.join(rows)}</table>"


def _values(result: VerifyReport) -> str:
    reached: dict[str, list[str]] = {}
    for each in result.coverage:
        for name in each.factors:
            reached.setdefault(name, []).append(each.template)
    rows: list[str] = []
    for name, templates in sorted(reached.items()):
        listed = ", ".join(escape(template) for template in templates)
        rows.append(
            f"<tr><td>{escape(name)}</td><td><details><summary>{len(templates)}</summary>{listed}</details></td></tr>"
        )
    return "".join(rows)

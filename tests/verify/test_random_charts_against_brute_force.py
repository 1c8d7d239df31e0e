"""Small charts made at random, each with a fault that some values may show: `verify` finds it if any values do.

The truth comes from rendering every combination of the values with Helm. Conditions and the ways by which templates
come to know them are put together from what charts of others do: helpers, contexts of their own, variables, values
that another template writes, loops that are left early.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from dataclasses import dataclass, field

import pytest

from kubilitics_chartgen.errors import ChartgenError
from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.verify.verification import VerifyRequest, verify

CHARTS = int(os.environ.get("RANDOM_CHARTS", "24"))
FIRST = int(os.environ.get("RANDOM_CHARTS_FROM", "0"))
FAULT = 'immutable: "yes"'
LEVELS = {
    "flag": [False, True],
    "other": [True, False],
    "mode": ["one", "two", "three"],
    "section.use": [False, True],
    "section.name": ["", "example"],
    "list": [[], ["example"]],
    "items": [[], *([{"kind": kind, "used": used}] for kind in ("plain", "strict") for used in (False, True))],
}
RELEASES = {"IsUpgrade": Release("web", upgrade=True), "Namespace": Release("web", "main")}
"""Kinds of release that matter where a template asks for this."""
SCHEMA = {
    "type": "object",
    "properties": {
        "flag": {"type": "boolean"},
        "other": {"type": "boolean"},
        "mode": {"enum": LEVELS["mode"]},
        "section": {
            "type": "object",
            "properties": {"use": {"type": "boolean"}, "name": {"type": "string", "pattern": "^(example)?$"}},
        },
        "list": {"type": "array", "items": {"const": "example"}, "maxItems": 1},
        "items": {
            "type": "array",
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["kind", "used"],
                "properties": {"kind": {"enum": ["plain", "strict"]}, "used": {"type": "boolean"}},
            },
        },
    },
}
TRUTHS = [
    "{v}.flag",
    "(not {v}.other)",
    '(eq {v}.mode "two")',
    '(ne {v}.mode "one")',
    '(has {v}.mode (list "two" "three"))',
    "{v}.section.use",
    "{v}.section.name",
    '(get {v} "flag")',
    '(index {v} "section" "use")',
    '(dig "section" "use" false ({v} | toJson | fromJson))',
    "(len {v}.list)",
    "{v}.list",
    '(has "example" {v}.list)',
    '(ternary "yes" "" {v}.flag)',
    "({v}.section.name | default ({v}.flag | ternary `x` ``))",
    '(regexMatch "^t" {v}.mode)',
    '(index {v} (printf "fl%s" "ag"))',
    "(first (list {v}.flag))",
    "(coalesce {v}.section.name ({v}.section.use | ternary `y` ``))",
    '(contains "w" {v}.mode)',
    "(empty {v}.list)",
    '(hasPrefix "ex" {v}.section.name)',
    '((pick {v} "flag").flag)',
    '((omit {v} "other").section.use)',
    "(values (dict `a` {v}.flag) | first)",
    "(len {v}.items)",
    "(eq {v}.flag {v}.other)",
    "(has {v}.section.name {v}.list)",
    '(eq ((first {v}.items | default dict).kind) "strict")',
    "((first {v}.items | default dict).used)",
]
OF_AN_ITEM = [
    ".used",
    "(not .used)",
    '(eq .kind "strict")',
    '(and .used (ne .kind "plain"))',
    '(or (not .used) (eq .kind "strict"))',
    '(eq (get . "kind") "plain")',
]


def guarded(condition: str, inner: str, word: str = "if") -> str:
    """What is printed where a condition holds."""
    return f"{{{{- {word} {condition} }}}}\n{inner}\n{{{{- end }}}}"


@dataclass
class Chart:
    """Templates, as they are put together."""

    chance: random.Random
    helpers: list[str] = field(default_factory=list)
    others: dict[str, str] = field(default_factory=dict)
    count: int = 0
    fault: str = FAULT

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def truth(self, values: str = "$.Values", depth: int = 0) -> str:
        """An expression that is true for some values."""
        kind = self.chance.random()
        if depth < 2 and kind < 0.3:
            word = self.chance.choice(["and", "or"])
            return f"({word} {self.truth(values, depth + 1)} {self.truth(values, depth + 1)})"
        if depth < 2 and kind < 0.4:
            return f"(not {self.truth(values, depth + 1)})"
        return self.chance.choice(TRUTHS).replace("{v}", values)

    def helper(self, body: str) -> str:
        name = self.name()
        self.helpers.append(f'{{{{- define "{name}" -}}}}{body}{{{{- end -}}}}')
        return name

    def body(self, depth: int = 0) -> str:
        """What prints the fault where something holds."""
        inner = self.fault if depth > 1 or self.chance.random() < 0.5 else self.body(depth + 1)
        way = self.chance.choice(self.ways)
        return way(self, inner)

    def plain(self, inner: str) -> str:
        return guarded(self.truth(), inner)

    def otherwise(self, inner: str) -> str:
        return f"{{{{- if {self.truth()} }}}}\n{{{{- else }}}}\n{inner}\n{{{{- end }}}}"

    def variable(self, inner: str) -> str:
        name = self.name()
        return (
            f"{{{{- ${name} := false }}}}{{{{- if {self.truth()} }}}}{{{{- ${name} = {self.truth()} }}}}{{{{- end }}}}"
            f"\n{{{{- if ${name} }}}}\n{inner}\n{{{{- end }}}}"
        )

    def included(self, inner: str) -> str:
        name = self.helper(f"{{{{- if {self.truth('.Values')} -}}}}true{{{{- end -}}}}")
        return guarded(f'include "{name}" $', inner)

    def context(self, inner: str) -> str:
        name = self.helper(f"{{{{- if {self.truth('.given')} -}}}}true{{{{- end -}}}}")
        return guarded(f'include "{name}" (dict "given" $.Values)', inner)

    def listed(self, inner: str) -> str:
        name = self.helper(f"{{{{- if {self.truth('(index . 1)')} -}}}}true{{{{- end -}}}}")
        return guarded(f'include "{name}" (list $ $.Values)', inner, "with")

    def parsed(self, inner: str) -> str:
        name = self.helper(f'{{{{- dict "a" {self.truth(".Values")} | toJson -}}}}')
        return guarded(f'(include "{name}" $ | fromJson).a', inner)

    def looped(self, inner: str) -> str:
        name = self.name()
        return (
            f"{{{{- ${name} := false }}}}{{{{- range $.Values.list }}}}{{{{- if {self.truth()} }}}}{{{{ continue }}}}"
            f"{{{{- end }}}}{{{{- ${name} = true }}}}{{{{- end }}}}\n{{{{- if ${name} }}}}\n{inner}\n{{{{- end }}}}"
        )

    def written(self, inner: str) -> str:
        """A template that Helm renders before writes into values what this one reads."""
        name = self.name()
        place = self.chance.choice(["$.Values", "$.Values.section"])
        change = self.chance.choice(
            [f'set {place} "{name}" {self.truth()}', f'merge {place} (dict "{name}" {self.truth()})']
        )
        self.others[f"templates/z{name}.yaml"] = f"{{{{- $_ := {change} }}}}\n"
        return guarded(f'get {place} "{name}"', inner)

    def taken_away(self, inner: str) -> str:
        name = self.name()
        self.others[f"templates/z{name}.yaml"] = (
            f'{{{{- if {self.truth()} }}}}{{{{- $_ := unset $.Values.section "use" }}}}{{{{- end }}}}\n'
        )
        return guarded('not (hasKey $.Values.section "use")', inner)

    def run(self, inner: str) -> str:
        text = f"{{{{ if {self.truth('.Values')} }}}}true{{{{ end }}}}"
        return guarded(f"tpl {json.dumps(text)} $", inner)

    def released(self, inner: str) -> str:
        word = self.chance.choice(
            [
                "$.Release.IsUpgrade",
                "$.Release.IsInstall",
                '(eq $.Release.Namespace "main")',
                "(not $.Release.IsUpgrade)",
            ]
        )
        return guarded(f"and {word} {self.truth()}", inner)

    def ranged(self, inner: str) -> str:
        return (
            f"{{{{- range $key, $value := $.Values.section }}}}{{{{- if and (eq $key `use`) $value {self.truth()} }}}}"
            f"\n{inner}\n{{{{- end }}}}{{{{- end }}}}"
        )

    def itemized(self, inner: str) -> str:
        of_it = self.chance.choice(OF_AN_ITEM)
        body = f"{{{{- if and {of_it} {self.truth()} }}}}{{{{- $%s = true }}}}{{{{- end }}}}"
        name = self.name()
        if self.chance.random() < 0.4:
            helper = self.helper(f"{{{{- if {of_it} -}}}}true{{{{- end -}}}}")
            body = f'{{{{- if include "{helper}" . }}}}{{{{- $%s = true }}}}{{{{- end }}}}'
        return (
            f"{{{{- ${name} := false }}}}{{{{- range $.Values.items }}}}{body % name}{{{{- end }}}}"
            f"\n{{{{- if ${name} }}}}\n{inner}\n{{{{- end }}}}"
        )

    def broken_off(self, inner: str) -> str:
        name = self.name()
        return (
            f"{{{{- ${name} := `` }}}}{{{{- range $each := list `a` `b` }}}}{{{{- if {self.truth()} }}}}{{{{ break }}}}"
            f"{{{{- end }}}}{{{{- ${name} = $each }}}}{{{{- end }}}}"
            f"\n{{{{- if eq ${name} `b` }}}}\n{inner}\n{{{{- end }}}}"
        )

    def copied(self, inner: str) -> str:
        name = self.name()
        return (
            f"{{{{- ${name} := deepCopy $.Values.section }}}}{{{{- $_ := set ${name} `own` {self.truth()} }}}}"
            f"\n{{{{- if and ${name}.own (or ${name}.use ${name}.name) }}}}\n{inner}\n{{{{- end }}}}"
        )

    def entered(self, inner: str) -> str:
        return f"{{{{- with $.Values.section }}}}{guarded('or .use .name', inner)}{{{{- end }}}}"

    def filed(self, inner: str) -> str:
        name = self.name()
        self.others[f"files/{name}.txt"] = f"{{{{ if {self.truth('.Values')} }}}}true{{{{ end }}}}"
        return guarded(f"tpl ($.Files.Get `files/{name}.txt`) $", inner)

    def beside(self, inner: str) -> str:
        name = self.name()
        self.others[f"templates/_{name}.yaml"] = f"{{{{- if {self.truth('.Values')} }}}}true{{{{ end }}}}"
        return guarded(f"include (print $.Template.BasePath `/_{name}.yaml`) $", inner)

    def called_by_a_name_put_together(self, inner: str) -> str:
        name = self.helper(f"{{{{- if {self.truth('.Values')} -}}}}true{{{{- end -}}}}")
        return guarded(f"include (printf `%s%s` `n` `{name[1:]}`) $", inner)

    def kept_in_the_release(self, inner: str) -> str:
        name = self.name()
        self.others[f"templates/z{name}.yaml"] = f"{{{{- $_ := set $.Release `{name}` {self.truth()} }}}}\n"
        return guarded(f"$.Release.{name}", inner)

    ways = (
        *(plain, otherwise, variable, included, context, listed, parsed, looped, written, taken_away, run, released),
        *(
            ranged,
            itemized,
            broken_off,
            copied,
            entered,
            filed,
            beside,
            called_by_a_name_put_together,
            kept_in_the_release,
        ),
    )

    def files(self) -> dict[str, str]:
        if self.chance.random() < 0.2:
            self.fault = "{{ index (list) 1 }}"
        body = self.body()
        text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{{{ $.Release.Name }}}}-b\n{body}\n"
        return {"templates/b.yaml": text, "templates/_h.tpl": "\n".join(self.helpers), **self.others}


def combinations():
    for chosen in itertools.product(*LEVELS.values()):
        values: dict[str, object] = {"section": {}}
        for path, value in zip(LEVELS, chosen, strict=True):
            *above, last = path.split(".")
            (values["section"] if above else values)[last] = value
        yield values


def is_faulty(folder):
    """Whether Helm prints the fault for any values, and whether it fails for any."""
    chart = EmbeddedEngine().load(folder).without_schema()
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.*"))
    # IsInstall tells an upgrade as well.
    releases = [each for asked, each in RELEASES.items() if asked in text.replace("IsInstall", "IsUpgrade")]
    faulty = broken = False
    for values, release in itertools.product(combinations(), [Release("web"), *releases]):
        try:
            faulty = faulty or FAULT in "".join(chart.render(values, release).values())
        except ChartgenError:
            broken = True
    return faulty, broken


@pytest.mark.parametrize("seed", range(FIRST, FIRST + CHARTS))
def test_verify_finds_what_any_values_show(tmp_path, seed):
    files = {
        "Chart.yaml": "apiVersion: v2\nname: random\nversion: 1.0.0\n",
        "values.yaml": "flag: false\nother: true\nmode: one\nsection: {use: false, name: ''}\nlist: []\nitems: []\n",
        "values.schema.json": json.dumps(SCHEMA),
        **Chart(random.Random(seed)).files(),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    faulty, broken = is_faulty(tmp_path)

    report = verify(VerifyRequest(tmp_path, workers=1, checks=("schema", "renders"), random=0, exhaustive=True))

    # Values that a template asks for, and no schema names, may be given as well: that is no truth of these values.
    found = {finding.check for finding in report.findings if not finding.made_up}
    assert ("schema" in found, "renders" in found) == (faulty, broken), files

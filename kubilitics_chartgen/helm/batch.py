"""Renders a chart with many sets of values in one call of the embedded Helm. Reads the chart; starts no program.

Helm parses every template of a chart anew for each render. Here one chart is made that holds the templates under
names which Helm does not render by itself, and one template that includes them with one root context after the other.
What comes out is the same, byte for byte. A set of values that makes Helm stop makes the whole call fail: then each
is rendered alone.

Not every chart can be rendered so: the charts inside a chart get their values from Helm itself, what asks for the Go
type of the root context would see another, and of two templates of one name another one would win. `batchable` tells.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import secrets
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.helm.chart_source import ChartSource
from kubilitics_chartgen.helm.embedded import EmbeddedChart
from kubilitics_chartgen.helm.engine import RefusedError, Release, RenderError
from kubilitics_chartgen.helm.remembering import FROM_MEMORY, MEMORY, remembering

__all__ = ["REFUSED", "BatchChart", "Context"]

REFUSED = "\ue000refused\ue001"
"""Stands before the message where a template's own text would have stopped Helm with `fail`."""

_KEY = "chartgenContexts"
_ANSWERS = "chartgenAnswers"
_MARK = "chartgenMark"
_MAX_SECTIONS = 200
_MAX_HELD = 16_000_000
"""Characters of answers that are remembered; past them all are forgotten."""
_WRAPPER = "zz-chartgen.yaml"
_TYPES = re.compile(r"\b(?:typeOf|typeIs|typeIsLike|AsMap|Subcharts)\b|%T")
_NAMED = re.compile(r'\{\{-?\s*(?:define|block)\s+(?:"([^"]+)"|`([^`]+)`)')
_TYPES_OF_VALUES = re.compile(r'\b(?:typeOf|typeIs(?:Like)? "[^"]*") \$?\.Values(?:\.\w+)+')
"""The values themselves are of the same types either way."""
_ENTRY = '{{ define "%(name)s" }}{{ template "%(plain)s" . }}{{ end }}\n'
_LOOP = """{{- $mark := .Values.%(mark)s -}}
{{- $answers := fromJson .Values.%(answers)s -}}
{{- $new := dict -}}
{{- range $context := .Values.%(key)s -}}
{{- $release := dict "Name" .release.name "Namespace" .release.namespace "Service" $.Release.Service -}}
{{- $_ := set $release "Revision" $.Release.Revision -}}
{{- $_ := set $release "IsUpgrade" .release.upgrade -}}
{{- $_ := set $release "IsInstall" (not .release.upgrade) -}}
{{- $root := dict "Release" $release "Chart" $.Chart "Capabilities" $.Capabilities -}}
{{- $_ := set $root "Values" (fromJson .values) -}}
{{- $_ := set $root "Files" $.Files -}}
{{- if %(remember)s -}}
{{- $memory := dict "root" (printf "%%p" $root) "keys" (splitList "," .keys) "answers" $answers "new" $new -}}
{{- $_ := set $root "%(memory)s" (set $memory "files" dict) -}}
{{- end -}}
{{- $mark -}};
{{- $refused := false -}}
{{- range .templates -}}
{{- if not $refused -}}
{{- $_ := set $root "Template" (dict "Name" . "BasePath" $.Template.BasePath) -}}
{{- $text := include . $root -}}
{{- $refused = contains "%(refused)s" $text -}}
{{- $mark -}},{{- $text -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $mark -}};{{- toJson $new -}}"""


@dataclass(frozen=True)
class Context:
    """One set of values, whole: defaults included, nulls taken out."""

    values: Mapping[str, Any]
    release: Release
    templates: Sequence[str]
    """The templates to render, such as `mychart/templates/x.yaml`; after one that prints `REFUSED` no more are."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """For named templates that remember, a word without commas: the same wherever the values that they read are."""


class BatchChart:
    """A chart that is rendered with many sets of values at once.

    `soften` may change the text of a template (path, text): what it takes out of the way must print `REFUSED`.
    `remembers` says that a template which is asked twice within one set of values prints the same, so that it need not
    run twice, nor in another set of values with the same key: no template may change values that others read, or print
    the whole root context.
    """

    def __init__(self, chart: EmbeddedChart, *, soften: Callable[[str, str], str] | None = None) -> None:
        self._chart = chart
        self.remembers = False
        self._soften = soften or (lambda _name, text: text)
        self._name = str(chart.metadata.get("name"))
        self._sections: dict[int, tuple[Any, str]] = {}
        self._batches: dict[bool, tuple[EmbeddedChart, tuple[str, ...]]] = {}
        self._answers: dict[str, str] = {}
        # Between texts: what no template can print, for none sees it.
        self._mark = secrets.token_hex(12)
        self._held = 0

    @property
    def _files(self) -> dict[str, bytes]:
        return self._chart.contents

    @cached_property
    def entries(self) -> tuple[str, ...]:
        """The templates that Helm renders, in its order: deeper paths first, then by name backwards."""
        start = f"{self._name}/templates/"
        names = [name for name in self._files if name.startswith(start) and _renders(name)]
        return tuple(sorted(names, key=lambda name: (name.count("/"), name), reverse=True))

    @cached_property
    def templates(self) -> dict[str, str]:
        """Every template's text, named ones' files included, by its path in the chart."""
        inside = {name.partition("/")[2]: data for name, data in self._files.items()}
        return {name: data.decode("utf-8", "replace") for name, data in inside.items() if name.startswith("templates/")}

    def source(self, name: str) -> str:
        """The text of a template, as its author wrote it."""
        return self._files[name].decode("utf-8", "replace")

    @property
    def remembered(self) -> tuple[str, ...]:
        """The named templates that remember what they print, while `remembers` says so."""
        return self._made()[1]

    @cached_property
    def batchable(self) -> bool:
        """Whether many sets of values can be rendered in one call."""
        if self._chart.metadata.get("dependencies") or self._chart.metadata.get("type") == "library":
            return False
        named = [name for text in self.templates.values() for pair in _NAMED.findall(text) for name in pair if name]
        if len(named) != len(set(named)):
            # Which of them wins, Helm's order of files decides, and the files have other names here.
            return False
        for name, data in self._files.items():
            if name.startswith(f"{self._name}/charts/"):
                return False
            if "/templates/" in name and _TYPES.search(_TYPES_OF_VALUES.sub("", data.decode("utf-8", "replace"))):
                return False
        return bool(self.entries)

    def _made(self) -> tuple[EmbeddedChart, tuple[str, ...]]:
        """The chart that renders many sets of values, and the named templates that remember in it."""
        known = self._batches.get(self.remembers)
        if known is None:
            known = self._batches[self.remembers] = self._make()
        return known

    def _make(self) -> tuple[EmbeddedChart, tuple[str, ...]]:
        left = (f"{self._name}/values.yaml", f"{self._name}/values.schema.json")
        files = {name: data for name, data in self._files.items() if name not in left}
        texts = {name: data.decode("utf-8", "replace") for name, data in files.items() if "/templates/" in name}
        texts |= {name: self._soften(name, texts[name]) for name in self.entries}
        answers = remembering(texts) if self.remembers else None
        texts, helpers, names = answers or (texts, "", ())
        everything = "".join(texts.values())
        for name in self.entries:
            hidden = _hidden(name)
            texts[hidden] = texts.pop(name)
            # One that others include, such as a ConfigMap for its checksum, is asked for more than once.
            often = answers and name.partition("/templates/")[2] in everything
            entry = FROM_MEMORY if often else _ENTRY
            helpers += entry % {"name": name, "plain": hidden, "answers": "files", "key": f'"{hidden}"', "keep": ""}
        texts[f"{self._name}/templates/_chartgen.tpl"] = helpers
        loop = {
            "key": _KEY,
            "answers": _ANSWERS,
            "mark": _MARK,
            "refused": REFUSED,
            "memory": MEMORY,
            "remember": "true" if answers else "false",
        }
        texts[self._wrapper] = _LOOP % loop
        files = {name: data for name, data in files.items() if "/templates/" not in name}
        files |= {name: text.encode() for name, text in texts.items()}
        return EmbeddedChart(ChartSource(self._chart.source.path, _packed(files))), names

    def prepare(self) -> None:
        """Make the chart that renders many sets of values now, rather than when it is needed."""
        self._made()

    def _values_text(self, values: Mapping[str, Any]) -> str:
        """Values as JSON. Text travels through Helm much faster than maps, and sections that are shared are kept."""
        parts: list[str] = []
        for key, value in values.items():
            known = self._sections.get(id(value))
            if known is None or known[0] is not value:
                known = (value, json.dumps(value))
                if len(self._sections) < _MAX_SECTIONS and isinstance(value, dict):
                    self._sections[id(value)] = known
            parts.append(f"{json.dumps(key)}:{known[1]}")
        return "{" + ",".join(parts) + "}"

    @property
    def _wrapper(self) -> str:
        return f"{self._name}/templates/{_WRAPPER}"

    def render(self, contexts: Sequence[Context]) -> list[dict[str, str]]:
        """The text of each template asked for, per context, in one call. Raises RenderError if any one fails."""
        made, names = self._made()
        keys = [_keys(number, context, names) for number, context in enumerate(contexts)]
        known = {key: {"text": self._answers[key]} for each in keys for key in each if key in self._answers}
        asked = {
            _ANSWERS: json.dumps(known),
            _MARK: self._mark,
            _KEY: [
                {
                    "values": self._values_text(context.values),
                    "release": {
                        "name": context.release.name,
                        "namespace": context.release.namespace,
                        "upgrade": context.release.upgrade,
                    },
                    "templates": list(context.templates),
                    "keys": ",".join(each),
                }
                for context, each in zip(contexts, keys, strict=True)
            ],
        }
        printed = made.render_texts(asked, contexts[0].release)[self._wrapper]
        _, *texts, answers = printed.split(f"{self._mark};")
        self._keep(json.loads(answers))
        return [
            # Fewer texts than templates where one of them refuses.
            dict(zip(context.templates, each.split(f"{self._mark},")[1:], strict=False))
            for context, each in zip(contexts, texts, strict=True)
        ]

    def _keep(self, answers: Mapping[str, str]) -> None:
        if self._held > _MAX_HELD:
            self._answers.clear()
            self._held = 0
        self._answers.update(answers)
        self._held += sum(map(len, answers.values()))

    def render_each(self, contexts: Sequence[Context]) -> list[dict[str, str] | InputError]:
        """The same, with an error in the place of what fails: halves are tried until the ones that fail stand alone."""
        if not contexts:
            return []
        try:
            return list(self.render(contexts))
        except (RenderError, ToolError, ValueError) as error:
            if len(contexts) == 1:
                return [error if isinstance(error, InputError) else RefusedError(str(error))]
        half = (len(contexts) + 1) // 2
        return [*self.render_each(contexts[:half]), *self.render_each(contexts[half:])]


def _keys(number: int, context: Context, names: Sequence[str]) -> list[str]:
    """For each named template that remembers: `#` and its key, or what no other context of this call has."""
    known = context.keys
    return [f"#{known[name]}" if name in known else f"{number}.{place}" for place, name in enumerate(names)]


def _renders(name: str) -> bool:
    return not name.rsplit("/", 1)[-1].startswith("_")


def _hidden(name: str) -> str:
    folder, _, base = name.rpartition("/")
    return f"{folder}/_hidden-{base}"


def _packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()

"""Check `config-files`: files that a ConfigMap or Secret holds can be read by what they are for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from kubilitics_chartgen.helm.yaml_objects import YamlTextError, yaml_object
from kubilitics_chartgen.verify.checks.check import Context, Document, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.reading import Object, at, items, mapping, quoted

__all__ = ["ConfigFiles"]

Found = Iterator[str]

_END = re.compile(r"^(?:---|\.\.\.)(?=\s|\Z)", re.MULTILINE)
"""Where a document of a YAML file ends."""
_DIRECTIVES = re.compile(r"\A\s*(?:%.*\n)+")
_NGINX = re.compile(r"^\s*(?:http|server|location|upstream|map|geo)\b[^;{}]*\{", re.MULTILINE)
_NGINX_TOKEN = re.compile(
    r"""#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\$\{\w+\}|\\.|[{};]|[^\s{};"'#\\]+|.""", re.DOTALL
)


class ConfigFiles:
    """See `sentence`."""

    name = "config-files"
    sentence = (
        "Files in ConfigMaps and Secrets can be read: JSON and YAML by their ending, the blocks of nginx's "
        "configuration are closed, and a kubeconfig has the clusters and users that it names."
    )
    severity: Severity = "error"
    fix = "Correct the file's text, or the name on one of its sides."

    def check(self, document: Document, context: Context) -> Iterator[Fault]:  # noqa: ARG002
        """What a program that reads the file would stumble over."""
        if document.group or document.kind not in ("ConfigMap", "Secret"):
            return
        for part in ("data", "stringData") if document.kind == "Secret" else ("data",):
            for key, text in mapping(document.object.get(part)).items():
                if isinstance(text, str) and (part == "stringData" or document.kind == "ConfigMap"):
                    for message in _read(key, text):
                        yield fault(self, document, f'{part}["{key}"]', message)


def _read(key: str, text: str) -> tuple[str, ...]:
    return _read_as(key.rpartition(".")[2] if "." in key else "", text)


@lru_cache(maxsize=1024)
def _read_as(ending: str, text: str) -> tuple[str, ...]:
    reader: Callable[[str], Found] | None = _READERS.get(ending)
    if reader is not None:
        return tuple(reader(text)) if text.strip() else ("is empty",)
    if "kind: Config\n" in text and "current-context:" in text:
        return tuple(_kubeconfig(text))
    return ()


def _json(text: str) -> Found:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        yield f"is no JSON: {str(error).partition(':')[0]}"


def _yaml(text: str) -> Found:
    for part in _END.split(text):
        # What is no mapping, such as a list, is left to the program.
        document = _DIRECTIVES.sub("", part).replace("\n", "\n  ")
        try:
            yaml_object(f"x:\n  {document}")
        except YamlTextError as error:
            yield f"is no YAML: {error.summary}"
            return


def _kubeconfig(text: str) -> Found:
    try:
        config = yaml_object(text)
    except YamlTextError as error:
        yield f"is no YAML: {error.summary}"
        return
    names = {part: {str(item.get("name")) for _, item in items(config.get(part))} for part in _PARTS}
    current = config.get("current-context")
    if current and current not in names["contexts"]:
        yield f"has no context {quoted(current)}, which is the current one"
    for _, item in items(config.get("contexts")):
        context: Object = at(item, "context")
        for part, key in (("clusters", "cluster"), ("users", "user")):
            wanted: Any = context.get(key)
            if wanted not in names[part]:
                yield f"has no {key} {quoted(wanted)}, which its context {quoted(item.get('name'))} names"


def _nginx(text: str) -> Found:
    if not _NGINX.search(text):
        return
    open_blocks, last = 0, ";"
    for word in _NGINX_TOKEN.findall(text):
        if word.startswith("#") or word.isspace():
            continue
        if word == "{":
            open_blocks += 1
        elif word == "}":
            open_blocks -= 1
            if last not in ("{", "}", ";"):
                yield f"has no `;` after {quoted(last)}"
            if open_blocks < 0:
                yield "closes a block that is not open"
                return
        last = word
    if open_blocks:
        yield "leaves a block open"


_PARTS = ("clusters", "users", "contexts")
_READERS = {"json": _json, "yaml": _yaml, "yml": _yaml, "conf": _nginx}

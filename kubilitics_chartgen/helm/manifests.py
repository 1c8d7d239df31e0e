"""From the raw text of each template to the documents that `helm template` prints, byte for byte. Pure.

In: `{template path: text}` from an engine. Out: documents in the order of printing, and their text. Helm 3 and Helm 4
print the same documents but split and order them a little differently; a `Dialect` holds the difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kubilitics_chartgen.errors import Problem
from kubilitics_chartgen.helm.engine import RenderError
from kubilitics_chartgen.helm.yaml_objects import YamlTextError, read_yaml

__all__ = [
    "HELM_3",
    "HELM_4",
    "HOOK",
    "HOOK_EVENTS",
    "Dialect",
    "Document",
    "documents",
    "documents_text",
    "hook_events",
    "in_order",
    "notes",
]

# What Go's unicode.IsSpace calls a space; Python's str.strip() takes more.
_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)

_KINDS = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
]
_WEBHOOKS = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]

HOOK = "helm.sh/hook"
"""The annotation with the events that an object is made at."""
HOOK_EVENTS = frozenset(
    [
        "pre-install",
        "post-install",
        "pre-delete",
        "post-delete",
        "pre-upgrade",
        "post-upgrade",
        "pre-rollback",
        "post-rollback",
        "test",
    ]
)
"""The events that Helm runs hooks at."""


@dataclass(frozen=True)
class Dialect:
    """How one major version of Helm splits and orders documents."""

    name: str
    separator: re.Pattern[str]
    keep_tail: bool
    """Whether the blank space at a document's end is printed."""
    order: Mapping[str, int] = field(repr=False)
    """The kinds that Helm installs in a fixed order; any other comes after them, by name."""


def _order(kinds: Iterable[str]) -> dict[str, int]:
    return {kind: place for place, kind in enumerate(kinds)}


HELM_3 = Dialect("Helm 3", re.compile(r"(?:\A|[\t\n\f\r ]*\n)---[\t\n\f\r ]*"), False, _order(_KINDS))
"""Helm 3, the same in 3.17 and 3.22."""
HELM_4 = Dialect("Helm 4", re.compile(r"^---[ \t]*", re.MULTILINE), True, _order([*_KINDS, *_WEBHOOKS]))
"""Helm 4.3. Helm 4.2 finds separators as Helm 3 does, and prints the blank space after a document too."""


@dataclass(frozen=True)
class Document:
    """One rendered document."""

    source: str
    """The path of its template, such as `mychart/templates/service.yaml`."""
    text: str
    kind: str
    name: str
    hooks: tuple[str, ...]
    """The events it is a hook for; empty for an ordinary object."""
    object: Mapping[str, Any] = field(repr=False, compare=False)
    """The document as Helm reads it; shared, so never change it. Empty where it holds comments only."""
    distinct_keys: bool = field(default=False, repr=False, compare=False)
    """Whether it is known that no mapping has a key twice."""
    lines_above: int = field(default=0, repr=False, compare=False)
    """For an item of a list: how many lines of that list stand before it."""
    around: str = field(default="", repr=False, compare=False)
    """For an item of a list: the text of that list."""
    is_left_out: bool = field(default=False, repr=False, compare=False)
    """Whether Helm leaves it out, for it is a hook of an event that Helm does not know."""

    @property
    def is_hook(self) -> bool:
        """Whether Helm runs it as a hook."""
        return bool(self.hooks)

    @property
    def is_test(self) -> bool:
        """Whether `helm test` runs it."""
        return "test" in self.hooks

    @property
    def printed(self) -> str:
        """The document as Helm prints it, with its separator and its source."""
        return f"---\n# Source: {self.source}\n{self.text}\n"

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


def documents(
    texts: Mapping[str, str], *, dialect: Dialect = HELM_3, with_left_out: bool = False
) -> tuple[Document, ...]:
    """Every document in Helm's order: objects first, then hooks. Raises RenderError with all broken ones.

    Those that Helm leaves out are among them only where they are asked for.
    """
    found: list[Document] = []
    problems: list[Problem] = []
    for source in sorted(texts):
        if source.endswith("NOTES.txt") or source.rsplit("/", 1)[-1].startswith("_"):
            continue
        for text in _split(texts[source], dialect):
            try:
                document = _document(source, text)
            except YamlTextError as error:
                problems.append(_problem(source, text, error))
                continue
            if with_left_out or not document.is_left_out:
                found.append(document)
    if problems:
        raise RenderError("the chart renders text that Kubernetes cannot read", problems)
    return in_order(found, dialect=dialect)


def in_order(found: Iterable[Document], *, dialect: Dialect = HELM_3) -> tuple[Document, ...]:
    """Documents, sorted by source, in the order in which Helm installs them: objects first, then hooks."""
    return tuple(sorted(found, key=lambda document: (document.is_hook, *_rank(document.kind, dialect))))


def documents_text(found: Iterable[Document], *, include_tests: bool = False) -> str:
    """What `helm template --skip-tests` prints, or with `include_tests` what `helm template` prints."""
    found = list(found)
    objects = "".join(document.printed for document in found if not document.is_hook)
    hooks = (document for document in found if document.is_hook and (include_tests or not document.is_test))
    return objects.strip(_SPACE) + "\n" + "".join(document.printed for document in hooks)


def hook_events(said: str) -> tuple[str, ...]:
    """The events that an annotation names, as Helm reads it; also those that Helm does not know."""
    events = (event.strip(_SPACE).lower() for event in said.split(","))
    return tuple("test" if event == "test-success" else event for event in events)


def notes(texts: Mapping[str, str]) -> str:
    """The chart's own NOTES.txt; empty where it has none or the engine does not give it."""
    for path, text in texts.items():
        if path.count("/") == 2 and path.endswith("/templates/NOTES.txt"):
            return text
    return ""


def _split(text: str, dialect: Dialect) -> Iterable[str]:
    text = text.lstrip(_SPACE) if dialect.keep_tail else text.strip(_SPACE)
    # To look for the mark of a separator is much faster than to match the space before it.
    for part in dialect.separator.split(text) if "---" in text else [text]:
        if dialect.keep_tail:
            if part.strip(_SPACE):
                yield part.lstrip(_SPACE)
        elif part:
            yield part.strip(_SPACE)


def _rank(kind: str, dialect: Dialect) -> tuple[int, str]:
    place = dialect.order.get(kind)
    return (len(dialect.order), kind) if place is None else (place, "")


def _document(source: str, text: str) -> Document:
    # Helm ends each document with a line break, so that a block of text that ends it keeps its own.
    content, distinct_keys = read_yaml(f"{text}\n")
    metadata = _mapping(content, "metadata")
    annotations = _mapping(metadata, "annotations")
    for key, value in annotations.items():
        if isinstance(value, (dict, list)):
            raise YamlTextError(f"the annotation {key} is no text")
    hooks: tuple[str, ...] = ()
    is_left_out = False
    if HOOK in annotations:
        hooks = hook_events(_scalar(annotations, HOOK))
        # Helm leaves out a document whose hook it does not know.
        is_left_out = not HOOK_EVENTS.issuperset(hooks)
    kind, name = _scalar(content, "kind"), _scalar(metadata, "name")
    return Document(source, text, kind, name, hooks, content, distinct_keys, is_left_out=is_left_out)


def _mapping(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = content.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise YamlTextError(f"{key} must be a mapping")
    return value


def _scalar(content: Mapping[str, Any], key: str) -> str:
    value = content.get(key)
    if isinstance(value, (dict, list)):
        raise YamlTextError(f"{key} must be text")
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _problem(source: str, text: str, error: YamlTextError) -> Problem:
    line = error.line or 1
    rows = text.splitlines()
    # What is broken may be a Secret, whose text is never shown.
    may_show = line <= len(rows) and "Secret" not in text
    shown = f" (line {line} of the document: {rows[line - 1].strip()[:120]!r})" if may_show else ""
    return Problem(
        f"YAML parse error on {source}: {error.summary}{shown}.",
        fix="Mend the template, or quote what it inserts.",
    )

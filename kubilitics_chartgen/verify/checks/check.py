"""What a check of rendered objects is, and what it is given. Frozen data, no I/O.

A `DocumentCheck` judges one object by itself; it is asked once for each distinct text. A `ChartCheck` judges objects
together: it takes small facts out of each object once, and joins them for each whole configuration. Both are pure:
the same documents and context give the same faults.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol, runtime_checkable

from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.verify.checks.conditions import NOTHING_KNOWN, Meant
from kubilitics_chartgen.verify.checks.declared import Declared
from kubilitics_chartgen.verify.checks.reading import Pod, pod_of

__all__ = [
    "ChartCheck",
    "Check",
    "Context",
    "Document",
    "DocumentCheck",
    "Facts",
    "Fault",
    "Severity",
    "ValuesCheck",
    "fault",
]

Severity = Literal["error", "warning"]
Facts = Hashable
"""Small, hashable, picklable; None where a document does not matter to the check."""

# What differs from one configuration to the next: positions, names, values.
_VARYING = re.compile(r"\[(?:\d+|\"[^\"]*\")\]|`[^`]*`|\d+")


@dataclass(frozen=True)
class Document:
    """One distinct rendered object."""

    template: str
    """The template it comes from, such as `mychart/templates/x.yaml`."""
    line: int
    """The line, counted from 1, in the rendered output of that template where it starts."""
    text: str
    object: Mapping[str, Any] = field(repr=False, hash=False, compare=False)
    """The text as Helm reads it; shared, so never change it."""
    distinct_keys: bool = field(default=False, repr=False, hash=False, compare=False)
    """Whether it is known that no mapping has a key twice."""
    home: str = field(default="", repr=False, hash=False, compare=False)
    """The release's namespace."""

    @cached_property
    def kind(self) -> str:
        """The object's kind, empty where it has none."""
        return str(self.object.get("kind") or "")

    @cached_property
    def api_version(self) -> str:
        """The object's apiVersion, empty where it has none."""
        return str(self.object.get("apiVersion") or "")

    @cached_property
    def group(self) -> str:
        """The group of the object's API, empty for the core."""
        return self.api_version.rpartition("/")[0]

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """The object's metadata, empty where there is none."""
        metadata = self.object.get("metadata")
        return metadata if isinstance(metadata, Mapping) else {}

    @cached_property
    def namespace(self) -> str:
        """The object's namespace, empty for the release's own, whether that is named or not."""
        namespace = str(self.metadata.get("namespace") or "")
        return "" if namespace == self.home else namespace

    @cached_property
    def name(self) -> str:
        """The object's name; for generated names what they begin with."""
        return str(self.metadata.get("name") or self.metadata.get("generateName") or "")

    @cached_property
    def pod(self) -> Pod | None:
        """The pod that the object is or makes, None where it makes none."""
        return pod_of(self.object)

    @property
    def is_serving(self) -> bool:
        """Whether its pods are there to answer: not those of Jobs, tests and other hooks."""
        annotations = self.metadata.get("annotations")
        hook = isinstance(annotations, Mapping) and "helm.sh/hook" in annotations
        return not hook and self.kind not in ("Job", "CronJob")

    @property
    def identity(self) -> str:
        """The object as a reader knows it: `Deployment/web`."""
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Fault:
    """What a check found in one configuration."""

    object: str
    """The object, such as `Deployment/web`."""
    path: str
    """Where in the object, such as `spec.template.spec.containers[0].image`; may be empty."""
    message: str
    """One sentence: what is wrong."""
    key: str
    """The same for the same mistake in other configurations: check, template and rule, without names and values."""
    severity: Severity | None = None
    """Where it is another one than the check's."""


@dataclass(frozen=True)
class Context:
    """What a document is judged against."""

    kube_versions: tuple[KubeVersion, ...]
    """The versions of Kubernetes that these documents are meant for."""
    namespace: str = "default"
    """The release's namespace: where objects without one are made."""
    release: str = "release-name"
    """The release's name."""
    declared: Declared = field(default_factory=Declared)
    meant: Meant = NOTHING_KNOWN
    """What the configuration's values mean; known to a `ValuesCheck` only."""
    upgrade: bool = False
    """Whether the objects are those of an upgrade, and not of a first installation."""


class Check(Protocol):
    """What every check says of itself."""

    @property
    def name(self) -> str:
        """What reports, options and exemptions call it."""

    @property
    def sentence(self) -> str:
        """What it checks, and why that matters."""

    @property
    def severity(self) -> Severity:
        """How bad a fault is."""

    @property
    def fix(self) -> str:
        """What to do about a fault."""


@runtime_checkable
class DocumentCheck(Check, Protocol):
    """Judges one object by itself, once for each distinct text."""

    def check(self, document: Document, context: Context) -> Iterable[Fault]:
        """What is wrong with the document."""


@runtime_checkable
class ChartCheck(Check, Protocol):
    """Judges objects together: facts once for each document, joined for each whole configuration."""

    def facts(self, document: Document) -> Facts:
        """What the document has to say; None where it does not matter."""

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterable[Fault]:
        """What is wrong with the objects of one configuration; documents without facts are left out."""


@runtime_checkable
class ValuesCheck(ChartCheck, Protocol):
    """A `ChartCheck` that is told what the values mean."""

    @property
    def asks(self) -> Literal["conditions", "values"]:
        """What of it: which conditions hold, or what stands at values paths as well."""


def fault(check: Check, document: Document, path: str, message: str, *, severity: Severity | None = None) -> Fault:
    """A fault in `document`. Names and values stand in backticks in `message`, so that the key can leave them out."""
    varying = f"{path}|{message}"
    key = f"{check.name}|{document.template}|{document.kind}|{_VARYING.sub('', varying)}"
    return Fault(document.identity, path, message, key, severity)

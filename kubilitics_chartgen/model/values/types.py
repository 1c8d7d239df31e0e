"""The vocabulary of the values models: the base class, and markers that say what a plain type cannot. No I/O.

A marker stands in `Annotated[...]` beside the type, and the walk turns it into JSON Schema (draft-07) keywords.
Patterns are RE2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

__all__ = [
    "Annotations",
    "Fragment",
    "Hidden",
    "HonouredBy",
    "Labels",
    "Name",
    "OpenSection",
    "PodAnnotations",
    "Quantity",
    "Rule",
    "Section",
    "Shared",
    "Url",
    "text_of",
]


class Section(BaseModel):
    """A map of named values. In values.yaml its fields are written in camel case."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_default=True)

    is_component: ClassVar[bool] = False
    """Whether it holds all values of one component, those it shares with the other components among them."""


class OpenSection(Section):
    """A map that others may add to, such as `global`, which the parent of an umbrella chart owns."""


@dataclass(frozen=True)
class Rule:
    """JSON Schema keywords that narrow the type they stand beside."""

    keywords: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fragment:
    """The value is a Kubernetes type: its definition's full name, and whether the value is a list of these.

    With `schema` it is a narrowed one: `definition` is then its short name, and `uses` are the full names of those of
    Kubernetes' own definitions that the schema refers to.
    """

    definition: str
    is_list: bool = False
    schema: dict[str, Any] | None = None
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shared:
    """The value is a type of ours that several values have: its name, and every definition that it needs, by name."""

    name: str
    definitions: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_list: bool = False


def text_of(name: str, pattern: str, **keywords: Any) -> Shared:
    """A text that several values have, under a name: every render compiles each pattern of the schema, twice."""
    return Shared(name, {name: {"type": "string", "pattern": pattern, **keywords}})


@dataclass(frozen=True)
class Hidden:
    """Accepted by the schema but shown nowhere: for a parent chart, or a known mistake that a refusal answers."""


@dataclass(frozen=True)
class HonouredBy:
    """The value reaches the container, but no image up to this release acts on it."""

    note: str


NAME_PATTERN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
LABEL_VALUE_PATTERN = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$"
QUALIFIED_KEY_PATTERN = "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"

PRINTABLE_PATTERN = "^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufeff\ufffe\uffff]*$"
"""Text without control characters, which Helm's toYaml cannot write: it would drop the whole map without a word."""

OBJECT_NAME_PATTERN = "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$"

Name = Annotated[str, text_of("ObjectName", OBJECT_NAME_PATTERN, maxLength=253)]
"""The name of an existing object, or empty."""

SIZE_PATTERN = "^[0-9]+(\\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$"
Quantity = Annotated[str, text_of("StorageSize", SIZE_PATTERN, allOf=[{"pattern": "[1-9]"}])]
"""An amount of storage, such as 10Gi; not none."""

Url = Annotated[str, text_of("Url", "^(https?://[A-Za-z0-9._~:/?#@!&()*+,;=%\\[\\]-]+)?$", maxLength=2048)]
"""An http or https address, or empty."""

Labels = Annotated[
    dict[str, str],
    Rule(
        {
            "propertyNames": {"pattern": QUALIFIED_KEY_PATTERN, "maxLength": 317},
            "additionalProperties": {"type": "string", "pattern": LABEL_VALUE_PATTERN, "maxLength": 63},
        },
    ),
]

ANNOTATIONS: dict[str, Any] = {
    "propertyNames": {"pattern": QUALIFIED_KEY_PATTERN, "maxLength": 317},
    "additionalProperties": {"type": "string", "pattern": PRINTABLE_PATTERN},
}
Annotations = Annotated[dict[str, str], Rule(ANNOTATIONS)]

PodAnnotations = Annotated[
    dict[str, str],
    Rule(
        {
            **ANNOTATIONS,
            "patternProperties": {
                "^container\\.apparmor\\.security\\.beta\\.kubernetes\\.io/": {
                    "type": "string",
                    "pattern": "^(runtime/default|localhost/.+)$",
                },
                "^(container\\.)?seccomp\\.security\\.alpha\\.kubernetes\\.io/": {
                    "type": "string",
                    "enum": ["runtime/default"],
                },
            },
        },
    ),
]
"""Annotations that leave the pod within the Pod Security Standard `restricted`."""

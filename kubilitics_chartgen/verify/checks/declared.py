"""What a chart's author declares in `.chartgen.yaml`, for checks that cannot know it from the objects. Pure.

declared:
  external:                  # objects that the chart refers to and somebody else makes
    - kind: Secret           # names without the release's name in them are somebody else's without a word
      name: "*-credentials"  # a pattern
      reason: made by hand before the installation
    - kind: Secret           # or names that values give, letter by letter: objects of this kind have no other
      values: [web.existingSecret]  # "*" for any text in the values
      templates: "templates/web/*"  # in these templates only; left out: in all
  permissions:               # what roles may grant; with this list, they may grant nothing else
    - role: "*-backend"      # a pattern of the role's name, or a built-in ClusterRole that may be bound
      labels: {tier: back}   # instead of it or beside it: labels that the role carries
      apiGroups: [""]
      resources: [secrets]
      verbs: [get]
      named: true            # only for objects that the rule names
      when: web-is-on        # a condition: granted while it holds, and not while it fails
      reason: ...
  conditions:                # what values mean; `when` names them
    - id: web-is-on
      values: [{web.enabled: true}]   # it holds with any of these: paths, with true for what is set, false for what is
                                      # not, a pattern of a text, a number, or a list of such
      unless: [{web.enabled: false}]  # it fails with any of these, and is open otherwise; left out: unless it holds
  labels:                    # labels that all objects of some templates carry; the first pattern that fits counts
    - templates: "templates/web/*"
      labels: {app.kubernetes.io/component: web}
  parties:                   # who is at the ends of connections
    - id: web
      labels: {app.kubernetes.io/component: web}   # a part of the chart
    - id: provider
      outside: [internet]    # somebody else, of the kinds that OUTSIDE explains
  connections:               # who may open connections to whom; nobody else may
    - from: web
      to: database
      ports: [5432]          # empty or left out where a value decides
      protocols: [TCP]
      required: true         # possible whenever both are there; otherwise a value decides
      when: web-is-on        # a condition: required while it holds, and not possible while it fails
  refusals:                  # values that the templates refuse, and what to write instead
    - values: {web: {replicas: 0}}
      says: "web.replicas*"  # a pattern that the refusal's words hold
      instead: {web: {replicas: 1}}
  names:                     # what objects are called: others rely on it; the first pattern that fits counts
    - templates: "templates/web/*"
      names: ["*-web"]
  parts:                     # templates that print nothing while a value is false
    - value: web.enabled
      templates: ["templates/web/*"]
  fields:                    # where values arrive, and what objects have while a condition holds
    - kind: Deployment       # or several: `Deployment|StatefulSet`
      templates: "templates/web/*"  # a pattern of their templates, or all
      name: "*-web"          # a pattern of their names, or any
      when: web-is-on        # a condition: it is so while it holds, and is not while it fails; left out: always
      copies:                # what stands at a values path stands there, unchanged
        spec replicas: web.replicas  # the keys on the way; an item of a list is told by its `name`, or its number, and
                             # a text is read as YAML, so that the way may lead into a configuration file
      stands: {spec strategy type: Recreate}   # a pattern of what stands there: `a|b`
      has: [spec template spec containers web env REGION]  # something stands there; with none of these three, the
                             # object itself is meant
  programs:                  # what the program in a container takes and serves
    - container: web         # the container's name
      labels: {tier: front}  # where other pods have such a container, too: labels of its pods
      variables: {WEB_PORT: "8080", WEB_MODE: ""}  # what it reads, and a pattern of what it takes; of WEB_* no others
      needs: [WEB_PORT]      # what must be set
      paths: [/health]       # what probes may ask for
      reads: [/etc/web]      # where it reads what it is given: a volume lies there
      writes: [/data]        # where it writes: volumes lie there that are not read-only
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "OUTSIDE",
    "Condition",
    "Connection",
    "Declared",
    "External",
    "Field",
    "Labels",
    "Names",
    "Part",
    "Party",
    "Permission",
    "Program",
    "Refused",
]

OUTSIDE = {
    "pods": "pods that a policy names by labels of theirs or of their namespace",
    "any-pod": "any pod in the cluster",
    "internet": "addresses that are in no private network",
    "addresses": "addresses anywhere but those of clouds' metadata servers, which hand out credentials",
    "anyone": "everybody",
}
"""Who somebody outside the chart may be."""


@dataclass(frozen=True)
class External:
    """Objects that somebody else makes."""

    kind: str
    name: str = ""
    reason: str = ""
    values: tuple[str, ...] = ()
    """Values paths that give the names; then `name` is empty."""
    templates: str = "*"
    """A pattern of the templates whose objects refer to them."""


@dataclass(frozen=True)
class Condition:
    """What some values mean."""

    id: str
    values: tuple[Mapping[str, Any], ...] = field(hash=False)
    unless: tuple[Mapping[str, Any], ...] | None = field(default=None, hash=False)


@dataclass(frozen=True)
class Permission:
    """RBAC rights that the author meant to give."""

    role: str
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    named: bool = False
    reason: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    """Labels that the role carries."""
    when: str = ""
    """The condition under which it is granted."""


@dataclass(frozen=True)
class Labels:
    """Labels that all objects of some templates carry."""

    templates: str
    """A pattern of paths below the chart, such as `templates/web/*`."""
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Party:
    """Who is at one end of connections."""

    id: str
    labels: tuple[tuple[str, str], ...] = ()
    """The labels of its pods, where it is a part of the chart."""
    outside: tuple[str, ...] = ()
    """Where it is not: what it may be, of OUTSIDE."""


@dataclass(frozen=True)
class Connection:
    """One row: `source` may open connections to `target`."""

    source: str
    target: str
    ports: tuple[int, ...] = ()
    """Empty where a value decides."""
    protocols: tuple[str, ...] = ("TCP",)
    required: bool = False
    """Whether it must be possible whenever both ends are there; otherwise a value decides."""
    when: str = ""
    """The condition under which it is required, and without which it is not possible."""


@dataclass(frozen=True)
class Refused:
    """Values that must be refused, and what to write instead."""

    values: Mapping[str, Any] = field(hash=False)
    says: str
    """A pattern that the words of the refusal hold."""
    instead: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Names:
    """What the objects of some templates are called."""

    templates: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """Templates that print nothing while a value is false."""

    value: str
    templates: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """What stands in some objects, or that they are there."""

    kind: str
    templates: str = "*"
    name: str = "*"
    field: tuple[str | int, ...] = ()
    """Keys on the way to it; empty for the object itself."""
    value: str = ""
    """The values path of which it is a copy."""
    matches: str = ""
    """A pattern of what stands there."""
    when: str = ""
    """The condition while which it is so."""


@dataclass(frozen=True)
class Program:
    """What the program in a container takes and serves."""

    container: str
    labels: tuple[tuple[str, str], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Declared:
    """All that the author declares. None where nothing is said, and so nothing can be judged by it.

    There is one for each run, so it is known by its identity: to compare all of it takes long.
    """

    external: tuple[External, ...] = ()
    permissions: tuple[Permission, ...] | None = None
    labels: tuple[Labels, ...] = ()
    parties: tuple[Party, ...] = ()
    connections: tuple[Connection, ...] | None = None
    refusals: tuple[Refused, ...] = ()
    names: tuple[Names, ...] = ()
    programs: tuple[Program, ...] = ()
    parts: tuple[Part, ...] = ()
    conditions: tuple[Condition, ...] = ()
    fields: tuple[Field, ...] = ()

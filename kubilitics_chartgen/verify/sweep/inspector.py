"""Faults of rendered texts: documents are parsed and checked once per distinct text, then joined per configuration.

In: texts of templates. Out: faults. No I/O beyond packaged schemas; remembers what it has seen, within bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.list_objects import with_items
from kubilitics_chartgen.helm.manifests import documents
from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.verify.checks import (
    CHECKS,
    ChartCheck,
    Context,
    Declared,
    Document,
    DocumentCheck,
    Facts,
    Meanings,
    Meant,
    ValuesCheck,
)
from kubilitics_chartgen.verify.checks.hooks import Hooks
from kubilitics_chartgen.verify.checks.permissions import granted_rights
from kubilitics_chartgen.verify.sweep.task import Found

__all__ = ["BrokenTextError", "Inspector", "Seen"]

MAX_SEEN = 6_000
"""Distinct documents that are remembered; past them all are forgotten, so that memory stays flat."""
MAX_TOLD = 1_000
"""Sets of conditions that hold and fail, of which it is remembered what checks are told."""


class BrokenTextError(Exception):
    """A template printed what is no YAML."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A document that was checked."""

    document: Document
    found: tuple[Found, ...]
    digest: int
    facts: Mapping[str, Facts] = field(default_factory=dict)
    rights: tuple[str, ...] = ()
    """The declared rights that it grants."""


class Inspector:
    """The checks of one sweep."""

    def __init__(self, names: Iterable[str], declared: Declared) -> None:
        chosen = set(names)
        checks = [check for check in CHECKS if check.name in chosen]
        self._single = [check for check in checks if isinstance(check, DocumentCheck)]
        self._joined = [check for check in checks if isinstance(check, ChartCheck)]
        self._asks = {check.name: check.asks for check in checks if isinstance(check, ValuesCheck)}
        self._declared = declared
        self._meanings = Meanings(declared)
        self._told: dict[tuple[object, ...], Context] = {}
        self._contexts: dict[tuple[object, ...], Context] = {}
        self._texts: dict[tuple[object, ...], tuple[Seen, ...]] = {}
        self._seen: dict[tuple[object, ...], Seen] = {}
        self._together: dict[tuple[object, ...], tuple[Sequence[Seen], tuple[Found, ...]]] = {}
        self.generation = 0
        """Grows when everything is forgotten."""

    def documents(self, template: str, text: str, context: Context) -> tuple[tuple[Seen, ...], int]:
        """The documents of one text, and how many of them are new. Raises BrokenTextError."""
        if not text or text.isspace():
            return (), 0
        # Not the text itself, which is as long as its documents together, and those are kept.
        whole = (template, _digest(text, 16), id(context))
        known = self._texts.get(whole)
        if known is not None:
            return known, 0
        try:
            parsed = with_items(documents({template: text}, with_left_out=True))
        except InputError as error:
            raise BrokenTextError(str(error)) from error
        found: list[Seen] = []
        new = 0
        for each in parsed:
            if not each.object:
                continue
            key = (template, each.text, id(context))
            seen = self._seen.get(key)
            if seen is None:
                new += 1
                self._make_room()
                begin = max(0, text.find(each.around or each.text))
                line = text.count("\n", 0, begin) + each.lines_above + 1
                document = Document(template, line, each.text, each.object, each.distinct_keys, context.namespace)
                seen = self._look(document, context, is_left_out=each.is_left_out)
                self._seen[key] = seen
            # Of what Helm leaves out there is nothing but what is wrong with it.
            if seen.found or not each.is_left_out:
                found.append(seen)
        self._texts[whole] = tuple(found)
        return tuple(found), new

    def _make_room(self) -> None:
        if len(self._seen) >= MAX_SEEN:
            self._texts.clear()
            self._seen.clear()
            self._together.clear()
            self.generation += 1

    def _look(self, document: Document, context: Context, *, is_left_out: bool) -> Seen:
        found = [
            Found(check.name, fault.severity or check.severity, document.template, document.line, fault)
            for check in self._single
            if not is_left_out or check.name == Hooks.name
            for fault in check.check(document, context)
        ]
        digest = int.from_bytes(_digest(f"{document.template}\0{document.text}", 8), "big")
        if is_left_out:
            return Seen(document, tuple(found), digest)
        facts: dict[str, Any] = {}
        for joined in self._joined:
            fact = joined.facts(document)
            if fact is not None:
                facts[joined.name] = fact
        rights = tuple(granted_rights(document, self._declared.permissions))
        return Seen(document, tuple(found), digest, facts, rights)

    def faults(self, seen: Sequence[Seen], context: Context, values: Mapping[str, Any] | None = None) -> list[Found]:
        """All faults of one configuration: those of its documents, and those of all of them together.

        `values` are the whole ones; without them, what depends on values is not judged.
        """
        found = [one for each in seen for one in each.found]
        against = self._told_of(context, values)
        for check in self._joined:
            with_facts = [each for each in seen if check.name in each.facts]
            asks = self._asks.get(check.name, "")
            if asks == "values":
                # Hardly any two configurations have the same.
                found.extend(self._join(check, with_facts, against[asks]))
                continue
            # A check is given nothing else, so the same documents have the same faults.
            key = (check.name, id(against[asks]), *map(id, with_facts))
            known = self._together.get(key)
            if known is None:
                if len(self._together) >= MAX_SEEN:
                    self._together.clear()
                # They are kept with the answer, so that no other document gets the place in memory of one of them.
                known = self._together[key] = (with_facts, self._join(check, with_facts, against[asks]))
            found.extend(known[1])
        return found

    def _told_of(self, context: Context, values: Mapping[str, Any] | None) -> dict[str, Context]:
        """What checks are given, by what they ask for: the same object for the same conditions."""
        if values is None or not self._asks or not self._meanings:
            return dict.fromkeys(("", "conditions", "values"), context)
        meant = self._meanings.of(values)
        # Not `meant` itself, which holds on to the values.
        key = (id(context), meant.holds, meant.fails)
        told = self._told.get(key)
        if told is None:
            if len(self._told) >= MAX_TOLD:
                # Answers are remembered by the place in memory of what was given, so they go as well.
                self._told.clear()
                self._together.clear()
            told = self._told[key] = replace(context, meant=Meant(meant.holds, meant.fails))
        return {"": context, "conditions": told, "values": replace(context, meant=meant)}

    def _join(self, check: ChartCheck, seen: Sequence[Seen], context: Context) -> tuple[Found, ...]:
        faults = list(check.join([(each.document, each.facts[check.name]) for each in seen], context))
        if not faults:
            return ()
        found: list[Found] = []
        places = {each.document.identity: each.document for each in seen}
        for fault in faults:
            document = places.get(fault.object)
            template, line = (document.template, document.line) if document else ("", 0)
            found.append(Found(check.name, fault.severity or check.severity, template, line, fault))
        return tuple(found)

    def context(
        self, versions: tuple[KubeVersion, ...], namespace: str, release: str, *, upgrade: bool = False
    ) -> Context:
        """What documents are judged against: the same object for the same."""
        key = (versions, namespace, release, upgrade)
        known = self._contexts.get(key)
        if known is None:
            known = self._contexts[key] = Context(versions, namespace, release, self._declared, upgrade=upgrade)
        return known


def _digest(text: str, size: int) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()

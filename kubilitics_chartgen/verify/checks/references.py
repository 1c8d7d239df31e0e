"""Check `references`: whatever an object refers to is there, or declared as somebody else's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from kubilitics_chartgen.verify.checks.check import Context, Document, Facts, Fault, Severity, fault
from kubilitics_chartgen.verify.checks.drift import CLUSTER_SCOPED
from kubilitics_chartgen.verify.checks.first_install import GIVEN, NEEDED_BY_PODS, Turn, turn_of
from kubilitics_chartgen.verify.checks.reading import mapping, names_release, quoted
from kubilitics_chartgen.verify.checks.wants import Want, provided_keys, wants_of

__all__ = ["References"]

_ALWAYS = {
    ("ServiceAccount", "default"),
    ("ConfigMap", "kube-root-ca.crt"),
    *(("ClusterRole", name) for name in ("cluster-admin", "admin", "edit", "view")),
}


class _Node(NamedTuple):
    kind: str
    namespace: str
    name: str
    keys: frozenset[str] | None
    """Keys of a ConfigMap or Secret; None where they are not known."""
    headless: bool
    gives: tuple[tuple[str, str, frozenset[str] | None], ...]
    """(kind, name, keys) of what a controller makes of it."""
    wants: tuple[Want, ...]
    turn: Turn
    """When Helm makes it."""


class References:
    """See `sentence`."""

    name = "references"
    sentence = (
        "Every ConfigMap, Secret, ServiceAccount, claim, Service, role and workload that an object refers to is "
        "rendered with it, with the key that is asked for, or declared as somebody else's; and what the pod of a "
        "pre-install hook needs is not made only after it, for which Helm would wait in vain."
    )
    severity: Severity = "error"
    fix = (
        "Make the name with the same helper on both sides and render both under the same condition, for a hook as a "
        "hook of a smaller weight; or list what is "
        "somebody else's under `declared.external` in .chartgen.yaml."
    )

    def facts(self, document: Document) -> Facts:
        """What the object is and what it refers to."""
        if not document.name:
            return None
        keys, gives = provided_keys(document)
        namespace = "-" if document.kind in CLUSTER_SCOPED else str(document.metadata.get("namespace") or "")
        headless = document.kind == "Service" and mapping(document.object.get("spec")).get("clusterIP") == "None"
        return _Node(
            document.kind, namespace, document.name, keys, headless, gives, wants_of(document), turn_of(document)
        )

    def join(self, facts: Sequence[tuple[Document, Facts]], context: Context) -> Iterator[Fault]:
        """References that lead nowhere."""
        there: dict[tuple[str, str, str], tuple[frozenset[str] | None, bool]] = {}
        turns: dict[tuple[str, str, str], Turn] = {}
        for _, fact in facts:
            if isinstance(fact, _Node):
                namespace = fact.namespace or context.namespace
                key = (fact.kind, namespace, fact.name)
                turns[key] = min(turns.get(key, fact.turn), fact.turn)
                there[fact.kind, namespace, fact.name] = (fact.keys, fact.headless)
                for kind, name, keys in fact.gives:
                    there.setdefault((kind, namespace, name), (keys, False))
                    turns[kind, namespace, name] = GIVEN
        for document, fact in facts:
            if isinstance(fact, _Node):
                for want in fact.wants:
                    message = _missing(want, fact.namespace, there, context)
                    if message:
                        yield fault(self, document, want.path, message)
                if fact.turn.is_before and document.kind in ("Job", "Pod") and not context.upgrade:
                    yield from self._too_late(document, fact, turns, context)

    def _too_late(
        self, document: Document, fact: _Node, turns: Mapping[tuple[str, str, str], Turn], context: Context
    ) -> Iterator[Fault]:
        """What Helm makes only after it waited for this hook in vain."""
        told: set[tuple[str, str]] = set()
        for want in fact.wants:
            what = (want.kind, want.name)
            # The kubelet pulls without a secret that is not there.
            if want.kind not in NEEDED_BY_PODS or want.optional or ".imagePullSecrets[" in want.path or what in told:
                continue
            turn = turns.get((want.kind, want.namespace or fact.namespace or context.namespace, want.name), GIVEN)
            if turn > fact.turn and what not in _ALWAYS and not _is_declared(want, context):
                told.add(what)
                message = f"the {want.kind} {quoted(want.name)} is made only after this hook, which does not start"
                yield fault(self, document, want.path, f"{message} without it: a first install never succeeds")


def _missing(
    want: Want,
    namespace: str,
    there: dict[tuple[str, str, str], tuple[frozenset[str] | None, bool]],
    context: Context,
) -> str:
    namespace = "-" if want.kind in CLUSTER_SCOPED else want.namespace or namespace or context.namespace
    found = there.get((want.kind, namespace, want.name))
    if found is None:
        if want.optional or (want.kind, want.name) in _ALWAYS or _is_external(want, context):
            return ""
        if want.kind == "ClusterRole" and want.name.startswith("system:"):
            return ""
        where = "" if namespace in ("-", context.namespace) else f" in the namespace {quoted(namespace)}"
        return f"there is no {want.kind} {quoted(want.name)}{where}"
    keys, headless = found
    if want.key and keys is not None and want.key not in keys and not want.optional:
        return f"the {want.kind} {quoted(want.name)} has no key {quoted(want.key)}"
    if want.headless and not headless:
        return f"the Service {quoted(want.name)} is not headless, so that the pods have no names in DNS"
    return ""


def _is_external(want: Want, context: Context) -> bool:
    """Somebody else's: declared, or named by somebody who does not know the release's name."""
    if want.kind in ("Role", "ClusterRole") and context.declared.permissions is not None:
        return any(item.role == want.name for item in context.declared.permissions)
    # Whether values give a name is for the check `given-names`.
    return not names_release(want.name, context.release) or _is_declared(want, context)


def _is_declared(want: Want, context: Context) -> bool:
    return any(
        item.kind == want.kind and (item.values or fnmatchcase(want.name, item.name))
        for item in context.declared.external
    )

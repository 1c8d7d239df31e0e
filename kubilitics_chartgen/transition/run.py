"""`verify --from`: an upgrade from one chart to another, over all values that the old chart accepts.

In: two charts. Out: a report like that of `verify`. The old chart's space is explored as `verify` does it; for each
configuration that it accepts, both charts are rendered and compared. Reads charts, starts workers.
"""

from __future__ import annotations

import itertools
import re
import shlex
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kubilitics_chartgen.errors import InputError
from kubilitics_chartgen.helm.chart_source import chart_folder
from kubilitics_chartgen.helm.manifests import Document
from kubilitics_chartgen.helm.settings import SETTINGS_FILE
from kubilitics_chartgen.kube.updates import Rule, refusals, rules
from kubilitics_chartgen.kube.versions import KubeVersion, supported
from kubilitics_chartgen.transition.side import Side, Why
from kubilitics_chartgen.upgrade.change import Identity, Verdict
from kubilitics_chartgen.upgrade.fate import after_upgrade
from kubilitics_chartgen.upgrade.merge import Apply
from kubilitics_chartgen.upgrade.plan import make_plan
from kubilitics_chartgen.upgrade.state import State, state_of
from kubilitics_chartgen.verify.checks import Fault
from kubilitics_chartgen.verify.explore.ledger import BudgetSpentError, Ledger
from kubilitics_chartgen.verify.explore.plan import Exploration
from kubilitics_chartgen.verify.lint.exemptions import read_exemptions
from kubilitics_chartgen.verify.proofs import Exempted, confirmed, find_proofs
from kubilitics_chartgen.verify.result import Proof, VerifyReport
from kubilitics_chartgen.verify.shrink import broken_key
from kubilitics_chartgen.verify.space.configuration import Configuration, is_doubtful, overrides
from kubilitics_chartgen.verify.space.factors import MISSING, value_at, with_value
from kubilitics_chartgen.verify.space_checks import nothing_accepted
from kubilitics_chartgen.verify.subject import Subject, read_subject
from kubilitics_chartgen.verify.sweep.task import Found, Outcome, Request, Status
from kubilitics_chartgen.verify.verification import VerifyRequest, check_start, chosen_checks, plan_of, pool_of

__all__ = ["UPGRADE_CHECKS", "verify_upgrade"]

UPGRADE_CHECKS = MappingProxyType(
    {
        "immutable": "No upgrade changes a field that the API server does not let change.",
        "data": "No upgrade deletes what holds data.",
        "old-values": "Values that the old chart accepts are valid in the new one, or answered with the new name.",
    }
)
_FIX = {
    "immutable": "Keep the field as it was, or give the object another name.",
    "data": "Keep the object, or mark it in the old chart with helm.sh/resource-policy: keep.",
    "old-values": "Accept the old values, or refuse them with a message that names the old and the new value.",
}
_WORD = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)*")


def verify_upgrade(
    request: VerifyRequest, old: Path, *, progress: Callable[[str, int], None] = lambda _phase, _count: None
) -> VerifyReport:
    """Prove the upgrade from `old`, a folder or an archive. Raises InputError where a chart cannot be used."""
    began = time.monotonic()
    chosen = chosen_checks(request, list(UPGRADE_CHECKS), there="With --from there")
    progress("reading the charts", 0)
    versions = request.kube_versions or supported()
    with chart_folder(old) as folder, chart_folder(request.chart) as newer:
        new = read_subject(newer, kube_versions=versions)
        before = read_subject(folder, files=request.files, values=request.values, kube_versions=versions, released=True)
        if before.name != new.name:
            raise InputError(
                f"{old} is the chart {before.name}, and {request.chart} is {new.name}: no upgrade leads there."
            )
        # Nobody upgrades to it where it may not be installed.
        versions = new.kube_versions
        exemptions = read_exemptions(new.files.files.get(SETTINGS_FILE, ""), UPGRADE_CHECKS, section="upgrade")
        exempted = Exempted(exemptions)
        with pool_of(request, folder) as pool:
            task = before.task(())
            pool.begin(task)
            pairs = _Pairs(before, new, pool, chosen, versions)
            ledger = Ledger(pairs, progress=progress, templates=len(before.slices))
            plan = plan_of(request, before)
            exploration = Exploration(replace(plan, known=[*plan.known, *_written_out(before)]), ledger)
            complete, interrupted = True, False
            try:
                ledger.phase = "known configurations"
                exploration.known()
                check_start(request, before, ledger)
                # Only now: a verdict that looked at none of it would be worth nothing.
                if request.budget is not None:
                    ledger.deadline = began + request.budget
                exploration.run()
            except BudgetSpentError:
                complete = False
            except KeyboardInterrupt:
                complete, interrupted = False, True
            ledger.phase, ledger.deadline = "confirming what was found", None
            nothing = tuple(nothing_accepted(before, ledger, str(old)))
            # What is wrong with the old chart by itself is no matter of the upgrade.
            ledger.broken.clear()
            find = lambda seconds: find_proofs(before, ledger, exempted, str(old), seconds=seconds)  # noqa: E731
            proofs, interrupted = confirmed(find, pairs.hand_over, task, interrupted=interrupted)
            complete = complete and not interrupted
            findings = [_reproduced(each, str(old), str(request.chart)) for each in proofs]
            findings = [each for each in findings if not exempted.covers(each)]
            findings.extend(nothing)
            if complete and request.leaves_nothing_out:
                findings.extend(exempted.unused())
            return VerifyReport(
                chart=f"{old} to {request.chart}",
                findings=tuple(sorted(findings, key=lambda each: (each.made_up, each.check, each.object, each.path))),
                numbers={
                    "configurations": ledger.looked,
                    "accepted": len(ledger.accepted),
                    "refused": len(ledger.refused),
                    "pairs": pairs.compared,
                    "distinctPairs": len(pairs.known),
                    "exempt": exempted.count,
                    "factors": len(before.space.factors),
                    "seconds": round(time.monotonic() - began, 2),
                    "workers": pool.count,
                    "workersLost": pool.deaths,
                },
                complete=complete,
                interrupted=interrupted,
                kube_versions=tuple(version.name for version in sorted(versions)),
                seed=request.seed,
            ).hiding(before.secrets)


def _written_out(subject: Subject) -> Iterator[Configuration]:
    """Each default written down by itself, as values files do that began as a copy of values.yaml."""
    defaults = subject.loaded.coalesce({})
    for path in subject.space.removable:
        value = value_at(defaults, path)
        if value is not MISSING and value is not None and (value == {} or not isinstance(value, Mapping)):
            further = dict(subject.base.further)
            with_value(further, path, value)
            yield replace(subject.base, further=further)


class _Pairs:
    """Runs requests on the old chart, and compares what it renders with the new chart's."""

    def __init__(
        self, old: Subject, new: Subject, pool: Any, chosen: set[str], versions: Collection[KubeVersion]
    ) -> None:
        self.old, self.new = Side(old, upgrade=False), Side(new, upgrade=True)
        self.pool = pool
        self.chosen = chosen
        self.versions = sorted(versions, reverse=True)
        self.compared = 0
        self.known: dict[tuple[str, str], tuple[Fault, ...]] = {}
        paths = {path[:length] for path in new.space.removable for length in range(1, len(path) + 1)}
        self._named = {".".join(path) for path in paths}

    def hand_over(self, pool: Any) -> None:
        """From here on, other workers render the old chart."""
        self.pool = pool

    def run(self, requests: Sequence[Request], *, done: Callable[[int], None] | None = None) -> list[Outcome]:
        """What becomes of each request, with what its upgrade shows."""
        outcomes: list[Outcome] = self.pool.run(requests, done=done)
        wanted = [
            number
            for number, (request, outcome) in enumerate(zip(requests, outcomes, strict=True))
            if outcome.status is Status.ACCEPTED and not request.verdict_only
        ]
        given = [overrides(self.old.subject.space, requests[number].configuration) for number in wanted]
        releases = [requests[number].configuration.release for number in wanted]
        sides = zip(wanted, given, self.old.look(given, releases), self.new.look(given, releases), strict=True)
        for number, values, before, after in sides:
            configuration = requests[number].configuration
            found = tuple(self._found(values, before, after, configuration.release.namespace))
            doubtful = bool(found) and is_doubtful(self.old.subject.space, configuration)
            outcomes[number] = replace(outcomes[number], found=found, doubtful=doubtful)
        return outcomes

    def _found(
        self,
        values: Mapping[str, Any],
        before: tuple[Document, ...] | list[Why],
        after: tuple[Document, ...] | list[Why],
        namespace: str,
    ) -> Iterator[Found]:
        if isinstance(before, list):
            return
        if isinstance(after, list):
            for why in after if "old-values" in self.chosen else ():
                if why.broken or not self._answers(why, values):
                    key = f"old-values|{why.path}|{broken_key(why.message)}"
                    yield Found("old-values", "error", "", 0, Fault("", why.path, why.message, key))
            return
        places = {(each.kind, each.name): each for each in after}
        old, new = state_of(before, namespace), state_of(after, namespace)
        texts = {id(each.object): each.text for each in (*before, *after)}
        for identity, obj in old.objects.items():
            becomes = new.objects.get(identity)
            place = places.get((identity.kind, identity.name))
            source = place.source if place else ""
            self.compared += 1
            if becomes is None:
                faults = tuple(self._removed(identity, obj, new)) if "data" in self.chosen else ()
            else:
                pair = (texts[id(obj)], texts[id(becomes)])
                if pair not in self.known:
                    self.known[pair] = tuple(self._changed(identity, obj, becomes))
                faults = self.known[pair] if "immutable" in self.chosen else ()
            for fault in faults:
                yield Found(fault.key.partition("|")[0], "error", source, 0, fault)

    def _answers(self, why: Why, values: Mapping[str, Any]) -> bool:
        """Whether a refusal names a value that is given, and another one that the new chart has."""
        words = {word.rstrip(".") for word in _WORD.findall(f"{why.path} {why.message}")}
        given = {word for word in words if not isinstance(value_at(values, word.split(".")), (Mapping, type(MISSING)))}
        known = {word for word in words if word in self._named}
        return bool(given) and bool(known - given)

    def _changed(self, identity: Identity, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Fault]:
        told: set[str] = set()
        for version, apply in itertools.product(self._unlike(identity), Apply) if old != new else ():
            stored, becomes = after_upgrade(old, new, version.minor, apply)
            for one in refusals(stored, becomes, version.minor):
                if not one.depends_on and one.path not in told:
                    told.add(one.path)
                    key = f"immutable|{identity.kind}|{one.path}|{broken_key(one.reason)}"
                    where = "" if version == self.versions[0] else f" (by Kubernetes {version.name})"
                    yield Fault(str(identity), one.path, one.reason + where, key)

    def _unlike(self, identity: Identity) -> list[KubeVersion]:
        """The versions to ask about one kind, newest first: one of those with the same rules, and the oldest."""
        same: dict[tuple[Rule, ...], KubeVersion] = {}
        for version in self.versions:
            same.setdefault(rules(identity.group, identity.kind, version.minor), version)
        return list(dict.fromkeys([*same.values(), self.versions[-1]]))

    def _removed(self, identity: Identity, obj: Mapping[str, Any], new: State) -> Iterator[Fault]:
        plan = make_plan(
            State({identity: obj}, {}), State({}, new.hooks), version=self.versions[0], applies=(Apply.client,)
        )
        for change in plan.changes:
            if change.verdict is Verdict.DATA_AT_RISK:
                yield Fault(str(identity), "", "; ".join(change.reasons), f"data|{identity.kind}")


def _reproduced(proof: Proof, old: str, new: str) -> Proof:
    """The finding with the lines of plain Helm that show it."""
    _helm, _template, release, _chart, *rest = shlex.split(proof.command)
    if "--show-only" in rest:
        at = rest.index("--show-only")
        del rest[at : at + 2]
    rest = [each for each in rest if each != "--is-upgrade"]
    template = shlex.join(["helm", "template", release, new, *rest])
    upgrade = " && ".join(
        [shlex.join(["helm", "install", release, old, *rest]), shlex.join(["helm", "upgrade", release, new, *rest])]
    )
    return replace(proof, fix=_FIX[proof.check], command=template if proof.check == "old-values" else upgrade)

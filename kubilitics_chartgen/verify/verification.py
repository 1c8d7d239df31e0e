"""Verifies a chart over its space of values. In: a request. Out: a report. Reads the chart, starts workers.

subject   what varies, and what each template depends on
explore   which configurations are looked at
sweep     rendering and checking them, in workers
branches  which branches of the templates were taken
proofs    findings confirmed by Helm itself, shrunk
coverage  how far each template was looked at
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

from kubilitics_chartgen.errors import InputError, did_you_mean
from kubilitics_chartgen.helm.chart_source import chart_folder
from kubilitics_chartgen.helm.secret_names import masked
from kubilitics_chartgen.helm.settings import SETTINGS_FILE
from kubilitics_chartgen.helm.values_file import Values
from kubilitics_chartgen.kube.versions import KubeVersion, supported
from kubilitics_chartgen.verify.added_files import AddedFile, look_with_file, missing_files
from kubilitics_chartgen.verify.author_checks import AUTHOR_CHECKS, check_author, check_declared
from kubilitics_chartgen.verify.branches.taken import branches_taken
from kubilitics_chartgen.verify.checks import CHECKS
from kubilitics_chartgen.verify.explore.ledger import BudgetSpentError, Ledger
from kubilitics_chartgen.verify.explore.plan import Exploration, Plan
from kubilitics_chartgen.verify.lint.exemptions import read_exemptions
from kubilitics_chartgen.verify.other_clusters import Cluster, look_on, other_clusters
from kubilitics_chartgen.verify.proofs import Exempted, confirmed, find_proofs
from kubilitics_chartgen.verify.result import BranchCoverage, Proof, VerifyReport
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.space_checks import SPACE_CHECKS, check_space, nothing_accepted
from kubilitics_chartgen.verify.subject import Subject, read_subject
from kubilitics_chartgen.verify.sweep.cluster import ClusterPool
from kubilitics_chartgen.verify.sweep.pool import Pool, default_workers
from kubilitics_chartgen.verify.sweep.task import Outcome, Request
from kubilitics_chartgen.verify.sweep.work import sweep_pool
from kubilitics_chartgen.verify.template_coverage import coverage_of
from kubilitics_chartgen.words import counted

__all__ = ["VerifyRequest", "check_names", "check_start", "chosen_checks", "plan_of", "pool_of", "verify"]

BRANCHES_SHARE, BRANCHES_SECONDS = 0.1, 5.0
"""Of the time that exploring took, what looking for branches may take; and at least so many seconds."""
BUDGET_SHARE = 0.2
"""Of a budget, what at most is kept for that."""
FEW = 64
"""Values that may decide together with the cluster, up to which they are tried in pairs."""
MAX_WORKERS = 64
"""Each is a process with a Helm of its own: thousands would take minutes to start, and all the memory."""


@dataclass(frozen=True)
class VerifyRequest:
    """What to verify, and how far."""

    chart: Path
    files: tuple[str, ...] = ()
    """Values files to start from, the later over the earlier."""
    values: tuple[Values, ...] = ()
    """Values that were read before, over all of these."""
    strength: int = 2
    exhaustive: bool = False
    kube_versions: tuple[KubeVersion, ...] = ()
    checks: tuple[str, ...] = ()
    """Only these; empty for all."""
    skip: tuple[str, ...] = ()
    isolate: tuple[str, ...] = ()
    """Values paths of optional parts, beside those that the chart's author names."""
    workers: int = 0
    scheduler: str = ""
    """The address of a Dask scheduler, whose workers are used instead of processes of this machine."""
    budget: float | None = None
    seed: int = 1
    random: int = 200
    nulls: bool | None = None
    """Whether keys are set to null; None: where the chart's author keeps a `.chartgen.yaml`."""

    def __post_init__(self) -> None:
        """Raise InputError for numbers that cannot be meant."""
        if not 2 <= self.strength <= 4:
            raise InputError("The strength is a number from 2 to 4.")
        if not 0 <= self.workers <= MAX_WORKERS:
            raise InputError(f"The number of workers is one from 1 to {MAX_WORKERS}, or 0 for one per processor.")
        if self.scheduler and self.workers:
            raise InputError("Workers are started on this machine, a scheduler uses those of a cluster: give one.")
        if self.budget is not None and not self.budget > 0:
            raise InputError("The budget is a number of seconds above 0.")
        if self.random < 0:
            raise InputError("The number of random configurations is 0 or more.")

    @property
    def leaves_nothing_out(self) -> bool:
        """Whether an exemption that nothing needed is one that nothing needs."""
        return not self.checks and not self.skip and self.nulls is not False


def check_names() -> dict[str, str]:
    """Every check with its sentence."""
    return {**{check.name: check.sentence for check in CHECKS}, **SPACE_CHECKS, **AUTHOR_CHECKS}


def verify(
    request: VerifyRequest, *, progress: Callable[[str, int], None] = lambda _phase, _count: None
) -> VerifyReport:
    """Verify a folder or an archive.

    Raises InputError where the chart or the request cannot be used; Ctrl-C ends it with what it has.
    """
    if not request.chart.is_file():
        return _verify(request, progress)
    with chart_folder(request.chart) as folder:
        return _verify(replace(request, chart=folder), progress).of_archive(str(request.chart))


def _verify(request: VerifyRequest, progress: Callable[[str, int], None]) -> VerifyReport:
    began = time.monotonic()
    chosen = chosen_checks(request, sorted(check_names()))
    progress("reading the chart", 0)
    # Workers make ready while the chart is read.
    with pool_of(request, request.chart) as pool:
        subject = read_subject(
            request.chart,
            files=request.files,
            values=request.values,
            kube_versions=request.kube_versions or supported(),
        )
        text = subject.files.files.get(SETTINGS_FILE, "")
        exempted = Exempted(read_exemptions(text, check_names(), section="verify"))
        isolated = [subject.factor(path) for path in dict.fromkeys([*subject.isolated, *request.isolate])]
        task = subject.task(sorted(chosen))
        pool.begin(task)
        ledger = Ledger(pool, progress=progress, templates=len(subject.slices))
        exploration = Exploration(plan_of(request, subject), ledger)
        complete, interrupted = True, False
        findings: list[Proof] = []
        added: list[AddedFile] = []
        clusters: list[tuple[Cluster, Sequence[Configuration]]] = []
        starts: list[Configuration] = []
        try:
            ledger.phase = "what the author keeps and declares"
            exploration.known()
            check_start(request, subject, ledger)
            findings.extend(check_declared(subject, ledger, chosen))
            # Only now: a verdict that looked at none of it would be worth nothing.
            if request.budget is not None:
                ledger.deadline = began + request.budget - min(BRANCHES_SECONDS, BUDGET_SHARE * request.budget)
            exploration.run()
            findings.extend(check_space(subject, ledger, exploration.bases, chosen, isolated))
            findings.extend(check_author(subject, ledger, chosen))
            known = dict.fromkeys([subject.base, *subject.known, *exploration.bases])
            starts.extend(each for each in known if each in ledger.accepted)
            for file in missing_files(subject):
                findings, fine = look_with_file(subject, ledger, task, file, starts, findings, exempted)
                added.append(replace(file, fine=fine))
            explore = partial(_around, plan_of(request, subject), starts)
            for cluster in other_clusters(subject):
                # On this machine, wherever the sweep itself runs.
                workers = request.workers or default_workers()
                chart = str(request.chart)
                beside = look_on(
                    subject, ledger, task, cluster, explore, findings, exempted, chart=chart, workers=workers
                )
                findings = [*beside.kept, *beside.proofs]
                clusters.append((cluster, beside.accepted))
        except BudgetSpentError:
            complete = False
        except KeyboardInterrupt:
            complete, interrupted = False, True
        explored = time.monotonic() - began
        ledger.phase, ledger.deadline = "confirming what was found", None
        find = lambda seconds: find_proofs(subject, ledger, exempted, str(request.chart), seconds=seconds)  # noqa: E731
        proofs, interrupted = confirmed(find, ledger.hand_over, task, interrupted=interrupted)
        complete = complete and not interrupted
        findings = [*proofs, *findings]
        findings = [each for each in findings if each.check not in request.skip and not exempted.covers(each)]
        if not findings:
            findings.extend(nothing_accepted(subject, ledger, str(request.chart)))
        if complete and request.leaves_nothing_out:
            findings.extend(exempted.unused())
        coverage = coverage_of(subject, ledger, request.strength)
        progress("looking for branches that none took", 0)
        branches: tuple[BranchCoverage, ...] = ()
        try:
            seconds = max(BRANCHES_SECONDS, BRANCHES_SHARE * explored)
            if request.budget is not None:
                seconds = min(seconds, began + request.budget - time.monotonic())
            branches = _branches(subject, ledger, seconds, added, clusters, starts) if not interrupted else ()
        except KeyboardInterrupt:
            complete, interrupted = False, True
        return VerifyReport(
            chart=str(request.chart),
            findings=tuple(sorted(findings, key=_order)),
            coverage=coverage,
            branches=branches,
            numbers={
                "configurations": ledger.looked,
                "accepted": len(ledger.accepted),
                "refused": len(ledger.refused),
                "documents": ledger.documents,
                "distinctDocuments": ledger.distinct,
                "templatesRendered": ledger.rendered,
                "templatesKnown": ledger.skipped,
                "exempt": exempted.count,
                "factors": len(subject.space.factors),
                "levels": sum(len(factor.levels) for factor in subject.space.factors),
                "branches": sum(each.branches for each in branches),
                "branchesTaken": sum(each.taken for each in branches),
                "secondsExploring": round(explored, 2),
                "seconds": round(time.monotonic() - began, 2),
                "workers": pool.count,
                "workersLost": pool.deaths,
            },
            notes=tuple(_notes(request, subject, added, [each for each, _ in clusters])),
            complete=complete,
            interrupted=interrupted,
            kube_versions=tuple(version.name for version in subject.kube_versions),
            seed=request.seed,
        ).hiding(subject.secrets)


def check_start(request: VerifyRequest, subject: Subject, ledger: Ledger) -> None:
    """Raise InputError where the chart refuses the values that were given, with which nothing would be looked at."""
    refusal = ledger.refused.get(subject.base)
    if (request.files or request.values) and refusal is not None:
        raise InputError(f"The chart refuses the values to start from: {masked(refusal.message, subject.secrets)}")


def pool_of(request: VerifyRequest, chart: Path) -> Pool[Request, Outcome] | ClusterPool:
    """The workers that were asked for, to make ready for a chart; use them in a `with` block, and begin a task."""
    if not request.scheduler:
        return sweep_pool(chart=chart, workers=request.workers or default_workers())
    return ClusterPool(scheduler=request.scheduler)


def _branches(
    subject: Subject,
    ledger: Ledger,
    seconds: float,
    added: Sequence[AddedFile],
    clusters: Sequence[tuple[Cluster, Sequence[Configuration]]],
    starts: Sequence[Configuration],
) -> tuple[BranchCoverage, ...]:
    files = {file.name: file.content for file in added if file.fine}
    return branches_taken(
        subject, ledger.accepted, ledger.refusals, seconds=seconds, files=files, clusters=clusters, starts=starts
    )


def _around(plan: Plan, starts: Sequence[Configuration], ledger: Ledger) -> Sequence[Configuration]:
    """Look in brief at what asks for the cluster: what is known, each level by itself, and what turns templates on.

    A template that reads nearly everything does not tell which values matter, if it is much. Few are tried in pairs.
    """
    much = max(FEW, len(plan.space.factors) // 2)
    asking = (part.factors for part in plan.slices.values() if part.versioned and len(part.factors) <= much)
    factors = sorted(set(chain.from_iterable(asking)))
    exploration = Exploration(replace(plan, singles=frozenset(factors)), ledger)
    ledger.look(starts)
    exploration.known()
    exploration.singles()
    exploration.rich()
    if len(factors) <= FEW:
        exploration.pairs(plan.base, factors, plan.seed)
    return list(dict.fromkeys([*exploration.bases, *starts]))


def _order(finding: Proof) -> tuple[object, ...]:
    return (finding.made_up, finding.severity != "error", finding.check, finding.template, finding.object, finding.path)


def chosen_checks(request: VerifyRequest, known: Sequence[str], *, there: str = "There") -> set[str]:
    """The checks that are asked for; raises InputError for others than the known ones, and for none."""
    unknown = sorted({*request.checks, *request.skip} - set(known))
    if unknown:
        near = did_you_mean(unknown[0], known)
        meant = f'Did you mean "{near}"? ' if near else ""
        raise InputError(f"{there} is no check {', '.join(unknown)}. {meant}The checks are {', '.join(known)}.")
    chosen = set(request.checks or known) - set(request.skip)
    if not chosen:
        raise InputError("All checks that are asked for are skipped: nothing would be looked at.")
    return chosen


def plan_of(request: VerifyRequest, subject: Subject) -> Plan:
    """Which configurations to look at."""
    return Plan(
        subject.space,
        subject.slices,
        subject.base,
        subject.known,
        subject.tried,
        strength=request.strength,
        exhaustive=50_000 if request.exhaustive else 256,
        random=request.random,
        seed=request.seed,
        releases=subject.releases,
        nulls=_nulls(request, subject),
    )


def _nulls(request: VerifyRequest, subject: Subject) -> bool:
    return SETTINGS_FILE in subject.files.files if request.nulls is None else request.nulls


def _notes(
    request: VerifyRequest, subject: Subject, added: Sequence[AddedFile], clusters: Sequence[Cluster]
) -> Sequence[str]:
    notes: list[str] = []
    if not _nulls(request, subject):
        notes.append(
            "No key was set to null, which takes its default away, no release was named true in a namespace 0123, and "
            "texts like numbers were not tried together; --nulls does that."
        )
    blind = sorted(name for name, one in subject.slices.items() if one.versioned)
    if subject.kube_value is None and blind:
        notes.append(
            f"{counted(len(blind), 'template')} may look at the Kubernetes version or at what the cluster serves: "
            "rendered for one version, and judged against that one. Declare kubeVersion.value in .chartgen.yaml, where "
            "a value of the chart replaces the version."
        )
    if clusters:
        notes.append(f"The chart was looked at in brief as on {'; '.join(each.words for each in clusters)}.")
    if added:
        names = ", ".join(file.name for file in added)
        notes.append(f"Templates ask for files that the chart does not hold; each was put into a copy of it: {names}.")
    if subject.loaded.schema is None:
        notes.append("The chart has no values.schema.json, so which values are valid is guessed from its defaults.")
    if subject.space.cut:
        notes.append(f"Of these values not all that the chart allows were tried: {', '.join(subject.space.cut)}.")
    if any(each.import_values for each in subject.files.dependencies):
        notes.append("What a chart inside exports by import-values is imported as it is by default.")
    if not all(each.library for each in subject.files.subcharts):
        notes.append(
            "Values of a chart inside this chart are varied where its own values.yaml names them, or this chart's "
            "values.yaml or schema; where it stands under an alias, its own does not count. Most that only its "
            "templates name are not varied, but for those below global."
        )
    return notes

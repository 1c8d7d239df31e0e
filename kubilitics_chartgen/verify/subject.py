"""What a verification works on, worked out once: space, dependencies, slices, base. Reads the chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm.embedded import EmbeddedChart, EmbeddedEngine, check_release
from kubilitics_chartgen.helm.engine import Release
from kubilitics_chartgen.helm.judge import Judge
from kubilitics_chartgen.helm.remembering import remembered_names
from kubilitics_chartgen.helm.secret_names import secret_texts
from kubilitics_chartgen.helm.values_file import Values, parse_values, read_values
from kubilitics_chartgen.helm.versions import full_kube_version, in_range
from kubilitics_chartgen.kube.versions import KubeVersion
from kubilitics_chartgen.verify.analysis.contexts import RELEASES
from kubilitics_chartgen.verify.chart_files import ChartFiles, read_chart
from kubilitics_chartgen.verify.checks import Declared, read_declared
from kubilitics_chartgen.verify.dependencies import Dependencies, find_dependencies
from kubilitics_chartgen.verify.gotemplate import TemplateSyntaxError, parse
from kubilitics_chartgen.verify.imports import with_imports
from kubilitics_chartgen.verify.references import all_texts
from kubilitics_chartgen.verify.run_texts import texts_to_run
from kubilitics_chartgen.verify.slices import joined, slices_of
from kubilitics_chartgen.verify.space.build import build_space, check_patterns
from kubilitics_chartgen.verify.space.configuration import Configuration, configuration_of, overrides
from kubilitics_chartgen.verify.space.factors import Space
from kubilitics_chartgen.verify.space.schema_nodes import closed_texts
from kubilitics_chartgen.verify.space.settings import FactorSettings, read_factor_settings
from kubilitics_chartgen.verify.space_sources import told_sources
from kubilitics_chartgen.verify.sweep.task import Slice, SweepTask

__all__ = ["Subject", "read_subject"]

MAX_NAMES = 2
"""Names of releases that templates ask for, of each kind."""
NAMESPACE = "somewhere"
"""Where releases go: no text that values have as an example."""


@dataclass(frozen=True)
class Subject:
    """A chart, and what of it varies."""

    files: ChartFiles
    loaded: EmbeddedChart
    dependencies: Dependencies
    space: Space
    slices: dict[str, Slice]
    base: Configuration
    known: tuple[Configuration, ...]
    """The chart's own `ci/*-values.yaml`, in the order of their names."""
    tried: tuple[Configuration, ...]
    """What its author says to write instead of refused values."""
    kube_versions: tuple[KubeVersion, ...]
    isolated: tuple[str, ...]
    """Values paths of optional parts that the author names."""
    declared: Declared = field(default_factory=Declared)
    parts: Mapping[str, Slice] = field(default_factory=dict)
    """Of named templates."""
    run_texts: frozenset[str] = frozenset()
    """What values and files hold that templates may run by `tpl`."""
    secrets: frozenset[str] = frozenset()
    """Texts of the values to start from that no report may show."""

    def task(self, checks: Sequence[str]) -> SweepTask:
        """A sweep of this chart with these checks."""
        depends = self.dependencies
        return SweepTask(
            self.files.folder,
            self.space,
            self.kube_versions,
            tuple(checks),
            self.slices,
            depends.shared,
            self.kube_value,
            depends.repeats,
            self.parts if depends.repeats else {},
        )

    @property
    def name(self) -> str:
        """The chart's name."""
        return str(self.loaded.metadata.get("name"))

    @property
    def kube_value(self) -> tuple[str, ...] | None:
        """The values path that replaces the Kubernetes version."""
        return self.loaded.kube_version_value

    @property
    def releases(self) -> tuple[Release, ...]:
        """Kinds of release that templates tell from the one of the base: an upgrade, and the names they ask for."""
        base = self.base.release
        texts = all_texts(self.files.templates, self.files.subcharts)
        upgrades = any("IsUpgrade" in text or "IsInstall" in text for text in texts)
        found = [replace(base, upgrade=not base.upgrade)] if upgrades else []
        names = [replace(base, name=name) for name in self._names(RELEASES["Name"])]
        namespaces = [replace(base, namespace=name) for name in self._names(RELEASES["Namespace"])]
        for asked in (names, namespaces):
            found.extend([each for each in asked if _is_valid(each)][:MAX_NAMES])
        return tuple(each for each in dict.fromkeys(found) if each != base)

    def _names(self, path: tuple[str, ...]) -> Iterator[str]:
        """What templates compare a name of the release with, made whole where it is the beginning or end of one."""
        for text in self.dependencies.compared.get(path, ()):
            if isinstance(text, str):
                yield "".join(("a" * text.startswith("-"), text, "a" * text.endswith("-")))

    def factor(self, path: str) -> int:
        """The number of the factor at a values path. Raises InputError where there is none."""
        for number, factor in enumerate(self.space.factors):
            if factor.name == path:
                return number
        raise InputError(f"{path} is no value that is varied in this chart.")


def read_subject(
    folder: Path,
    *,
    files: Sequence[str] = (),
    values: Sequence[Values] = (),
    kube_versions: Sequence[KubeVersion] = (),
    released: bool = False,
) -> Subject:
    """Read a chart and work out what varies. Raises InputError for what is no chart, or cannot be rendered at all.

    It starts from the values of files, with the values that were read before over them.
    Of one that was released, what its `.chartgen.yaml` says that is not known here is passed over.
    """
    chart = read_chart(folder)
    _check_parsable(chart)
    if chart.missing:
        missing = ", ".join(chart.missing)
        raise InputError(f"Charts inside {folder} are missing: {missing}. Fetch them: helm dependency build {folder}")
    if chart.library:
        raise InputError(f"{folder} is a library chart, which renders nothing. Verify a chart that uses it.")
    loaded = EmbeddedEngine().load(folder)
    judge = Judge(loaded.schema)
    defaults = loaded.coalesce({})
    versions = _accepted_versions(loaded, kube_versions)
    given = read_values(files)
    for above in values:
        given = above.over(given)
    known = [parse_values(chart.files[name], name=name).data for name in chart.ci_files]
    run_texts = texts_to_run(loaded.contents, [defaults, loaded.schema, loaded.settings, given.data, *known])
    compared = find_dependencies(
        chart.templates,
        subcharts=chart.subcharts,
        choices=closed_texts(loaded.schema),
        parts=() if chart.subcharts else remembered_names(chart.templates),
        texts=run_texts,
    )
    compared = with_imports(compared, chart.dependencies)
    name = str(loaded.metadata.get("name"))
    release = _release(name)
    settings = read_factor_settings(loaded.settings, released=released)
    sources = replace(
        told_sources(chart, compared, defaults, [*known, given.data], release), schema=loaded.schema, settings=settings
    )
    if not released:
        check_patterns(sources)
    sources = replace(sources, settings=_with_versions(settings, loaded, versions))
    space = build_space(sources, judge.blames)
    kube_value = loaded.kube_version_value
    slices = slices_of(compared.templates, space, defaults, kube_value=kube_value)
    if compared.shared:
        slices = joined(slices)
    parts = slices_of(compared.parts, space, defaults, kube_value=kube_value)
    guards = {} if compared.shared else slices_of(compared.guards, space, defaults, kube_value=kube_value)
    base = configuration_of(space, given.data, release=release)
    whole = loaded.coalesce(overrides(space, base))
    if not judge.accepts(whole):
        problems = judge.problems(whole, given)
        raise InputError("The chart's schema refuses the values to start from.", problems)
    declared = read_declared(loaded.settings)
    own = tuple(configuration_of(space, values, release=release) for values in known)
    tried = tuple(configuration_of(space, each.instead, release=release) for each in declared.refusals)
    subject = Subject(
        chart,
        loaded,
        compared,
        space,
        {f"{name}/{template}": replace(part, guard=guards.get(template)) for template, part in slices.items()},
        base,
        own,
        tried,
        tuple(versions),
        settings.isolated,
        declared,
        parts,
        run_texts,
        secret_texts(given.data),
    )
    for part in declared.parts:
        subject.factor(part.value)
    return subject


def _release(chart: str) -> Release:
    """A release of the chart's name, or of a plain one where that names none: charts may be called my_chart."""
    release = Release(chart, NAMESPACE)
    return release if _is_valid(release) else replace(release, name="release-name")


def _is_valid(release: Release) -> bool:
    """Whether a release and its namespace may be called so."""
    try:
        check_release(release)
    except InputError:
        return False
    return True


def _check_parsable(chart: ChartFiles) -> None:
    problems = []
    for name, text in sorted(chart.templates.items()):
        try:
            parse(text, file=name)
        except TemplateSyntaxError as error:
            problems.append(Problem(error.what, file=name, line=error.line))
    if problems:
        raise InputError("The chart's templates cannot be parsed.", problems)


def _accepted_versions(loaded: EmbeddedChart, wanted: Sequence[KubeVersion]) -> list[KubeVersion]:
    """The versions that Chart.yaml accepts."""
    constraint: Any = loaded.metadata.get("kubeVersion")
    if not constraint:
        return list(wanted)
    fine = [version for version in wanted if in_range(full_kube_version(str(version)), str(constraint))]
    if not fine:
        raise InputError(f"Chart.yaml accepts Kubernetes {constraint}, which is none of the versions asked for.")
    return fine


def _with_versions(settings: FactorSettings, loaded: EmbeddedChart, versions: Sequence[KubeVersion]) -> FactorSettings:
    if loaded.kube_version_value is None:
        return settings
    levels = ("", *(full_kube_version(str(version)) for version in versions))
    fixed = {**settings.fixed, ".".join(loaded.kube_version_value): levels}
    return replace(settings, fixed=fixed)

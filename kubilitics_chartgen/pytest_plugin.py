"""A pytest plugin for authors of charts: render the chart with values, look at its objects, verify it whole.

    @pytest.mark.values({"replicas": 2}, "tests/large.yaml", release="shop", namespace="prod", kube_version="1.31")
    def test_backend(chart, rendered):
        assert rendered.one(kind="Deployment", component="backend")["spec"]["replicas"] == 2

    def test_everything(chart):
        chart.verify(strength=2)

Where the chart lies: `--chart FOLDER`, or `chart_path` in pytest's configuration, else the current folder. Every
pytest run loads this file, so it imports nothing of the toolkit until a fixture is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kubilitics_chartgen.helm import Values
    from kubilitics_chartgen.verify.result import VerifyReport

__all__ = [
    "Chart",
    "RenderedObjects",
    "chart",
    "pytest_addoption",
    "pytest_configure",
    "pytest_runtest_makereport",
    "rendered",
]

_MARKER = (
    "values(*values, release=, namespace=, kube_version=, upgrade=): values for the `chart` and `rendered` fixtures: "
    "dictionaries, or values files beside the test; later ones win, and a mark on the test wins over one on its class"
)
_COMPONENT = "app.kubernetes.io/component"
_RELEASE_OPTIONS = frozenset({"release", "namespace", "kube_version", "upgrade"})


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say where the chart lies."""
    parser.addini("chart_path", "the folder of the chart that the `chart` fixture renders", default="")
    group = parser.getgroup("chart", "Helm charts")
    group.addoption("--chart", metavar="FOLDER", default="", help="the folder of the chart under test")


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """A chart or values that cannot be used are told in words, with the line of the test that asked for it."""
    from kubilitics_chartgen.errors import ChartgenError

    if call.excinfo is None or not isinstance(call.excinfo.value, ChartgenError):
        return
    error = call.excinfo.value
    lines = [entry.lineno + 1 for entry in call.excinfo.traceback if entry.path == item.path]
    where = f"{item.path.name}:{lines[-1]}: " if lines else ""
    failed = pytest.fail.Exception(f"{where}{error}", pytrace=False).with_traceback(error.__traceback__)
    call.excinfo = pytest.ExceptionInfo.from_exception(failed)


@dataclass(frozen=True)
class RenderedObjects:
    """What a chart renders: the objects, in the order in which Helm installs them."""

    objects: Sequence[Mapping[str, Any]]
    notes: str = ""

    def all(
        self, *, kind: str = "", name: str = "", labels: Mapping[str, str] | None = None, component: str = ""
    ) -> list[Mapping[str, Any]]:
        """The objects of a kind, of a name, with certain labels, of a component (its recommended label)."""
        wanted = {**(labels or {}), **({_COMPONENT: component} if component else {})}
        return [
            each
            for each in self.objects
            if kind in ("", each.get("kind"))
            and name in ("", _metadata(each).get("name"))
            and wanted.items() <= dict(_metadata(each).get("labels") or {}).items()
        ]

    def one(
        self, *, kind: str = "", name: str = "", labels: Mapping[str, str] | None = None, component: str = ""
    ) -> Mapping[str, Any]:
        """The only such object; a test in which there is none, or more than one, fails and is told what there is."""
        __tracebackhide__ = True
        found = self.all(kind=kind, name=name, labels=labels, component=component)
        if len(found) != 1:
            listed = ", ".join(self._shown(each) for each in found or self.objects) or "nothing"
            pytest.fail(f"{len(found)} objects are such, not one. There is: {listed}")
        return found[0]

    @staticmethod
    def _shown(each: Mapping[str, Any]) -> str:
        return f"{each.get('kind')}/{_metadata(each).get('name')}"


def _metadata(each: Mapping[str, Any]) -> Mapping[str, Any]:
    found = each.get("metadata")
    return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True)
class Chart:
    """The chart under test, with what the marks of the test say."""

    path: Path
    values: Sequence[Mapping[str, Any] | str] = ()
    """Dictionaries and values files, the later over the earlier."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the release: release, namespace, kube_version, upgrade."""
    folder: Path = Path()
    """Where values files lie."""

    def render(self, *values: Mapping[str, Any] | str, **options: Any) -> RenderedObjects:
        """Render with further values and another release; values that are refused raise `RefusedError`."""
        from kubilitics_chartgen.helm import Release, RenderRequest, render_chart

        said = {**self.options, **options}
        _check_options(said)
        release = Release(
            said.get("release", "release-name"),
            said.get("namespace", "default"),
            bool(said.get("upgrade", False)),
            None if said.get("kube_version") is None else str(said["kube_version"]),
        )
        found = render_chart(RenderRequest(self.path, values=self._read([*self.values, *values]), release=release))
        return RenderedObjects(tuple(each.object for each in found.documents if each.object), found.notes)

    def _read(self, values: Sequence[Mapping[str, Any] | str]) -> tuple[Values, ...]:
        from kubilitics_chartgen.helm import Values, read_values_file

        return tuple(
            Values(dict(each)) if isinstance(each, Mapping) else read_values_file(str(self.folder / each))
            for each in values
        )

    @cached_property
    def rendered(self) -> RenderedObjects:
        """What the chart renders with the values of the marks."""
        return self.render()

    def verify(self, **options: Any) -> VerifyReport:
        """Verify the chart as `kubilitics-chartgen verify` does; findings fail the test.

        The options are those of `VerifyRequest`, such as strength, files, checks, skip, isolate, budget and workers.
        """
        from kubilitics_chartgen.verify.verification import VerifyRequest, verify

        __tracebackhide__ = True
        report = verify(VerifyRequest(self.path, **options))
        failing = [finding for finding in report.findings if finding.fails]
        if failing:
            pytest.fail("\n\n".join(finding.shown for finding in failing))
        return report


def _check_options(options: Mapping[str, Any]) -> None:
    unknown = ", ".join(sorted(set(options) - _RELEASE_OPTIONS))
    if unknown:
        raise pytest.UsageError(f"A release has no {unknown}; it has {', '.join(sorted(_RELEASE_OPTIONS))}.")


@pytest.fixture
def chart(request: pytest.FixtureRequest) -> Chart:
    """The chart under test, with the values of the test's marks."""
    values: list[Mapping[str, Any] | str] = []
    options: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("values"))):
        values.extend(each if isinstance(each, Mapping) else str(each) for each in mark.args)
        options.update(mark.kwargs)
    _check_options(options)
    return Chart(_chart_path(request.config), tuple(values), options, request.path.parent)


@pytest.fixture
def rendered(chart: Chart) -> RenderedObjects:
    """What the chart renders with the values of the test's marks."""
    return chart.rendered


def _chart_path(config: pytest.Config) -> Path:
    given = config.getoption("--chart")
    if given:
        return config.invocation_params.dir / str(given)
    stated = str(config.getini("chart_path"))
    return config.rootpath / stated if stated else config.invocation_params.dir

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

import math
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kubilitics_chartgen.helm import Values
    from kubilitics_chartgen.kube.versions import KubeVersion
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

_TEXT, _TEXTS, _LABELS = "a text", "a list of texts", "a dictionary of texts"
_WHOLE, _NUMBER, _SWITCH = "a whole number", "a number", "True or False"
_VERSION, _VERSIONS = 'a text such as "1.30"', 'a text such as "1.30-1.37", or a list of such texts'
_FILES = "a list of values files and dictionaries"

_FITS: Mapping[str, Callable[[Any], bool]] = {
    _TEXT: lambda value: isinstance(value, str),
    _TEXTS: lambda value: _is_list(value) and all(isinstance(each, str) for each in value),
    _LABELS: lambda value: (
        value is None
        or (isinstance(value, Mapping) and all(isinstance(each, str) for each in [*value, *value.values()]))
    ),
    _WHOLE: lambda value: type(value) is int,
    _NUMBER: lambda value: value is None or type(value) in (int, float),
    _SWITCH: lambda value: value is None or isinstance(value, bool),
    _VERSION: lambda value: value is None or isinstance(value, str),
    _VERSIONS: lambda value: isinstance(value, str) or (_is_list(value) and not any(map(_is_number, value))),
    _FILES: lambda value: _is_list(value),
}
_RELEASE_OPTIONS = {"release": _TEXT, "namespace": _TEXT, "kube_version": _VERSION, "upgrade": _SWITCH}
_SELECTORS = {"kind": _TEXT, "name": _TEXT, "labels": _LABELS, "component": _TEXT}
_VERIFY_OPTIONS = {
    "files": _FILES,
    "strength": _WHOLE,
    "exhaustive": _SWITCH,
    "kube_versions": _VERSIONS,
    "checks": _TEXTS,
    "skip": _TEXTS,
    "isolate": _TEXTS,
    "workers": _WHOLE,
    "scheduler": _TEXT,
    "budget": _NUMBER,
    "seed": _WHOLE,
    "random": _WHOLE,
    "nulls": _SWITCH,
}


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
        _check("A selection", _SELECTORS, {"kind": kind, "name": name, "labels": labels, "component": component})
        wanted = {**(labels or {}), **({_COMPONENT: component} if component else {})}
        return [
            each
            for each in self.objects
            if kind in ("", each.get("kind"))
            and name in ("", _metadata(each).get("name"))
            and wanted.items() <= _labels(each).items()
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


def _labels(each: Mapping[str, Any]) -> Mapping[str, Any]:
    found = _metadata(each).get("labels")
    return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True)
class Chart:
    """The chart under test, with what the marks of the test say."""

    path: Path
    values: Sequence[Mapping[str, Any] | str | PathLike[str]] = ()
    """Dictionaries and values files, the later over the earlier."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the release: release, namespace, kube_version, upgrade."""
    folder: Path = Path()
    """Where values files lie."""

    def render(self, *values: Mapping[str, Any] | str | PathLike[str], **options: Any) -> RenderedObjects:
        """Render with further values and another release; values that are refused raise `RefusedError`."""
        from kubilitics_chartgen.helm import Release, RenderRequest, render_chart

        said = {**self.options, **options}
        _check("A release", _RELEASE_OPTIONS, said)
        release = Release(
            said.get("release", "release-name"),
            said.get("namespace", "default"),
            bool(said.get("upgrade", False)),
            said.get("kube_version"),
        )
        found = render_chart(RenderRequest(self.path, values=self._read([*self.values, *values]), release=release))
        return RenderedObjects(tuple(each.object for each in found.documents if each.object), found.notes)

    def _read(self, values: Sequence[object]) -> tuple[Values, ...]:
        return tuple(self._read_one(each) for each in values)

    def _read_one(self, given: object) -> Values:
        from kubilitics_chartgen.errors import InputError
        from kubilitics_chartgen.helm import Values, read_values_file

        if isinstance(given, Mapping):
            return Values({name: _plain(value, name) for name, value in _named(given, "")})
        if isinstance(given, str | PathLike):
            return read_values_file(str(self.folder / given))
        raise InputError(f"Values are a dictionary, or the name of a values file, not {given!r}.")

    @cached_property
    def rendered(self) -> RenderedObjects:
        """What the chart renders with the values of the marks."""
        return self.render()

    def verify(self, **options: Any) -> VerifyReport:
        """Verify the chart as `kubilitics-chartgen verify` does, from the values of the marks; findings fail the test.

        The options are those of the command, such as strength, checks, skip, isolate, budget, workers and
        kube_versions; `files` are values files beside the test, or dictionaries, over the values of the marks.
        """
        from kubilitics_chartgen.errors import InputError
        from kubilitics_chartgen.verify.verification import VerifyRequest, verify

        __tracebackhide__ = True
        if self.options:
            raise InputError(
                f"A mark says {', '.join(sorted(self.options))}, and verify tries releases and versions of Kubernetes "
                "of its own: take that from this test. verify(kube_versions=...) says for which versions."
            )
        _check("verify", _VERIFY_OPTIONS, options)
        lists = {name: tuple(value) for name, value in options.items() if _VERIFY_OPTIONS[name] == _TEXTS}
        request = VerifyRequest(
            self.path,
            **{
                **options,
                **lists,
                "files": (),
                "values": self._read([*self.values, *options.get("files", ())]),
                "kube_versions": _versions(options.get("kube_versions", ())),
            },
        )
        report = verify(request)
        failing = [finding for finding in report.findings if finding.fails]
        if failing:
            pytest.fail("\n\n".join(finding.shown for finding in failing))
        return report


def _check(what: str, kinds: Mapping[str, str], given: Mapping[str, Any]) -> None:
    """Raise InputError for options of other names or kinds."""
    from kubilitics_chartgen.errors import InputError

    unknown = ", ".join(sorted(set(given) - set(kinds)))
    if unknown:
        raise InputError(f"{what} has no {unknown}; it has {', '.join(sorted(kinds))}.")
    for name, value in given.items():
        if not _FITS[kinds[name]](value):
            raise InputError(f"{name} is {kinds[name]}, not {value!r}.")


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence | Set) and not isinstance(value, str | bytes)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _versions(given: str | Sequence[KubeVersion | str]) -> tuple[KubeVersion, ...]:
    """As the command line reads them."""
    from kubilitics_chartgen.kube.versions import parse_versions

    text = given if isinstance(given, str) else ",".join(str(each) for each in given)
    return parse_versions(text) if text else ()


def _named(given: Mapping[Any, Any], where: str) -> Sequence[tuple[str, Any]]:
    from kubilitics_chartgen.errors import InputError

    for name in given:
        if not isinstance(name, str):
            place = f" at {where}" if where else ""
            raise InputError(f"The names of values are texts, not {name!r}{place}.")
    return list(given.items())


def _plain(value: Any, where: str) -> Any:
    """A value as a values file could hold it; raises InputError for what none can hold."""
    from kubilitics_chartgen.errors import InputError

    if isinstance(value, Mapping):
        return {name: _plain(inner, f"{where}.{name}") for name, inner in _named(value, where)}
    if isinstance(value, list | tuple):
        return [_plain(inner, f"{where}[{number}]") for number, inner in enumerate(value)]
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise InputError(f"{where} is {value!r}, which no values file can hold: write a text, or what YAML knows.")


@pytest.fixture
def chart(request: pytest.FixtureRequest) -> Chart:
    """The chart under test, with the values of the test's marks."""
    values: list[Mapping[str, Any] | str | PathLike[str]] = []
    options: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("values"))):
        values.extend(mark.args)
        options.update(mark.kwargs)
    _check("A release", _RELEASE_OPTIONS, options)
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

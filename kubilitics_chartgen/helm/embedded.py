"""The embedded engine: Helm 4 as a library inside this process. Reads charts; starts no program.

It renders in about a millisecond where a `helm` process takes a tenth of a second. What the library leaves out is
done here, in Helm's words: the release name, `kubeVersion` in Chart.yaml, missing dependencies, library charts. The
library knows one Kubernetes version only; a chart that declares which value overrides it (`settings`) is rendered for
any.

Where it differs from Helm 3: a default of `null` in values.yaml is absent, as in Helm 4, where Helm 3 shows it to
templates. Where it differs from both: a whole number from `--set` reaches the templates as it does from a file, as a
float, so that an unguarded `{{ .Values.bytes }}` prints 1.048576e+07 for 10485760 either way, and one beyond 2^53 loses
its last digits.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.helm import settings, versions
from kubilitics_chartgen.helm.chart_source import ChartSource, open_chart_source
from kubilitics_chartgen.helm.engine import Release, render_error
from kubilitics_chartgen.helm.manifests import HELM_3, Dialect
from kubilitics_chartgen.helm.paths import with_value
from kubilitics_chartgen.helm.quiet import log_silenced
from kubilitics_chartgen.helm.yaml_write import yaml_text

if TYPE_CHECKING:
    from helm_python import Chart

__all__ = ["EmbeddedChart", "EmbeddedEngine", "check_release"]

_FORMS = ("v1", "v2")
"""The `apiVersion` in Chart.yaml that Helm 3 and 4 install."""
_BARE: Mapping[bool, Mapping[str, Any]] = {True: {}, False: {"not": {}}}
"""What a JSON Schema of one word stands for: everything, and nothing."""


class EmbeddedEngine:
    """Helm 4 inside this process, laid out as Helm 3 prints, which is what most installations run."""

    dialect: Dialect = HELM_3

    def load(self, path: Path, *, with_schema: bool = True) -> EmbeddedChart:
        """Read a chart; without its schema a render is faster, for values that were judged already."""
        chart = EmbeddedChart(open_chart_source(path))
        return chart if with_schema else chart.without_schema()


class EmbeddedChart:
    """A chart read by the embedded Helm."""

    def __init__(self, source: ChartSource) -> None:
        self.source = source
        self._facts = self._open()

    def packed(self) -> bytes:
        """The chart as `helm package` packs it, without what .helmignore leaves out; times are those of the files."""
        self._check_dependencies()
        return self.saved()

    def without_schema(self) -> EmbeddedChart:
        """The same chart with no values.schema.json, its own or a subchart's."""
        return self.rewritten(
            lambda name, data: (
                None if name.rsplit("/", 1)[-1] == "values.schema.json" and "/templates/" not in name else data
            )
        )

    def rewritten(
        self, change: Callable[[str, bytes], bytes | None], added: Mapping[str, bytes] | None = None
    ) -> EmbeddedChart:
        """The same chart, in memory, with other files: `change` is given each path and content; None leaves it out."""
        return EmbeddedChart(ChartSource(self.source.path, _repacked(self.saved(), change, added)))

    @cached_property
    def contents(self) -> dict[str, bytes]:
        """Every file of the packed chart by its path in it, such as `web/templates/service.yaml`."""
        found: dict[str, bytes] = {}
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(self.saved()))) as archive:
            for member in archive:
                stream = archive.extractfile(member)
                if stream is not None:
                    found[member.name] = stream.read()
        return found

    @cached_property
    def files(self) -> frozenset[str]:
        """The names of the files that its templates can ask for."""
        found: list[dict[str, Any]] = _call(lambda: self._facts.files)
        return frozenset(str(file["name"]) for file in found)

    def holds(self, patterns: Sequence[str]) -> list[bool]:
        """For each pattern, whether it holds a file that fits, as Helm's own `.Files.Glob` takes patterns."""
        if not patterns:
            return []
        text = b"{{ range .Values.patterns }}{{ len ($.Files.Glob .) }} {{ end }}"
        asking = {"Chart.yaml": b"apiVersion: v2\nname: a\nversion: 0.1.0\n", "templates/a.txt": text}
        added = {f"a/{name}": data for name, data in {**dict.fromkeys(self.files, b"a"), **asking}.items()}
        chart = self.rewritten(lambda _name, _data: None, added)
        (counts,) = chart.render_texts({"patterns": list(patterns)}, Release("a")).values()
        return [count != "0" for count in counts.split()]

    def with_defaults(self, defaults: Mapping[str, Any]) -> bytes:
        """The same chart packed, with other values in the place of its own values.yaml."""
        name = f"{self.metadata['name']}/values.yaml"
        added = {name: yaml_text(defaults).encode()}
        return _repacked(self.saved(), lambda member, data: None if member == name else data, added)

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """What Chart.yaml says."""
        metadata: Mapping[str, Any] = _call(lambda: self._facts.metadata)
        return metadata

    @cached_property
    def definitions(self) -> Mapping[str, str]:
        """What lies in crds/, of the chart and its subcharts, by path; Helm installs it and never upgrades it."""
        found: list[dict[str, str]] = _call(lambda: self._facts.crds)
        return {item["filename"]: item["data"] for item in found}

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """What values.yaml says; empty where there is none."""
        defaults: Mapping[str, Any] | None = _call(lambda: self._facts.values)
        return defaults or {}

    @cached_property
    def schema(self) -> Mapping[str, Any] | None:
        """What values.schema.json says; None where there is none, and as a map where it is but `true` or `false`."""
        try:
            schema: Mapping[str, Any] | bool | None = self._facts.schema
            return _BARE[schema] if isinstance(schema, bool) else schema
        except (ValueError, RecursionError) as error:
            raise InputError(f"{self.source.path}: values.schema.json is not JSON: {error}") from error

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What `.chartgen.yaml` says; empty where there is none."""
        if self.source.path.is_dir():
            return settings.read_chart_settings(self.source.path)
        for file in self._facts.files:
            if file["name"] == settings.SETTINGS_FILE:
                return settings.parse_chart_settings(file["data"])
        return {}

    @cached_property
    def kube_version_value(self) -> tuple[str, ...] | None:
        """The values path that overrides the Kubernetes version; None: this engine renders for one version only."""
        return settings.kube_version_value(self.settings)

    def coalesce(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that the templates would see: `values` over the defaults, as Helm merges them."""
        with log_silenced():
            merged: dict[str, Any] = _call(self._facts.merge_values, dict(values))
        return merged

    def render(self, values: Mapping[str, Any], release: Release) -> dict[str, str]:
        """The raw text of each template by its path, NOTES.txt included."""
        self.check_renderable(release)
        return self.render_texts(self.with_version(values, release), release)

    def with_version(self, values: Mapping[str, Any], release: Release) -> Mapping[str, Any]:
        """The same values, so that templates see the release's Kubernetes version, as far as a value can say it."""
        if release.kube_version is None or self.kube_version_value is None:
            return values
        return with_value(values, self.kube_version_value, versions.full_kube_version(release.kube_version))

    def check_renderable(self, release: Release) -> None:
        """Refuse what no values could mend."""
        check_release(release)
        version = versions.default_kube_version()
        if release.kube_version is not None:
            version = versions.full_kube_version(release.kube_version)
            if self.kube_version_value is None:
                raise InputError(
                    f"the embedded Helm renders for Kubernetes {versions.default_kube_version()} only. Install a helm "
                    f"binary and use the cli engine, or declare in {settings.SETTINGS_FILE} which value of this chart "
                    "overrides the version."
                )
        versions.check_kube_version_range(self.metadata, version)
        self._check_installable()

    def render_texts(self, values: Mapping[str, Any], release: Release) -> dict[str, str]:
        """What `render` gives, for values and a release that were checked before."""
        texts: dict[str, str] = _call(
            self._for_render().render,
            dict(values),
            name=release.name,
            namespace=release.namespace,
            is_upgrade=release.upgrade,
            is_install=not release.upgrade,
        )
        return texts

    def _open(self) -> Chart:
        import helm_python

        try:
            if self.source.archive is not None:
                return helm_python.Chart.load_archive(self.source.archive)
            return helm_python.Chart.load(self.source.path)
        except helm_python.HelmError as error:
            raise InputError(f"{self.source.path} is not a chart that Helm can read: {error}") from error

    def _for_render(self) -> Chart:
        # Rendering drops disabled subcharts from a loaded chart for good: a chart that has any is read anew.
        return self._open() if self.metadata.get("dependencies") or self._subcharts else self._facts

    @cached_property
    def _subcharts(self) -> tuple[str, ...]:
        return tuple(str(chart.get("name")) for chart in self._facts.dependencies)

    def saved(self) -> bytes:
        """The chart packed, whether it could be installed or not."""
        with tempfile.TemporaryDirectory() as folder:
            return Path(_call(self._open().save, folder)).read_bytes()

    def _check_installable(self) -> None:
        form = str(self.metadata.get("apiVersion"))
        if form not in _FORMS:
            raise InputError(
                f"{self.source.path} has the chart format {form}, and known are {' and '.join(_FORMS)}: it was made "
                "for a later Helm. Use a newer version of this program, or ask for the chart in format v2."
            )
        kind = self.metadata.get("type") or "application"
        if kind != "application":
            raise InputError(f"{kind} charts are not installable")
        self._check_dependencies()

    def _check_dependencies(self) -> None:
        missing = [d["name"] for d in self.metadata.get("dependencies") or () if d["name"] not in self._subcharts]
        if missing:
            raise InputError(
                f"found in Chart.yaml, but missing in charts/ directory: {', '.join(missing)}. "
                f"Fetch them first: helm dependency build {self.source.path}"
            )


def check_release(release: Release) -> None:
    """Refuse a name that Helm or Kubernetes would refuse."""
    import helm_python

    try:
        helm_python.validate_release_name(release.name)
    except UnicodeError as error:
        raise InputError(f"release name {release.name!a}: it is not UTF-8 text") from error
    except helm_python.HelmError as error:
        raise InputError(f'release name "{release.name}": {error}') from error
    namespace = release.namespace
    plain = namespace.replace("-", "a")
    if not (plain.isascii() and plain.isalnum() and plain == plain.lower() and len(namespace) <= 63) or (
        "-" in (namespace[0], namespace[-1])
    ):
        raise InputError(
            f'namespace "{namespace}": a namespace is made of at most 63 lower case letters, digits and "-", and '
            "begins and ends with a letter or digit"
        )


def _call(function: Any, *args: Any, **options: Any) -> Any:
    import helm_python

    try:
        return function(*args, **options)
    except helm_python.HelmPanicError as error:
        raise ToolError(f"the embedded Helm broke down: {error}") from error
    except helm_python.HelmError as error:
        raise render_error(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"these values cannot be handed to Helm: {error}") from error


def _repacked(
    data: bytes, change: Callable[[str, bytes], bytes | None], added: Mapping[str, bytes] | None = None
) -> bytes:
    out = io.BytesIO()
    # Level 1: the archive is read again right away and lives in memory only.
    with (
        tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as old,
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as new,
    ):
        for member in old:
            stream = old.extractfile(member)
            content = change(member.name, stream.read()) if stream else None
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
        for name, content in (added or {}).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return out.getvalue()

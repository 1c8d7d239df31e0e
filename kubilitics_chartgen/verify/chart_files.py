"""Reads the source of any Helm chart: its texts, and those of the charts inside it. Reads files, writes none.

Charts of others are untrusted: sizes, depth and links are bounded, archives are read in memory.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm.values_file import Values, parse_values
from kubilitics_chartgen.verify.references import Path as ValuesPath
from kubilitics_chartgen.verify.references import Subchart

__all__ = ["ChartFiles", "Dependency", "read_chart"]

MAX_FILE = 5 * 1024 * 1024
MAX_TOTAL = 50 * 1024 * 1024
MAX_FILES = 10_000
MAX_CHART_DEPTH = 8
_TOP = ("Chart.yaml", "values.yaml", "values.schema.json", "requirements.yaml", ".chartgen.yaml")


@dataclass(frozen=True)
class Dependency:
    """An entry under `dependencies` in Chart.yaml."""

    name: str
    alias: str = ""
    condition: str = ""
    import_values: tuple[Any, ...] = ()

    @property
    def key(self) -> str:
        """The top-level key under which the dependency's values stand."""
        return self.alias or self.name


@dataclass(frozen=True)
class ChartFiles:
    """A chart as it lies on disk."""

    folder: Path
    files: Mapping[str, str]
    """Texts by path in the chart: Chart.yaml, values, schema, templates, ci values, the toolkit's own file."""
    metadata: Values
    values: Values
    dependencies: tuple[Dependency, ...]
    subcharts: tuple[Subchart, ...]
    schemas: Mapping[str, str]
    """The schemas of the chart and of the charts inside it, by path."""
    missing: tuple[str, ...] = ()
    """Keys of dependencies whose charts are not in `charts/`."""

    @property
    def templates(self) -> dict[str, str]:
        """Template texts by path."""
        return {name: text for name, text in self.files.items() if _is_template(name)}

    @property
    def ci_files(self) -> list[str]:
        """Values files for tests, as chart-testing finds them."""
        return sorted(name for name in self.files if fnmatchcase(name, "ci/*-values.yaml") and name.count("/") == 1)

    @property
    def library(self) -> bool:
        """Whether the chart renders nothing itself."""
        return self.metadata.data.get("type") == "library"


def _is_template(name: str) -> bool:
    """Helm reads every file below `templates/` as a template, but none whose name begins with a dot."""
    return name.startswith("templates/") and "/." not in name


def read_chart(folder: Path) -> ChartFiles:
    """Read a chart. Raises InputError where the folder is no chart, or a file cannot be read."""
    if not folder.exists():
        raise InputError(f"There is no folder {folder}.")
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder. Give the folder of a chart, the one that holds Chart.yaml.")
    if not (folder / "Chart.yaml").is_file():
        raise InputError(f"{folder} is not a chart: it holds no Chart.yaml.")
    raw = dict(_folder_files(folder))
    texts = _texts({name: data for name, data in raw.items() if not name.startswith("charts/")})
    metadata = _metadata(texts["Chart.yaml"], "Chart.yaml")
    values = parse_values(texts.get("values.yaml", ""), name="values.yaml")
    dependencies = _dependencies(texts)
    schemas = {name: text for name, text in texts.items() if name == "values.schema.json"}
    subcharts = tuple(_subcharts(raw, (), "", dependencies, schemas))
    present = {subchart.prefix[0] for subchart in subcharts}
    missing = tuple(sorted({dependency.key for dependency in dependencies} - present))
    return ChartFiles(folder, texts, metadata, values, dependencies, subcharts, schemas, missing)


def _metadata(text: str, name: str) -> Values:
    try:
        return parse_values(text, name=name)
    except InputError as error:
        raise InputError("A chart cannot be read.", error.problems) from None


def _folder_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    root = folder.resolve()
    wanted = [folder / name for name in _TOP]
    for below in ("templates", "ci", "charts"):
        wanted.extend(sorted((folder / below).rglob("*")))
    if len(wanted) > MAX_FILES:
        raise InputError(f"{folder} holds more than {MAX_FILES} files.")
    for path in wanted:
        if not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        if not path.resolve().is_relative_to(root):
            problem = Problem(message="the link leads out of the chart", file=name)
            raise InputError("A file of the chart cannot be read.", [problem])
        size = path.stat().st_size
        total += size
        _check_size(name, size, total)
        yield name, path.read_bytes()


def _check_size(name: str, size: int, total: int) -> None:
    if size > MAX_FILE:
        problem = Problem(message=f"it is larger than {MAX_FILE >> 20} MiB", file=name)
        raise InputError("A file of the chart is too large.", [problem])
    if total > MAX_TOTAL:
        raise InputError(f"The chart is larger than {MAX_TOTAL >> 20} MiB.")


def _texts(files: Mapping[str, bytes]) -> dict[str, str]:
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for name, data in files.items():
        try:
            texts[name] = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            if name in _TOP or name.startswith("templates/"):
                problems.append(Problem(message="it is not UTF-8 text", file=name))
    if problems:
        raise InputError("Files of the chart cannot be read.", problems)
    return texts


def _dependencies(texts: Mapping[str, str]) -> tuple[Dependency, ...]:
    """Of Chart.yaml, or of the requirements.yaml of older charts."""
    found: list[Dependency] = []
    for name in ("Chart.yaml", "requirements.yaml"):
        data = _metadata(texts[name], name).data if name in texts else {}
        entries = data.get("dependencies")
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and entry.get("name"):
                imports = entry.get("import-values")
                found.append(
                    Dependency(
                        name=str(entry["name"]),
                        alias=str(entry.get("alias") or ""),
                        condition=str(entry.get("condition") or ""),
                        import_values=tuple(imports) if isinstance(imports, list) else (),
                    )
                )
    return tuple(found)


def _subcharts(
    files: Mapping[str, bytes],
    prefix: ValuesPath,
    place: str,
    dependencies: tuple[Dependency, ...],
    schemas: dict[str, str],
) -> Iterator[Subchart]:
    """The charts under `charts/` of one chart, and those under theirs; `place` is where that chart lies.

    Adds their schemas to `schemas`.
    """
    if len(prefix) >= MAX_CHART_DEPTH:
        raise InputError(f"Charts are nested more than {MAX_CHART_DEPTH} levels deep.")
    charts: dict[str, dict[str, bytes]] = {}
    for name, data in files.items():
        parts = name.split("/", 2)
        if parts[0] != "charts" or len(parts) < 2 or parts[1][:1] in (".", "_"):
            continue
        if len(parts) == 2 and name.endswith((".tgz", ".tar.gz")):
            charts[parts[1]] = dict(_archive(name, data))
        elif len(parts) == 3:
            charts.setdefault(parts[1], {})[parts[2]] = data
    for folder, inner in sorted(charts.items()):
        if "Chart.yaml" not in inner:
            continue
        texts = _texts({name: data for name, data in inner.items() if not name.startswith("charts/")})
        metadata = _metadata(texts["Chart.yaml"], f"{place}charts/{folder}/Chart.yaml").data
        own = str(metadata.get("name") or folder)
        keys = sorted({dependency.key for dependency in dependencies if dependency.name == own}) or [own]
        where = f"{place}charts/{folder}/"
        if "values.schema.json" in texts:
            schemas[f"{where}values.schema.json"] = texts["values.schema.json"]
        templates = {f"{where}{name}": text for name, text in texts.items() if _is_template(name)}
        for key in keys:
            yield Subchart((*prefix, key), templates, metadata.get("type") == "library")
            yield from _subcharts(inner, (*prefix, key), where, _dependencies(texts), schemas)


def _archive(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    total = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            for count, member in enumerate(archive):
                if count > MAX_FILES:
                    raise InputError(f"{name} holds more than {MAX_FILES} files.")
                inner = member.name.removeprefix("./").partition("/")[2]
                total += member.size
                _check_size(f"{name}/{inner}", member.size, total)
                if member.isfile() and (inner in _TOP or inner.startswith(("templates/", "charts/"))):
                    stream = archive.extractfile(member)
                    yield inner, stream.read(MAX_FILE) if stream else b""
    except (tarfile.TarError, OSError, EOFError) as error:
        problem = Problem(message=f"it is not a chart archive: {error}", file=name)
        raise InputError("A chart inside the chart cannot be read.", [problem]) from None

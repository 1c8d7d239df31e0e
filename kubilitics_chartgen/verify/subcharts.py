"""Charts inside a chart, as folders or archives under `charts/`: their templates, schemas and where their values stand.

In: the bytes of a chart's files by path. No I/O: archives are read in memory. Charts of others are untrusted, so one
budget bounds what is read of a chart and of everything in it.
"""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kubilitics_chartgen.errors import InputError, Problem
from kubilitics_chartgen.helm.values_file import Values, parse_values
from kubilitics_chartgen.verify.references import Path, Subchart

__all__ = [
    "MAX_FILES",
    "SCHEMA",
    "TOP_FILES",
    "Budget",
    "Dependency",
    "SubchartReader",
    "is_template",
    "own_texts",
    "read_dependencies",
    "read_metadata",
]

MAX_FILE = 5 * 1024 * 1024
MAX_TOTAL = 50 * 1024 * 1024
MAX_FILES = 10_000
MAX_CHART_DEPTH = 8
MAX_CHARTS = 500
SCHEMA = "values.schema.json"
TOP_FILES = ("Chart.yaml", "values.yaml", SCHEMA, "requirements.yaml", ".chartgen.yaml")


@dataclass(frozen=True)
class Dependency:
    """An entry under `dependencies` in Chart.yaml."""

    name: str
    alias: str = ""
    condition: str = ""
    tags: tuple[str, ...] = ()
    import_values: tuple[Any, ...] = ()

    @property
    def key(self) -> str:
        """The top-level key under which the dependency's values stand."""
        return self.alias or self.name

    @property
    def switches(self) -> tuple[Path, ...]:
        """The values paths that turn it on and off."""
        conditions = (part.strip() for part in self.condition.split(","))
        return (*(tuple(part.split(".")) for part in conditions if part), *(("tags", tag) for tag in self.tags))


class Budget:
    """How much of a chart is read, archives inside it included."""

    def __init__(self) -> None:
        self.total = 0
        self.files = 0

    def spend(self, name: str, size: int) -> None:
        """Account for one file. Raises InputError where it is too large, or all of them are."""
        self.total += size
        self.files += 1
        if size > MAX_FILE:
            problem = Problem(message=f"it is larger than {MAX_FILE >> 20} MiB", file=name)
            raise InputError("A file of the chart is too large.", [problem])
        if self.total > MAX_TOTAL:
            raise InputError(f"The chart is larger than {MAX_TOTAL >> 20} MiB.")
        if self.files > MAX_FILES:
            raise InputError(f"The chart holds more than {MAX_FILES} files.")


def is_template(name: str) -> bool:
    """Helm reads every file below `templates/` as a template, but none whose name begins with a dot."""
    return name.startswith("templates/") and "/." not in name


def own_texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """The texts of a chart's files, without those of the charts inside it."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for name, data in files.items():
        if name.startswith("charts/"):
            continue
        try:
            texts[name] = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            if name in TOP_FILES or name.startswith("templates/"):
                problems.append(Problem(message="it is not UTF-8 text", file=name))
    if problems:
        raise InputError("Files of the chart cannot be read.", problems)
    return texts


def read_metadata(text: str, name: str) -> Values:
    """Chart.yaml, or a file like it."""
    try:
        return parse_values(text, name=name)
    except InputError as error:
        raise InputError("A chart cannot be read.", error.problems) from None


def read_dependencies(texts: Mapping[str, str]) -> tuple[Dependency, ...]:
    """Of Chart.yaml, or of the requirements.yaml of older charts."""
    found: list[Dependency] = []
    for name in ("Chart.yaml", "requirements.yaml"):
        data = read_metadata(texts[name], name).data if name in texts else {}
        entries = data.get("dependencies")
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and entry.get("name"):
                imports, tags = entry.get("import-values"), entry.get("tags")
                found.append(
                    Dependency(
                        name=str(entry["name"]),
                        alias=str(entry.get("alias") or ""),
                        condition=str(entry.get("condition") or ""),
                        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
                        import_values=tuple(imports) if isinstance(imports, list) else (),
                    )
                )
    return tuple(found)


class SubchartReader:
    """Collects the charts inside a chart."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.found: list[Subchart] = []
        self.schemas: dict[str, str] = {}

    def read(self, files: Mapping[str, bytes], prefix: Path, place: str, dependencies: Sequence[Dependency]) -> None:
        """The charts under `charts/` of one chart, and those under theirs; `place` is where that chart lies."""
        if len(prefix) >= MAX_CHART_DEPTH:
            raise InputError(f"Charts are nested more than {MAX_CHART_DEPTH} levels deep.")
        charts: dict[str, dict[str, bytes]] = {}
        for name, data in files.items():
            parts = name.split("/", 2)
            if parts[0] != "charts" or len(parts) < 2 or parts[1][:1] in (".", "_"):
                continue
            if len(parts) == 2 and name.endswith((".tgz", ".tar.gz")):
                charts[parts[1]] = dict(self._archive(f"{place}{name}", data))
            elif len(parts) == 3:
                charts.setdefault(parts[1], {})[parts[2]] = data
        for folder, inner in sorted(charts.items()):
            if "Chart.yaml" in inner:
                self._chart(inner, prefix, f"{place}charts/{folder}/", dependencies)

    def _chart(self, files: Mapping[str, bytes], prefix: Path, place: str, dependencies: Sequence[Dependency]) -> None:
        texts = own_texts(files)
        metadata = read_metadata(texts["Chart.yaml"], f"{place}Chart.yaml").data
        own = str(metadata.get("name") or place.split("/")[-2])
        keys = sorted({dependency.key for dependency in dependencies if dependency.name == own}) or [own]
        if SCHEMA in texts:
            self.schemas[f"{place}{SCHEMA}"] = texts[SCHEMA]
        templates = {f"{place}{name}": text for name, text in texts.items() if is_template(name)}
        for key in keys:
            self.found.append(Subchart((*prefix, key), templates, metadata.get("type") == "library"))
            if len(self.found) > MAX_CHARTS:
                raise InputError(f"The chart holds more than {MAX_CHARTS} charts.")
            self.read(files, (*prefix, key), place, read_dependencies(texts))

    def _archive(self, name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        try:
            with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
                for member in archive:
                    inner = member.name.removeprefix("./").partition("/")[2]
                    self.budget.spend(f"{name}/{inner}", member.size)
                    if member.isfile() and (inner in TOP_FILES or inner.startswith(("templates/", "charts/"))):
                        stream = archive.extractfile(member)
                        yield inner, stream.read(MAX_FILE) if stream else b""
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            problem = Problem(message=f"it is not a chart archive: {error}", file=name)
            raise InputError("A chart inside the chart cannot be read.", [problem]) from None

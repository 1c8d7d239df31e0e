"""Reads the source of any Helm chart: its texts, and those of the charts inside it. Reads files, writes none.

Charts of others are untrusted: sizes, depth and links are bounded, archives are read in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from kubilitics_chartgen.errors import ChartgenError, InputError, Problem
from kubilitics_chartgen.helm.embedded import EmbeddedEngine
from kubilitics_chartgen.helm.values_file import Values, parse_values
from kubilitics_chartgen.verify.references import Subchart
from kubilitics_chartgen.verify.subcharts import (
    MAX_FILES,
    SCHEMA,
    TOP_FILES,
    Budget,
    Dependency,
    SubchartReader,
    is_template,
    own_texts,
    read_dependencies,
    read_metadata,
)

__all__ = ["ChartFiles", "read_chart"]


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
        return {name: text for name, text in self.files.items() if is_template(name)}

    @property
    def ci_files(self) -> list[str]:
        """Values files for tests, as chart-testing finds them."""
        return sorted(name for name in self.files if fnmatchcase(name, "ci/*-values.yaml") and name.count("/") == 1)

    @property
    def library(self) -> bool:
        """Whether the chart renders nothing itself."""
        return self.metadata.data.get("type") == "library"


def read_chart(folder: Path) -> ChartFiles:
    """Read a chart. Raises InputError where the folder is no chart, or a file cannot be read."""
    if not folder.exists():
        raise InputError(f"there is no chart at {folder}. Name the folder of a chart, the one that holds Chart.yaml.")
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder. Name the folder of a chart; an archive is to be unpacked first.")
    if not (folder / "Chart.yaml").is_file():
        raise InputError(f"{folder} is not a chart: it holds no Chart.yaml.")
    budget = Budget()
    raw = _not_ignored(folder, dict(_folder_files(folder, budget)))
    texts = own_texts(raw)
    metadata = read_metadata(texts["Chart.yaml"], "Chart.yaml")
    values = parse_values(texts.get("values.yaml", ""), name="values.yaml")
    dependencies = read_dependencies(texts)
    inner = SubchartReader(budget)
    inner.read(raw, (), "", dependencies)
    schemas = {SCHEMA: texts[SCHEMA]} if SCHEMA in texts else {}
    present = {subchart.prefix[0] for subchart in inner.found}
    missing = tuple(sorted({dependency.key for dependency in dependencies} - present))
    return ChartFiles(
        folder, texts, metadata, values, dependencies, tuple(inner.found), {**schemas, **inner.schemas}, missing
    )


def _not_ignored(folder: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """What of a chart Helm reads; what else is there for this toolkit and others stays."""
    if not (folder / ".helmignore").is_file():
        return files
    try:
        packed = {name.partition("/")[2] for name in EmbeddedEngine().load(folder).contents}
    except ChartgenError:
        # Helm says why it cannot be read, where it is asked.
        return files

    def kept(name: str) -> bool:
        if name in packed or not name.startswith(("templates/", "charts/")):
            return True
        # Charts inside are packed under their own names.
        parts = name.split("/", 2)
        return parts[0] == "charts" and (len(parts) < 3 or f"charts/{parts[1]}/Chart.yaml" not in packed)

    return {name: data for name, data in files.items() if kept(name)}


def _folder_files(folder: Path, budget: Budget) -> Iterator[tuple[str, bytes]]:
    root = folder.resolve()
    wanted = [folder / name for name in TOP_FILES]
    for below in ("templates", "ci", "charts"):
        wanted.extend(sorted((folder / below).rglob("*")))
    if len(wanted) > MAX_FILES:
        raise InputError(f"{folder} holds more than {MAX_FILES} files.")
    for path in wanted:
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or not path.exists():
            continue
        if not path.is_file():
            # A pipe would be waited for without an end.
            raise _unreadable(name, "it is neither a file nor a folder")
        if "\\" in name:
            problem = Problem(message="its name holds a backslash, so it is lost when the chart is packed", file=name)
            raise InputError("A file of the chart has to be renamed.", [problem])
        if not path.resolve().is_relative_to(root):
            raise _unreadable(name, "the link leads out of the chart")
        try:
            budget.spend(name, path.stat().st_size)
            data = path.read_bytes()
        except OSError as error:
            raise _unreadable(name, str(error.strerror)) from error
        yield name, data


def _unreadable(name: str, why: str) -> InputError:
    return InputError("A file of the chart cannot be read.", [Problem(message=why, file=name)])

"""Packs the release 1.1.0, Kubilitics before AI: the chart that the model gives without its AI part.

    python tools/releases/before_ai.py releases

Run once; the archive is committed and stays as it is, because a release never changes. What is left out: the values of
AI and of what exists for AI alone, every object of theirs, and generated documents. What core needs of AI stays, which
is its conventional name.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

from kubilitics_chartgen.model.components import BACKEND, FRONTEND
from kubilitics_chartgen.model.release import RELEASE
from kubilitics_chartgen.model.values import Values, tree
from kubilitics_chartgen.model.values.walk import Node
from kubilitics_chartgen.targets.chart.build import CHART_DIR, _context, build
from kubilitics_chartgen.targets.chart.schema import schema_of
from kubilitics_chartgen.targets.chart.sources import render_sources
from kubilitics_chartgen.targets.chart.values_yaml import values_yaml

VERSION = "1.1.0"
VALUES = ("ai", "organizations", "users", "vectorDatabase", "ollama")
FOLDERS = ("ai", "qdrant", "chromadb", "ollama", "vector-database")


def core_values() -> Node:
    """The values without those of AI."""
    root = tree(Values())
    children = tuple(child for child in root.children if child.key not in VALUES)
    default = {key: value for key, value in root.default.items() if key not in VALUES}
    return dataclasses.replace(root, children=children, default=default)


def files() -> dict[str, str]:
    """Path in the chart to text."""
    full, core = tree(Values()), core_values()
    release = dataclasses.replace(RELEASE, version=VERSION)
    # The documents among the sources describe AI's values too; they are rendered and then left out.
    context = {**_context(full), "release": release, "components": (BACKEND, FRONTEND), "auxiliary": ()}
    rendered = render_sources(context)
    kept = {path: text for path, text in rendered.items() if _is_core(path)}
    everything = build({})
    data = {path: everything[f"{CHART_DIR}/{path}"] for path in ("files/providers.json", "files/refusals.yaml")}
    schema = json.dumps(schema_of(core), separators=(",", ":")) + "\n"
    return {**kept, **data, "values.yaml": values_yaml(core), "values.schema.json": schema}


def _is_core(path: str) -> bool:
    parts = path.split("/")
    if parts[0] != "templates":
        return parts[0] not in ("README.md", "ci") and parts[:2] != ["files", "ai"]
    # Helpers stay: core asks some of them for AI's conventional name.
    return parts[1] not in FOLDERS or parts[-1].startswith("_")


def pack(found: dict[str, str]) -> bytes:
    """The archive, the same bytes each time."""
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for path, text in sorted(found.items()):
            member = tarfile.TarInfo(f"kubilitics/{path}")
            data = text.encode()
            member.size, member.mode = len(data), 0o644
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def main() -> None:
    """Write the archive and its digest."""
    folder = Path(sys.argv[1])
    data = pack(files())
    name = f"kubilitics-{VERSION}.tgz"
    (folder / name).write_bytes(data)
    (folder / f"{name}.sha256").write_text(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
    print(f"{folder / name}: {len(data)} bytes")


if __name__ == "__main__":
    main()

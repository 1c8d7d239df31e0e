"""Small charts, and the programs that the tests of publishing run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests import tools
from tests.chart.objects import CHART

PROGRAM = str(Path(sys.executable).parent / "kubilitics-chartgen")

SHOP = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\nappVersion: '7'\ndescription: Sells things\n",
    "values.yaml": (
        "# Registry of every image.\nglobal:\n  imageRegistry: ''\n"
        "image:\n  registry: docker.io\n  repository: acme/shop\n  # Tag of the image.\n  tag: '7.1'\n  digest: ''\n"
        "# How many pods.\nreplicas: 1\n# Further containers.\nsidecars: []\n"
    ),
    "templates/deployment.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Release.Name }}-shop}\nspec:\n"
        "  replicas: {{ .Values.replicas }}\n  selector: {matchLabels: {app: shop}}\n"
        "  template:\n    metadata: {labels: {app: shop}}\n    spec:\n      containers:\n        - name: shop\n"
        '          image: "{{ (.Values.global).imageRegistry | default .Values.image.registry }}/'
        "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
        '{{ with .Values.image.digest }}@{{ . }}{{ end }}"\n'
        "        {{- with .Values.sidecars }}{{ toYaml . | nindent 8 }}{{ end }}\n"
    ),
    "templates/NOTES.txt": "Thank you.\n",
}


def write_tree(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def shop(folder: Path, **changed: str) -> Path:
    """The small chart, with some files replaced or added; `__` in a name stands for `/`."""
    return write_tree(folder, {**SHOP, **{name.replace("__", "/"): text for name, text in changed.items()}})


def run(*arguments: str | Path, env: Mapping[str, str] | None = None, **options: object):
    """The program as a user starts it."""
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        env={**os.environ, "NO_COLOR": "1", "NO_PROXY": "127.0.0.1", **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def ok(*arguments: str | Path, **options: object) -> str:
    done = run(*arguments, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(*arguments: str | Path, code: int = 2, **options: object) -> str:
    """What the program says on standard error where it refuses; never a traceback."""
    done = run(*arguments, **options)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def helm_images(*arguments: str | Path) -> set[str]:
    """What Helm 3 renders behind `image:`, found without our code."""
    done = subprocess.run(
        [tools.helm3(), "template", "x", str(CHART), *map(str, arguments)], capture_output=True, text=True, check=True
    )
    found = set()

    def walk(node):
        if isinstance(node, dict):
            found.update([node["image"]] if isinstance(node.get("image"), str) else [])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    for document in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader):
        walk(document)
    return found

"""The command-line engine: runs a `helm` program for each render. Starts a process; writes nothing.

It honours any `--kube-version`, and it is the Helm that the user has. It gives no NOTES.txt, since `helm template`
prints none.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubilitics_chartgen.errors import InputError, ToolError
from kubilitics_chartgen.helm import versions
from kubilitics_chartgen.helm.embedded import EmbeddedChart, EmbeddedEngine, check_release
from kubilitics_chartgen.helm.engine import Release, render_error
from kubilitics_chartgen.helm.manifests import HELM_3, HELM_4, Dialect

__all__ = ["CommandChart", "CommandEngine", "find_helm"]

_SECONDS = 120
_SOURCE = re.compile(r"^---\n# Source: ([^\n]+)\n", re.MULTILINE)
_PAIR = re.compile(r"(\\\\)|\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")


def find_helm() -> Path | None:
    """A `helm` on the PATH, or beside this Python; None where there is none."""
    beside = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    found = shutil.which("helm", path=beside)
    return Path(found) if found else None


class CommandEngine:
    """The `helm` program at `binary`; None: the one that `find_helm` finds."""

    def __init__(self, binary: Path | None = None, *, seconds: float = _SECONDS) -> None:
        found = binary or find_helm()
        if found is None:
            raise ToolError("no helm program was found. Install Helm 3.14 or newer, or use the embedded engine.")
        self.binary = found
        self._seconds = seconds
        version = self.run(["version", "--template", "{{.Version}}"]).strip()
        self.version = version
        self.dialect: Dialect = HELM_4 if version.startswith("v4") else HELM_3

    def load(self, path: Path) -> CommandChart:
        """Read a chart; its facts come from the embedded Helm, its rendering from the program."""
        return CommandChart(self, EmbeddedEngine().load(path))

    def run(self, args: list[str], *, stdin: str = "") -> str:
        """What helm prints; raises RenderError with its error text."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HELM_")}
        try:
            done = subprocess.run(  # noqa: S603 -- a fixed program, arguments that were checked, no shell
                [str(self.binary), *args],
                input=stdin.encode(),
                capture_output=True,
                timeout=self._seconds,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"{self.binary} did not answer within {self._seconds:g} seconds") from error
        except OSError as error:
            raise ToolError(f"{self.binary} cannot be run: {error.strerror or error}") from error
        if done.returncode < 0:
            raise ToolError(f"{self.binary} was stopped by signal {-done.returncode}")
        if done.returncode:
            raise render_error(_error_text(done.stderr.decode("utf-8", "replace")))
        # Bytes, since text mode would turn the line ends of a CRLF template into others.
        return done.stdout.decode("utf-8", "replace")


class CommandChart:
    """A chart that a `helm` program renders."""

    def __init__(self, engine: CommandEngine, facts: EmbeddedChart) -> None:
        self._engine = engine
        self._facts = facts

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What Chart.yaml says."""
        return self._facts.metadata

    @property
    def defaults(self) -> Mapping[str, Any]:
        """What values.yaml says."""
        return self._facts.defaults

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """What values.schema.json says; None where there is none."""
        return self._facts.schema

    def coalesce(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that the templates would see: `values` over the defaults, as Helm merges them."""
        return self._facts.coalesce(values)

    def render(self, values: Mapping[str, Any], release: Release) -> dict[str, str]:
        """The text of each template by its path, without NOTES.txt and without empty templates."""
        check_release(release)
        args = ["template", release.name, str(self._facts.source.path.absolute()), "--namespace", release.namespace]
        args += ["--values", "-"]
        if release.kube_version is not None:
            args += ["--kube-version", versions.full_kube_version(release.kube_version)]
        if release.upgrade:
            args.append("--is-upgrade")
        return _by_template(self._engine.run(args, stdin=_yaml_text(values)))


def _by_template(printed: str) -> dict[str, str]:
    """The printed documents, put together again as one text per template."""
    texts: dict[str, str] = {}
    _before, *parts = _SOURCE.split(printed)
    for source, text in zip(parts[::2], parts[1::2], strict=True):
        # Helm ends each document with one line break of its own.
        own = text.removesuffix("\n")
        before = texts.get(source, "")
        # A separator before the first one too: Helm 3 leaves one in a document's text where two stood in a row.
        texts[source] = before + ("" if not before or before.endswith("\n") else "\n") + "---\n" + own
    return texts


def _yaml_text(values: Mapping[str, Any]) -> str:
    """JSON that is YAML too: a character outside the basic plane is one escape, not a pair of surrogates."""
    try:
        text = json.dumps(dict(values), allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise InputError(f"these values cannot be handed to Helm: {error}") from error

    def escape(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        high, low = int(found[2], 16), int(found[3], 16)
        return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"

    return _PAIR.sub(escape, text)


def _error_text(stderr: str) -> str:
    """Helm's message, without the lines it logs beside it."""
    start = stderr.find("Error: ")
    return stderr[start:] if start >= 0 else stderr

"""Kubernetes versions and the ranges that charts accept, judged by Helm's own semver. Uses the embedded Helm, no files.

Helm offers no function for a version range, but its templates have `semverCompare`, which is the comparison that Helm
makes for `kubeVersion` in Chart.yaml. So a chart of one template, kept in memory, answers.
"""

from __future__ import annotations

import io
import re
import tarfile
from functools import lru_cache
from typing import Any

from kubilitics_chartgen.errors import InputError

__all__ = ["check_kube_version_range", "default_kube_version", "full_kube_version", "in_range", "is_semver"]

_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?([-+][0-9A-Za-z.+-]+)?")
_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?"
)
"""The pattern that semver.org suggests."""
_ORACLE = {
    "oracle/Chart.yaml": "apiVersion: v2\nname: oracle\nversion: 0.1.0\n",
    "oracle/templates/answer.yaml": (
        "{{ if .Values.range }}{{ semverCompare .Values.range .Values.version }}"
        "{{ else }}{{ .Capabilities.KubeVersion.Version }}{{ end }}"
    ),
}


def full_kube_version(text: str) -> str:
    """`1.29`, `v1.29` and `1.29.3` as Helm shows them to templates: `v1.29.0`, `v1.29.0`, `v1.29.3`."""
    found = _VERSION.fullmatch(text.strip())
    if not found:
        raise InputError(f"invalid kube version '{text}': write it as 1.32 or v1.32.4")
    major, minor, patch, rest = found.groups()
    return f"v{int(major)}.{int(minor)}.{int(patch or 0)}{rest or ''}"


def is_semver(text: str) -> bool:
    """Whether it is a whole SemVer version, as Chart.yaml must have; no `v` in front."""
    return _SEMVER.fullmatch(text) is not None


def default_kube_version() -> str:
    """The version that the embedded Helm was built for and shows to templates."""
    return _ask()


def in_range(version: str, constraint: str) -> bool:
    """Whether Helm takes `version` for one that `constraint` allows; a constraint that cannot be read allows none."""
    try:
        return _ask(constraint, version) == "true"
    except InputError:
        return False


def check_kube_version_range(metadata: Any, version: str) -> None:
    """Refuse, in Helm's words, a chart whose Chart.yaml does not accept the Kubernetes version."""
    constraint = metadata.get("kubeVersion") or ""
    if constraint and not in_range(version, constraint):
        raise InputError(
            f"chart requires kubeVersion: {constraint} which is incompatible with Kubernetes {version}. "
            "Give a version that the chart accepts with --kube-version."
        )


@lru_cache(maxsize=256)
def _ask(constraint: str = "", version: str = "") -> str:
    import helm_python

    values = {"range": constraint, "version": version}
    try:
        return str(_oracle().render(values)["oracle/templates/answer.yaml"]).strip()
    except helm_python.HelmError as error:
        raise InputError(f"{constraint} is no range of versions: {error}") from error


@lru_cache(maxsize=1)
def _oracle() -> Any:
    import helm_python

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in _ORACLE.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return helm_python.Chart.load_archive(packed.getvalue())

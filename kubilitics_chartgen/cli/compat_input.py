"""What `compat` reads: versions from options and values files, and a matrix from a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kubilitics_chartgen.errors import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from kubilitics_chartgen.model.compatibility import Matrix, Verdict

__all__ = [
    "check_goal",
    "given_versions",
    "judge",
    "matrix_from",
    "one_of",
    "running_versions",
    "versions_by_component",
]

MAX_BYTES = 2**20
"""A matrix is some kilobytes; more is no matrix."""


def given_versions(frontend: str, backend: str, ai: str, chart_version: str, kubernetes: str) -> dict[str, str]:
    """Versions by subject; what is empty was not given. A cluster is judged with the chart given, or this release's.

    Raises InputError for a version of Kubernetes that is none.
    """
    from kubilitics_chartgen.helm.versions import full_kube_version
    from kubilitics_chartgen.model.release import RELEASE

    if kubernetes:
        full_kube_version(kubernetes)
    if kubernetes and not chart_version:
        chart_version = RELEASE.version
    pairs = {"frontend": frontend, "backend": backend, "ai": ai, "chart": chart_version, "kubernetes": kubernetes}
    return {subject: text for subject, text in pairs.items() if text}


def judge(given: Mapping[str, str], values: list[str] | None, chart: Path, matrix: Matrix) -> Verdict:
    """Judge what was given, and what values files for a chart say besides."""
    from kubilitics_chartgen.model.compatibility import decide

    versions = {**(_from_values(values, chart) if values else {}), **given}
    if not versions.keys() & {"frontend", "backend", "ai", "chart"}:
        raise InputError("nothing to judge: give --frontend, --backend and --ai, or a values file with -f.")
    return decide(versions, matrix)


def _from_values(files: list[str], chart: Path) -> dict[str, str]:
    """The versions that the chart would install with these values; an empty one is a digest without a tag.

    Raises InputError for values that the chart's schema refuses, and for a chart that is not Kubilitics.
    """
    from kubilitics_chartgen.helm import EmbeddedEngine, read_values, values_seen

    loaded = EmbeddedEngine().load(chart)
    if "backend" not in loaded.defaults:
        raise InputError(f"{chart} is not a chart of Kubilitics: its values have no backend. Name one with --chart.")
    merged = values_seen(loaded, read_values(files))
    versions = {"chart": str(loaded.metadata["version"])}
    for component in ("frontend", "backend", "ai"):
        settings = _map(merged.get(component))
        if component == "backend" or settings.get("enabled"):
            image = _map(settings.get("image"))
            own = "" if image.get("digest") else str(loaded.metadata.get("appVersion", ""))
            versions[component] = str(image.get("tag") or own)
    return versions


def running_versions(release: str, *, namespace: str, context: str, kubeconfig: str) -> dict[str, str]:
    """The versions that a release runs in a live cluster, and the cluster's own."""
    from kubilitics_chartgen.cluster import DeniedError, connect, kubernetes_version, running_images
    from kubilitics_chartgen.model.compatibility import COMPONENTS
    from kubilitics_chartgen.publishing.image import parse_image

    cluster = connect(kubeconfig=kubeconfig, context=context, namespace=namespace)
    try:
        images = running_images(cluster, release=release)
        parsed = {name: parse_image(images[name]) for name in COMPONENTS if name in images}
        versions = {name: image.tag if image else "" for name, image in parsed.items()}
        if not versions:
            raise InputError(
                f"there is nothing of Kubilitics in release {release} in namespace {cluster.namespace} of context "
                f"{cluster.context}. Name the release with --release and its namespace with --namespace."
            )
        return {**versions, "kubernetes": kubernetes_version(cluster)}
    except DeniedError as error:
        raise InputError(f"the cluster does not let you {error.what} in namespace {cluster.namespace}") from error


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def matrix_from(name: str) -> Matrix:
    """The matrix in a file, or this release's own where no file is named."""
    from kubilitics_chartgen.model.compatibility import MATRIX, read_matrix

    if not name:
        return MATRIX
    import json

    def refuse(message: str, line: int | None = None) -> InputError:
        return InputError("the compatibility matrix cannot be used", [Problem(message, file=name, line=line)])

    try:
        with Path(name).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise refuse(f"the file is larger than {MAX_BYTES // 2**20} MiB, which no matrix is.")
        return read_matrix(json.loads(data), file=name)
    except OSError as error:
        raise refuse(f"the file cannot be read: {error.strerror}.") from error
    except json.JSONDecodeError as error:
        raise refuse(f"this is not JSON: {error.msg}.", error.lineno) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise refuse("this is not JSON that a matrix could be.") from error


def versions_by_component(option: str, text: str) -> dict[str, str]:
    """`frontend=1.1.0,backend=1.1.0` as versions by component, each of which can be read."""
    from kubilitics_chartgen.model.compatibility import COMPONENTS, Version

    problems, pairs = [], {}
    for part in filter(None, text.split(",")):
        name, _, version = (piece.strip() for piece in part.partition("="))
        if name not in COMPONENTS:
            problems.append(
                Problem(f'"{name}" is no component.', path=option, fix=f"There are {', '.join(COMPONENTS)}.")
            )
        elif Version.read(version) is None:
            problems.append(Problem(f'{name} "{version}" is no full version.', path=option, fix="Write it as 1.2.0."))
        elif name in pairs:
            problems.append(Problem(f"{name} is given more than once.", path=option, fix="Name one version of it."))
        pairs[name] = version
    if problems:
        raise InputError("the updates cannot be planned", problems)
    return pairs


def check_goal(have: Mapping[str, str], goal: Mapping[str, str]) -> None:
    """Raise InputError where the goal names what is not there, or no version."""
    from kubilitics_chartgen.model.compatibility import Version

    problems = []
    for name, text in goal.items():
        here, there = Version.read(have.get(name, "")), Version.read(text)
        if name not in have:
            problems.append(
                Problem(f"{name} is not installed.", path="--to", fix="Name it in --installed, or not here.")
            )
        elif there is None:
            problems.append(Problem(f'{name} "{text}" is no full version.', path="--to", fix="Write it as 1.2.0."))
        elif here is not None and there.number < here.number:
            message = f"{name} {text} is older than the {have[name]} that is installed."
            problems.append(
                Problem(message, path="--to", fix="Updates only go forward; compat check judges the way back.")
            )
    if problems:
        raise InputError("the updates cannot be planned", problems)


def one_of(text: str, known: list[str]) -> str:
    """The rule that was asked for; raises InputError with what may have been meant."""
    if text in known:
        return text
    near = did_you_mean(text, known)
    raise InputError(
        f'there is no rule "{text}". ' + (f'Did you mean "{near}"?' if near else f"There are: {', '.join(known)}.")
    )

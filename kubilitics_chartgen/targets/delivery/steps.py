"""Steps that several workflows share. Pure."""

from __future__ import annotations

from kubilitics_chartgen import __version__
from kubilitics_chartgen.model.delivery import KIND_NODES, KIND_VERSION, Step, action

__all__ = [
    "CHARTGEN",
    "checkout",
    "cosign",
    "download",
    "keep_profiles",
    "kind",
    "kind_versions",
    "login",
    "python",
    "script",
    "setup_go",
    "setup_node",
    "upload",
]

CHARTGEN = f"kubilitics-chartgen=={__version__}"
REGISTRY = "ghcr.io"
KIND_PROFILES = ("anthropic", "gitops-argocd", "minimal", "openai")
"""Profiles whose pods get ready on an empty cluster: no Secret, no server and no kind of object that it lacks."""


def checkout(*, history: bool = False) -> Step:
    """The code; the token does not stay in the working copy."""
    options = {"persist-credentials": False, **({"fetch-depth": 0} if history else {})}
    return Step("Check out", action("actions/checkout"), options=options)


def script(name: str, run: str, *, in_bash: bool = False, id: str = "", **env: str) -> Step:  # noqa: A002 - as in a workflow
    """A script; what it needs from outside comes as variables."""
    return Step(name, run=run, env=env, shell="bash" if in_bash else "", id=id)


def setup_go(folder: str) -> Step:
    """The Go version that the module asks for."""
    options = {"go-version-file": f"{folder}/go.mod", "cache-dependency-path": f"{folder}/go.sum"}
    return Step("Set up Go", action("actions/setup-go"), options=options)


def setup_node(folder: str) -> Step:
    """Node, with npm's cache."""
    options = {"node-version": "24", "cache": "npm", "cache-dependency-path": f"{folder}/package-lock.json"}
    return Step("Set up Node", action("actions/setup-node"), options=options)


def python(version: str = "3.12") -> Step:
    """One version of Python."""
    return Step("Set up Python", action("actions/setup-python"), options={"python-version": version})


def upload(name: str, path: str, *, days: int = 7) -> Step:
    """Hand files over to later jobs; it is an error if there are none."""
    options = {"name": name, "path": path, "if-no-files-found": "error", "retention-days": days}
    return Step("Hand over", action("actions/upload-artifact"), options=options)


def download(pattern: str, path: str) -> Step:
    """Take over files from earlier jobs."""
    options = {"pattern": pattern, "path": path, "merge-multiple": True}
    return Step("Take over", action("actions/download-artifact"), options=options)


def login() -> Step:
    """Log in to the registry with the job's own token."""
    options = {"registry": REGISTRY, "username": "${{ github.actor }}", "password": "${{ github.token }}"}
    return Step("Log in to the registry", action("docker/login-action"), options=options)


def cosign() -> Step:
    """Signs with the identity of the workflow; there is no key to lose."""
    return Step("Install cosign", action("sigstore/cosign-installer"))


def kind_versions() -> dict[str, object]:
    """The matrix of Kubernetes versions."""
    return {"include": [{"kubernetes": node.tag, "node": node.reference} for node in KIND_NODES]}


def keep_profiles(chart: str) -> Step:
    """chart-testing installs each values file of the chart's folder ci; only some get ready on an empty cluster."""
    names = "|".join(f"{profile}-values.yaml" for profile in KIND_PROFILES)
    run = f'for file in {chart}/ci/*; do\n  case ${{file##*/}} in {names}) ;; *) rm "$file" ;; esac\ndone\n'
    return script("Keep the profiles that need nothing from outside", run)


def kind() -> Step:
    """A cluster of the version that the matrix names."""
    options = {"version": KIND_VERSION, "node_image": "${{ matrix.node }}", "cluster_name": "chart-testing"}
    return Step("Start a cluster", action("helm/kind-action"), options=options)

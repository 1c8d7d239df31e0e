"""Looks at a chart as it would be on other clusters: ones that serve more kinds, and older and newer Kubernetes.

The embedded Helm knows one Kubernetes version and its own kinds alone. What templates ask of `.Capabilities` is
therefore answered in a copy of the chart: `.Has "monitoring.coreos.com/v1"` by `true`, the version by a text, which on
the clusters of some vendors is like `v1.33.4-gke.1245000`: `>=1.21` takes no such one, `>=1.21-0` does. Findings are
reproduced by plain Helm, which takes `--api-versions` and `--kube-version`. What asks in other words, such as by a
variable that holds `.Capabilities`, is answered by the embedded Helm as before.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from kubilitics_chartgen.helm.versions import default_kube_version, full_kube_version
from kubilitics_chartgen.kube.schemas import Standing, is_built_in, standing
from kubilitics_chartgen.kube.versions import KubeVersion, parse_version
from kubilitics_chartgen.verify.explore.ledger import Ledger
from kubilitics_chartgen.verify.gotemplate import TemplateSyntaxError, parse
from kubilitics_chartgen.verify.proofs import Exempted
from kubilitics_chartgen.verify.result import Proof
from kubilitics_chartgen.verify.space.configuration import Configuration
from kubilitics_chartgen.verify.subject import Subject
from kubilitics_chartgen.verify.sweep.task import SweepTask
from kubilitics_chartgen.verify.variants import Beside, Variant, look_beside

__all__ = ["Cluster", "as_on", "changed_on", "look_on", "other_clusters"]

_ON = r"(?:\([^()\n]*\)|\$\w*)?(?:\.\w+)*?\.Capabilities"
_TEXT = r'"(?:[^"\\\n]|\\.)*"|`[^`]*`'
_HAS = re.compile(rf"{_ON}\.APIVersions\.Has\s+(?P<asked>{_TEXT}|[$.][\w.$]*|\()")
_VERSION = re.compile(rf"{_ON}\.KubeVersion(?:\.(?P<part>Version|GitVersion|String|Major|Minor))?(?![\w.])")
_OTHERWISE = re.compile(r"\bKubeVersion\b|\.Capabilities(?!\.\w)")
"""Where it is left, the version may be asked for in other words."""
_KIND = re.compile(r'["`]((?:[a-z0-9-]+\.)*[a-z]+/v[0-9]+(?:(?:alpha|beta)[0-9]+)?(?:/[A-Z]\w*)?)["`]')
_APIS = frozenset({"removed-apis", "deprecated-apis"})
_MADE = re.compile(r"^apiVersion:[ \t]*[\"']?([^\s\"']+)[\"']?[ \t]*\nkind:[ \t]*([A-Z]\w*)[ \t]*$", re.MULTILINE)
VENDOR = "-gke.1000000"
"""What a vendor puts behind a version."""
_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Cluster:
    """Another cluster than the one that the embedded Helm knows."""

    served: tuple[str, ...] = ()
    """What it serves beyond Kubernetes itself, such as `cert-manager.io/v1` or `cert-manager.io/v1/Issuer`."""
    version: KubeVersion | None = None
    """Its Kubernetes version; None for that of the embedded Helm."""
    vendor: str = ""
    """What stands behind that version."""
    always: bool = False
    """Whether every cluster of that version is so, and only Helm without a cluster does not know."""

    @property
    def flags(self) -> str:
        """What plain Helm is told to take it for this one."""
        served = (f"--api-versions {shlex.quote(each)}" for each in self.served)
        version = (
            () if self.version is None else (f"--kube-version {full_kube_version(str(self.version))}{self.vendor}",)
        )
        return " ".join((*version, *served))

    @property
    def words(self) -> str:
        """What it is."""
        served = f"a cluster that serves {', '.join(self.served)}"
        return f"Kubernetes {self.version}{self.vendor}" if self.version else served


def other_clusters(subject: Subject) -> tuple[Cluster, ...]:
    """Those on which templates may do something else: more kinds, the oldest and newest Kubernetes, a vendor's."""
    contents = subject.loaded.contents.items()
    texts = [data.decode("utf-8", "replace") for name, data in contents if "/templates/" in name]
    found: list[Cluster] = []
    known = parse_version(default_kube_version())
    served = {kind for text in texts for kind in _asked_kinds(text)}
    usual = sorted(each for each in served if _is_served(each, known))
    if any(question["asked"][0] not in '"`' for text in texts for question in _HAS.finditer(text)):
        # It is put together somewhere: then it may be any that is written down, or made.
        served |= {kind for text in texts for kind in _KIND.findall(text)}
        served |= {f"{version}/{kind}" for text in texts for version, kind in _MADE.findall(text)}
    foreign = sorted(each for each in served if not is_built_in(each) and "{" not in each)
    found.extend([Cluster(tuple(foreign))] if foreign else [])
    found.extend([Cluster(tuple(usual), always=True)] if usual else [])
    asking = subject.kube_value is None and any(_VERSION.search(text) for text in texts)
    if asking and not any(_OTHERWISE.search(_VERSION.sub("", text)) for text in texts):
        ends = dict.fromkeys((subject.kube_versions[0], subject.kube_versions[-1]))
        found.extend(Cluster(version=each) for each in ends if each.name != known.name)
        if any(_is_suffixed(question) for text in texts for question in _VERSION.finditer(text)):
            found.append(Cluster(version=subject.kube_versions[-1], vendor=VENDOR))
    return tuple(found)


def _is_served(asked: str, version: KubeVersion) -> bool:
    """Whether a built-in kind, such as `policy/v1/PodDisruptionBudget`, is there; plain Helm denies it."""
    api_version, _, kind = asked.rpartition("/")
    return bool(api_version) and standing(api_version, kind, version) is Standing.SERVED


def as_on(cluster: Cluster, text: str) -> str:
    """A template's text, with what it asks of the cluster answered; as it was where that is no template any more."""
    changed = _ACTION.sub(lambda action: _answered(cluster, action[0]), text)
    if changed != text:
        try:
            parse(changed, file="")
        except TemplateSyntaxError:
            return text
    return changed


def look_on(
    subject: Subject,
    ledger: Ledger,
    task: SweepTask,
    cluster: Cluster,
    explore: Callable[[Ledger], Sequence[Configuration]],
    findings: Sequence[Proof],
    exempted: Exempted,
    *,
    chart: str,
    workers: int,
) -> Beside:
    """Look at the chart on another cluster."""
    if cluster.version is not None:
        # Nothing looks at the version any more, so everything is judged as this one.
        slices = {name: replace(part, versioned=False) for name, part in task.slices.items()}
        task = replace(task, slices=slices, kube_versions=(cluster.version,))
    phase = f"on {cluster.words}" if cluster.version else "on a cluster that serves more kinds"
    variant = Variant(
        phase,
        lambda name, data: changed_on(cluster, name, data),
        takes_back=_APIS if cluster.always else frozenset(),
    )
    beside = look_beside(subject, ledger, task, variant, explore, findings, exempted, chart=chart, workers=workers)
    return replace(beside, proofs=[_on(cluster, each) for each in beside.proofs])


def _asked_kinds(text: str) -> Iterator[str]:
    """What is asked for in so many words."""
    for question in _HAS.finditer(text):
        yield from _KIND.findall(question["asked"])


def changed_on(cluster: Cluster, name: str, data: bytes) -> bytes:
    """A file of a packed chart, by its path, as `as_on` has it."""
    if "/templates/" not in name:
        return data
    try:
        return as_on(cluster, data.decode()).encode()
    except UnicodeDecodeError:
        return data


def _on(cluster: Cluster, proof: Proof) -> Proof:
    command = proof.command.replace("helm template ", f"helm template {cluster.flags} ", 1)
    return replace(proof, cluster=cluster.words, command=command)


def _answered(cluster: Cluster, action: str) -> str:
    if cluster.version is not None:
        return _VERSION.sub(lambda found: _version(cluster, found), action)
    parts: list[str] = []
    place = 0
    while found := _HAS.search(action, place):
        end = found.end() if found["asked"] != "(" else _closing(action, found.end())
        asked = action[found.start("asked") : end]
        parts += [action[place : found.start()], _has(cluster.served, asked, action[found.start() : end])]
        place = end
    return "".join((*parts, action[place:]))


def _has(served: Collection[str], asked: str, question: str) -> str:
    if asked[0] in '"`':
        return "true" if asked[1:-1] in served else question
    listed = " ".join(f'"{each}"' for each in served)
    return f"(or (has {asked} (list {listed})) ({question}))"


def _is_suffixed(question: re.Match[str]) -> bool:
    """Whether the answer has what a vendor puts behind the version: to Helm 4, `.KubeVersion` itself has not."""
    return question["part"] in ("Version", "GitVersion")


def _version(cluster: Cluster, question: re.Match[str]) -> str:
    full = full_kube_version(str(cluster.version))
    numbers = dict(zip(("Major", "Minor"), full.removeprefix("v").split("."), strict=False))
    return f'"{numbers.get(question["part"], full)}{cluster.vendor if _is_suffixed(question) else ""}"'


def _closing(text: str, start: int) -> int:
    """Behind the parenthesis that closes the one before `start`; the end where there is none."""
    depth = 1
    for found in re.compile(rf"{_TEXT}|[()]").finditer(text, start):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    return len(text)
